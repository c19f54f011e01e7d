package io.ottla.node;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What became of {@link Node#start}. */
public sealed interface StartResult {

    /**
     * The node serves.
     *
     * @param advertised where Kafka clients of each listener connect to, by its name; the ports are those bound
     * @param zookeeper where ZooKeeper clients connect to, as {@code host:port}
     * @param admin where the admin commands are, as {@code host:port}
     */
    record Started(Map<String, ListenerConfig> advertised, List<String> zookeeper, Optional<String> admin)
            implements StartResult {}

    /** The node does not run and holds nothing any more. */
    record Failed(String sentence) implements StartResult {}
}
