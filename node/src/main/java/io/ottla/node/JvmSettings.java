package io.ottla.node;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings of the coordination service that come with the command of the virtual machine, {@code -Dzookeeper.KEY=VALUE}, as the original's own
 * scripts and images give them. What a file says stands above them; what the original takes from the file alone has no effect here either.
 */
final class JvmSettings {
    static final JvmSettings NONE = new JvmSettings(Map.of());

    private static final String PREFIX = "zookeeper.";

    /** Those that the original asks for without {@link #PREFIX}. */
    private static final Set<String> WITHOUT_PREFIX = Set.of(
            "jute.maxbuffer",
            "readonlymode.enabled",
            "znode.container.checkIntervalMs",
            "znode.container.maxPerMinute",
            "znode.container.maxNeverUsedIntervalMs");

    private static final String SLOW_SYNC = "fsync.warningthresholdms";

    /** What {@code QuorumPeerConfig} reads. */
    private static final Set<String> OF_FILE = Set.of(
            "dataDir",
            "dataLogDir",
            "clientPort",
            "clientPortAddress",
            "secureClientPort",
            "secureClientPortAddress",
            "clientPortListenBacklog",
            "tickTime",
            "maxClientCnxns",
            "minSessionTimeout",
            "maxSessionTimeout",
            "localSessionsEnabled",
            "localSessionsUpgradingEnabled",
            "reconfigEnabled");

    private static final List<String> OF_FILE_PREFIXES =
            List.of("autopurge.", "metricsProvider.", "server.", "group.", "weight.");

    private final SortedMap<String, String> names = new TreeMap<>();
    private final SortedMap<String, String> values = new TreeMap<>();

    /** @param properties the system properties; those that are not the service's are passed over */
    JvmSettings(Map<String, String> properties) {
        new TreeMap<>(properties)
                .forEach((name, value) -> key(name).ifPresent(key -> {
                    names.put(name, key);
                    if (!isOfFile(key)) values.put(key, value.strip());
                }));
    }

    private static Optional<String> key(String name) {
        // of the two that the original has for this one, the other goes before it, and so does it in the order of names
        if (WITHOUT_PREFIX.contains(name) || name.equals(SLOW_SYNC)) return Optional.of(name);
        if (!name.startsWith(PREFIX)) return Optional.empty();
        String key = name.substring(PREFIX.length());
        return Optional.of(WITHOUT_PREFIX.contains(key) ? name : key);
    }

    private static boolean isOfFile(String key) {
        return OF_FILE.contains(key)
                || ZooConfig.OF_ENSEMBLES.contains(key)
                || OF_FILE_PREFIXES.stream().anyMatch(key::startsWith);
    }

    /** By key, as it would stand in the file. */
    Map<String, String> values() {
        return values;
    }

    /** Those that change nothing, as they are given, sorted. */
    List<String> withoutEffect(Settings settings) {
        return names.entrySet().stream()
                .filter(each -> isOfFile(each.getValue()) || !settings.wasRead(each.getValue()))
                .map(each -> "-D" + each.getKey())
                .toList();
    }
}
