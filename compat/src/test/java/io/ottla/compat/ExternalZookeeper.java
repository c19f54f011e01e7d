package io.ottla.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The Apache ZooKeeper 3.9.5 that all nodes of a run of the tests share, each with a chroot of its own: with {@code
 * -Dottla.coordination=external} the broker's tests are asked of a broker whose cluster's state is elsewhere.
 */
final class ExternalZookeeper {
    /** So long a node that was killed stays registered, and its successor waits. */
    private static final int SESSION_MS = 1500;

    private static final boolean WANTED =
            System.getProperty("ottla.coordination", "embedded").equals("external");
    private static final AtomicInteger NODES = new AtomicInteger();

    private ExternalZookeeper() {}

    /** Begun with the first node, ended with this process. */
    private static final class Shared {
        static final ZkServer SERVER = begin();

        private static ZkServer begin() {
            try {
                Path home = Files.createTempDirectory("ottla-zookeeper");
                ZkServer server = new ZkServer(ZkServer.Kind.APACHE_3_9, home);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.kill();
                    delete(home);
                }));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path home) {
            try (Stream<Path> all = Files.walk(home)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What a new node is told; nothing, if its coordination service is to be its own. */
    static List<String> overrides() {
        if (!WANTED) return List.of();
        return List.of(
                "zookeeper.connect=%s/node%d".formatted(Shared.SERVER.address(), NODES.incrementAndGet()),
                "zookeeper.session.timeout.ms=" + SESSION_MS,
                "zookeeper.connection.timeout.ms=30000");
    }
}
