package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;

/** A node's logs in a folder, on a {@link TestDisk}; and short words for what tests do with one log. */
final class LogBench {
    static final TopicPartition TP = new TopicPartition("events", 0);
    static final TopicId ID = new TopicId(0x123456789abc4defL, 0x876543210fedcba9L);
    static final String CLUSTER = "ottla-test-cluster-id-";

    final Path folder;
    TestDisk disk = new TestDisk();
    LogSettings settings = LogSettings.DEFAULTS;
    Map<String, String> config = Map.of();
    Logs logs;
    Log log;
    int leaderEpoch = 0;

    LogBench(Path folder) {
        this.folder = folder;
    }

    /** A new process on what is in the folder. */
    LogBench start() {
        TestDisk before = disk;
        disk = new TestDisk();
        disk.nowMs = before.nowMs;
        try {
            LogDir dir = LogDir.open(folder, disk);
            dir.claim(1, CLUSTER, new TopicId(1, 2));
            logs = new Logs(List.of(dir), disk, disk, () -> settings, new SeededRandom(7));
        } catch (LogDirException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    LogBench open() {
        if (logs == null) start();
        log = opened(TP);
        log.highWatermark(log.endOffset());
        return this;
    }

    Log opened(TopicPartition tp) {
        List<Outcome<Log>> outcomes = new ArrayList<>();
        logs.open(tp, ID, LogConfig.of(config), outcomes::add);
        disk.run();
        return value(outcomes);
    }

    static <T> T value(List<Outcome<T>> outcomes) {
        assertThat(outcomes).hasSize(1);
        return switch (outcomes.getFirst()) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Failed<T>(IOException cause) -> throw new AssertionError(cause);
        };
    }

    /** The process dies; what it wrote is there, for the operating system lives on. */
    LogBench kill() {
        logs.dirs().forEach(LogDir::close);
        logs = null;
        log = null;
        return this;
    }

    LogBench stop() {
        List<Outcome<Void>> outcomes = new ArrayList<>();
        logs.closeCleanly(3, outcomes::add);
        disk.run();
        value(outcomes);
        logs = null;
        log = null;
        return this;
    }

    static ByteBuffer batch(long timestampMs, String... values) {
        BatchBuilder builder = new BatchBuilder();
        for (String value : values) builder.append(NewRecord.keyless(timestampMs, value));
        return builder.build();
    }

    Append append(ByteBuffer batch) {
        return append(batch, AppendOrigin.CLIENT);
    }

    Append append(ByteBuffer batch, AppendOrigin origin) {
        try {
            Append append = log.append(disk.nowMs, batch, origin, leaderEpoch);
            log.highWatermark(log.endOffset());
            return append;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** @return the first offset */
    long append(String... values) {
        Append append = append(batch(disk.nowMs, values));
        assertThat(append).isInstanceOf(Append.Appended.class);
        return ((Append.Appended) append).firstOffset();
    }

    Read read(long offset, int maxBytes) {
        try {
            return log.read(offset, maxBytes, Long.MAX_VALUE, true);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    byte[] bytes(Read read) {
        assertThat(read).isInstanceOf(Read.Slice.class);
        Read.Slice slice = (Read.Slice) read;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (Payload part : slice.parts()) {
                Payload.FileRange range = (Payload.FileRange) part;
                ByteBuffer buffer = ByteBuffer.allocate(range.length());
                assertThat(range.file().read(range.position(), buffer)).isEqualTo(range.length());
                bytes.write(buffer.array());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        slice.release();
        return bytes.toByteArray();
    }

    record Seen(long offset, long timestampMs, String value) {}

    /** The records of a read, as kafka-clients reads them, from the offset asked for. */
    List<Seen> records(Read read, long from) {
        List<Seen> seen = new ArrayList<>();
        for (Record record :
                MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(read))).records()) {
            record.ensureValid();
            if (record.offset() < from) continue;
            seen.add(new Seen(record.offset(), record.timestamp(), text(record.value())));
        }
        return seen;
    }

    static String text(ByteBuffer buffer) {
        return buffer == null
                ? null
                : java.nio.charset.StandardCharsets.UTF_8.decode(buffer).toString();
    }

    /** All records from an offset to the end, fetched piece by piece. */
    List<Seen> all(long from, int maxBytes) {
        List<Seen> seen = new ArrayList<>();
        long next = from;
        while (next < log.endOffset()) {
            Read read = read(next, maxBytes);
            assertThat(read).as("read at %d", next).isInstanceOf(Read.Slice.class);
            Read.Slice slice = (Read.Slice) read;
            if (slice.isEmpty()) break;
            assertThat(slice.nextOffset()).isGreaterThan(next);
            seen.addAll(records(slice, next));
            next = slice.nextOffset();
        }
        return seen;
    }

    List<String> values() {
        return all(log.startOffset(), 1 << 20).stream().map(Seen::value).toList();
    }

    OffsetLookup.Answer offsetForTime(long timestamp) {
        return value(List.of(outcomeForTime(timestamp)));
    }

    Outcome<OffsetLookup.Answer> outcomeForTime(long timestamp) {
        List<Outcome<OffsetLookup.Answer>> outcomes = new ArrayList<>();
        try {
            log.offsetForTime(timestamp, outcomes::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        disk.run();
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    long flush() {
        List<Outcome<Long>> outcomes = new ArrayList<>();
        log.flush(outcomes::add);
        disk.run();
        return value(outcomes);
    }

    LogDir logDir() {
        return log.logDir();
    }

    Path partition() {
        return folder.resolve(TP.toString());
    }
}
