package io.ottla.compat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A node as a user starts it: {@code ./ottla start}, in a process of its own. Its coordination service is its own too, or
 * with {@code -Dottla.coordination=external} an {@link ExternalZookeeper}.
 */
final class OttlaProcess implements AutoCloseable {
    private static final Path ROOT =
            Path.of(System.getProperty("ottla.root", "..")).toAbsolutePath().normalize();
    private static final long READY_MS_MAX = 30_000;

    private final Path home;
    private final int port;
    private final List<String> overrides;
    private final String jvmOptions;
    private Process process;

    /** @param overrides {@code key=value} pairs for {@code --override} */
    OttlaProcess(Path home, String... overrides) throws IOException {
        this(home, "", List.of(overrides));
    }

    /** With a heap of its own size, such as {@code 128m}. */
    static OttlaProcess withHeap(Path home, String size, String... overrides) throws IOException {
        return new OttlaProcess(home, "-Xmx" + size, List.of(overrides));
    }

    private OttlaProcess(Path home, String jvmOptions, List<String> overrides) throws IOException {
        this.home = home;
        this.jvmOptions = jvmOptions;
        this.port = freePort();
        this.overrides = new ArrayList<>(overrides);
        this.overrides.addAll(ExternalZookeeper.overrides());
        start();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Starts the node, on the same port and data as before, and returns when it says that it is ready. */
    void start() throws IOException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("ottla").toString(), "start"));
        command.add("--override");
        command.add("listeners=PLAINTEXT://localhost:" + port);
        for (String override : overrides) {
            command.add("--override");
            command.add(override);
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("OTTLA_BUILD", "never"); // the build that runs this test has made it
        if (!jvmOptions.isEmpty())
            builder.environment().merge("OTTLA_JVM_OPTIONS", jvmOptions, (own, more) -> own + " " + more);
        process = builder.start();
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(() -> reader.lines().forEach(lines::add));
        try {
            String line = lines.poll(READY_MS_MAX, TimeUnit.MILLISECONDS);
            if (line == null || !process.isAlive())
                throw new IllegalStateException("the node did not become ready; its log: " + tail());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String bootstrap() {
        return "localhost:" + port;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    Path home() {
        return home;
    }

    Path log() {
        return home.resolve("ottla.log");
    }

    String tail() {
        try {
            List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGTERM; returns when it is gone. */
    int stop() {
        process.destroy();
        await();
        return process.exitValue();
    }

    private void await() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the node did not stop within 30 s; its log: " + tail());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) stop();
    }
}
