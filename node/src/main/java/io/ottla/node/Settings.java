package io.ottla.node;

import io.ottla.zookeeperserver.ServerProperties;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The keys of a configuration, and which of them somebody has asked for. */
final class Settings {
    private final Map<String, String> all = new HashMap<>();
    private final Set<String> read = new HashSet<>();
    private final ServerProperties lenient;

    /** @param jvm below the file's */
    Settings(Map<String, String> file, JvmSettings jvm) {
        all.putAll(jvm.values());
        all.putAll(file);
        lenient = new ServerProperties(all);
    }

    /** For keys that the original takes with any value. */
    ServerProperties lenient() {
        return lenient;
    }

    /** The value as it stands, if it is not blank. */
    Optional<String> text(String key) {
        read.add(key);
        return Optional.ofNullable(all.get(key)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Empty if the value is blank. */
    List<String> list(String key) {
        return items(text(key).orElse(""));
    }

    /** What stands between commas; blank ones are left out. */
    static List<String> items(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    boolean flag(String key, boolean standard) throws InvalidConfigException {
        Optional<String> value = text(key);
        if (value.isEmpty()) return standard;
        return switch (value.get().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidConfigException(key + ": '" + value.get() + "' is neither true nor false");
        };
    }

    int integer(String key, int standard, int min, int max) throws InvalidConfigException {
        Optional<String> value = text(key);
        if (value.isEmpty()) return standard;
        try {
            int number = Integer.parseInt(value.get());
            if (number >= min && number <= max) return number;
            throw new InvalidConfigException("%s: %d is not within %d and %d".formatted(key, number, min, max));
        } catch (NumberFormatException e) {
            throw new InvalidConfigException(key + ": '" + value.get() + "' is not a number that fits");
        }
    }

    boolean isSet(String key) {
        return text(key).isPresent();
    }

    /** Says that it is known, where its value does not matter. */
    void know(String key) {
        read.add(key);
    }

    Map<String, String> all() {
        return all;
    }

    /** What anybody has asked for, set or not. */
    Set<String> read() {
        Set<String> all = new HashSet<>(read);
        all.addAll(lenient.read());
        return all;
    }

    boolean wasRead(String key) {
        return read.contains(key) || lenient.wasRead(key);
    }
}
