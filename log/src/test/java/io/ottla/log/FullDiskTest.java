package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.NewRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The disk is full at each operation in turn that needs room, once or for a while, while a log is opened, appended to by a transactional producer under
 * rising leader epochs, rolled, read, cut by DeleteRecords, flushed and stopped. Whatever is refused is done again when there is room. Nothing
 * of it is a failure of the log directory, and in the end all is there as if there had always been room.
 */
class FullDiskTest {
    private static final long PRODUCER = 7;
    private static final int ROUNDS = 12;

    @TempDir
    private Path folder;

    private LogBench bench;
    private final List<AbortedTxn> aborted = new ArrayList<>();
    private final List<Integer> epochs = new ArrayList<>();
    private int sequence;

    private static Stream<Arguments> fulls() {
        return Stream.of(1, 5)
                .flatMap(fullFor -> IntStream.range(0, 70)
                        .boxed()
                        .flatMap(
                                roomFor -> Stream.of(true, false).map(stops -> Arguments.of(roomFor, fullFor, stops))));
    }

    @ParameterizedTest
    @MethodSource("fulls")
    void aFullDiskLosesNothing(int roomFor, int fullFor, boolean stops) throws Exception {
        bench = new LogBench(folder);
        bench.config = Map.of("segment.bytes", "700", "index.interval.bytes", "100", "file.delete.delay.ms", "0");
        bench.start();
        bench.disk.bytesOfFaultyWrite = roomFor % 7;
        bench.disk.roomFor = roomFor;
        bench.disk.fullFor = fullFor;
        open();
        for (int round = 0; round < ROUNDS; round++) {
            bench.leaderEpoch = round / 2;
            bench.log.assignEpoch(bench.leaderEpoch);
            transaction(round % 3 != 0);
            bench.disk.run();
            if (round == 7) bench.log.deleteRecordsBefore(10);
            flush();
            bench.disk.nowMs += 300_000;
            bench.logs.tick(bench.disk.nowMs);
            bench.disk.run();
            mustBeWhole();
        }
        assertThat(bench.disk.roomFor)
                .as("the disk has been full: there are so many operations")
                .isZero();
        if (stops) stop();
        else bench.kill();
        bench.open();
        mustBeWhole();
        transaction(true);
        mustBeWhole();
    }

    private void open() {
        List<Outcome<Log>> outcomes = new ArrayList<>();
        for (int attempt = 0; attempt < 10; attempt++) {
            outcomes.clear();
            bench.logs.open(LogBench.TP, LogBench.ID, LogConfig.of(bench.config), outcomes::add);
            bench.disk.run();
            if (outcomes.getFirst() instanceof Outcome.Done<Log>) break;
            mustServe();
        }
        bench.log = LogBench.value(outcomes);
    }

    private void mustServe() {
        for (LogDir dir : bench.logs.dirs()) assertThat(dir.failure()).isEmpty();
    }

    private void transaction(boolean aborts) throws IOException {
        long first = bench.log.endOffset();
        BatchBuilder batch =
                new BatchBuilder().producer(PRODUCER, (short) 0, sequence).transactional();
        for (int i = 0; i < 3; i++) batch.append(NewRecord.keyless(bench.disk.nowMs, "value " + (first + i)));
        append(batch.build(), AppendOrigin.CLIENT, 3);
        sequence += 3;
        long marker = bench.log.endOffset();
        append(
                new EndTxnMarker(!aborts, 0).batch(0, 0, bench.disk.nowMs, PRODUCER, (short) 0),
                AppendOrigin.COORDINATOR,
                1);
        if (aborts) aborted.add(new AbortedTxn(PRODUCER, first, marker, marker + 1));
    }

    private void append(ByteBuffer batch, AppendOrigin origin, int records) throws IOException {
        for (int attempt = 0; attempt < 10; attempt++) {
            ByteBuffer copy = ByteBuffer.allocate(batch.remaining())
                    .put(batch.duplicate())
                    .flip();
            Append append = bench.log.append(bench.disk.nowMs, copy, origin, bench.leaderEpoch);
            mustServe();
            if (append instanceof Append.Appended) {
                bench.log.highWatermark(bench.log.endOffset());
                for (int i = 0; i < records; i++) epochs.add(bench.leaderEpoch);
                return;
            }
            assertThat(append).isInstanceOf(Append.Rejected.class);
            assertThat(((Append.Rejected) append).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
            mustBeWhole();
            bench.disk.run();
        }
        throw new AssertionError("there is room, and still it is refused");
    }

    private void flush() {
        for (int attempt = 0; attempt < 10; attempt++) {
            List<Outcome<Long>> outcomes = new ArrayList<>();
            bench.log.flush(outcomes::add);
            bench.disk.run();
            mustServe();
            if (outcomes.getFirst() instanceof Outcome.Done<Long>) return;
        }
        throw new AssertionError("there is room, and still it is not flushed");
    }

    private void stop() {
        List<Outcome<Void>> outcomes = new ArrayList<>();
        bench.logs.closeCleanly(3, outcomes::add);
        bench.disk.run();
        assertThat(outcomes).hasSize(1);
        bench.logs.dirs().forEach(LogDir::close);
        bench.logs = null;
    }

    private void mustBeWhole() throws IOException {
        mustServe();
        assertThat(bench.log.endOffset()).isEqualTo(epochs.size());
        for (int offset = (int) bench.log.startOffset(); offset < epochs.size(); offset++)
            assertThat(bench.log.epochAt(offset)).as("epoch at %d", offset).isEqualTo(epochs.get(offset));
        long start = bench.log.startOffset();
        assertThat(bench.log.abortedTransactions(start, epochs.size()))
                .isEqualTo(aborted.stream()
                        .filter(txn -> txn.lastOffset() >= start)
                        .toList());
        assertThat(bench.all(start, 1 << 20).stream().map(LogBench.Seen::offset))
                .containsExactlyElementsOf(java.util.stream.LongStream.range(start, epochs.size())
                        .boxed()
                        .toList());
    }
}
