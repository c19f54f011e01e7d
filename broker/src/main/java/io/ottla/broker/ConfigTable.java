package io.ottla.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * The keys of one kind of entity, from a text beside this class.
 *
 * <pre>
 * table   = { comment | key }
 * comment = "#" text
 * key     = name type default importance change allowed related  NEWLINE  "    " documentation
 * name    = NAME | "(" NAME ")"                  ; in parentheses: known, but without effect
 * default = VALUE | "-" | '""'                   ; - for none, "" for the empty text
 * change  = "fixed" | "broker" | "cluster" | "any"
 * allowed = "-" | "[" MIN "," [MAX] ("]" | ")") | "{" VALUE {"," VALUE} "}" | "list{" VALUE {"," VALUE} "}"
 *         | "gzip" | "throttled" | "offset-reset"
 * related = "-" | NAME {"," NAME}
 * </pre>
 */
final class ConfigTable {
    private static final Pattern THROTTLED = Pattern.compile("\\d+:\\d+|\\*");
    private static final Pattern DURATION = Pattern.compile("by_duration:P(?!$)[0-9DTHMS.]+", Pattern.CASE_INSENSITIVE);

    private final Map<String, ConfigKey> keys;

    private ConfigTable(Map<String, ConfigKey> keys) {
        this.keys = Collections.unmodifiableMap(keys);
    }

    /** By name; in the order of the text. */
    Map<String, ConfigKey> keys() {
        return keys;
    }

    Optional<ConfigKey> find(String name) {
        return Optional.ofNullable(keys.get(name));
    }

    /**
     * As {@link ConfigKey#normalized}, for all.
     *
     * @throws ConfigException if one is not known or not allowed
     */
    Map<String, String> normalized(Map<String, String> values, String what) {
        Map<String, String> normalized = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            ConfigKey key = keys.get(name);
            if (key == null) throw new ConfigException("Unknown " + what + " config name: " + name);
            normalized.put(name, key.normalized(value));
        });
        return normalized;
    }

    /** @param resource a file beside this class */
    static ConfigTable read(String resource) {
        try (InputStream in = ConfigTable.class.getResourceAsStream(resource);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            Map<String, ConfigKey> keys = new LinkedHashMap<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank() || line.startsWith("#")) continue;
                ConfigKey key = key(line.split(" ", -1), lines.readLine().strip());
                keys.put(key.name(), key);
            }
            return new ConfigTable(keys);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ConfigKey key(String[] columns, String documentation) {
        boolean isServed = !columns[0].startsWith("(");
        String name = isServed ? columns[0] : columns[0].substring(1, columns[0].length() - 1);
        ConfigDef.Type type = ConfigDef.Type.valueOf(columns[1].toUpperCase(Locale.ROOT));
        Optional<String> standard = switch (columns[2]) {
            case "-" -> Optional.empty();
            case "\"\"" -> Optional.of("");
            default -> Optional.of(columns[2]);
        };
        ConfigKey.Change change = switch (columns[4]) {
            case "fixed" -> ConfigKey.Change.NOBODY;
            case "broker" -> ConfigKey.Change.ONE_BROKER;
            case "cluster", "any" -> ConfigKey.Change.CLUSTER;
            default -> throw new IllegalArgumentException(name + ": " + columns[4]);
        };
        return new ConfigKey(
                name,
                type,
                standard,
                ConfigDef.Importance.valueOf(columns[3].toUpperCase(Locale.ROOT)),
                change,
                validator(columns[5], type),
                isServed,
                columns[6].equals("-") ? List.of() : List.of(columns[6].split(",", -1)),
                documentation);
    }

    private static Optional<ConfigDef.Validator> validator(String allowed, ConfigDef.Type type) {
        if (allowed.equals("-")) return Optional.empty();
        if (allowed.startsWith("[")) return Optional.of(range(allowed, type));
        if (allowed.startsWith("{")) return Optional.of(ConfigDef.ValidString.in(words(allowed.substring(1))));
        if (allowed.startsWith("list{"))
            return Optional.of(ConfigDef.ValidList.in(words(allowed.substring("list{".length()))));
        return Optional.of(
                switch (allowed) {
                    case "gzip" -> ConfigTable::checkGzipLevel;
                    case "throttled" -> ConfigTable::checkThrottled;
                    case "offset-reset" -> ConfigTable::checkOffsetReset;
                    default -> throw new IllegalArgumentException(allowed);
                });
    }

    private static String[] words(String text) {
        return text.substring(0, text.length() - 1).split(",", -1);
    }

    private static ConfigDef.Validator range(String allowed, ConfigDef.Type type) {
        String[] ends = words(allowed.substring(1));
        Number min = number(ends[0], type);
        return ends[1].isEmpty() ? ConfigDef.Range.atLeast(min) : ConfigDef.Range.between(min, number(ends[1], type));
    }

    private static Number number(String text, ConfigDef.Type type) {
        return type == ConfigDef.Type.DOUBLE ? (Number) Double.valueOf(text) : (Number) Long.valueOf(text);
    }

    private static void checkGzipLevel(String name, Object value) {
        int level = (int) value;
        if (level != -1 && (level < 1 || level > 9))
            throw new ConfigException(name, value, "Value must be between 1 and 9 or equal to -1");
    }

    private static void checkThrottled(String name, Object value) {
        for (Object item : (List<?>) value) {
            if (!THROTTLED.matcher(item.toString()).matches())
                throw new ConfigException(
                        name,
                        value,
                        "must be the literal '*' or a list of replicas in the format [partitionId]:[brokerId]");
        }
    }

    private static void checkOffsetReset(String name, Object value) {
        String text = value.toString();
        boolean isKnown = text.equals("latest")
                || text.equals("earliest")
                || DURATION.matcher(text).matches();
        if (!isKnown) throw new ConfigException(name, value, "must be latest, earliest, or by_duration:PnDTnHnMn.nS");
    }
}
