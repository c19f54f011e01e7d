package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Group commit, and what the log does when the disk does not do what it should. */
class FlushTest {
    private LogBench bench;

    @BeforeEach
    void open(@TempDir Path folder) {
        bench = new LogBench(folder);
        bench.open();
    }

    @Test
    void oneSyncServesAllWhoWait() {
        List<Outcome<Long>> outcomes = new ArrayList<>();
        int syncs = bench.disk.syncs;
        for (int i = 0; i < 50; i++) {
            bench.append("a");
            bench.log.flush(outcomes::add); // the first sync waits for a thread
        }
        bench.disk.run();
        assertThat(outcomes).hasSize(50).allMatch(outcome -> outcome.equals(Outcome.done(50L)));
        assertThat(bench.disk.syncs - syncs).isEqualTo(2); // the leader epoch's file, and the log
        assertThat(bench.log.flushedOffset()).isEqualTo(50);
    }

    @Test
    void whatIsAppendedWhileASyncRunsWaitsForTheNext() {
        List<Outcome<Long>> outcomes = new ArrayList<>();
        int syncs = bench.disk.syncs;
        bench.append("a");
        bench.log.flush(outcomes::add);
        while (bench.disk.syncs < syncs + 2)
            bench.disk.queue.remove().run(); // synced, and the loop does not know it yet
        for (int i = 0; i < 50; i++) {
            bench.append("b");
            bench.log.flush(outcomes::add);
        }
        bench.disk.run();
        assertThat(outcomes).hasSize(51);
        assertThat(outcomes.getFirst()).isEqualTo(Outcome.done(1L));
        assertThat(outcomes.subList(1, 51)).allMatch(outcome -> outcome.equals(Outcome.done(51L)));
        assertThat(bench.disk.syncs - syncs).isEqualTo(3);
    }

    @Test
    void aSyncThatWaitsServesNothingOfTheNextSegment() {
        bench.log.configure(LogConfig.of(Map.of("segment.bytes", "200")));
        List<Outcome<Long>> outcomes = new ArrayList<>();
        bench.append("some value");
        bench.log.flush(outcomes::add);
        while (bench.log.active().baseOffset() == 0) bench.append("some value");
        long rolledAt = bench.log.active().baseOffset();
        bench.log.flush(outcomes::add);
        bench.disk.run();
        assertThat(outcomes).containsExactly(Outcome.done(rolledAt), Outcome.done(bench.log.endOffset()));
    }

    @Test
    void finishingALogDoesNotMakeLaterFlushesSyncItsIndexes() {
        bench.append("a");
        bench.log.finish().finish(outcome -> {});
        bench.disk.run();
        bench.append("b");
        int syncs = bench.disk.syncs;
        assertThat(bench.flush()).isEqualTo(2);
        assertThat(bench.disk.syncs - syncs).isEqualTo(1);
    }

    @Test
    void whatIsFlushedAlreadyIsAnsweredWithoutASync() {
        bench.append("a");
        bench.flush();
        int syncs = bench.disk.syncs;
        assertThat(bench.flush()).isEqualTo(1);
        assertThat(bench.disk.syncs).isEqualTo(syncs);
    }

