package io.ottla.zookeeperserver;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Settings as the original reads its system properties ({@code Integer.getInteger}, {@code Boolean.parseBoolean}): no value stops the start. One
 * that is of no use is passed over, and something else holds; where that is not what the value says, a sentence tells it.
 */
public final class ServerProperties {
    private final Map<String, String> values;
    private final Set<String> read = new HashSet<>();
    private final Map<String, String> warnings = new LinkedHashMap<>();

    public ServerProperties(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    Map<String, String> all() {
        return values;
    }

    /** Without the space around it; empty if it is blank. */
    public Optional<String> text(String key) {
        read.add(key);
        return Optional.ofNullable(values.get(key)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** What is not true is false. */
    public boolean flag(String key, boolean standard) {
        Optional<String> value = text(key);
        if (value.isEmpty()) return standard;
        boolean isTrue = value.get().equalsIgnoreCase("true");
        if (!isTrue && !value.get().equalsIgnoreCase("false")) tell(key, "false", "only true is true");
        return isTrue;
    }

    /**
     * For those keys with which the original is strict (parseBoolean of its QuorumPeerConfig).
     *
     * @throws IllegalArgumentException if it is neither true nor false
     */
    public boolean strictFlag(String key, boolean standard) {
        Optional<String> value = text(key);
        if (value.isEmpty()) return standard;
        if (value.get().equalsIgnoreCase("true")) return true;
        if (value.get().equalsIgnoreCase("false")) return false;
        throw new IllegalArgumentException(key + "=" + value.get() + " is neither true nor false");
    }

    /** Decimal, or hexadecimal after {@code 0x}. */
    public int integer(String key, int standard) {
        return integer(key, standard, Integer.MIN_VALUE, 0);
    }

    /** @param below what holds instead of a number below {@code min} */
    public int integer(String key, int standard, int min, int below) {
        return (int) number(key, standard, min, below, Integer.MAX_VALUE);
    }

    public long number(String key, long standard, long min, long below) {
        return number(key, standard, min, below, Long.MAX_VALUE);
    }

    private long number(String key, long standard, long min, long below, long typeMax) {
        Optional<String> value = text(key);
        if (value.isEmpty()) return standard;
        try {
            long number = Long.decode(value.get());
            boolean fits = number <= typeMax && number >= -typeMax - 1;
            if (fits && number >= min) return number;
            if (fits) {
                tell(key, Long.toString(below), "the least is " + min);
                return below;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        tell(key, Long.toString(standard), "it is not a number that fits");
        return standard;
    }

    /**
     * That the value of the key is not what holds.
     *
     * @param holds what does
     */
    public void tell(String key, String holds, String why) {
        warnings.put(key, "%s=%s is taken as %s: %s".formatted(key, values.get(key), holds, why));
    }

    /** What somebody has asked for, set or not. */
    public Set<String> read() {
        return Collections.unmodifiableSet(read);
    }

    /** Whether somebody has asked for the key. */
    public boolean wasRead(String key) {
        return read.contains(key);
    }

    /** A sentence for each value that was not taken as it stands, in the order of reading. */
    public List<String> warnings() {
        return List.copyOf(warnings.values());
    }
}
