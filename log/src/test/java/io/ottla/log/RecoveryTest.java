package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log is after its files were cut, damaged, or lost. */
class RecoveryTest {
    private LogBench bench;

    @TempDir
    private Path copies;

    @BeforeEach
    void open(@TempDir Path folder) {
        bench = new LogBench(folder);
        bench.config = Map.of("segment.bytes", "2000", "index.interval.bytes", "200");
        bench.open();
    }

    private LogBench copyOf(LogBench of, int number) {
        LogBench copy = new LogBench(Copies.copy(of.folder, copies.resolve("copy" + number)));
        copy.config = of.config;
        return copy;
    }

    private static Path last(LogBench bench, String suffix) throws Exception {
        List<String> names = new ArrayList<>(new TestDisk().list(bench.partition()));
        names.removeIf(name -> !name.endsWith(suffix));
        return bench.partition().resolve(names.getLast());
    }

    private static void cut(Path file, long bytes) throws Exception {
        byte[] all = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(all, (int) bytes));
    }

    private static List<String> values(int count) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) values.add("value number " + i);
        return values;
    }

    /** The last segment is cut at every byte: what is whole before the cut stays, and nothing else. */
    @Test
    void aTornTailIsCutOffAtABatch() throws Exception {
        for (int i = 0; i < 40; i++) bench.append("value number " + i);
        bench.disk.run();
        int oneBatch = LogBench.batch(1, "value number 10").remaining();
        int inLast = (int) (40 - bench.log.active().baseOffset());
        long bytes = bench.log.active().sizeBytes();
        long base = bench.log.active().baseOffset();
        bench.kill();
        assertThat(inLast).isBetween(2, 39);
        for (long at = 0; at <= bytes; at += 7) {
            LogBench copy = copyOf(bench, (int) at);
            cut(last(copy, ".log"), at);
            copy.open();
            int left = (int) (base + at / oneBatch);
            assertThat(copy.values()).as("cut at %d", at).isEqualTo(values(40).subList(0, left));
            copy.append("goes on");
            assertThat(copy.log.endOffset()).isEqualTo(left + 1);
            copy.stop();
        }
    }

    @Test
    void afterADamagedBatchNothingIsLeft() throws Exception {
        for (int i = 0; i < 40; i++) bench.append("value number " + i);
        bench.disk.run();
        bench.kill();
        SeededRandom random = new SeededRandom(11);
        for (int i = 0; i < 60; i++) {
            LogBench copy = copyOf(bench, i);
            Path log = last(copy, ".log");
            byte[] bytes = Files.readAllBytes(log);
            int at = random.nextInt(bytes.length);
            // base offset and leader epoch are under no checksum: they are set by whoever appends
            int inBatch = at % LogBench.batch(1, "value number 10").remaining();
            if (inBatch < 16) continue;
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(log, bytes);
            copy.open();
            assertThat(values(40)).startsWith(copy.values().toArray(String[]::new));
            assertThat(copy.log.endOffset())
                    .isLessThan(40)
                    .isEqualTo(copy.values().size());
            copy.stop().open();
            assertThat(values(40)).startsWith(copy.values().toArray(String[]::new));
            copy.kill();
        }
    }

    @Test
    void onlyWhatWasNotFlushedIsRead() throws Exception {
        for (int i = 0; i < 200; i++) bench.append("value number " + i);
        bench.disk.run();
        bench.disk.nowMs += 1000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        long active = bench.log.active().sizeBytes();
        bench.kill();
        LoadedLog loaded = LogLoader.load(
                bench.disk,
                new LogLoader.Request(
                        bench.partition(),
                        LogConfig.of(bench.config),
                        1 << 30,
                        false,
                        OffsetCheckpoint.read(bench.disk, bench.folder.resolve(OffsetCheckpoint.RECOVERY_POINT))
                                .get(LogBench.TP),
                        0,
                        false,
                        false,
                        false,
                        Long.MAX_VALUE,
                        bench.disk.nowMs));
        assertThat(loaded.recoveredBytes()).isEqualTo(active);
        assertThat(loaded.endOffset()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {".index", ".timeindex", ".txnindex", ".snapshot", "leader-epoch-checkpoint", "partition.metadata"
            })
    void everySmallFileCanBeLostOrDamaged(String suffix) throws Exception {
        for (int i = 0; i < 60; i++) {
            bench.disk.nowMs += 10;
            bench.append("value number " + i);
        }
        bench.disk.run();
        bench.stop();
        SeededRandom random = new SeededRandom(suffix.hashCode());
        for (int i = 0; i < 30; i++) {
            if (suffix.equals(PartitionMetadata.FILE) && i % 4 == 3) continue; // another id is another topic
            LogBench copy = copyOf(bench, i);
            for (String name : copy.disk.list(copy.partition())) {
                if (!name.endsWith(suffix)) continue;
                Path file = copy.partition().resolve(name);
                byte[] bytes = Files.readAllBytes(file);
                switch (i % 4) {
                    case 0 -> Files.delete(file);
                    case 1 -> Files.write(file, new byte[bytes.length]);
                    case 2 -> Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2 + 1));
                    default -> {
                        if (bytes.length > 0) bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                        Files.write(file, bytes);
                    }
                }
            }
            if (i % 8 >= 4) { // an unclean stop besides
                copy.start().kill();
            }
            copy.open();
            assertThat(copy.values()).as("%s, case %d", suffix, i).isEqualTo(values(60));
            for (int offset = 0; offset < 60; offset++)
                assertThat(copy.records(copy.read(offset, 1), offset).getFirst().value())
                        .isEqualTo("value number " + offset);
            copy.append("goes on");
            copy.stop();
        }
    }

    /** It has no checksum, and a start looks at the last segment's only: a reader finds it, and has it built anew. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRottenOffsetIndexOfAnOldSegmentIsRebuiltWhenAReaderIsMisled(boolean cold) throws Exception {
        for (int i = 0; i < 60; i++) bench.append("value number " + i);
        bench.disk.run();
        bench.stop();
        Path index = bench.partition().resolve("00000000000000000000.index");
        byte[] sound = Files.readAllBytes(index);
        byte[] rotten = sound.clone();
        for (int at = 4; at < rotten.length; at += 8) rotten[at + 3] ^= 1;
        Files.write(index, rotten);
        bench.open();
        bench.disk.cold = cold;
        long offset = bench.log.endOf(bench.log.segments().firstEntry().getValue()) - 1;
        List<Outcome<Read>> reads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            if (cold) bench.log.readCold(offset, 1, Long.MAX_VALUE, true, reads::add);
            else reads.add(Outcome.done(bench.read(offset, 1)));
            bench.disk.run();
            assertThat(bench.records(LogBench.value(reads), offset).getFirst().value())
                    .isEqualTo("value number " + offset);
            reads.clear();
            assertThat(Files.readAllBytes(index)).isEqualTo(sound);
        }
        assertThat(bench.disk.list(bench.partition())).noneMatch(name -> name.endsWith(".tmp"));
        bench.disk.cold = false;
        assertThat(bench.values()).isEqualTo(values(60));
        bench.stop();
        assertThat(bench.disk.openFiles.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1\n",
                "0\nx\n",
                "0\n1\n",
                "0\n1\nevents 0 -5\n",
                "0\n1\nevents zero 5\n",
                "0\n2\nevents 0 5\n",
                "0\n1\nevents 0\n"
            })
    void aDamagedCheckpointCountsAsMissing(String text) throws Exception {
        for (int i = 0; i < 60; i++) bench.append("value number " + i);
        bench.disk.run();
        bench.kill();
        for (String name : List.of(
                OffsetCheckpoint.RECOVERY_POINT,
                OffsetCheckpoint.LOG_START,
                OffsetCheckpoint.HIGH_WATERMARK,
                OffsetCheckpoint.CLEANER)) Files.writeString(bench.folder.resolve(name), text);
        bench.open();
        assertThat(bench.values()).isEqualTo(values(60));
    }

    @Test
    void recoveringTwiceIsRecoveringOnce() throws Exception {
        for (int i = 0; i < 60; i++) bench.append("value number " + i);
        bench.disk.run();
        bench.kill();
        cut(last(bench, ".log"), 100);
        bench.open();
        List<String> once = bench.values();
        bench.kill().open();
        assertThat(bench.values()).isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource({"1", "17", "30", "59", "0"})
    void truncationLeavesWhatIsBefore(int to) {
        for (int i = 0; i < 60; i++) {
            bench.leaderEpoch = i / 20;
            bench.append("value number " + i);
        }
        bench.disk.run();
        List<Object> done = new ArrayList<>();
        bench.log.truncateTo(bench.disk.nowMs, to, done::add);
        bench.disk.run();
        assertThat(done).hasSize(1);
        assertThat(bench.log.endOffset()).isEqualTo(to);
        assertThat(bench.values()).isEqualTo(values(60).subList(0, to));
        assertThat(bench.log.latestEpoch()).isEqualTo(to == 0 ? -1 : (to - 1) / 20);
        bench.leaderEpoch = 5;
        bench.append("anew");
        bench.kill().open();
        assertThat(bench.log.endOffset()).isEqualTo(to + 1);
        assertThat(bench.log.latestEpoch()).isEqualTo(5);
    }

    /** A power loss after a truncation must not find a recovery point above what was synced. */
    @Test
    void aTruncationCallsNothingDurableThatWasNotBefore() {
        bench.log.configure(LogConfig.of(Map.of("segment.bytes", "200")));
        for (int i = 0; i < 20; i++) bench.append("value number " + i);
        // the flushes of the finished segments wait for a disk thread still
        List<Runnable> held = new ArrayList<>(bench.disk.queue);
        bench.disk.queue.clear();
        assertThat(bench.log.flushedOffset()).isZero();
        bench.log.truncateTo(bench.disk.nowMs, 15, outcome -> {});
        bench.disk.run();
        assertThat(bench.log.endOffset()).isEqualTo(15);
        assertThat(bench.log.flushedOffset()).isZero();
        assertThat(bench.log.segments().firstEntry().getValue().durable()).isFalse();
        assertThat(bench.log.active().createdMs()).isGreaterThan(1_000_000_000_000L);
        bench.disk.queue.addAll(held);
        bench.disk.run();
        assertThat(bench.flush()).isEqualTo(15);
        assertThat(bench.log.segments().firstEntry().getValue().durable()).isTrue();
    }

    @Test
    void aTruncationToNothingBeginsNow() {
        bench.append("a");
        bench.log.truncateTo(bench.disk.nowMs, 0, outcome -> {});
        bench.disk.run();
        assertThat(bench.log.active().lastModifiedMs()).isGreaterThanOrEqualTo(1_700_000_000_000L);
    }

    @Test
    void aTruncationThatCutsABatchLeavesItOut() {
        bench.append("a", "b", "c");
        bench.append("d", "e", "f");
        bench.log.truncateTo(bench.disk.nowMs, 5, outcome -> {});
        bench.disk.run();
        assertThat(bench.log.endOffset()).isEqualTo(3);
        assertThat(bench.values()).containsExactly("a", "b", "c");
    }

    @Test
    void leaderEpochsComeBackFromTheBatches() throws Exception {
        for (int i = 0; i < 30; i++) {
            bench.leaderEpoch = i / 10;
            bench.append("value number " + i);
        }
        bench.disk.run();
        bench.kill();
        Files.delete(bench.partition().resolve(LeaderEpochs.FILE));
        Files.deleteIfExists(bench.folder.resolve(OffsetCheckpoint.RECOVERY_POINT));
        bench.open();
        assertThat(bench.log.epochEnd(0)).isEqualTo(new EpochEnd(0, 10));
        assertThat(bench.log.epochEnd(1)).isEqualTo(new EpochEnd(1, 20));
        assertThat(bench.log.epochEnd(2)).isEqualTo(new EpochEnd(2, 30));
        assertThat(bench.log.epochEnd(3)).isEqualTo(EpochEnd.UNKNOWN);
        assertThat(bench.log.epochEnd(-1)).isEqualTo(EpochEnd.UNKNOWN);
    }

    @Test
    void aLogWhoseStartIsBeyondItsEndBeginsThere() throws Exception {
        for (int i = 0; i < 10; i++) bench.append("value number " + i);
        bench.log.deleteRecordsBefore(10);
        bench.disk.run();
        bench.disk.nowMs += 1000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        bench.kill();
        cut(last(bench, ".log"), 0);
        bench.open();
        assertThat(bench.log.startOffset()).isEqualTo(10);
        assertThat(bench.log.endOffset()).isEqualTo(10);
        assertThat(bench.append("on")).isEqualTo(10);
    }
}