    @Test
    void flushMessagesAndFlushMsAreHonoured() {
        bench.log.configure(LogConfig.of(Map.of("flush.messages", "3")));
        bench.append("a", "b");
        bench.disk.run();
        assertThat(bench.log.flushedOffset()).isEqualTo(0);
        bench.append("c");
        bench.disk.run();
        assertThat(bench.log.flushedOffset()).isEqualTo(3);
        bench.log.configure(LogConfig.of(Map.of("flush.ms", "5000")));
        bench.append("d");
        bench.disk.nowMs += 4_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.log.flushedOffset()).isEqualTo(3);
        bench.disk.nowMs += 2_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.log.flushedOffset()).isEqualTo(4);
    }

    @Test
    void aRollFlushesTheOldSegmentAndTheCheckpointFollows() throws Exception {
        bench.log.configure(LogConfig.of(Map.of("segment.bytes", "200")));
        for (int i = 0; i < 10; i++) bench.append("some value " + i);
        bench.disk.run();
        bench.disk.nowMs += 1_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        long point = OffsetCheckpoint.read(bench.disk, bench.folder.resolve(OffsetCheckpoint.RECOVERY_POINT))
                .get(LogBench.TP);
        assertThat(point).isGreaterThanOrEqualTo(bench.log.active().baseOffset());
    }

    @Test
    void aFailedSyncIsNeverRepeatedIntoAnAcknowledgement() {
        bench.append("a");
        List<Outcome<Long>> outcomes = new ArrayList<>();
        List<LogDir> failed = new ArrayList<>();
        bench.logs.onFailure((dir, cause) -> failed.add(dir));
        bench.disk.syncFails = true;
        bench.log.flush(outcomes::add);
        bench.append("b");
        bench.log.flush(outcomes::add);
        bench.disk.run();
        bench.disk.syncFails = false;
        assertThat(outcomes).hasSize(2).allMatch(outcome -> outcome instanceof Outcome.Failed);
        bench.log.flush(outcomes::add);
        bench.disk.run();
        assertThat(outcomes.getLast()).isInstanceOf(Outcome.Failed.class);
        assertThat(bench.log.flushedOffset()).isEqualTo(0);
        assertThat(failed).hasSize(1);
        assertThatThrownBy(() -> bench.append("c")).hasRootCauseMessage("Input/output error");
    }

    /** The operating system shows the next process what it did not write: that must be written again before it is believed. */
    @Test
    void afterAFailedSyncTheNextStartWritesAgainWhatWasNotFlushed() {
        bench.append("a");
        bench.disk.syncFails = true;
        bench.log.flush(outcome -> {});
        bench.disk.run();
        bench.kill().open();
        assertThat(bench.disk.writes)
                .anyMatch(path -> path.equals(bench.partition().resolve("00000000000000000000.log")));
        bench.stop();
        assertThat(bench.folder.resolve(SyncFailure.FILE)).doesNotExist();
        bench.start().kill().open();
        assertThat(bench.disk.writes).noneMatch(path -> path.toString().endsWith(".log"));
    }

    @Test
    void aFullDiskIsAnAnswerAndPassesWhenThereIsSpace() throws Exception {
        bench.append("a");
        for (int torn : new int[] {0, 1, 30, 70}) {
            bench.disk.writesUntilFault = 0;
            bench.disk.bytesOfFaultyWrite = torn;
            Append append = bench.append(LogBench.batch(1, "lost"));
            assertThat(append)
                    .isInstanceOfSatisfying(
                            Append.Rejected.class,
                            rejected -> assertThat(rejected.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR));
            assertThat(Files.size(bench.log.active().path())).isEqualTo(bench.log.sizeBytes());
            assertThat(bench.values()).containsExactly("a");
        }
        bench.disk.writesUntilFault = -1;
        assertThat(bench.append("b")).isEqualTo(1);
        bench.kill().open();
        assertThat(bench.values()).containsExactly("a", "b");
    }

    @Test
    void aFullDiskAtARollIsAnAnswerToo() {
        bench.log.configure(LogConfig.of(Map.of("segment.bytes", "200", "index.interval.bytes", "10")));
        bench.append("first value that fills the segment");
        bench.append("second value, with an index entry");
        bench.disk.writesUntilFault = 0;
        for (int i = 0; i < 3; i++)
            assertThat(bench.append(LogBench.batch(1, "third, for which there is no room")))
                    .isInstanceOf(Append.Rejected.class);
        bench.disk.run();
        bench.disk.writesUntilFault = -1;
        assertThat(bench.append("third")).isEqualTo(2);
        assertThat(bench.values()).hasSize(3);
        bench.stop().open();
        assertThat(bench.values()).hasSize(3);
    }

    @Test
    void anInputOutputErrorFailsTheDirectoryAndTheNextStartFindsWholeBatches() {
        bench.append("a");
        bench.disk.writesUntilFault = 0;
        bench.disk.bytesOfFaultyWrite = 40;
        bench.disk.writeFault = "Input/output error";
        assertThatThrownBy(() -> bench.log.append(1, LogBench.batch(1, "b"), AppendOrigin.CLIENT, 0))
                .isInstanceOf(IOException.class);
        assertThat(bench.log.logDir().failure()).isPresent();
        assertThatThrownBy(() -> bench.log.read(0, 100, 10, true)).isInstanceOf(IOException.class);
        bench.kill().open();
        assertThat(bench.values()).containsExactly("a");
    }
}
