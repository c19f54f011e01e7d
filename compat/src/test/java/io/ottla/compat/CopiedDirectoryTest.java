package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.FileRecords;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The log directory of an Apache Kafka broker under KRaft, with its {@code meta.properties} and what KRaft keeps beside the partitions,
 * becomes a node's: a topic's directory without {@code partition.metadata} is served when the topic is created (log/README.md).
 */
class CopiedDirectoryTest {
    private static final Path APACHES = Path.of(
                    System.getProperty("ottla.root", ".."), "log/src/test/resources/io/ottla/log")
            .toAbsolutePath();
    /** What is in the golden directories: see GoldenTest of the log module. */
    private static final TopicPartition GOLDEN = new TopicPartition("golden", 0);

    private static final long GOLDEN_END = 143;

    @TempDir
    Path home;

    private DataDirectory data;

    private void copyIn(String version) throws IOException {
        data = DataDirectory.of(home);
        Files.createDirectories(data.path());
        data.add(APACHES.resolve(version));
        Path kraft = Files.createDirectory(data.path().resolve("__cluster_metadata-0"));
        Files.writeString(kraft.resolve("quorum-state"), "{\"leaderId\":1,\"leaderEpoch\":4,\"data_version\":1}");
        Files.write(kraft.resolve("00000000000000000000.log"), new byte[0]);
        Files.writeString(data.path().resolve("bootstrap.checkpoint"), "KRaft's");
    }

    private static void create(OttlaProcess node, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    private static List<ConsumerRecord<String, byte[]>> readAll(
            OttlaProcess node, TopicPartition partition, int wanted) {
        ClientJob job = new ClientJob(node.bootstrap(), partition.topic());
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            consumer.assign(List.of(partition));
            return ClientJob.take(consumer, wanted);
        }
    }

