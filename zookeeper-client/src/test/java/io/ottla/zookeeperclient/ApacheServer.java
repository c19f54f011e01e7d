package io.ottla.zookeeperclient;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;

/** Apache's own server, in this process. */
final class ApacheServer implements AutoCloseable {
    private static final int TICK_MS = 200;

    private final Path folder;
    private final NIOServerCnxnFactory connections;
    private final ZooKeeperServer server;

    ApacheServer() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("zookeeper");
        server = new ZooKeeperServer(new FileTxnSnapLog(folder.toFile(), folder.toFile()), TICK_MS, "");
        connections = new NIOServerCnxnFactory();
        connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        connections.startup(server);
    }

    int port() {
        return connections.getLocalPort();
    }

    /** As if the session had not been heard of for too long. */
    void expireAllSessions() {
        server.getSessionTracker().globalSessions().forEach(server::closeSession);
    }

    @Override
    public void close() {
        connections.shutdown();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
