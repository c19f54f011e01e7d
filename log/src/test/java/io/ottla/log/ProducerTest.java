package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Idempotence and transactions, as the log of a partition enforces them. */
class ProducerTest {
    private static final long PID = 42;
    private LogBench bench;

    @BeforeEach
    void open(@TempDir Path folder) {
        bench = new LogBench(folder);
        bench.open();
    }

    private ByteBuffer batch(int epoch, int sequence, int records) {
        return batch(PID, epoch, sequence, records, false);
    }

    private ByteBuffer batch(long pid, int epoch, int sequence, int records, boolean transactional) {
        BatchBuilder builder = new BatchBuilder().producer(pid, (short) epoch, sequence);
        if (transactional) builder.transactional();
        for (int i = 0; i < records; i++) builder.append(NewRecord.keyless(bench.disk.nowMs, "r" + (sequence + i)));
        return builder.build();
    }

    private String outcome(Append append) {
        return switch (append) {
            case Append.Appended appended -> "appended " + appended.firstOffset() + ".." + appended.lastOffset();
            case Append.Duplicate duplicate -> "duplicate " + duplicate.firstOffset() + ".." + duplicate.lastOffset();
            case Append.Rejected(Errors error, String message, List<Append.RecordFault> records) -> error.name();
        };
    }

    private String send(int epoch, int sequence, int records) {
        long end = bench.log.endOffset();
        String outcome = outcome(bench.append(batch(epoch, sequence, records)));
        if (!outcome.startsWith("appended")) assertThat(bench.log.endOffset()).isEqualTo(end);
        return outcome;
    }

    /** What a producer with epoch 5 that has sent sequences 0 to 9 gets for its next batch of two. */
    @ParameterizedTest
    @CsvSource({
        "5, 10, appended 10..11",
        "5, 11, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "5, 9, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "5, 8, duplicate 8..9",
        "5, 6, duplicate 6..7",
        "5, 0, duplicate 0..1",
        "5, 1, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "4, 10, INVALID_PRODUCER_EPOCH",
        "4, 8, INVALID_PRODUCER_EPOCH",
        "6, 0, appended 10..11",
        "6, 10, OUT_OF_ORDER_SEQUENCE_NUMBER",
    })
    void sequences(int epoch, int sequence, String expected) {
        for (int i = 0; i < 10; i += 2) assertThat(send(5, i, 2)).startsWith("appended");
        assertThat(send(epoch, sequence, 2)).isEqualTo(expected);
    }

    @Test
    void onlyTheLastFiveBatchesAreRemembered() {
        for (int i = 0; i < 6; i++) send(0, i, 1);
        assertThat(send(0, 0, 1)).isEqualTo("OUT_OF_ORDER_SEQUENCE_NUMBER");
        for (int i = 1; i < 6; i++) assertThat(send(0, i, 1)).isEqualTo("duplicate " + i + ".." + i);
    }

    /** The second of two requests under way may reach a partition that was not there for the first (KAFKA-15591). */
    @Test
    void whatNeverHeldARecordBeginsWithSequenceZero() {
        assertThat(send(0, 17, 5)).isEqualTo("OUT_OF_ORDER_SEQUENCE_NUMBER");
        assertThat(send(0, 0, 17)).isEqualTo("appended 0..16");
        assertThat(send(0, 17, 5)).isEqualTo("appended 17..21");
    }

    /** KIP-360: what is known of a producer goes with its records, and it goes on. */
    @Test
    void whatHeldRecordsOnceTakesAnUnknownProducerAtAnySequence() {
        other();
        bench.log.deleteRecordsBefore(1);
        assertThat(send(0, 17, 1)).isEqualTo("appended 1..1");
    }

    private void other() {
        bench.append(batch(PID + 1, 0, 0, 1, false));
    }

    @Test
    void sequencesWrapAfterTheLargestInteger() {
        other();
        assertThat(send(0, Integer.MAX_VALUE - 1, 1))
                .isEqualTo("appended 1..1"); // an unknown producer may begin anywhere
        assertThat(send(0, Integer.MAX_VALUE, 3)).isEqualTo("appended 2..4"); // 2147483647, 0, 1
        assertThat(send(0, Integer.MAX_VALUE, 3)).isEqualTo("duplicate 2..4");
        assertThat(send(0, 2, 1)).isEqualTo("appended 5..5");
        assertThat(send(0, Integer.MAX_VALUE, 1)).isEqualTo("OUT_OF_ORDER_SEQUENCE_NUMBER");
    }

    @Test
    void afterExactlyTheLargestComesZero() {
        other();
        send(0, Integer.MAX_VALUE - 1, 2);
        assertThat(send(0, 0, 1)).isEqualTo("appended 3..3");
    }

    @ParameterizedTest
    @CsvSource({"clean", "killed", "killed after a roll"})
    void aRestartForgetsNothing(String how) {
        if (how.endsWith("roll")) bench.config = Map.of("segment.bytes", "150");
        bench.log.configure(LogConfig.of(bench.config));
        for (int i = 0; i < 4; i++) send(1, i, 1);
        bench.disk.run();
        if (how.equals("clean")) bench.stop();
        else bench.kill();
        bench.open();
        assertThat(send(1, 3, 1)).isEqualTo("duplicate 3..3");
        assertThat(send(1, 5, 1)).isEqualTo("OUT_OF_ORDER_SEQUENCE_NUMBER");
        assertThat(send(0, 4, 1)).isEqualTo("INVALID_PRODUCER_EPOCH");
        assertThat(send(1, 4, 1)).isEqualTo("appended 4..4");
    }

