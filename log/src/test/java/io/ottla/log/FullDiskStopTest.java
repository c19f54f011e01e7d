package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop that finds no space: it ends in order, says what it could not write, and the next start recovers everything. */
class FullDiskStopTest {
    private static final int LOGS = 5;
    /** Of a stop: for each log a time index and a producer snapshot, then the checkpoints and the mark. */
    private static final int WRITES = 2 * LOGS + 4 + 1;

    private static final long TIME_MS = 1_700_000_000_000L;

    @TempDir
    private Path folder;

    private final TestDisk disk = new TestDisk();
    private Logs logs;

    private boolean start(Path path) throws LogDirException {
        LogDir dir = LogDir.open(path, disk);
        dir.claim(1, "cluster", new TopicId(1, 2));
        logs = new Logs(List.of(dir), disk, disk, settings(), new SeededRandom(1));
        return dir.wasCleanlyStopped();
    }

    /** So many logs are made durable together, where the disk can do that. */
    private static LogSettings settings() {
        return LogSettings.DEFAULTS.with(
                new LogSettings.Finishing(LogSettings.DEFAULTS.finishing().afterMs(), LOGS));
    }

    private Log log(int partition) {
        List<Outcome<Log>> outcomes = new ArrayList<>();
        logs.open(new TopicPartition("t", partition), new TopicId(1, 1), LogConfig.DEFAULTS, outcomes::add);
        disk.run();
        return LogBench.value(outcomes);
    }

    private void append(int partition) throws Exception {
        assertThat(log(partition)
                        .append(
                                disk.nowMs,
                                new BatchBuilder()
                                        .producer(7, (short) 0, 0)
                                        .append(NewRecord.keyless(TIME_MS, "value"))
                                        .build(),
                                AppendOrigin.CLIENT,
                                0))
                .isInstanceOf(Append.Appended.class);
        disk.run();
    }

    private Outcome<Void> stop() {
        List<Outcome<Void>> outcomes = new ArrayList<>();
        logs.closeCleanly(-1, outcomes::add);
        disk.run();
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    private static String sentence(Outcome<Void> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return outcome instanceof Outcome.Failed<Void>(IOException cause) ? cause.getMessage() : "";
    }

    private void holdsAll() {
        for (int i = 0; i < LOGS; i++) {
            assertThat(log(i).endOffset()).isEqualTo(1);
            assertThat(log(i).activeProducers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whateverCouldNotBeWrittenIsRecovered(boolean together) throws Exception {
        disk.syncsFileSystems = together;
        // the disk is full from the first write of the stop on, from its second, and so on until there are no more
        boolean isClean = false;
        for (int writes = 0; !isClean; writes++) {
            Path path = Files.createDirectory(folder.resolve("full-after-" + writes));
            start(path);
            for (int i = 0; i < LOGS; i++) append(i);
            disk.bytesOfFaultyWrite = 5;
            disk.writesUntilFault = writes;
            Outcome<Void> outcome = stop();
            isClean = outcome instanceof Outcome.Done<Void>;
            assertThat(writes).isLessThanOrEqualTo(WRITES);
            assertThat(isClean).as("after " + writes).isEqualTo(writes == WRITES);
            disk.writesUntilFault = -1;
            assertThat(logs.dirs().getFirst().failure()).isEmpty();
            assertThat(disk.openFiles).hasValue(0);
            assertThat(start(path)).isEqualTo(isClean);
            holdsAll();
            assertThat(stop()).isEqualTo(Outcome.done(null));
            assertThat(start(path)).isTrue();
            holdsAll();
            assertThat(stop()).isEqualTo(Outcome.done(null));
        }
    }

    @Test
    void theSentenceSaysWhatAndWhatToDo() throws Exception {
        start(folder);
        append(3);
        disk.writesUntilFault = 0;
        assertThat(sentence(stop()))
                .isEqualTo("no space is left in " + folder + " for the indexes and producers of 1 log (t-3) and for"
                        + " checkpoints; nothing that was acknowledged is lost: the next start checks the logs there and"
                        + " recovers them, so make room first");
        disk.writesUntilFault = -1;
        start(folder);
        log(3);
        assertThat(stop()).isEqualTo(Outcome.done(null));
        start(folder);
        disk.writesUntilFault = 4;
        assertThat(sentence(stop()))
                .startsWith("no space is left in " + folder + " for the mark of a clean stop; nothing");
    }

    @Test
    void aDirectoryThatFailsAtTheStopIsSaidToo() throws Exception {
        start(folder);
        append(0);
        disk.syncFails = true;
        assertThat(sentence(stop()))
                .isEqualTo("the log directory " + folder + " has failed (Input/output error); nothing that was"
                        + " acknowledged is lost: the next start checks the logs there and recovers them, so see to the"
                        + " device first");
    }
}
