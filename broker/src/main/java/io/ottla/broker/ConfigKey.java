package io.ottla.broker;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * One thing that can be configured.
 *
 * @param standard its value if nobody sets it, as text; empty if it has none
 * @param change who may change it while the broker runs
 * @param inFile what a Kafka, 3.9 or newer, starts with, where that is more: such a file is taken, and the nearest allowed
 *     value holds
 * @param isServed whether it has an effect here; what has none is accepted and named in a warning
 * @param related for a topic's or group's key the broker's key that its default comes from, if there is one; for a
 *     broker's key all that say the same, itself included, the strongest first
 */
record ConfigKey(
        String name,
        ConfigDef.Type type,
        Optional<String> standard,
        ConfigDef.Importance importance,
        Change change,
        Allowed allowed,
        Optional<Allowed> inFile,
        boolean isServed,
        List<String> related,
        String documentation) {

    /** What holds in place of a value that nobody can read, where the default could cost records. */
    private static final Map<String, String> LOSES_NOTHING = Map.ofEntries(
            Map.entry("retention.ms", "-1"),
            Map.entry("retention.bytes", "-1"),
            Map.entry("delete.retention.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("min.compaction.lag.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("unclean.leader.election.enable", "false"),
            Map.entry("log.retention.ms", "-1"),
            Map.entry("log.retention.bytes", "-1"),
            Map.entry("log.cleaner.delete.retention.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("log.cleaner.min.compaction.lag.ms", Long.toString(Long.MAX_VALUE)));

    private static final int SAID_CHARS_MAX = 200;

    /** Who may change it while the broker runs. */
    enum Change {
        NOBODY,
        ONE_BROKER,
        CLUSTER
    }

    /**
     * What holds of a value that stands somewhere.
     *
     * @param value empty if the default holds
     * @param warning why it is not the value itself, as a sentence; empty if it is
     */
    record Held(Optional<String> value, Optional<String> warning) {}

    /**
     * The value as Kafka would print it: without surrounding blanks, lists with single commas and, where they are of known
     * words, nothing twice.
     *
     * @throws ConfigException if it is not allowed; the message is for people
     */
    String normalized(String value) {
        return normalized(value, allowed);
    }

    private String normalized(String value, Allowed by) {
        Object parsed = ConfigDef.parseType(name, value, type);
        if (by instanceof Allowed.Words) parsed = List.copyOf(new LinkedHashSet<>((List<?>) parsed));
        by.check(name, parsed);
        // a password would print itself as stars
        return isSensitive() ? value.strip() : ConfigDef.convertToString(parsed, type);
    }

    /**
     * As {@link #normalized}; for a value that only some Kafka starts with, what {@link #held} says.
     *
     * @throws ConfigException if none does
     */
    Held heldFromFile(String value) {
        if (inFile.isPresent()) {
            normalized(value, inFile.get());
            return held(value);
        }
        return new Held(Optional.of(normalized(value)), Optional.empty());
    }

    /** What holds of a value that stands in a znode, which another program may have written: the nearest that is allowed. */
    Held held(String value) {
        try {
            return new Held(Optional.of(normalized(value)), Optional.empty());
        } catch (ConfigException e) {
            String why = e.getMessage().length() <= SAID_CHARS_MAX
                    ? e.getMessage()
                    : e.getMessage().substring(0, SAID_CHARS_MAX) + "…";
            Optional<String> nearest = allowed.nearest(value, type);
            if (nearest.isPresent())
                return new Held(nearest, Optional.of(why + "; what holds is the nearest, '" + nearest.get() + "'"));
            Optional<String> safe = Optional.ofNullable(LOSES_NOTHING.get(name));
            if (safe.isPresent())
                return new Held(safe, Optional.of(why + "; what holds is '" + safe.get() + "', which loses nothing"));
            return new Held(Optional.empty(), Optional.of(why + "; what holds is the default"));
        }
    }

    /** Not for everybody: shown only where it is set. */
    boolean isInternal() {
        return name.startsWith("internal.");
    }

    /** Values that nobody shall see: passwords, and what is not known. */
    boolean isSensitive() {
        return type == ConfigDef.Type.PASSWORD;
    }
}
