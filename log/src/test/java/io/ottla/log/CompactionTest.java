package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compaction keeps the last value of each key, each record's offset and order, and touches nothing that is still open. */
class CompactionTest {
    private LogBench bench;

    @BeforeEach
    void open(@TempDir Path folder) {
        bench = new LogBench(folder);
        bench.config = new HashMap<>(Map.of(
                "cleanup.policy", "compact",
                "segment.bytes", "1000",
                "index.interval.bytes", "200",
                "min.cleanable.dirty.ratio", "0.01",
                "delete.retention.ms", "1000",
                "file.delete.delay.ms", "0"));
    }

    private record Entry(long offset, String key, String value) {}

    private List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        long next = bench.log.startOffset();
        while (next < bench.log.endOffset()) {
            Read.Slice slice = (Read.Slice) bench.read(next, 400);
            if (slice.isEmpty()) break;
            long from = next;
            next = slice.nextOffset();
            for (Record record : MemoryRecords.readableRecords(ByteBuffer.wrap(bench.bytes(slice)))
                    .records()) {
                if (record.offset() < from || record.key() == null || isMarker(record)) continue;
                entries.add(new Entry(record.offset(), LogBench.text(record.key()), LogBench.text(record.value())));
            }
        }
        return entries;
    }

    private static boolean isMarker(Record record) {
        return record.key().remaining() == 4 && record.key().get(record.key().position()) == 0;
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String key, String value) {
        NewRecord record = value == null
                ? NewRecord.tombstone(bench.disk.nowMs, utf8(key))
                : NewRecord.of(bench.disk.nowMs, key, value);
        assertThat(bench.append(new BatchBuilder().append(record).build())).isInstanceOf(Append.Appended.class);
    }

    private void fill() {
        for (int i = 0; i < 20; i++) put("filler", "x".repeat(60));
        bench.disk.run();
    }

    private void compact() {
        bench.disk.run();
        for (int i = 0; i < 3; i++) {
            bench.disk.nowMs += 20_000;
            bench.logs.tick(bench.disk.nowMs);
            bench.disk.run();
        }
    }

    @Test
    void theLastValueOfEachKeyStays() {
        bench.open();
        Map<String, Entry> last = new TreeMap<>();
        SeededRandom random = new SeededRandom(3);
        for (int i = 0; i < 300; i++) {
            String key = "k" + random.nextInt(20);
            put(key, "v" + i);
            last.put(key, new Entry(i, key, "v" + i));
        }
        long sizeBefore = bench.log.sizeBytes();
        long active = bench.log.active().baseOffset();
        compact();
        assertThat(bench.log.sizeBytes()).isLessThan(sizeBefore / 3);
        List<Entry> entries = entries();
        assertThat(entries)
                .containsAll(last.values())
                .isSortedAccordingTo((a, b) -> Long.compare(a.offset(), b.offset()));
        assertThat(entries.stream().filter(entry -> entry.offset() < active))
                .allMatch(entry -> last.get(entry.key()).offset() == entry.offset()
                        || last.get(entry.key()).offset() >= active);
        bench.stop().open();
        assertThat(entries()).isEqualTo(entries);
        bench.kill().open();
        assertThat(entries()).isEqualTo(entries);
        assertThat(bench.log.endOffset()).isEqualTo(300);
    }

    @Test
    void everyOffsetCanBeAskedForAlsoWhereNothingIsLeft() {
        bench.open();
        for (int i = 0; i < 200; i++) put("same", "v" + i);
        compact();
        for (long offset = 0; offset < 200; offset++) {
            Read.Slice slice = (Read.Slice) bench.read(offset, 1);
            assertThat(slice.isEmpty()).as("read at %d", offset).isFalse();
            assertThat(slice.nextOffset()).isGreaterThan(offset);
            slice.release();
        }
        assertThat(bench.disk.openFiles.get()).isLessThan(60);
    }

    @Test
    void aTombstoneStaysForItsTimeAndThenGoes() {
        bench.open();
        put("gone", "value");
        put("gone", null);
        fill();
        compact();
        assertThat(entries()).contains(new Entry(1, "gone", null)).doesNotContain(new Entry(0, "gone", "value"));
        fill(); // the horizon was set by the first pass; a later one drops it
        compact();
        assertThat(entries()).extracting(Entry::key).doesNotContain("gone");
    }

    @Test
    void whatIsYoungerThanTheMinimumLagIsLeftAlone() {
        bench.config.put("min.compaction.lag.ms", "100000000");
        bench.open();
        for (int i = 0; i < 100; i++) put("k", "v" + i);
        compact();
        assertThat(entries()).hasSize(100);
    }

    @Test
    void theMaximumLagOverrulesTheDirtyRatio() {
        bench.config.put("min.cleanable.dirty.ratio", "1.0");
        bench.open();
        for (int i = 0; i < 100; i++) put("k", "v" + i);
        compact();
        assertThat(entries()).hasSize(100);
        bench.config.put("max.compaction.lag.ms", "1");
        bench.log.configure(LogConfig.of(bench.config));
        compact();
        assertThat(entries().size()).isLessThan(40);
    }

    private static ByteBuffer transactional(long producerId, int sequence, String key, String value) {
        return new BatchBuilder()
                .producer(producerId, (short) 0, sequence)
                .transactional()
                .append(NewRecord.of(1, key, value))
                .build();
    }

    private void end(long producerId, boolean commit) {
        ByteBuffer marker = new EndTxnMarker(commit, 0).batch(0, 0, bench.disk.nowMs, producerId, (short) 0);
        assertThat(bench.append(marker, AppendOrigin.COORDINATOR)).isInstanceOf(Append.Appended.class);
    }

    @Test
    void recordsOfAbortedTransactionsGoAndDoNotHideWhatWasCommitted() {
        bench.open();
        put("a", "committed");
        bench.append(transactional(7, 0, "a", "aborted"));
        end(7, false);
        bench.append(transactional(8, 0, "b", "kept"));
        end(8, true);
        fill();
        compact();
        assertThat(entries())
                .contains(new Entry(0, "a", "committed"), new Entry(3, "b", "kept"))
                .doesNotContain(new Entry(1, "a", "aborted"));
    }

    @Test
    void anOpenTransactionIsNotTouched() {
        bench.open();
        put("a", "old");
        bench.append(transactional(7, 0, "a", "open"));
        put("a", "new");
        fill();
        compact();
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(1);
        assertThat(entries()).contains(new Entry(0, "a", "old"), new Entry(1, "a", "open"), new Entry(2, "a", "new"));
        end(7, true);
        fill();
        compact();
        assertThat(entries()).doesNotContain(new Entry(0, "a", "old"), new Entry(1, "a", "open"));
    }

    @Test
    void theLastSequenceOfALivingProducerStays() {
        bench.open();
        ByteBuffer first = new BatchBuilder()
                .producer(5, (short) 0, 0)
                .append(NewRecord.of(bench.disk.nowMs, "k", "1"))
                .build();
        bench.append(first.duplicate());
        for (int i = 0; i < 30; i++) put("k", "later" + i);
        compact();
        assertThat(entries()).extracting(Entry::value).doesNotContain("1");
        bench.stop();
        for (String name : names()) // without the snapshots, only the batch itself knows
        if (name.endsWith(".snapshot")) bench.partition().resolve(name).toFile().delete();
        bench.start().kill().open();
        ByteBuffer again = new BatchBuilder()
                .producer(5, (short) 0, 0)
                .append(NewRecord.of(bench.disk.nowMs, "k", "1"))
                .build();
        assertThat(bench.append(again)).isInstanceOf(Append.Duplicate.class);
    }

    private List<String> names() {
        return List.of(Optional.ofNullable(bench.partition().toFile().list()).orElseThrow());
    }

    @Test
    void compressedBatchesAreCompactedToo() {
        for (Codec codec : Codec.values()) {
            bench.config.put("compression.type", codec == Codec.NONE ? "uncompressed" : codec.label());
            if (bench.log == null) bench.open();
            else bench.log.configure(LogConfig.of(bench.config));
            for (int i = 0; i < 20; i++) {
                BatchBuilder batch = new BatchBuilder();
                for (int k = 0; k < 10; k++)
                    batch.append(NewRecord.of(bench.disk.nowMs, "k" + k, codec + "-" + i + "x".repeat(50)));
                bench.append(batch.build());
            }
        }
        compact();
        Map<String, String> last = new TreeMap<>();
        for (Entry entry : entries()) last.put(entry.key(), entry.value());
        assertThat(last).hasSize(10);
        assertThat(entries().size()).isLessThan(200);
    }

    private LogSettings settings(long mapBytes, int batchHeldBytesMax) {
        LogSettings was = LogSettings.DEFAULTS;
        return new LogSettings(
                was.producerExpirationMs(),
                was.retentionIntervalMs(),
                batchHeldBytesMax,
                was.checkpoints(),
                was.files(),
                was.finishing(),
                new LogSettings.Cleaning(true, 1, mapBytes, was.cleaning().backoffMs(), 512));
    }

    /** The map takes some 900 keys; a round whose rest would not be dirty enough for a compaction of its own is followed by the next all the same. */
    @Test
    void aSmallMapCleansInSeveralRounds() {
        bench.settings = settings(0, 1 << 20);
        bench.config.put("segment.bytes", "10000");
        bench.config.put("min.cleanable.dirty.ratio", "0.9");
        bench.open();
        for (int round = 0; round < 2; round++)
            for (int from = 0; from < 3000; from += 30) {
                BatchBuilder batch = new BatchBuilder();
                for (int i = from; i < from + 30; i++)
                    batch.append(NewRecord.of(bench.disk.nowMs, "k" + i, "v" + round));
                bench.append(batch.build());
            }
        long active = bench.log.active().baseOffset();
        bench.disk.run();
        bench.disk.nowMs += 20_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.logDir().firstDirtyOffset(LogBench.TP)).isEqualTo(active);
        List<Entry> entries = entries();
        assertThat(entries).extracting(Entry::key).containsOnlyOnceElementsOf(keysOf(entries, active));
        assertThat(entries).extracting(Entry::key).contains("k0", "k1777", "k2999");
        assertThat(entries.size()).isLessThan(3000 + (int) (6000 - active) + 1);
    }

    /** Those before the active segment. */
    private static List<String> keysOf(List<Entry> entries, long end) {
        return entries.stream()
                .filter(entry -> entry.offset() < end)
                .map(Entry::key)
                .filter(key -> entries.stream()
                        .noneMatch(other -> other.offset() >= end && other.key().equals(key)))
                .toList();
    }

    private static byte[] bomb(Codec codec, String key) {
        return new BatchBuilder()
                .codec(codec)
                .append(NewRecord.of(1, key, "small"))
                .append(NewRecord.of(1, utf8("bomb"), ByteBuffer.wrap(new byte[64 << 20])))
                .build()
                .array();
    }

    /** One record of some kilobytes says that it is 64 MB, and is. */
    @Test
    void aRecordThatIsLargeUnpackedIsNeverHeld() {
        bench.settings = settings(1 << 20, 1 << 20);
        bench.config.put("segment.bytes", "300000");
        bench.open();
        for (Codec codec : List.of(Codec.GZIP, Codec.LZ4, Codec.ZSTD)) {
            BatchView packed = new BatchView().wrap(ByteBuffer.wrap(bomb(codec, "k")), 0);
            assertThat(bench.append(packed.slice())).isInstanceOf(Append.Appended.class);
        }
        put("k", "last");
        for (int i = 0; i < 2; i++) put("filler", "x".repeat(200_000));
        long before = allocatedBytes();
        compact();
        assertThat(allocatedBytes() - before).isLessThan(40 << 20);
        assertThat(bench.log.isUncleanable()).isFalse();
        List<Entry> entries = entries();
        assertThat(entries).filteredOn(entry -> entry.key().equals("bomb")).hasSize(1);
        assertThat(entries).filteredOn(entry -> entry.key().equals("k")).containsExactly(new Entry(6, "k", "last"));
    }

    static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    /** A batch that may not be held is not lost, is copied again and again, and what it might bring back stays hidden. */
    @Test
    void aBatchThatCannotBeLookedIntoStaysAsItIsAndSoDoTombstonesBehindIt() {
        bench.config.put("segment.bytes", "10000");
        bench.settings = settings(1 << 20, 1000);
        bench.open();
        put("older", "1");
        ByteBuffer large = new BatchBuilder()
                .append(NewRecord.of(1, "older", "2"))
                .append(NewRecord.of(1, "gone", "x".repeat(2000)))
                .build();
        bench.append(large);
        put("gone", null);
        put("older", "3");
        put("other", null);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10; i++) fill();
            compact();
            List<Entry> entries = entries();
            assertThat(entries)
                    .contains(new Entry(1, "older", "2"), new Entry(3, "gone", null), new Entry(4, "older", "3"))
                    .doesNotContain(new Entry(0, "older", "1"));
            assertThat(entries).filteredOn(entry -> entry.offset() == 2).hasSize(1);
        }
        assertThat(bench.log.isUncleanable()).isFalse();
        assertThat(bench.log.isUsable()).isTrue();
        long size = bench.log.sizeBytes();
        compact(); // and not again and again for the same reason
        assertThat(bench.disk.nowMs
                        - bench.log.segments().firstEntry().getValue().lastModifiedMs())
                .isGreaterThanOrEqualTo(60_000);
        assertThat(bench.log.sizeBytes()).isEqualTo(size);
        // with room for it, all goes its way
        bench.settings = settings(1 << 20, 1 << 20);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 10; i++) fill();
            compact();
        }
        assertThat(entries()).extracting(Entry::key).containsOnly("older", "filler");
    }

    /** What is on the disk says nothing that can be relied on. */
    @Test
    void aBatchThatMakesNoSenseStopsTheCompactionOfItsLogOnly() throws Exception {
        bench.open();
        put("k", "1");
        fill();
        bench.stop();
        Path segment = bench.partition().resolve("00000000000000000000.log");
        byte[] bytes = java.nio.file.Files.readAllBytes(segment);
        bytes[BatchView.HEADER_BYTES_V2] = 99; // the first record's length
        java.nio.file.Files.write(segment, bytes);
        bench.open();
        fill();
        compact();
        assertThat(bench.log.isUncleanable()).isTrue();
        assertThat(bench.log.isUsable()).isTrue();
        put("k", "goes on");
        compact();
        assertThat(java.nio.file.Files.readAllBytes(segment)).isEqualTo(bytes);
    }

    /** The process may die between any two changes of names; what is read afterwards is the log, compacted or not. */
    @Test
    void aCrashBetweenAnyTwoStepsLosesNothing(@TempDir Path copies) throws Exception {
        bench.open();
        for (int i = 0; i < 100; i++) put("k" + i % 7, "v" + i);
        bench.disk.run();
        Map<String, String> expected = new TreeMap<>();
        for (Entry entry : entries()) expected.put(entry.key(), entry.value());
        List<Path> states = new ArrayList<>();
        bench.disk.afterRename = () -> states.add(Copies.copy(bench.folder, copies.resolve("state" + states.size())));
        compact();
        assertThat(states.size()).isGreaterThan(10);
        for (Path state : states) {
            LogBench after = new LogBench(state);
            after.config = bench.config;
            after.open();
            LogBench before = bench;
            bench = after;
            Map<String, String> last = new TreeMap<>();
            for (Entry entry : entries()) last.put(entry.key(), entry.value());
            assertThat(last).as(state.toString()).isEqualTo(expected);
            assertThat(after.log.endOffset()).isEqualTo(100);
            assertThat(names()).noneMatch(name -> name.endsWith(".swap") || name.endsWith(".cleaned"));
            bench = before;
        }
    }

    /** Nobody has said yet that the topic is compacted, and the recovery point is lost: holes are no reason to cut. */
    @Test
    void holesAreNotTakenForLosses() throws Exception {
        bench.open();
        for (int i = 0; i < 200; i++) put("k" + (i * 7) % 150, "v" + i);
        for (int i = 0; i < 30; i++) put("k3", "v" + i);
        compact();
        List<Entry> before = entries();
        bench.kill();
        for (String name : List.of(OffsetCheckpoint.RECOVERY_POINT, OffsetCheckpoint.CLEANER))
            java.nio.file.Files.delete(bench.folder.resolve(name));
        bench.start();
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.logs.unrecovered()).isEmpty();
        bench.open();
        assertThat(entries()).isEqualTo(before);
    }

    @Test
    void segmentsThatRetentionTookAreNotBroughtBack() {
        bench.config.put("cleanup.policy", "compact,delete");
        bench.open();
        for (int i = 0; i < 100; i++) put("k" + i, "v");
        bench.disk.run();
        bench.disk.nowMs += 20_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.log.deleteRecordsBefore(90);
        bench.disk.nowMs += 400_000;
        bench.logs.tick(bench.disk.nowMs); // retention, while the first copy has not come back
        bench.disk.run();
        assertThat(bench.log.startOffset()).isEqualTo(90);
        assertThat(entries()).extracting(Entry::offset).allMatch(offset -> offset >= 90);
        assertThat(names()).noneMatch(name -> name.endsWith(".swap"));
    }
}
