package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Directories that Apache Kafka left, opened in place; and the same batches, appended here, which must give the same
 * bytes in every file. In them: a hundred plain records, an aborted and a committed transaction in gzip, an open one.
 */
class GoldenTest {
    private static final TopicPartition TP = new TopicPartition("golden", 0);
    private static final Map<String, String> CONFIG = Map.of("index.interval.bytes", "512");
    private static final long ROLLED_AT = 120;
    private static final long END = 143;

    @TempDir
    private Path folder;

    private LogBench bench;

    private static Path resource(String version) {
        try {
            return Path.of(GoldenTest.class.getResource("kafka-" + version).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void open(String version) throws LogDirException, IOException {
        Path copy = folder.resolve("data");
        if (!Files.exists(copy)) Copies.copy(resource(version), copy);
        bench = new LogBench(copy);
        reopen();
    }

    private void reopen() throws LogDirException, IOException {
        bench.config = CONFIG;
        bench.disk = new TestDisk();
        LogDir dir = LogDir.open(bench.folder, bench.disk);
        assertThat(dir.nodeId()).hasValue(1);
        assertThat(dir.clusterId()).hasValue("Mk0wYzlfVFZ4Z2VkYk5wRA");
        TopicId directoryId = dir.directoryId().orElseThrow();
        dir.claim(1, "Mk0wYzlfVFZ4Z2VkYk5wRA", TopicId.ZERO);
        assertThat(dir.directoryId()).hasValue(directoryId);
        bench.logs = new Logs(List.of(dir), bench.disk, bench.disk, bench.settings, new SeededRandom(1));
        TopicId id = PartitionMetadata.read(bench.disk, bench.folder.resolve("golden-0/partition.metadata"))
                .orElseThrow();
        List<Outcome<Log>> outcomes = new ArrayList<>();
        bench.logs.open(TP, id, LogConfig.of(CONFIG), outcomes::add);
        bench.disk.run();
        bench.log = LogBench.value(outcomes);
        bench.log.highWatermark(bench.log.endOffset());
    }

    private void check() throws IOException {
        assertThat(bench.log.startOffset()).isEqualTo(0);
        assertThat(bench.log.endOffset()).isEqualTo(END);
        List<LogBench.Seen> all = bench.all(0, 700);
        assertThat(all).hasSize((int) END);
        assertThat(all.get(17)).isEqualTo(new LogBench.Seen(17, 1700000000170L, "value 17"));
        assertThat(bench.log.abortedTransactions(0, END)).singleElement().satisfies(txn -> {
            assertThat(txn.firstOffset()).isEqualTo(100);
            assertThat(txn.lastOffset()).isEqualTo(120);
        });
        assertThat(bench.log.activeProducers()).hasSize(2);
        assertThat(bench.log.latestEpoch()).isEqualTo(0);
        assertThat(bench.offsetForTime(1700000000165L).offset()).isEqualTo(17);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.3.1", "3.9.2"})
    void afterACleanStopOfKafka(String version) throws Exception {
        open(version);
        assertThat(bench.logs.unrecovered()).isEmpty();
        check();
        assertThat(bench.append(LogBench.batch(bench.disk.nowMs, "from here on")))
                .isInstanceOf(Append.Appended.class);
        bench.stop();
        reopen();
        assertThat(bench.log.endOffset()).isEqualTo(END + 1);
    }

    /** As kill -9 leaves it: indexes preallocated and full of zeros, no checkpoint, no snapshot at the end. */
    @ParameterizedTest
    @ValueSource(strings = {"4.3.1", "3.9.2"})
    void afterKafkaWasKilled(String version) throws Exception {
        Path copy = Copies.copy(resource(version), folder.resolve("data"));
        Files.delete(copy.resolve(LogDir.CLEAN_SHUTDOWN));
        Files.writeString(copy.resolve(OffsetCheckpoint.RECOVERY_POINT), "");
        Path partition = copy.resolve("golden-0");
        Files.delete(partition.resolve("00000000000000000143.snapshot"));
        extend(partition.resolve("00000000000000000120.index"), 10485760);
        extend(partition.resolve("00000000000000000120.timeindex"), 10485756);
        open(version);
        check();
        bench.stop();
        for (String name : bench.disk.list(resource(version).resolve("golden-0")))
            assertSame(version, partition.resolve(name));
    }

    /** A directory that was copied away while it was in use, and then declared clean. */
    @ParameterizedTest
    @ValueSource(strings = {"4.3.1", "3.9.2"})
    void zerosAtTheEndOfAnIndexAreNotEntries(String version) throws Exception {
        Path copy = Copies.copy(resource(version), folder.resolve("data"));
        Path partition = copy.resolve("golden-0");
        for (long base : new long[] {0, ROLLED_AT}) {
            extend(LogFiles.path(partition, base, ".index"), 10485760);
            extend(LogFiles.path(partition, base, ".timeindex"), 10485756);
        }
        open(version);
        check();
        bench.append(LogBench.batch(bench.disk.nowMs, "from here on"));
        bench.stop();
        reopen();
        assertThat(bench.log.endOffset()).isEqualTo(END + 1);
        assertThat(bench.offsetForTime(1700000000165L).offset()).isEqualTo(17);
    }

    private static void extend(Path file, int size) throws IOException {
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), size));
    }

    private static void assertSame(String version, Path file) throws IOException {
        Path golden =
                resource(version).resolve("golden-0").resolve(file.getFileName().toString());
        assertThat(Files.readAllBytes(file)).as(file.toString()).isEqualTo(Files.readAllBytes(golden));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.3.1", "3.9.2"})
    void theSameBatchesGiveTheSameFiles(String version) throws Exception {
        Path golden = resource(version).resolve("golden-0");
        bench = new LogBench(folder.resolve("own"));
        bench.config = CONFIG;
        bench.start();
        TopicId id = PartitionMetadata.read(bench.disk, golden.resolve("partition.metadata"))
                .orElseThrow();
        List<Outcome<Log>> outcomes = new ArrayList<>();
        bench.logs.open(TP, id, LogConfig.of(CONFIG), outcomes::add);
        bench.disk.run();
        bench.log = LogBench.value(outcomes);
        for (long base : new long[] {0, ROLLED_AT}) {
            if (base > 0) bench.log.roll(bench.disk.nowMs, base);
            ByteBuffer batches = ByteBuffer.wrap(Files.readAllBytes(LogFiles.path(golden, base, ".log")));
            BatchView batch = new BatchView();
            while (batches.hasRemaining()) {
                int size = batch.wrap(batches, batches.position()).sizeBytes();
                bench.append(batches.slice(batches.position(), size), AppendOrigin.REPLICATION);
                batches.position(batches.position() + size);
            }
        }
        bench.stop();
        for (String name : bench.disk.list(golden))
            assertSame(version, bench.folder.resolve("golden-0").resolve(name));
        assertThat(bench.disk.list(bench.folder.resolve("golden-0"))).isEqualTo(bench.disk.list(golden));
    }

    /** What we write, kafka-clients' own reader of segment files reads. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void kafkaReadsOurSegments(String codec) throws Exception {
        bench = new LogBench(folder.resolve("own"));
        bench.config = Map.of("compression.type", codec, "segment.bytes", "4000");
        bench.open();
        for (int i = 0; i < 100; i++) bench.append("value " + i, "second " + i);
        bench.stop();
        long next = 0;
        for (String name : bench.disk.list(bench.partition())) {
            if (!name.endsWith(".log")) continue;
            try (FileRecords records =
                    FileRecords.open(bench.partition().resolve(name).toFile(), false)) {
                for (RecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    assertThat(batch.compressionType().name).isEqualTo(codec);
                    assertThat(batch.baseOffset()).isEqualTo(next);
                    next = batch.nextOffset();
                }
            }
        }
        assertThat(next).isEqualTo(200);
    }
}
