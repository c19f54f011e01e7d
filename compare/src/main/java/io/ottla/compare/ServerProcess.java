package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/** One server, running on a folder of its own, on a port of the loopback address that was free. */
final class ServerProcess implements AutoCloseable {
    /** Apache ZooKeeper's own default (ZK_SERVER_HEAP in bin/zkEnv.sh), MB of 2^20 bytes. */
    static final int ZOOKEEPER_HEAP_MB = 1000;

    static final int ZOOKEEPER_TICK_MS = 2000;

    private static final long START_S_MAX = 180;
    private static final long STOP_S_MAX = 120;
    private static final long PROBE_MS = 3;
    private static final int LOG_LINES = 15;

    private final Contender contender;
    private final Children children;
    private final Path folder;
    private final int port;
    private final IntPredicate answers;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private Process process;
    private double startS;

    private ServerProcess(
            Contender contender, Children children, Path folder, Service service, Map<String, String> settings) {
        this.contender = contender;
        this.children = children;
        this.folder = folder;
        port = FreePorts.one();
        if (service == Service.KAFKA) {
            answers = MetadataProbe::answers;
            properties.put("listeners", "PLAINTEXT://127.0.0.1:" + port);
            properties.put("log.dirs", dataFolder().toString());
            properties.put("group.initial.rebalance.delay.ms", "0");
        } else {
            answers = ZooKeeperSession::answers;
            properties.put("clientPort", String.valueOf(port));
            properties.put("clientPortAddress", "127.0.0.1");
            properties.put("dataDir", zooKeeperFolder(folder).toString());
            properties.put("tickTime", String.valueOf(ZOOKEEPER_TICK_MS));
            properties.put("maxClientCnxns", "0");
        }
        settings.forEach((key, value) -> properties.put(key, value.replace("{port}", String.valueOf(port))));
    }

    /** Where a ZooKeeper server that runs in this folder has its data. */
    static Path zooKeeperFolder(Path folder) {
        return folder.resolve("zookeeper");
    }

    /** @param settings over ours; {@code {port}} in a value is the port that clients come to */
    static ServerProcess start(
            Contender contender, Children children, Path folder, Service service, Map<String, String> settings)
            throws LoadFailedException, InterruptedException {
        ServerProcess server = new ServerProcess(contender, children, folder, service, settings);
        try {
            server.start();
        } catch (LoadFailedException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Starts it, again on what it left, and waits until it answers: a Metadata request, or a read of the root in a session. */
    void start() throws LoadFailedException, InterruptedException {
        Contender.Command command = contender.prepare(folder, properties);
        ProcessBuilder builder = new ProcessBuilder(command.words())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log()));
        builder.environment().putAll(command.environment());
        long beginNs = System.nanoTime();
        try {
            process = children.start(builder);
        } catch (IOException e) {
            throw new LoadFailedException(contender.name() + " cannot be started: " + e.getMessage() + ".");
        }
        while (!answers.test(port)) {
            if (process.waitFor(PROBE_MS, TimeUnit.MILLISECONDS))
                throw new LoadFailedException(
                        contender.name() + " ended while it started. Its last lines:\n" + lastLines());
            if (System.nanoTime() - beginNs > TimeUnit.SECONDS.toNanos(START_S_MAX))
                throw new LoadFailedException(
                        contender.name() + " did not answer in " + START_S_MAX + " s. Its last lines:\n" + lastLines());
        }
        startS = (System.nanoTime() - beginNs) / 1e9;
    }

    private File log() {
        return folder.resolve("server.log").toFile();
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log().toPath());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(its log cannot be read: " + e.getMessage() + ")";
        }
    }

    /** How long the last start took, from the process's start to the first answer. */
    double startS() {
        return startS;
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    ProcessFigures figures() {
        return new ProcessFigures(process.pid());
    }

    /** Kafka's log directory. */
    Path dataFolder() {
        return folder.resolve("data");
    }

    Path folder() {
        return folder;
    }

    /** Stops it in order (SIGTERM). @return how long it took, seconds */
    double stop() throws LoadFailedException, InterruptedException {
        long beginNs = System.nanoTime();
        process.destroy();
        if (!process.waitFor(STOP_S_MAX, TimeUnit.SECONDS))
            throw new LoadFailedException(contender.name() + " did not stop in " + STOP_S_MAX + " s.");
        children.forget(process);
        return (System.nanoTime() - beginNs) / 1e9;
    }

    /** Ends it without any chance to tidy up (SIGKILL). */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        children.forget(process);
    }

    /** Nothing runs afterwards. */
    @Override
    public void close() {
        if (process == null) return;
        process.destroyForcibly();
        process.onExit()
                .orTimeout(STOP_S_MAX, TimeUnit.SECONDS)
                .exceptionally(late -> process)
                .join();
        children.forget(process);
    }
}
