package io.ottla.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigException;

/** What can be configured of a topic; {@code topic-configs.txt} has the list. */
final class TopicConfigs {
    static final ConfigTable TABLE = ConfigTable.read("topic-configs.txt");

    private TopicConfigs() {}

    /** What is wrong with what is set for a topic, as a sentence; empty if nothing is. */
    static Optional<String> flaw(Map<String, String> values) {
        Map<String, String> normalized;
        try {
            normalized = new HashMap<>(TABLE.normalized(values, "topic"));
        } catch (ConfigException e) {
            return Optional.of(e.getMessage());
        }
        TABLE.keys().forEach((name, key) -> key.standard().ifPresent(value -> normalized.putIfAbsent(name, value)));
        long minLagMs = Long.parseLong(normalized.get("min.compaction.lag.ms"));
        long maxLagMs = Long.parseLong(normalized.get("max.compaction.lag.ms"));
        if (minLagMs > maxLagMs)
            return Optional.of("conflict topic config setting min.compaction.lag.ms (" + minLagMs
                    + ") > max.compaction.lag.ms (" + maxLagMs + ")");
        return Optional.empty();
    }

    /**
     * All keys with what holds for a topic that sets nothing, given what the broker has.
     *
     * @param broker from a broker's key to its effective value, synonyms resolved; empty if it has none
     */
    static Map<String, String> defaults(Function<String, Optional<String>> broker) {
        Map<String, String> defaults = new HashMap<>();
        TABLE.keys().forEach((name, key) -> {
            Optional<String> fromBroker = key.related().isEmpty()
                    ? Optional.empty()
                    : broker.apply(key.related().getFirst());
            // a broker may have what a topic may not: any negative retention is none
            fromBroker
                    .flatMap(value -> key.held(value).value())
                    .or(key::standard)
                    .ifPresent(value -> defaults.put(name, value));
        });
        return defaults;
    }
}
