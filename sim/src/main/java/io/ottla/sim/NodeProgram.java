package io.ottla.sim;

import io.ottla.base.Counters;
import io.ottla.node.InvalidConfigException;
import io.ottla.node.Node;
import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A node, as the launcher starts it, on a machine of the virtual world. One object for each start. */
public final class NodeProgram implements Program {
    /** Where its Kafka listener is. */
    public static final int PORT = 9092;

    private static final Path HOME = Path.of("/ottla");

    private final NodeConfig config;
    private final Counters counters = new Counters();
    private Optional<StartResult> started = Optional.empty();
    private Optional<String> gaveUp = Optional.empty();

    /** @param properties of {@code server.properties}, beside what every simulation sets */
    public NodeProgram(Map<String, String> properties) {
        Map<String, String> all = new TreeMap<>(properties);
        all.putIfAbsent("listeners", "PLAINTEXT://127.0.0.1:" + PORT);
        all.putIfAbsent("broker.id", "0");
        try {
            config = NodeConfig.parse(all, HOME, () -> "localhost");
        } catch (InvalidConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private NodeProgram(NodeConfig config) {
        this.config = config;
    }

    /** The coordination service alone, from the lines of a {@code zoo.cfg}. */
    public static NodeProgram zookeeper(Map<String, String> zooCfg) {
        try {
            return new NodeProgram(NodeConfig.parseZooCfg(zooCfg, Map.of(), HOME));
        } catch (InvalidConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public Running start(Environment environment) {
        Node node = new Node(
                config,
                new Node.Environment(
                        environment.clock(),
                        environment.network(),
                        environment.disk(),
                        environment.limits(),
                        environment.random(),
                        counters,
                        environment.faultHandler(),
                        new NothingOutside(),
                        why -> gaveUp = Optional.of(why)));
        node.start(result -> started = Optional.of(result));
        return stopped -> node.stop(result -> stopped.run());
    }

    /** Empty until the node serves or gives up. */
    public Optional<StartResult> started() {
        return started;
    }

    /** Why the process would have ended by itself; empty while it goes on. */
    public Optional<String> gaveUp() {
        return gaveUp;
    }

    public boolean serves() {
        return started.filter(result -> result instanceof StartResult.Started).isPresent();
    }

    public Counters counters() {
        return counters;
    }
}
