package io.ottla.cli;

import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    @Parameters(index = "0", arity = "0..1")
    String address;

    @Override
    public Integer call() throws CommandFailed, IOException, InterruptedException {
        if (address != null) {
            produce(address);
            consume(address);
            return 0;
        }
        Path folder = Files.createTempDirectory("ottla-train");
        try {
            serve(folder);
            serve(folder);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
            }
        }
        return 0;
    }

    private static void serve(Path folder) throws CommandFailed, IOException, InterruptedException {
        List<String> overrides = List.of(
                "listeners=PLAINTEXT://localhost:0",
                "log.dirs=" + folder.resolve("kafka"),
                "dataDir=" + folder.resolve("zookeeper"),
                "clientPort=0",
                "group.initial.rebalance.delay.ms=0");
        NodeConfig config = StartCommand.config(new ConfigFile(null, overrides));
        NodeProcess process = new NodeProcess(config);
        switch (process.start()) {
            case StartResult.Failed(String sentence) -> throw new CommandFailed(sentence);
            case StartResult.Started started ->
                runClients(started.advertised().values().iterator().next().address());
        }
        process.stop();
    }

    private static void runClients(String bootstrap) throws IOException, InterruptedException {
        Process clients = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        System.getProperty("java.class.path"),
                        "train",
                        bootstrap)
                .inheritIO()
                .start();
        if (!clients.waitFor(CLIENTS_S_MAX, TimeUnit.SECONDS)) clients.destroyForcibly();
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
