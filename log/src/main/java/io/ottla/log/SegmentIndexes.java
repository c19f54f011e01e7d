package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Builds the indexes of a segment from its batches, in one pass, as appending them would have. For disk threads:
 * recovery and compaction.
 */
final class SegmentIndexes {
    private static final int ENTRIES_AT_FIRST = 16;

    private final long baseOffset;
    private final int indexIntervalBytes;
    private final List<AbortedTxn> aborted = new ArrayList<>();
    private ByteBuffer offsets = ByteBuffer.allocate(ENTRIES_AT_FIRST * OffsetIndex.ENTRY_BYTES);
    private ByteBuffer times = ByteBuffer.allocate(ENTRIES_AT_FIRST * TimeIndex.ENTRY_BYTES);
    private long maxTimestampMs = -1;
    private long maxTimestampOffset;
    private long lastTimeEntryMs = -1;
    private long bytesSinceEntry;

    SegmentIndexes(long baseOffset, int indexIntervalBytes) {
        this.baseOffset = baseOffset;
        this.indexIntervalBytes = indexIntervalBytes;
        maxTimestampOffset = baseOffset;
    }

    /** The next batch, which begins at {@code position} of the segment. */
    void add(BatchView batch, long position) {
        if (batch.maxTimestamp() > maxTimestampMs) {
            maxTimestampMs = batch.maxTimestamp();
            maxTimestampOffset = batch.lastOffset();
        }
        if (bytesSinceEntry > indexIntervalBytes) {
            offsets = room(offsets, OffsetIndex.ENTRY_BYTES);
            offsets.putInt((int) (batch.lastOffset() - baseOffset)).putInt((int) position);
            addTime();
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += batch.sizeBytes();
    }

    void add(AbortedTxn txn) {
        aborted.add(txn);
    }

    private void addTime() {
        if (maxTimestampMs <= lastTimeEntryMs) return;
        times = room(times, TimeIndex.ENTRY_BYTES);
        times.putLong(maxTimestampMs).putInt((int) (maxTimestampOffset - baseOffset));
        lastTimeEntryMs = maxTimestampMs;
    }

    private static ByteBuffer room(ByteBuffer buffer, int bytes) {
        if (buffer.remaining() >= bytes) return buffer;
        return ByteBuffer.allocate(buffer.capacity() * 2).put(buffer.flip());
    }

    Segment.MaxTimestamp maxTimestamp() {
        return new Segment.MaxTimestamp(maxTimestampMs, maxTimestampOffset);
    }

    boolean hasTransactions() {
        return !aborted.isEmpty();
    }

    /**
     * Writes the files, and syncs them.
     *
     * @param last whether the segment is whole: then the time index gets its last entry
     * @param suffix of the file names, after the indexes' own
     */
    void write(Disk disk, Path directory, boolean last, String suffix) throws IOException {
        if (last) addTime();
        write(
                disk,
                LogFiles.path(directory, baseOffset, OffsetIndex.SUFFIX + suffix),
                offsets.duplicate().flip());
        write(
                disk,
                LogFiles.path(directory, baseOffset, TimeIndex.SUFFIX + suffix),
                times.duplicate().flip());
        Path transactions = LogFiles.path(directory, baseOffset, TransactionIndex.SUFFIX + suffix);
        if (aborted.isEmpty()) disk.delete(transactions);
        else write(disk, transactions, TransactionIndex.encode(aborted));
    }

    /** As {@link #write}, of the segment that will grow, whose indexes are made anew after an unclean stop; a file that has nothing to lose is left alone. */
    void writeUnsynced(Disk disk, Path directory) throws IOException {
        replace(disk, LogFiles.path(directory, baseOffset, OffsetIndex.SUFFIX), offsets);
        replace(disk, LogFiles.path(directory, baseOffset, TimeIndex.SUFFIX), times);
        Path transactions = LogFiles.path(directory, baseOffset, TransactionIndex.SUFFIX);
        if (aborted.isEmpty()) disk.delete(transactions);
        else write(disk, transactions, TransactionIndex.encode(aborted));
    }

    private static void replace(Disk disk, Path path, ByteBuffer entries) throws IOException {
        boolean isEmpty = entries.position() == 0;
        if (isEmpty && disk.exists(path) && disk.size(path) == 0) return;
        DiskFile file = disk.open(path, Disk.OpenMode.TRUNCATE);
        try {
            if (!isEmpty) file.write(0, entries.duplicate().flip());
        } finally {
            file.release();
        }
    }

    private static void write(Disk disk, Path path, ByteBuffer content) throws IOException {
        DiskFile file = disk.open(path, Disk.OpenMode.TRUNCATE);
        try {
            file.write(0, content);
            file.sync();
        } finally {
            file.release();
        }
    }

    /** To be asked after the files were written. */
    Segment.Loaded loaded(long sizeBytes, long lastModifiedMs) {
        return new Segment.Loaded(
                baseOffset,
                sizeBytes,
                lastModifiedMs,
                hasTransactions(),
                bytesSinceEntry,
                offsets.position() / OffsetIndex.ENTRY_BYTES,
                times.position() / TimeIndex.ENTRY_BYTES,
                Optional.of(maxTimestamp()));
    }
}
