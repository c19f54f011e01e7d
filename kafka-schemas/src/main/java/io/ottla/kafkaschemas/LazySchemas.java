package io.ottla.kafkaschemas;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites the generated {@code ApiMessageType} so that a message's schemas are made when they are first asked for.
 * As generated, each constant of the enum holds those of its request and response, so that naming one API initialises
 * all 190 classes: a good part of the time in which a node is to start.
 */
final class LazySchemas {
    /** A constant of the enum: its key, and the classes of its request and response. */
    private static final Pattern CONSTANT = Pattern.compile(
            "(\\(\"\\w+\", \\(short\\) (\\d+), )(\\w+|null)(?:\\.SCHEMAS)?, (\\w+|null)(?:\\.SCHEMAS)?, ");

    private LazySchemas() {}

    /** @throws IllegalArgumentException if the source is not what the generator is known to write */
    static String rewrite(String source) {
        Map<Integer, String> requests = new TreeMap<>();
        Map<Integer, String> responses = new TreeMap<>();
        Matcher constants = CONSTANT.matcher(source);
        String result = constants.replaceAll(constant -> {
            int key = Integer.parseInt(constant.group(2));
            requests.put(key, constant.group(3));
            responses.put(key, constant.group(4));
            return keep(constant);
        });
        if (requests.isEmpty()) throw new IllegalArgumentException("no API in ApiMessageType");
        result = without(result, "Schema[] requestSchemas, Schema[] responseSchemas, ");
        for (String which : new String[] {"request", "response"}) {
            result = without(result, "    private final Schema[] " + which + "Schemas;\n");
            result = without(result, "        this." + which + "Schemas = " + which + "Schemas;\n");
            result = replace(
                    result,
                    "        return this." + which + "Schemas;\n",
                    lookUp(which.equals("request") ? requests : responses));
        }
        return result;
    }

    private static String keep(MatchResult constant) {
        return Matcher.quoteReplacement(constant.group(1));
    }

    private static String lookUp(Map<Integer, String> classes) {
        StringBuilder text = new StringBuilder("        return switch (apiKey) {\n");
        classes.forEach((key, name) -> text.append("            case ")
                .append(key)
                .append(" -> ")
                .append(name.equals("null") ? "null" : name + ".SCHEMAS")
                .append(";\n"));
        return text.append("            default -> throw new IllegalStateException(name);\n        };\n")
                .toString();
    }

    private static String without(String source, String part) {
        return replace(source, part, "");
    }

    private static String replace(String source, String part, String by) {
        int at = source.indexOf(part);
        if (at < 0 || source.indexOf(part, at + 1) >= 0)
            throw new IllegalArgumentException("ApiMessageType does not have exactly once: " + part);
        return source.substring(0, at) + by + source.substring(at + part.length());
    }
}
