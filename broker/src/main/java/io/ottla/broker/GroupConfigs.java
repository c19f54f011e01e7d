package io.ottla.broker;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /** What is wrong with what is set for a group, as a sentence; empty if nothing is. */
    static Optional<String> flaw(Map<String, String> values) {
        return flaw(TABLE, values, "group");
    }

    /** What is wrong with a subscription to clients' metrics, as a sentence; empty if nothing is. */
    static Optional<String> metricsFlaw(Map<String, String> values) {
        Optional<String> flaw = flaw(METRICS, values, "client metrics");
        if (flaw.isPresent()) return flaw;
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
