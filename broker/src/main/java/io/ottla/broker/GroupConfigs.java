package io.ottla.broker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigException;

/**
 * What can be configured of a group ({@code group-configs.txt}) and of a subscription to clients' metrics ({@code
 * metrics-configs.txt}, KIP-714).
 */
final class GroupConfigs {
    static final ConfigTable TABLE = ConfigTable.read("group-configs.txt");
    static final ConfigTable METRICS = ConfigTable.read("metrics-configs.txt");

    private static final Set<String> SELECTORS = Set.of(
            "client_instance_id",
            "client_id",
            "client_software_name",
            "client_software_version",
            "client_source_address",
            "client_source_port");

    private GroupConfigs() {}

    /**
     * What is wrong with what is set for a group, as a sentence; empty if nothing is.
     *
     * @param broker whose {@code group.*.min.*} and {@code group.*.max.*} are the bounds
     */
    static Optional<String> flaw(Map<String, String> values, EffectiveConfigs broker) {
        Optional<String> flaw = flaw(TABLE, values, "group");
        if (flaw.isPresent()) return flaw;
        for (String name : new TreeSet<>(values.keySet())) {
            Optional<String> outside = outOfBounds(name, values.get(name), broker);
            if (outside.isPresent()) return outside;
        }
        for (String kind : List.of("consumer", "share", "streams")) {
            String session = kind + ".session.timeout.ms";
            String heartbeat = kind + ".heartbeat.interval.ms";
            if (number(session, values, broker) <= number(heartbeat, values, broker))
                return Optional.of(session + " must be greater than " + heartbeat);
        }
        return Optional.empty();
    }

    /** {@code streams.session.timeout.ms} is bounded by {@code group.streams.min.session.timeout.ms} and its like. */
    private static Optional<String> outOfBounds(String name, String value, EffectiveConfigs broker) {
        int dot = name.indexOf('.');
        String kind = name.substring(0, dot);
        // the one whose bound is named otherwise
        String what = name.substring(dot + 1).replace("num.standby", "standby");
        String min = "group." + kind + ".min." + what;
        String max = "group." + kind + ".max." + what;
        if (BrokerConfigs.TABLE.find(min).isPresent() && Long.parseLong(value.strip()) < broker.number(min))
            return Optional.of(name + " must be greater than or equal to " + min);
        if (BrokerConfigs.TABLE.find(max).isPresent() && Long.parseLong(value.strip()) > broker.number(max))
            return Optional.of(name + " must be less than or equal to " + max);
        return Optional.empty();
    }

    private static long number(String name, Map<String, String> values, EffectiveConfigs broker) {
        String set = values.get(name);
        return set != null ? Long.parseLong(set.strip()) : broker.number("group." + name);
    }

    /** What is wrong with the values of a subscription to clients' metrics, as a sentence; empty if nothing is. */
    static Optional<String> metricsFlaw(Map<String, String> values) {
        for (String name : new TreeSet<>(values.keySet())) {
            if (METRICS.find(name).isEmpty()) return Optional.of("Unknown client metrics configuration: " + name);
        }
        return flaw(METRICS, values, "client metrics");
    }

    /** What is wrong with the clients that such a subscription selects, as a sentence; empty if nothing is. */
    static Optional<String> selectorFlaw(Map<String, String> values) {
        for (String selector : values.getOrDefault("match", "").split(",", -1)) {
            String[] parts = selector.strip().split("=", -1);
            boolean isSound = parts.length == 2 && SELECTORS.contains(parts[0].strip());
            if (!selector.isBlank() && !isSound)
                return Optional.of("Illegal client matching pattern: " + selector.strip());
        }
        return Optional.empty();
    }

    private static Optional<String> flaw(ConfigTable table, Map<String, String> values, String what) {
        try {
            table.normalized(values, what);
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(e.getMessage());
        }
    }
}
