package io.ottla.compat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A ZooKeeper server in a process of its own, ours or Apache's, from the same zoo.cfg. */
final class ZkServer implements AutoCloseable {
    private static final Path ROOT =
            Path.of(System.getProperty("ottla.root", "..")).toAbsolutePath().normalize();
    private static final long READY_MS_MAX = 60_000;
    static final int TICK_MS = 200;

    /** Which program serves. */
    enum Kind {
        APACHE_3_9,
        APACHE_3_4,
        OTTLA;

        /** What the tests of outside clients run against: ours, or with {@code -Dottla.zk=APACHE_3_9} the original. */
        static Kind tested() {
            return valueOf(System.getProperty("ottla.zk", "OTTLA"));
        }
    }

    private final Kind kind;
    private final Path home;
    private final int port;
    private final List<String> lines;
    private final List<String> jvmOptions;
    private Process process;

    /**
     * Starts a server with its data in {@code home/data}.
     *
     * @param lines of zoo.cfg beside dataDir, clientPort and the tick of {@link #TICK_MS}; they replace those of the same key
     */
    ZkServer(Kind kind, Path home, String... lines) throws IOException {
        this(kind, home, OttlaProcess.freePort(), lines);
    }

    ZkServer(Kind kind, Path home, int port, String... lines) throws IOException {
        this(kind, home, port, List.of(), lines);
    }

    /** @param jvmOptions of the process */
    ZkServer(Kind kind, Path home, int port, List<String> jvmOptions, String... lines) throws IOException {
        this.jvmOptions = List.copyOf(jvmOptions);
        this.kind = kind;
        this.home = Files.createDirectories(home);
        this.port = port;
        this.lines = List.of(lines);
        start();
    }

    /** The jars of one of {@code compat/peers}, as a class path. */
    static String jars(String peer) {
        return ROOT.resolve("compat/peers/" + peer + "/target/jars") + "/*";
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classPath(String peer) {
        String path = Path.of("target", "classes").toAbsolutePath() + ":" + jars(peer);
        return peer.equals("zookeeper34") ? Path.of("target", "zookeeper34").toAbsolutePath() + ":" + path : path;
    }

    /** Compiles what the client of 3.4 needs to find a server on this Java. */
    static void repairClient34() {
        Path source = Path.of("src/test/resources/zookeeper34/StaticHostProvider.java")
                .toAbsolutePath();
        Path classes = Path.of("target", "zookeeper34").toAbsolutePath();
        Program run = Program.run(
                Path.of("target"),
                60,
                "",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                        "-proc:none",
                        "-cp",
                        jars("zookeeper34"),
                        "-d",
                        classes.toString(),
                        source.toString()));
        if (run.exit() != 0) throw new IllegalStateException(run.text());
    }

    /** Runs a program of {@code src/main} with the jars of a peer. */
    static Program runJava(Path directory, long secondsMax, String peer, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx300m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(peer),
                program.getName()));
        command.addAll(List.of(arguments));
        return Program.run(directory, secondsMax, "", command);
    }

    /** Starts it on the same port and data as before; returns when it serves. */
    void start() throws IOException {
        Path cfg = Files.write(home.resolve("zoo.cfg"), config());
        List<String> command = new ArrayList<>();
        switch (kind) {
            case OTTLA -> command.addAll(List.of(ROOT.resolve("ottla").toString(), "start", cfg.toString()));
            case APACHE_3_9 -> command.addAll(apache("zookeeper39", cfg));
            case APACHE_3_4 -> command.addAll(apache("zookeeper34", cfg));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("OTTLA_BUILD", "never"); // the build that runs this test has made it
        if (kind == Kind.OTTLA && !jvmOptions.isEmpty())
            builder.environment().put("OTTLA_JVM_OPTIONS", String.join(" ", jvmOptions));
        process = builder.start();
        long untilMs = System.currentTimeMillis() + READY_MS_MAX;
        while (!serves()) {
            if (!process.isAlive() || System.currentTimeMillis() > untilMs) {
                process.destroyForcibly();
                throw new IllegalStateException(kind + " did not start; its log: " + tail());
            }
            pause(process);
        }
    }

    private List<String> apache(String peer, Path cfg) throws IOException {
        Files.writeString(home.resolve("logback.xml"), "<configuration><root level=\"WARN\"/></configuration>");
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx600m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + home.resolve("logback.xml")));
        command.addAll(jvmOptions);
        // for these it looks among the system properties without zookeeper. in front, where zoo.cfg does not bring them
        for (String line : lines) if (line.startsWith("znode.container.")) command.add("-D" + line);
        command.addAll(List.of("-cp", jars(peer), "org.apache.zookeeper.server.quorum.QuorumPeerMain", cfg.toString()));
        return command;
    }

    private List<String> config() {
        List<String> own = Stream.of(
                        "tickTime=" + TICK_MS,
                        "dataDir=" + home.resolve("data"),
                        "clientPort=" + port,
                        "clientPortAddress=127.0.0.1",
                        "maxSessionTimeout=60000",
                        "maxClientCnxns=0",
                        "4lw.commands.whitelist=*",
                        "admin.enableServer=false")
                .filter(line -> lines.stream().noneMatch(other -> key(other).equals(key(line))))
                .collect(Collectors.toCollection(ArrayList::new));
        own.addAll(lines);
        return own;
    }

    private static String key(String line) {
        return line.substring(0, line.indexOf('='));
    }

    private boolean serves() {
        try {
            return word("srvr").contains("Zookeeper version");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The answer to a four-letter word. */
    String word(String word) throws IOException {
        try (ZkSocket socket = new ZkSocket(port)) {
            socket.send(word.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.receiveAll(), StandardCharsets.UTF_8);
        }
    }

    /** A moment, unless the process ends before. */
    private static void pause(Process process) {
        try {
            boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
            if (ended) return;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Kind kind() {
        return kind;
    }

    int port() {
        return port;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    Path data() {
        return home.resolve("data");
    }

    Path log() {
        return home.resolve("server.log");
    }

    String tail() {
        try {
            List<String> all = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
            return String.join("\n", all.subList(Math.max(0, all.size() - 30), all.size()));
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGTERM; returns when it is gone. */
    void stop() {
        process.destroy();
        await();
    }

    private void await() {
        try {
            if (process.waitFor(30, TimeUnit.SECONDS)) return;
            process.destroyForcibly();
            throw new IllegalStateException(kind + " did not stop within 30 s; its log: " + tail());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) stop();
    }
}
