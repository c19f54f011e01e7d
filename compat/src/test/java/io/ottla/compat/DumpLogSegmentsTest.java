package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache's {@code DumpLogSegments} 4.3.1 reads every file that a node leaves, however it was stopped, without complaint. */
@Tag("coordination")
class DumpLogSegmentsTest {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final String GROUP = "dumped";
    private static final int RECORDS = 1500;
    private static final int KEYS = 50;
    private static final String COMPACTED = "compacted";
    private static final String USUAL = "codec-.*-0";

    @TempDir
    Path home;

    @Test
    void apacheReadsWhatWeWrite() throws Exception {
        DataDirectory data = DataDirectory.of(home);
        try (OttlaProcess node =
                new OttlaProcess(home, "log.cleaner.backoff.ms=100", "offsets.topic.num.partitions=2")) {
            create(node);
            write(node);
            assertThat(node.stop()).isZero();
            checkWhole(data);

            node.start();
            write(node);
            awaitCompaction(data);
            node.kill();
            checkAll(data);

            node.start();
            write(node);
            assertThat(node.stop()).isZero();
            checkWhole(data);
        }
    }

    private static void create(OttlaProcess node) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (String codec : CODECS)
            topics.add(new NewTopic("codec-" + codec, 1, (short) 1)
                    .configs(Map.of("internal.segment.bytes", "50000", "index.interval.bytes", "500")));
        topics.add(new NewTopic(COMPACTED, 1, (short) 1)
                .configs(Map.of(
                        "cleanup.policy", "compact",
                        "internal.segment.bytes", "20000",
                        "index.interval.bytes", "500",
                        "min.cleanable.dirty.ratio", "0.01")));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            admin.createTopics(topics).all().get();
        }
    }

    private static void write(OttlaProcess node) throws Exception {
        ClientJob job = new ClientJob(node.bootstrap(), GROUP);
        for (String codec : CODECS) {
            try (Producer<String, byte[]> producer = job.producer(
                    "compression.type", codec, "enable.idempotence", "true", "acks", "all", "batch.size", "1000")) {
                ClientJob.sendAll(producer, RECORDS, i -> record("codec-" + codec, i));
            }
        }
        try (Producer<String, byte[]> producer = job.producer("batch.size", "1000")) {
            ClientJob.sendAll(producer, RECORDS, i -> record(COMPACTED, i));
        }
        try (Consumer<String, byte[]> consumer = job.consumer("group.id", GROUP)) {
            consumer.subscribe(List.of("codec-none"));
            ClientJob.take(consumer, RECORDS);
            consumer.commitSync();
        }
    }

    private static ProducerRecord<String, byte[]> record(String topic, int i) {
        // hard to compress, so that there are several segments
        String noise = new Random(i).ints(30).mapToObj(Integer::toHexString).collect(Collectors.joining());
        byte[] value = ("value " + i + " " + noise).getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, 0, "k" + i % KEYS, value);
    }

    private static void awaitCompaction(DataDirectory data) throws Exception {
        Path checkpoint = data.path().resolve("cleaner-offset-checkpoint");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(checkpoint) || !Files.readString(checkpoint).contains(COMPACTED)) {
            assertThat(System.nanoTime()).as("compaction within 60 s").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** A kill in the middle of a compaction leaves indexes of a log that has its next name already; the next start drops them. Apache's tool wants both. */
    private static boolean hasLog(Path index) {
        String name = index.getFileName().toString();
        return Files.exists(index.resolveSibling(name.substring(0, name.indexOf('.')) + ".log"));
    }

    private static void checkWhole(DataDirectory data) {
        assertThat(data.files(".*-0", ".index", ".timeindex")).allMatch(DumpLogSegmentsTest::hasLog);
        checkAll(data);
    }

    private static void checkAll(DataDirectory data) {
        for (String codec : CODECS)
            assertThat(data.files("codec-" + codec + "-0", ".log")).hasSizeGreaterThan(1);
        String records = data.dumped(data.files(USUAL, ".log"), "--deep-iteration", "--print-data-log");
        for (String codec : CODECS) assertThat(records).contains("compresscodec: " + codec);
        assertThat(records).contains("payload: value " + (RECORDS - 1));
        assertThat(data.dumped(data.files(USUAL, ".snapshot"))).contains("producerId: ");
        assertThat(data.dumped(
                        data.files("__consumer_offsets-.*", ".log"),
                        "--offsets-decoder",
                        "--deep-iteration",
                        "--print-data-log"))
                .contains("\"group\":\"" + GROUP + "\"", "\"topic\":\"codec-none\"", "\"protocolType\":\"consumer\"");
        // with --deep-iteration it would miss the records that compaction took
        assertThat(data.dumped(data.files(COMPACTED + "-0", ".log"))).contains("baseOffset: ");
        List<Path> indexes = data.files(".*-0", ".index", ".timeindex").stream()
                .filter(DumpLogSegmentsTest::hasLog)
                .toList();
        assertThat(data.dumped(indexes, "--index-sanity-check")).contains("passed sanity check");
        data.dumped(indexes, "--verify-index-only");
    }
}
