package io.ottla.broker;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * One thing that can be configured.
 *
 * @param standard its value if nobody sets it, as text; empty if it has none
 * @param change who may change it while the broker runs
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
        Optional<ConfigDef.Validator> validator,
        boolean isServed,
        List<String> related,
        String documentation) {

    /** Who may change it while the broker runs. */
    enum Change {
        NOBODY,
        ONE_BROKER,
        CLUSTER
    }

    /**
     * The value as Kafka would print it: without surrounding blanks, lists with single commas.
     *
     * @throws ConfigException if it is not allowed; the message is for people
     */
    String normalized(String value) {
        Object parsed = ConfigDef.parseType(name, value, type);
        if (validator.isPresent()) validator.get().ensureValid(name, parsed);
        // a password would print itself as stars
        return isSensitive() ? value.strip() : ConfigDef.convertToString(parsed, type);
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
