package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs that nobody writes to are brought into the state of a clean stop; what the stop has left to do then. */
class IdleFinishTest {
    private static final TopicId ID = new TopicId(1, 1);
    private static final int LOGS = 70;

    @TempDir
    private Path folder;

    private final TestDisk disk = new TestDisk();
    private Logs logs;

    private void start() throws LogDirException {
        LogDir dir = LogDir.open(folder, disk);
        dir.claim(1, "cluster", new TopicId(1, 2));
        logs = new Logs(List.of(dir), disk, disk, LogSettings.DEFAULTS, new SeededRandom(1));
    }

    private Log log(int partition) {
        List<Outcome<Log>> outcomes = new ArrayList<>();
        logs.open(new TopicPartition("t", partition), ID, LogConfig.DEFAULTS, outcomes::add);
        disk.run();
        return LogBench.value(outcomes);
    }

    private static ByteBuffer batch(int sequence) {
        return new BatchBuilder()
                .producer(7, (short) 0, sequence)
                .append(NewRecord.keyless(1_700_000_000_000L + sequence, "value"))
                .build();
    }

    private void append(int partition, ByteBuffer batch) throws Exception {
        assertThat(log(partition).append(disk.nowMs, batch, AppendOrigin.CLIENT, 0))
                .isInstanceOf(Append.Appended.class);
        disk.run();
    }

    private void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            disk.nowMs += 1_000;
            logs.tick(disk.nowMs);
            disk.run();
        }
    }

    private void stop() {
        List<Outcome<Void>> outcomes = new ArrayList<>();
        logs.closeCleanly(-1, outcomes::add);
        disk.run();
        assertThat(outcomes).containsExactly(Outcome.done(null));
    }

    /** As if the process had died: its locks are gone, and nothing more is written. */
    private void kill() {
        logs.dirs().forEach(LogDir::close);
    }

    private List<String> snapshots(int partition) throws Exception {
        return disk.list(folder.resolve("t-" + partition)).stream()
                .filter(name -> name.endsWith(ProducerSnapshot.SUFFIX))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void logsAtRestAreFinishedAndTheStopOnlyClosesThem(boolean together, int fileSystemSyncs) throws Exception {
        disk.syncsFileSystems = together;
        start();
        for (int i = 0; i < LOGS; i++) append(i, batch(0));
        pass(9);
        assertThat(log(5).flushedOffset()).isZero();
        pass(4);
        assertThat(disk.fileSystemSyncs).isEqualTo(fileSystemSyncs);
        assertThat(log(5).flushedOffset()).isEqualTo(1);
        int syncs = disk.syncs;
        int opens = disk.opens;
        stop();
        assertThat(disk.fileSystemSyncs).isEqualTo(fileSystemSyncs);
        assertThat(disk.syncs - syncs).as("checkpoints and the mark").isLessThan(7);
        assertThat(disk.opens - opens).isLessThan(7);
        start();
        for (int i = 0; i < LOGS; i++) {
            assertThat(log(i).endOffset()).isEqualTo(1);
            assertThat(log(i).activeProducers()).hasSize(1);
            assertThat(log(i).active().maxTimestamp()).isEqualTo(new Segment.MaxTimestamp(1_700_000_000_000L, 0));
        }
        stop();
    }

    @Test
    void aLogThatChangesAgainIsFinishedAgainAndHasOneSnapshot() throws Exception {
        start();
        append(0, batch(0));
        pass(12);
        assertThat(snapshots(0)).containsExactly("00000000000000000001.snapshot");
        append(0, batch(1));
        pass(12);
        assertThat(log(0).flushedOffset())
                .as("it was not idle for long, so it is given twice the time")
                .isEqualTo(1);
        pass(12);
        assertThat(log(0).flushedOffset()).isEqualTo(2);
        assertThat(snapshots(0)).containsExactly("00000000000000000002.snapshot");
        append(0, batch(2));
        stop();
        start();
        assertThat(log(0).append(disk.nowMs, batch(2), AppendOrigin.CLIENT, 0)).isInstanceOf(Append.Duplicate.class);
        assertThat(log(0).activeProducers().getFirst().lastSequence()).isEqualTo(2);
        stop();
    }

    @Test
    void whatIsWrittenWhileALogIsBeingFinishedIsNotTakenForDurable() throws Exception {
        disk.syncsFileSystems = true;
        start();
        for (int i = 0; i < LOGS; i++) append(i, batch(0));
        pass(10);
        disk.nowMs += 1_000;
        logs.tick(disk.nowMs); // the round begins
        log(5); // lets the disk work
        Log log = logs.get(new TopicPartition("t", 5)).orElseThrow();
        disk.nowMs += 20_000;
        logs.tick(disk.nowMs);
        log.append(disk.nowMs, batch(1), AppendOrigin.CLIENT, 0);
        disk.run();
        assertThat(log.flushedOffset()).isEqualTo(1);
        stop();
        start();
        assertThat(log(5).endOffset()).isEqualTo(2);
        assertThat(log(5).append(disk.nowMs, batch(1), AppendOrigin.CLIENT, 0)).isInstanceOf(Append.Duplicate.class);
        assertThat(log(5).active().maxTimestamp()).isEqualTo(new Segment.MaxTimestamp(1_700_000_000_001L, 1));
        stop();
    }

    @Test
    void aKillAfterwardsIsStillAnUncleanStop() throws Exception {
        start();
        append(0, batch(0));
        pass(12);
        append(0, batch(1));
        kill();
        start();
        assertThat(logs.unrecovered()).hasSize(1);
        assertThat(log(0).endOffset()).isEqualTo(2);
        assertThat(log(0).append(disk.nowMs, batch(1), AppendOrigin.CLIENT, 0)).isInstanceOf(Append.Duplicate.class);
        stop();
    }

    @Test
    void aLogWithoutProducersNeedsNoSnapshot() throws Exception {
        start();
        append(0, LogBench.batch(disk.nowMs, "a"));
        stop();
        assertThat(snapshots(0)).isEmpty();
        start();
        assertThat(log(0).endOffset()).isEqualTo(1);
        append(0, batch(0));
        stop();
        assertThat(snapshots(0)).containsExactly("00000000000000000002.snapshot");
    }

    @Test
    void manyLogsAreSyncedOnceAfterAKill() throws Exception {
        disk.syncsFileSystems = true;
        start();
        for (int i = 0; i < LOGS; i++) append(i, batch(0));
        kill();
        start();
        int syncs = disk.syncs;
        for (int i = 0; i < LOGS; i++) assertThat(log(i).flushedOffset()).isEqualTo(1);
        assertThat(disk.fileSystemSyncs).isEqualTo(1);
        assertThat(disk.syncs - syncs).isZero();
        stop();
    }
}
