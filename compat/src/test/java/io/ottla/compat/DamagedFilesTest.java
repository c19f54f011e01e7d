package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that rotted or went while the node was down. It starts, serves every record that is still there, and says plainly what it found. Each
 * row has a topic of its own, so that one start tries them all.
 */
class DamagedFilesTest {
    private static final int RECORDS = 1000;

    @TempDir
    Path home;

    private DataDirectory data;

    @FunctionalInterface
    private interface Damage {
        void to(Path file) throws IOException;
    }

    /**
     * @param suffix of the file that is damaged: the first of the topic's
     * @param said what the node's log says then; empty for damage that needs nobody's attention
     * @param all whether every record is still there; else the beginning of them
     */
    private record Row(String topic, String suffix, Damage damage, String said, boolean all) {}

    private static final Damage GONE = Files::delete;
    private static final Damage NOISE = file -> {
        byte[] content = Files.readAllBytes(file);
        for (int i = 0; i < content.length; i++) content[i] ^= (byte) (0x5A + i * 7);
        Files.write(file, content);
    };
    private static final Damage ZEROS = file -> Files.write(file, new byte[(int) Files.size(file)]);
    private static final Damage BIT = file -> {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 4;
        Files.write(file, content);
    };
    private static final Damage TORN = file -> {
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length - 5));
    };

    private static final List<Row> AFTER_A_CLEAN_STOP = List.of(
            new Row(
                    "index-gone",
                    ".index",
                    GONE,
                    "index-gone-0: an index of segment 0 is missing; rebuilding it",
                    true),
            new Row("timeindex-gone", ".timeindex", GONE, "timeindex-gone-0: an index of segment 0 is missing", true),
            new Row(
                    "index-noise",
                    ".index",
                    NOISE,
                    "index-noise-0: an index of segment 0 is damaged; rebuilding it",
                    true),
            new Row(
                    "index-zeros",
                    ".index",
                    ZEROS,
                    "index-zeros-0: an index of segment 0 is damaged; rebuilding it",
                    true),
            new Row(
                    "timeindex-noise",
                    ".timeindex",
                    NOISE,
                    "timeindex-noise-0: an index of segment 0 is damaged; rebuilding it",
                    true),
            new Row("snapshot-bad", ".snapshot", NOISE, "a producer snapshot", true),
            new Row("epochs-bad", "leader-epoch-checkpoint", NOISE, "leader-epoch-checkpoint is damaged", true),
            new Row(
                    "metadata-bad",
                    "partition.metadata",
                    NOISE,
                    "partition.metadata is damaged; it will be written anew",
                    true));

    private static final List<Row> AFTER_A_KILL = List.of(
            new Row("bit", ".log", BIT, "bit-0: segment 0 is sound up to byte", false),
            new Row("torn", ".log", TORN, "torn-0: segment 0 is sound up to byte", false),
            new Row("index-noise", ".index", NOISE, "", true),
            new Row("index-gone", ".index", GONE, "", true),
            new Row("timeindex-noise", ".timeindex", NOISE, "", true),
            new Row("epochs-gone", "leader-epoch-checkpoint", GONE, "", true));

    private static final List<String> CHECKPOINTS =
            List.of("recovery-point-offset-checkpoint", "replication-offset-checkpoint", "log-start-offset-checkpoint");

    @Test
    void afterACleanStop() throws Exception {
        run(AFTER_A_CLEAN_STOP, OttlaProcess::stop);
    }

    @Test
    void afterAKill() throws Exception {
        run(AFTER_A_KILL, node -> {
            node.kill();
            return 0;
        });
    }

    @FunctionalInterface
    private interface Stop {
        int stop(OttlaProcess node);
    }

    private void run(List<Row> rows, Stop stop) throws Exception {
        data = DataDirectory.of(home);
        try (OttlaProcess node = new OttlaProcess(home)) {
            create(node, rows);
            for (Row row : rows) produce(node, row.topic);
            assertThat(stop.stop(node)).isZero();
            for (Row row : rows) row.damage.to(data.file(row.topic + "-0", row.suffix));
            for (String checkpoint : CHECKPOINTS) Files.writeString(data.path().resolve(checkpoint), "0\nnonsense\n");
            node.start();
            for (Row row : rows) check(node, row);
            String log = Files.readString(node.log());
            for (Row row : rows) assertThat(log).contains(row.said);
            for (String checkpoint : CHECKPOINTS) assertThat(log).contains(checkpoint + " is damaged");
            // and writes go on
            for (Row row : rows) produce(node, row.topic);
            assertThat(node.stop()).isZero();
        }
        data.dumped(data.files(".*-0", ".log"), "--deep-iteration");
        data.dumped(data.files(".*-0", ".index", ".timeindex"), "--verify-index-only");
    }

    private static void create(OttlaProcess node, List<Row> rows) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (Row row : rows)
            topics.add(new NewTopic(row.topic, 1, (short) 1).configs(Map.of("index.interval.bytes", "1000")));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            admin.createTopics(topics).all().get();
        }
    }

    private static void produce(OttlaProcess node, String topic) throws Exception {
        ClientJob job = new ClientJob(node.bootstrap(), topic);
        try (Producer<String, byte[]> producer =
                job.producer("enable.idempotence", "true", "acks", "all", "batch.size", "2000")) {
            ClientJob.sendAll(
                    producer,
                    RECORDS,
                    i -> new ProducerRecord<>(
                            topic, 0, 1_000_000L + i, "k", (i + " ".repeat(250)).getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static void check(OttlaProcess node, Row row) {
        TopicPartition partition = new TopicPartition(row.topic, 0);
        try (Consumer<String, byte[]> consumer = new ClientJob(node.bootstrap(), row.topic).consumer()) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            if (row.all) assertThat(end).as(row.topic).isEqualTo(RECORDS);
            else assertThat(end).as(row.topic).isBetween(1L, RECORDS - 1L);
            List<ConsumerRecord<String, byte[]>> records = ClientJob.take(consumer, (int) end);
            for (int i = 0; i < end; i++)
                assertThat(new String(records.get(i).value(), StandardCharsets.UTF_8).strip())
                        .isEqualTo("" + i);
            // by offset, and by time, which is what indexes are for
            for (long offset : Stream.of(0L, end / 3, end / 2, end - 1).toList()) {
                consumer.seek(partition, offset);
                assertThat(ClientJob.take(consumer, 1).getFirst().offset())
                        .as(row.topic)
                        .isEqualTo(offset);
                assertThat(consumer.offsetsForTimes(Map.of(partition, 1_000_000 + offset))
                                .get(partition)
                                .offset())
                        .as(row.topic)
                        .isEqualTo(offset);
            }
        }
    }
}
