package io.ottla.cli;

import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code ottla train}: a node starts, is written to and read from, and stops; twice, for most starts find a directory. The
 * launcher runs it once after a build, for the virtual machine to record which classes a node needs and which of its
 * methods are hot (its AOT cache, JEP 483, 514 and 515).
 *
 * <p>The clients are a process of their own, {@code ottla train ADDRESS}: what only they need would make every node larger.
 * The commands have a cache of their own, for which {@code ottla train commands} runs some of each kind on a node beside it.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
    private static final String TOPIC = "train";
    private static final int RECORDS = 20_000;
    private static final int RECORD_BYTES = 200;
    private static final int BATCH_BYTES = 1_000;
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int POLLS_MAX = 30;
    private static final long CLIENTS_S_MAX = 60;
    private static final String COMMANDS = "commands";

    /** How often a node that is starting is looked for; each time takes most of a second. */
    private static final int LOOKS_MAX = 60;

    private static final List<String> COMMAND_LINES = List.of(
            "topic create train --partitions 2",
            "topic create train --if-not-exists --json",
            "topic list",
            "topic list --json",
            "topic describe train",
            "topic alter train --config retention.ms=1000",
            "produce train --key-separator : --file LINES",
            "consume train --to-end --format json --keys",
            "consume train --group trained --to-end",
            "group list",
            "group describe trained",
            "group reset trained --topic train --to beginning",
            "group delete trained",
            "topic delete train");

    @Parameters(index = "0", arity = "0..1")
    String address;

    @Override
    public Integer call() throws CommandFailed, IOException, InterruptedException {
        if (COMMANDS.equals(address)) {
            inFolder(TrainCommand::runCommands);
            return 0;
        }
        if (address != null) {
            produce(address);
            consume(address);
            return 0;
        }
        inFolder(folder -> {
            serve(folder);
            serve(folder);
        });
        return 0;
    }

    @FunctionalInterface
    private interface Work {
        void in(Path folder) throws CommandFailed, IOException, InterruptedException;
    }

    private static void inFolder(Work work) throws CommandFailed, IOException, InterruptedException {
        Path folder = Files.createTempDirectory("ottla-train");
        try {
            work.in(folder);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
            }
        }
    }

    private static List<String> overrides(Path folder, int port) {
        return List.of(
                "listeners=PLAINTEXT://localhost:" + port,
                "log.dirs=" + folder.resolve("kafka"),
                "dataDir=" + folder.resolve("zookeeper"),
                "clientPort=0",
                "group.initial.rebalance.delay.ms=0");
    }

    private static void serve(Path folder) throws CommandFailed, IOException, InterruptedException {
        NodeConfig config = StartCommand.config(new ConfigFile(null, overrides(folder, 0)));
        NodeProcess process = new NodeProcess(config);
        switch (process.start()) {
            case StartResult.Failed(String sentence) -> throw new CommandFailed(sentence);
            case StartResult.Started started ->
                runClients(started.advertised().values().iterator().next().address());
        }
        process.stop();
    }

    private static void runClients(String bootstrap) throws IOException, InterruptedException {
        Process clients = java("train", bootstrap);
        if (!clients.waitFor(CLIENTS_S_MAX, TimeUnit.SECONDS)) clients.destroyForcibly();
    }

    private static Process java(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("java.class.path")));
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words).inheritIO().start();
    }

    /** Some of each kind, as a person types them, on a node beside this process. */
    private static void runCommands(Path folder) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> start = new ArrayList<>(List.of("start"));
        for (String override : overrides(folder, port)) start.addAll(List.of("--override", override));
        Process node = java(start.toArray(String[]::new));
        try {
            String address = "localhost:" + port;
            int looks = 0;
            while (node.isAlive() && !BrokerDoor.isOpen(address) && looks < LOOKS_MAX) looks++;
            String lines =
                    Files.writeString(folder.resolve("lines.txt"), "a:1\nb:2\n").toString();
            for (String command : COMMAND_LINES)
                Main.run((command.replace("LINES", lines) + " -b " + address).split(" ", -1));
        } finally {
            node.destroy();
            if (!node.waitFor(CLIENTS_S_MAX, TimeUnit.SECONDS)) node.destroyForcibly();
        }
    }

    private static void produce(String bootstrap) {
        Map<String, Object> properties = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap, ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                // one that is lost only makes the training shorter
                var unused = producer.send(new ProducerRecord<>(TOPIC, new byte[RECORD_BYTES]));
            }
            producer.flush();
        }
    }

    private static void consume(String bootstrap) {
        Map<String, Object> properties = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                ConsumerConfig.GROUP_ID_CONFIG, TOPIC,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            int read = 0;
            for (int polls = 0; read < RECORDS && polls < POLLS_MAX; polls++)
                read += consumer.poll(POLL).count();
            consumer.commitSync();
        }
    }
}
