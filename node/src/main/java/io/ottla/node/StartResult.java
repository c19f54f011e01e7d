package io.ottla.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What became of {@link Node#start}. */
public sealed interface StartResult {

    /**
     * The node serves.
     *
     * @param advertised where Kafka clients of each listener connect to, by its name; the ports are those bound
     * @param bound what each of these listeners is bound to, by its name
     * @param zookeeper where ZooKeeper clients connect to
     * @param admin where the admin commands are
     * @param metrics where Prometheus' metrics are
     * @param data where the data is
     */
    record Started(
            Map<String, ListenerConfig> advertised,
            Map<String, Address> bound,
            List<Address> zookeeper,
            Optional<Address> admin,
            Optional<Address> metrics,
            List<Data> data)
            implements StartResult {

        /** @param isNew whether this start has found nothing there */
        public record Data(Path directory, boolean isNew) {}
    }

    /** The node does not run and holds nothing any more. */
    record Failed(String sentence) implements StartResult {}
}
