package io.ottla.broker;

import io.ottla.log.LogConfig;
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
 * default = VALUE | "-" | '""' | "log"           ; - for none, "" for the empty text, log for what LogConfig.STANDARD has
 * change  = "fixed" | "broker" | "cluster" | "any"
 * allowed = values [ "<" values ]               ; the second: what a Kafka, 3.9 or newer, starts with
 * values  = "-" | "[" MIN "," [MAX] ("]" | ")") | "{" VALUE {"," VALUE} "}" | "list{" VALUE {"," VALUE} "}"
 *         | "gzip" | "throttled" | "offset-reset" | "not-tiered"
 * related = "-" | NAME {"," NAME}
 * </pre>
 */
final class ConfigTable {
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
            case "log" -> Optional.of(LogConfig.STANDARD.get(name));
            default -> Optional.of(columns[2]);
        };
        ConfigKey.Change change = switch (columns[4]) {
            case "fixed" -> ConfigKey.Change.NOBODY;
            case "broker" -> ConfigKey.Change.ONE_BROKER;
            case "cluster", "any" -> ConfigKey.Change.CLUSTER;
            default -> throw new IllegalArgumentException(name + ": " + columns[4]);
        };
        String[] allowed = columns[5].split("<", -1);
        return new ConfigKey(
                name,
                type,
                standard,
                ConfigDef.Importance.valueOf(columns[3].toUpperCase(Locale.ROOT)),
                change,
                allowed(allowed[0], type),
                allowed.length == 1 ? Optional.empty() : Optional.of(allowed(allowed[1], type)),
                isServed,
                columns[6].equals("-") ? List.of() : List.of(columns[6].split(",", -1)),
                documentation);
    }

    private static Allowed allowed(String text, ConfigDef.Type type) {
        if (text.startsWith("[")) return range(text, type);
        if (text.startsWith("{")) return new Allowed.Word(words(text.substring(1)));
        if (text.startsWith("list{")) return new Allowed.Words(words(text.substring("list{".length())));
        return switch (text) {
            case "-" -> new Allowed.Anything();
            case "gzip" -> new Allowed.GzipLevel();
            case "throttled" -> new Allowed.ThrottledReplicas();
            case "offset-reset" -> new Allowed.OffsetReset();
            case "not-tiered" -> new Allowed.NoTieredStorage();
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static List<String> words(String text) {
        return List.of(text.substring(0, text.length() - 1).split(",", -1));
    }

    private static Allowed range(String text, ConfigDef.Type type) {
        List<String> ends = words(text.substring(1));
        return new Allowed.Range(
                number(ends.get(0), type),
                ends.get(1).isEmpty() ? Optional.empty() : Optional.of(number(ends.get(1), type)));
    }

    private static Number number(String text, ConfigDef.Type type) {
        return type == ConfigDef.Type.DOUBLE ? (Number) Double.valueOf(text) : (Number) Long.valueOf(text);
    }
}
