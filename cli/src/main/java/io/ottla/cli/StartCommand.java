package io.ottla.cli;

import io.ottla.node.InvalidConfigException;
import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import io.ottla.node.ZooConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla start}: a node in the foreground, until it is told to stop. */
@Command(
        name = "start",
        description = {
            "Runs a node in the foreground, until Ctrl-C.",
            "",
            "Without configuration Kafka clients find it on localhost:9092, ZooKeeper clients on localhost:2181, and its"
                    + " data is in the folder ottla-data. With a zoo.cfg that says nothing of Kafka it is a ZooKeeper server."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla start",
            "  ottla start conf/zoo.cfg",
            "  ottla start config/server.properties --override log.dirs=/data/kafka",
            "  ottla start --override listeners=PLAINTEXT://0.0.0.0:9092"
        })
final class StartCommand implements Callable<Integer> {
    /** It was told to stop before it served, or could not start. */
    private static final int EXIT_NOT_STARTED = 1;

    private static final Logger LOG = LoggerFactory.getLogger(StartCommand.class);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Kafka's server.properties or ZooKeeper's zoo.cfg.")
    Path file;

    @Option(
            names = "--override",
            paramLabel = "KEY=VALUE",
            description = "Sets one property, over the file. May be given again.")
    List<String> overrides = List.of();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        ConfigFile from = new ConfigFile(file, overrides);
        ConsoleLog.ofThisProcess()
                .configure(LogOptions.of(from.logging(), Path.of("").toAbsolutePath()));
        LOG.info(
                "Ottla {} starts: process {}, Java {}, a heap of {} MB, {}",
                Version.text(),
                ProcessHandle.current().pid(),
                System.getProperty("java.version"),
                Runtime.getRuntime().maxMemory() >> 20,
                file == null ? "no configuration file" : "configured by " + file);
        NodeConfig config = config(from);
        config.warnings().forEach(LOG::warn);
        NodeProcess process = new NodeProcess(config);
        stopOnSignal(process);
        switch (process.start()) {
            case StartResult.Failed(String sentence) -> {
                // a person reads it on standard error anyway
                if (ConsoleLog.ofThisProcess().isFile()) LOG.error("not started: {}", sentence);
                process.letGo();
                throw new CommandFailed(sentence);
            }
            case StartResult.Started started -> {
                System.out.println(greeting(started));
                new CountDownLatch(1).await(); // a signal ends the process
            }
        }
        return 0;
    }

    static String greeting(StartResult.Started started) {
        StringBuilder greeting =
                new StringBuilder("Ottla ").append(Version.text()).append(" is ready.");
        if (!started.advertised().isEmpty())
            greeting.append(" Kafka clients connect to ")
                    .append(started.advertised().values().stream()
                            .map(listener -> listener.address()
                                    + started.bound().get(listener.name()).besides(listener.address()))
                            .collect(Collectors.joining(", ")))
                    .append('.');
        if (!started.zookeeper().isEmpty())
            greeting.append(" ZooKeeper clients connect to ")
                    .append(started.zookeeper().stream()
                            .map(door -> door.local() + door.besides(door.local()))
                            .collect(Collectors.joining(", ")))
                    .append('.');
        started.admin()
                .ifPresent(door -> greeting.append(" Its admin commands are at http://")
                        .append(door.local())
                        .append(door.besides(door.local()))
                        .append('.'));
        started.metrics()
                .ifPresent(door -> greeting.append(" Its metrics are at http://")
                        .append(door.local())
                        .append("/metrics")
                        .append(door.besides(door.local()))
                        .append('.'));
        greeting.append(" Its data is in ")
                .append(started.data().stream()
                        .map(data -> data.directory() + (data.isNew() ? " (new)" : ""))
                        .collect(Collectors.joining(", ")))
                .append('.');
        return greeting.toString();
    }

    private static void stopOnSignal(NodeProcess process) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            int status = 1;
                            try {
                                status = stop(process);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } finally {
                                // what was asked for is no failure: 0 instead of the signal's number
                                Runtime.getRuntime().halt(status);
                            }
                        },
                        "ottla-stop"));
    }

    private static int stop(NodeProcess process) throws InterruptedException {
        if (!process.isStarted()) return EXIT_NOT_STARTED;
        LOG.info("this node stops, as it was told to by a signal (SIGTERM, or Ctrl-C)");
        long sinceNs = System.nanoTime();
        int status = process.end();
        // what was not in order has been said
        if (status == 0) LOG.info("stopped in order after {} ms", (System.nanoTime() - sinceNs) / 1_000_000);
        return status;
    }

    static NodeConfig config(ConfigFile from) throws CommandFailed {
        Path here = Path.of("").toAbsolutePath();
        Map<String, String> all = from.all();
        try {
            return ZooConfig.isAlone(from.file(), from.overrides())
                    ? NodeConfig.parseZooCfg(all, from.jvm(), here)
                    : NodeConfig.parse(all, from.jvm(), here, StartCommand::hostName);
        } catch (InvalidConfigException | InvalidPathException e) {
            throw new CommandFailed("the configuration cannot be used: " + e.getMessage());
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            LOG.warn("this machine's name has no address, so clients are told localhost; set advertised.listeners");
            return "localhost";
        }
    }
}
