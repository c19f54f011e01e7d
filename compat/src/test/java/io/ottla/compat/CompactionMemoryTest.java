package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More keys than the cleaner's map has room for, on a heap of 128 MB: compacted to the end, in as many rounds as that takes. Half of the
 * records supersede the other half. {@code -Dottla.compaction.records=10000000} is the floor of the project; fewer are for CI.
 */
class CompactionMemoryTest {
    private static final long RECORDS = Long.getLong("ottla.compaction.records", 1_500_000);
    private static final long RESIDENT_KB_MAX = 300_000;
    private static final long WAIT_S_MAX = Math.max(120, RECORDS / 10_000);
    private static final int RECORD_BYTES = 80;

    private static final String LAG = "min.compaction.lag.ms";

    @TempDir
    Path home;

    @Test
    void manyKeysAreCompactedOnASmallHeap() throws Exception {
        try (OttlaProcess node = OttlaProcess.withHeap(home, "128m", "log.cleaner.backoff.ms=1000")) {
            long segmentBytes = RECORDS * RECORD_BYTES / 9;
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                // nothing is compacted before it is told so, however long filling takes: the time is that of one
                // compaction
                Map<String, String> configs = Map.of(
                        "cleanup.policy", "compact", "segment.bytes", "" + segmentBytes, LAG, "" + Long.MAX_VALUE);
                admin.createTopics(List.of(new NewTopic("keys", 1, (short) 1).configs(configs)))
                        .all()
                        .get();
                fill(node.bootstrap());
                AlterConfigOp now = new AlterConfigOp(new ConfigEntry(LAG, "0"), AlterConfigOp.OpType.SET);
                admin.incrementalAlterConfigs(
                                Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "keys"), List.of(now)))
                        .all()
                        .get();
            }
            long start = System.nanoTime();
            String done = awaitCompaction(node);
            System.out.printf(
                    "%d records: %s; %d s, VmHWM %d KB%n",
                    RECORDS,
                    done.replaceAll(".*compacted", "compacted"),
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                    GarbageTest.memoryKb(node.pid(), "VmHWM"));
            assertThat(GarbageTest.memoryKb(node.pid(), "VmHWM")).isLessThan(RESIDENT_KB_MAX);
            assertThat(node.tail()).doesNotContain("ERROR");
        }
    }

    private static void fill(String bootstrap) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrap, "linger.ms", 20, "batch.size", 256 << 10, "buffer.memory", 32 << 20);
        byte[] value = new byte[RECORD_BYTES - 20];
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long i = 0; i < RECORDS; i++) {
                byte[] key = ByteBuffer.allocate(8).putLong(i % (RECORDS / 2)).array();
                var unused = producer.send(new ProducerRecord<>("keys", key, value));
            }
        }
    }

    /** The line that says so, of a compaction that came beyond half of the records. */
    private static String awaitCompaction(OttlaProcess node) throws Exception {
        for (long i = 0; i < WAIT_S_MAX * 2; i++) {
            for (String line : Files.readAllLines(node.log())) {
                if (!line.contains("keys-0: compacted")) continue;
                if (Long.parseLong(line.replaceAll(".*up to offset ", "")) > RECORDS / 2) return line;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
        throw new AssertionError("not compacted within %d s: %s".formatted(WAIT_S_MAX, node.tail()));
    }
}
