package io.ottla.cli;

import io.ottla.node.InvalidConfigException;
import io.ottla.node.ListenerConfig;
import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
            "Without configuration Kafka clients find it on localhost:9092, and its data is in the folder ottla-data."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla start",
            "  ottla start config/server.properties --override log.dirs=/data/kafka",
            "  ottla start --override listeners=PLAINTEXT://0.0.0.0:9092"
        })
final class StartCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(StartCommand.class);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "server.properties",
            description = "Kafka's configuration file.")
    Path file;

    @Option(
            names = "--override",
            paramLabel = "KEY=VALUE",
            description = "Sets one property, over the file. May be given again.")
    List<String> overrides = List.of();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        NodeConfig config = config(properties(file, overrides));
        if (!config.withoutEffect().isEmpty())
            LOG.warn("set, but without effect here: {}", String.join(", ", config.withoutEffect()));
        NodeProcess process = new NodeProcess(config);
        switch (process.start()) {
            case StartResult.Failed(String sentence) -> {
                process.letGo();
                throw new CommandFailed(sentence);
            }
            case StartResult.Started(Map<String, ListenerConfig> advertised) -> {
                stopOnSignal(process);
                String addresses = advertised.values().stream()
                        .map(ListenerConfig::address)
                        .collect(Collectors.joining(", "));
                System.out.println("Ottla is ready. Kafka clients connect to " + addresses + ".");
                new CountDownLatch(1).await(); // a signal ends the process
            }
        }
        return 0;
    }

    private static void stopOnSignal(NodeProcess process) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            boolean clean = false;
                            try {
                                clean = process.stop();
                                if (!clean)
                                    LOG.error("the node did not stop in time; the next start will recover its logs");
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } finally {
                                // what was asked for is no failure: 0 instead of the signal's number
                                Runtime.getRuntime().halt(clean ? 0 : 1);
                            }
                        },
                        "ottla-stop"));
    }

    static NodeConfig config(Map<String, String> properties) throws CommandFailed {
        try {
            return NodeConfig.parse(properties, Path.of("").toAbsolutePath(), StartCommand::hostName);
        } catch (InvalidConfigException e) {
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

    /** The file's properties, if there is a file, and the overrides over them. */
    static Map<String, String> properties(Path file, List<String> overrides) throws CommandFailed {
        Map<String, String> all = new LinkedHashMap<>();
        if (file != null) {
            Properties read = new Properties();
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                read.load(reader);
            } catch (NoSuchFileException e) {
                throw new CommandFailed("there is no configuration file " + file);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailed("the configuration file " + file + " cannot be read: " + e.getMessage());
            }
            read.stringPropertyNames().forEach(key -> all.put(key, read.getProperty(key)));
        }
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) throw new CommandFailed("--override " + override + ": KEY=VALUE is wanted");
            all.put(override.substring(0, equals).strip(), override.substring(equals + 1));
        }
        return all;
    }
}