    private static String value(ConsumerRecord<String, byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka-3.9.2", "kafka-4.3.1"})
    void aTopicIsServedFromTheDirectoryThatApacheKafkaLeft(String version) throws Exception {
        copyIn(version);
        Files.delete(data.path().resolve("golden-0/partition.metadata"));
        // as after a few elections
        Files.writeString(data.path().resolve("golden-0/leader-epoch-checkpoint"), "0\n2\n0 0\n6 143\n");
        try (OttlaProcess node = new OttlaProcess(home)) {
            create(node, GOLDEN.topic());
            checkGolden(node, 0);
            ClientJob job = new ClientJob(node.bootstrap(), GOLDEN.topic());
            try (Producer<String, byte[]> producer = job.producer("enable.idempotence", "true", "acks", "all")) {
                ClientJob.sendAll(producer, 10, i -> new ProducerRecord<>(GOLDEN.topic(), 0, "new", new byte[] {1}));
            }
            checkGolden(node, 10);
            node.kill();
            node.start();
            checkGolden(node, 10);
            assertThat(node.stop()).isZero();
        }
        // what recovery rebuilt
        assertThat(data.dumped(data.files("golden-0", ".log"), "--deep-iteration", "--print-data-log"))
                .contains("partitionLeaderEpoch: 7");
        data.dumped(data.files("golden-0", ".index", ".timeindex"), "--verify-index-only");
        assertThat(data.dumped(data.files("golden-0", ".txnindex")))
                .contains("producerId: 1 firstOffset: 100 lastOffset: 120 lastStableOffset: 121");
        assertThat(Files.readString(data.path().resolve("meta.properties")))
                .contains("cluster.id=Mk0wYzlfVFZ4Z2VkYk5wRA");
    }

    /** A hundred records, an aborted transaction and its marker, a committed one and its marker, a record of an open one. */
    private static void checkGolden(OttlaProcess node, int more) {
        List<ConsumerRecord<String, byte[]>> all = readAll(node, GOLDEN, 100 + 20 + 20 + 1 + more);
        assertThat(all.stream().map(ConsumerRecord::offset).limit(120))
                .containsExactlyElementsOf(
                        IntStream.range(0, 120).mapToObj(i -> (long) i).toList());
        assertThat(all.getLast().offset()).isEqualTo(GOLDEN_END - 1 + more);
        assertThat(all.stream().map(CopiedDirectoryTest::value)).contains("committed 0", "committed 19");
        ClientJob job = new ClientJob(node.bootstrap(), GOLDEN.topic());
        try (Consumer<String, byte[]> consumer = job.consumer("isolation.level", "read_committed")) {
            consumer.assign(List.of(GOLDEN));
            assertThat(ClientJob.take(consumer, 120))
                    .extracting(CopiedDirectoryTest::value)
                    .contains("committed 0", "committed 19")
                    .noneMatch(value -> value.contains("abort"));
            // the open transaction holds back what follows
            assertThat(consumer.endOffsets(List.of(GOLDEN))).containsEntry(GOLDEN, GOLDEN_END - 1);
            long at = all.get(50).timestamp();
            assertThat(consumer.offsetsForTimes(Map.of(GOLDEN, at)).get(GOLDEN).offset())
                    .isEqualTo(50);
        }
    }

    @Test
    void batchesOfEveryMagicAreServed() throws Exception {
        TopicPartition old = new TopicPartition("old", 0);
        data = DataDirectory.of(home);
        Path directory = Files.createDirectories(data.path().resolve("old-0"));
        int next = 0;
        try (FileRecords file =
                FileRecords.open(directory.resolve("00000000000000000000.log").toFile())) {
            for (byte magic = 0; magic <= 2; magic++)
                for (CompressionType codec : CompressionType.values()) {
                    if (magic < 2 && codec == CompressionType.ZSTD) continue;
                    file.append(batch(magic, codec, next));
                    next += 3;
                }
            file.flush();
        }
        try (OttlaProcess node = new OttlaProcess(home)) {
            create(node, "old");
            List<ConsumerRecord<String, byte[]>> all = readAll(node, old, next);
            for (int i = 0; i < next; i++) {
                assertThat(all.get(i).offset()).isEqualTo(i);
                assertThat(value(all.get(i))).isEqualTo("value " + i);
                assertThat(all.get(i).key()).isEqualTo("key");
                assertThat(all.get(i).timestamp()).isIn(1000L + i, RecordBatch.NO_TIMESTAMP);
            }
            assertThat(all.getLast().timestamp()).isEqualTo(1000L + next - 1);
            assertThat(node.stop()).isZero();
        }
        data.dumped(data.files("old-0", ".log"), "--deep-iteration", "--print-data-log");
        data.dumped(data.files("old-0", ".index", ".timeindex"), "--verify-index-only");
    }

    private static MemoryRecords batch(byte magic, CompressionType codec, int first) {
        SimpleRecord[] records = IntStream.range(first, first + 3)
                .mapToObj(i -> new SimpleRecord(
                        1000 + i,
                        "key".getBytes(StandardCharsets.UTF_8),
                        ("value " + i).getBytes(StandardCharsets.UTF_8)))
                .toArray(SimpleRecord[]::new);
        TimestampType type = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME;
        return MemoryRecords.withRecords(
                magic,
                first,
                codec,
                type,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                -1,
                0,
                false,
                records);
    }

    @Test
    void aDirectoryOfAnotherTopicIdIsKeptAndSaidSo() throws Exception {
        copyIn("kafka-4.3.1");
        try (OttlaProcess node = new OttlaProcess(home)) {
            create(node, GOLDEN.topic());
            ClientJob job = new ClientJob(node.bootstrap(), GOLDEN.topic());
            try (Producer<String, byte[]> producer = job.producer("acks", "all")) {
                ClientJob.sendAll(producer, 1, i -> new ProducerRecord<>(GOLDEN.topic(), 0, "new", new byte[] {1}));
            }
            assertThat(readAll(node, GOLDEN, 1).getFirst().offset()).isZero();
            assertThat(Files.readString(node.log())).contains("delete its partition.metadata");
        }
        try (Stream<Path> kept = Files.list(data.path())) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .anyMatch(name -> name.matches("golden-0\\..*-stray"));
        }
    }
}
