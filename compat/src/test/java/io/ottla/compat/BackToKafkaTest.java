package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Who tries Ottla can go back: Apache's ZooKeeper 3.9 and Kafka 3.9 go on where it stopped, in its very directories, and it after them. */
@DisabledIfSystemProperty(named = "ottla.coordination", matches = "external", disabledReason = "nothing would be ours")
class BackToKafkaTest {
    private static final String TOPIC = "there-and-back";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final long READY_MS_MAX = 90_000;

    @TempDir
    Path home;

    @Test
    void apachesServersGoOnInOurDirectories() throws Exception {
        Path tree = home.resolve("data");
        Path logs = home.resolve("logs");
        try (OttlaProcess node = new OttlaProcess(
                home, "broker.id=1", "dataDir=" + tree, "log.dirs=" + logs, "offsets.topic.num.partitions=3")) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                NewTopic topic = new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("segment.bytes", "1048576"));
                admin.createTopics(List.of(topic)).all().get();
            }
            produce(node.bootstrap(), 0, 3000, "lz4");
            commit(node.bootstrap(), 1000);
            assertThat(node.stop()).isZero();

            byKafka(logs, tree);

            node.start();
            check(node.bootstrap(), 6000);
            assertThat(committed(node.bootstrap())).isEqualTo(2000);
            produce(node.bootstrap(), 6000, 10, "zstd");
            check(node.bootstrap(), 6010);
            assertThat(node.stop()).isZero();
        }
    }

    private void byKafka(Path logs, Path tree) throws Exception {
        int port = OttlaProcess.freePort();
        Path properties = home.resolve("server.properties");
        Process kafka = null;
        try (ZkServer zookeeper = new ZkServer(ZkServer.Kind.APACHE_3_9, home, "dataDir=" + tree, "tickTime=2000")) {
            Files.write(
                    properties,
                    List.of(
                            "broker.id=1",
                            "zookeeper.connect=" + zookeeper.address(),
                            "listeners=PLAINTEXT://127.0.0.1:" + port,
                            "log.dirs=" + logs,
                            "offsets.topic.replication.factor=1",
                            "offsets.topic.num.partitions=3",
                            "group.initial.rebalance.delay.ms=0",
                            "log.cleaner.dedupe.buffer.size=10000000"));
            Path log = home.resolve("kafka.log");
            kafka = new ProcessBuilder(ApacheKafka.command("-Xmx300m", "kafka.Kafka", properties.toString()))
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            String bootstrap = "127.0.0.1:" + port;
            await(bootstrap, kafka, log);
            check(bootstrap, 3000);
            assertThat(committed(bootstrap)).isEqualTo(1000);
            produce(bootstrap, 3000, 3000, "gzip");
            commit(bootstrap, 2000);
            kafka.destroy();
            assertThat(kafka.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            if (kafka != null) kafka.destroyForcibly().waitFor();
        }
    }

    private static void await(String bootstrap, Process kafka, Path log) throws Exception {
        long untilMs = System.currentTimeMillis() + READY_MS_MAX;
        while (true) {
            try (Admin admin = Admin.create(Map.of(
                    "bootstrap.servers", bootstrap, "default.api.timeout.ms", "2000", "request.timeout.ms", "1000"))) {
                int leader = admin.describeTopics(List.of(TOPIC))
                        .all()
                        .get()
                        .get(TOPIC)
                        .partitions()
                        .getFirst()
                        .leader()
                        .id();
                if (leader == 1) return;
            } catch (Exception notYet) {
                assertThat(kafka.isAlive()).as(Files.readString(log)).isTrue();
            }
            assertThat(System.currentTimeMillis()).as(Files.readString(log)).isLessThan(untilMs);
        }
    }

    private static void produce(String bootstrap, int from, int count, String codec) throws IOException {
        try (Producer<String, byte[]> producer = new ClientJob(bootstrap, TOPIC)
                .producer("acks", "all", "enable.idempotence", "true", "compression.type", codec)) {
            ClientJob.sendAll(
                    producer,
                    count,
                    i -> new ProducerRecord<>(TOPIC, 0, "k", value(from + i).getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static String value(int i) {
        return "value " + i + " " + "x".repeat(1000);
    }

    private static void check(String bootstrap, int count) {
        try (Consumer<String, byte[]> consumer =
                new ClientJob(bootstrap, TOPIC).consumer("auto.offset.reset", "earliest")) {
            consumer.assign(List.of(PARTITION));
            List<ConsumerRecord<String, byte[]>> all = ClientJob.take(consumer, count);
            for (int i = 0; i < count; i++) {
                assertThat(all.get(i).offset()).isEqualTo(i);
                assertThat(new String(all.get(i).value(), StandardCharsets.UTF_8))
                        .isEqualTo(value(i));
            }
            assertThat(consumer.endOffsets(List.of(PARTITION))).containsEntry(PARTITION, (long) count);
        }
    }

    private static void commit(String bootstrap, long offset) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.alterConsumerGroupOffsets("group", Map.of(PARTITION, new OffsetAndMetadata(offset, "m")))
                    .all()
                    .get();
        }
    }

    private static long committed(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.listConsumerGroupOffsets("group")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(PARTITION)
                    .offset();
        }
    }
}