    @Test
    void aDamagedSnapshotIsReplacedByTheBatches() throws Exception {
        bench.config = Map.of("segment.bytes", "150");
        bench.log.configure(LogConfig.of(bench.config));
        for (int i = 0; i < 4; i++) send(1, i, 1);
        bench.stop();
        for (String name : bench.disk.list(bench.partition())) {
            if (!name.endsWith(".snapshot")) continue;
            byte[] bytes = Files.readAllBytes(bench.partition().resolve(name));
            bytes[bytes.length - 1] ^= 1;
            Files.write(bench.partition().resolve(name), bytes);
        }
        bench.open();
        assertThat(bench.log.activeProducers()).hasSize(1);
        assertThat(send(1, 3, 1)).isEqualTo("duplicate 3..3");
    }

    @Test
    void aSilentProducerIsForgotten() {
        send(3, 0, 1);
        bench.disk.nowMs += LogSettings.DEFAULTS.producerExpirationMs();
        bench.logs.tick(bench.disk.nowMs);
        assertThat(bench.log.activeProducers()).isEmpty();
        assertThat(send(1, 77, 1)).isEqualTo("appended 1..1");
    }

    @Test
    void anotherExpiryHoldsAtOnce() {
        send(3, 0, 1);
        bench.disk.nowMs += 3_600_000;
        bench.logs.tick(bench.disk.nowMs);
        assertThat(bench.log.activeProducers()).hasSize(1);
        LogSettings was = bench.settings;
        bench.settings = new LogSettings(
                3_600_000,
                was.retentionIntervalMs(),
                was.batchHeldBytesMax(),
                was.checkpoints(),
                was.files(),
                was.finishing(),
                was.cleaning());
        bench.disk.nowMs += 3_600_000;
        bench.logs.tick(bench.disk.nowMs);
        assertThat(bench.log.activeProducers()).isEmpty();
    }

    private void end(long pid, int epoch, int coordinatorEpoch, boolean commit, String expected) {
        ByteBuffer marker =
                new EndTxnMarker(commit, coordinatorEpoch).batch(0, 0, bench.disk.nowMs, pid, (short) epoch);
        assertThat(outcome(bench.append(marker, AppendOrigin.COORDINATOR))).startsWith(expected);
    }

    @Test
    void theFirstUnstableOffsetIsThatOfTheOldestOpenTransaction() {
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(-1);
        bench.append("plain");
        bench.append(batch(7, 0, 0, 2, true)); // 1, 2
        bench.append(batch(8, 0, 0, 2, true)); // 3, 4
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(1);
        end(8, 0, 0, true, "appended 5"); // 5
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(1);
        end(7, 0, 0, false, "appended 6"); // 6
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(-1);
        assertThat(bench.log.endOffset()).isEqualTo(7);
    }

    @Test
    void anEndIsStableOnlyWhenItIsCommitted() throws Exception {
        bench.log.append(bench.disk.nowMs, batch(7, 0, 0, 2, true), AppendOrigin.CLIENT, 0);
        bench.log.append(
                bench.disk.nowMs, new EndTxnMarker(true, 0).batch(0, 0, 0, 7, (short) 0), AppendOrigin.COORDINATOR, 0);
        bench.log.highWatermark(2);
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(0);
        bench.log.highWatermark(3);
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void abortedTransactionsAreKnownAlsoAfterARestart(boolean killed) throws Exception {
        bench.config = Map.of("segment.bytes", "300");
        bench.log.configure(LogConfig.of(bench.config));
        bench.append(batch(7, 0, 0, 2, true)); // 0, 1
        bench.append(batch(8, 0, 0, 2, true)); // 2, 3
        end(7, 0, 0, false, "appended 4");
        end(8, 0, 0, true, "appended 5");
        bench.append(batch(7, 0, 2, 1, true)); // 6
        end(7, 0, 0, false, "appended 7");
        bench.append(batch(7, 0, 3, 1, true)); // 8
        bench.disk.run();
        if (killed) bench.kill();
        else bench.stop();
        bench.open();
        assertThat(bench.log.abortedTransactions(0, 9))
                .containsExactly(new AbortedTxn(7, 0, 4, 2), new AbortedTxn(7, 6, 7, 8));
        assertThat(bench.log.abortedTransactions(5, 9)).containsExactly(new AbortedTxn(7, 6, 7, 8));
        assertThat(bench.log.abortedTransactions(0, 2)).containsExactly(new AbortedTxn(7, 0, 4, 2));
        assertThat(bench.log.firstUnstableOffset()).isEqualTo(8);
        assertThat(bench.log.activeProducers())
                .anyMatch(producer -> producer.producerId() == 7 && producer.transactionFirstOffset() == 8);
    }

    @Test
    void markersOfOldCoordinatorsAndEpochsAreRefused() {
        bench.append(batch(7, 1, 0, 1, true));
        end(7, 0, 5, true, "INVALID_PRODUCER_EPOCH");
        end(7, 1, 5, true, "appended");
        end(7, 1, 4, true, "TRANSACTION_COORDINATOR_FENCED");
        end(7, 2, 5, true, "appended");
        assertThat(outcome(bench.append(batch(7, 1, 1, 1, true)))).isEqualTo("INVALID_PRODUCER_EPOCH");
        assertThat(outcome(bench.append(batch(7, 2, 0, 1, true)))).startsWith("appended");
    }

    @Test
    void recordsOutsideOfAnOpenTransactionAreRefused() {
        bench.append(batch(7, 0, 0, 1, true));
        assertThat(outcome(bench.append(batch(7, 0, 1, 1, false)))).isEqualTo("INVALID_TXN_STATE");
    }
}
