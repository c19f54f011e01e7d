package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.RecordFilter;
import io.ottla.kafkaprotocol.RecordFilter.Looked;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetentionResult;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * The segment that compaction writes in the place of a group: batch after batch as it was, without some of its records, without any, or
 * not at all. Records go by, none is held; a batch is, as long as it is no larger than {@link LogSettings#batchHeldBytesMax}.
 *
 * <p>A batch that cannot be looked into within that bound, or would be larger afterwards, is kept whole: its records may be superseded,
 * and no later one is lost. What supersedes them must not go, though: from there on tombstones stay, whatever their age
 * ({@link Retained#keptWhole}), and the log counts as dirty, so that the next compaction knows all the keys again. A batch that makes no sense is {@link DamagedLog}.
 */
final class CompactedSegment implements AutoCloseable {
    private static final int READ_BYTES_MIN = 64 << 10;

    private final Disk disk;
    private final Cleaner.Task task;
    private final Retained retained;
    private final RecordFilter filter;
    private final DiskFile target;
    private final SegmentIndexes indexes;
    private final ByteBuffer written;
    private Cleaner.KeptWhole keptWhole = Cleaner.KeptWhole.NONE;
    private long size;
    private boolean isDifferent;
    /** How much larger the segment may get than what it replaces; a position is an int. */
    private long roomToGrow;

    CompactedSegment(
            Disk disk,
            Cleaner.Task task,
            Retained retained,
            RecordFilter filter,
            DiskFile target,
            SegmentIndexes indexes,
            long replacedBytes) {
        this.disk = disk;
        this.task = task;
        this.retained = retained;
        this.filter = filter;
        this.target = target;
        this.indexes = indexes;
        roomToGrow = Math.max(0, Integer.MAX_VALUE - replacedBytes);
        written = ByteBuffer.allocate(Math.max(READ_BYTES_MIN, task.ioBytes()));
    }

    void add(SegmentFiles segment) throws IOException {
        DiskFile source = disk.open(segment.path(LogFiles.LOG), Disk.OpenMode.READ);
        try {
            ByteBuffer read = ByteBuffer.allocate(written.capacity());
            BatchScan scan = new BatchScan(source, 0, segment.sizeBytes(), read, false, true);
            BatchScan.Step step = scan.next();
            for (; step == BatchScan.Step.BATCH; step = scan.next()) add(scan, source);
            if (step != BatchScan.Step.END) throw noBatch(segment, scan.position());
        } finally {
            source.release();
        }
    }

    static DamagedLog noBatch(SegmentFiles segment, long position) {
        return new DamagedLog(segment.path(LogFiles.LOG) + " has no whole batch at byte " + position);
    }

    private void add(BatchScan scan, DiskFile source) throws IOException {
        boolean isHeld = scan.hold(task.heldBytesMax());
        BatchView batch = scan.batch();
        retained.begin(batch, isHeld);
        if (retained.goesAsAWhole()) {
            isDifferent = true;
            if (retained.mustLeaveItsHeader()) writeEmpty(batch);
            return;
        }
        if (!isHeld) {
            keepWhole(batch, "it has %d bytes".formatted(batch.sizeBytes()));
            copy(batch, source, scan.position());
            return;
        }
        switch (filter.look(batch, retained)) {
            case Looked.Judged judged -> thin(batch, judged);
            case Looked.Unreadable(Errors error, String problem) -> {
                if (error != Errors.MESSAGE_TOO_LARGE)
                    throw new DamagedLog(
                            "the batch at offset %d cannot be read: %s".formatted(batch.baseOffset(), problem));
                keepWhole(batch, problem);
                write(batch, batch.slice());
            }
        }
    }

    private void thin(BatchView batch, Looked.Judged judged) throws IOException {
        if (judged.kept() == 0) {
            isDifferent |= judged.records() > 0 || !retained.mustLeaveItsHeader();
            if (retained.mustLeaveItsHeader()) writeEmpty(batch);
            return;
        }
        boolean needsHorizon = !batch.isLegacy()
                && batch.deleteHorizonMs().isEmpty()
                && (judged.keepsTombstones() || retained.isOfEmptyTransaction());
        if (judged.kept() == judged.records() && !needsHorizon) {
            write(batch, batch.slice());
            return;
        }
        if (!batch.isCrcValid())
            throw new DamagedLog("the checksum of the batch at offset %d is wrong".formatted(batch.baseOffset()));
        OptionalLong horizonMs = needsHorizon
                ? OptionalLong.of(task.nowMs() + task.config().compaction().tombstoneMs())
                : OptionalLong.empty();
        int bytesMax = (int) Math.min(task.heldBytesMax(), batch.sizeBytes() + roomToGrow);
        Optional<ByteBuffer> thinned = batch.isLegacy()
                ? thinLegacy(batch, judged, bytesMax)
                : filter.write(batch, retained, judged, horizonMs, bytesMax);
        if (thinned.isEmpty()) {
            keepWhole(batch, "without the records that go it would have more than %d bytes".formatted(bytesMax));
            write(batch, batch.slice());
            return;
        }
        isDifferent = true;
        roomToGrow -= Math.max(0, thinned.get().remaining() - batch.sizeBytes());
        BatchView view = new BatchView();
        ByteBuffer bytes = thinned.get();
        for (int at = 0; at < bytes.limit(); at = view.endPosition()) write(view.wrap(bytes, at), view.slice());
    }

    /** Nobody writes magic 0 and 1 any more, so what kafka-clients does, holding all records, is good enough for what fits. */
    private Optional<ByteBuffer> thinLegacy(BatchView batch, Looked.Judged judged, int bytesMax) {
        if (judged.unpackedBytes() > task.heldBytesMax()) return Optional.empty();
        var legacy = new MemoryRecords.RecordFilter(
                task.nowMs(), task.config().compaction().tombstoneMs()) {
            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch ignored) {
                return new BatchRetentionResult(BatchRetention.DELETE_EMPTY, false);
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch ignored, Record record) {
                return retained.keeps(Optional.ofNullable(record.key()), record.hasValue(), record.offset());
            }
        };
        ByteBuffer bytes = MemoryRecords.readableRecords(batch.slice())
                .filterTo(legacy, ByteBuffer.allocate(batch.sizeBytes()), BufferSupplier.NO_CACHING)
                .outputBuffer()
                .flip();
        return bytes.remaining() > bytesMax ? Optional.empty() : Optional.of(bytes);
    }

    private void keepWhole(BatchView batch, String why) {
        retained.keptWhole(batch);
        keptWhole = keptWhole.and(new Cleaner.KeptWhole(
                1, batch.baseOffset(), "of the one at offset %d, %s".formatted(batch.baseOffset(), why)));
    }

    private void writeEmpty(BatchView batch) throws IOException {
        ByteBuffer bytes = new BatchBuilder().like(batch).buildUpTo(batch.lastOffset());
        write(new BatchView().wrap(bytes, 0), bytes);
    }

    private void write(BatchView batch, ByteBuffer bytes) throws IOException {
        indexes.add(batch, size + written.position());
        if (bytes.remaining() > written.remaining()) flush();
        if (bytes.remaining() <= written.remaining()) {
            written.put(bytes);
            return;
        }
        int count = bytes.remaining();
        target.write(size, bytes);
        size += count;
    }

    /** The bytes of a batch that is not in memory. */
    private void copy(BatchView batch, DiskFile source, long position) throws IOException {
        indexes.add(batch, size + written.position());
        int bytes = batch.sizeBytes();
        for (int done = 0; done < bytes; ) {
            flush();
            int count = Math.min(written.capacity(), bytes - done);
            if (source.read(position + done, written.limit(count)) != count)
                throw new IOException("a segment ends within a batch");
            written.position(count).limit(written.capacity());
            done += count;
        }
    }

    private void flush() throws IOException {
        int count = written.flip().remaining();
        if (count > 0) target.write(size, written);
        size += count;
        written.clear();
    }

    /** Whether any batch is not as it was. */
    boolean isDifferent() {
        return isDifferent;
    }

    /** Writes what is left, durably. @return how large it is */
    long finish() throws IOException {
        flush();
        target.sync();
        return size;
    }

    Cleaner.KeptWhole keptWhole() {
        return keptWhole;
    }

    @Override
    public void close() {
        target.release();
    }
}
