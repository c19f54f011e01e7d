package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.EndTxnMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetentionResult;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Compacts segments of one log, on disk threads: first a map of the last offset of each key in the dirty part
 * ({@link #mapDirtyPart}), then group after group of neighbouring segments is copied without what the map has made
 * superfluous ({@link #copy}). What stays keeps its offsets. Source: Cleaner of Kafka's storage, KIP-534; the filtering of
 * a batch's records is kafka-clients' own.
 */
final class Cleaner {
    private static final int READ_BYTES_MIN = 64 << 10;

    /** What is known of a producer that still lives: the batch that has its last sequence must stay. */
    record LastRecord(long lastDataOffset, short epoch) {}

    /**
     * What is to be done.
     *
     * @param segments all of the log, in order, the active one last
     * @param firstDirtyOffset before it everything is clean
     * @param uncleanableOffset where cleaning must end
     * @param producers by id
     */
    record Task(
            Path directory,
            LogConfig config,
            List<SegmentFiles> segments,
            List<Long> lastModifiedMs,
            long firstDirtyOffset,
            long uncleanableOffset,
            Map<Long, LastRecord> producers,
            long dedupeBytes,
            int ioBytes,
            long nowMs) {}

    /** A compacted group. @param replaced base offsets of what it replaces, the first being its own */
    record Copied(List<Long> replaced, Segment.Loaded segment) {}

    private final Disk disk;
    private final Task task;
    private final List<List<SegmentFiles>> groups = new ArrayList<>();
    private OffsetMap map = new OffsetMap(0, 0);
    private CleanedTransactions transactions = new CleanedTransactions(List.of());
    private long cleanEndOffset;
    private long legacyHorizonMs;

    Cleaner(Disk disk, Task task) {
        this.disk = disk;
        this.task = task;
    }

    /** The first step. @return the first offset that will still be dirty afterwards */
    long mapDirtyPart() throws IOException {
        List<SegmentFiles> dirty = task.segments().stream()
                .filter(segment -> segment.endOffset() > task.firstDirtyOffset()
                        && segment.baseOffset() < task.uncleanableOffset())
                .toList();
        map = new OffsetMap(task.dedupeBytes(), task.uncleanableOffset() - task.firstDirtyOffset());
        cleanEndOffset = task.firstDirtyOffset();
        CleanedTransactions passing = new CleanedTransactions(abortedFrom(task.firstDirtyOffset()));
        for (SegmentFiles segment : dirty) if (!mapSegment(segment, passing)) break;
        transactions = new CleanedTransactions(abortedFrom(0));
        legacyHorizonMs = legacyHorizonMs();
        group();
        return cleanEndOffset;
    }

    private List<AbortedTxn> abortedFrom(long offset) throws IOException {
        List<AbortedTxn> aborted = new ArrayList<>();
        for (SegmentFiles segment : task.segments())
            for (AbortedTxn txn : TransactionIndex.read(disk, segment.path(TransactionIndex.SUFFIX)))
                if (txn.lastOffset() >= offset) aborted.add(txn);
        return aborted;
    }

    /** @return whether the map has room for more */
    private boolean mapSegment(SegmentFiles segment, CleanedTransactions passing) throws IOException {
        List<DiskFile> held = new ArrayList<>();
        try {
            SegmentReader.View view = segment.open(disk, held);
            BatchScan scan = new BatchScan(
                    view.log().file(), 0, segment.sizeBytes(), ByteBuffer.allocate(task.ioBytes()), true, true);
            while (scan.next() == BatchScan.Step.BATCH) {
                BatchView batch = scan.batch();
                if (batch.lastOffset() < task.firstDirtyOffset()) continue;
                if (batch.lastOffset() >= task.uncleanableOffset()) return false;
                if (!mapBatch(batch, passing)) return false;
                map.looked(batch.lastOffset());
                cleanEndOffset = batch.nextOffset();
            }
            cleanEndOffset = Math.max(cleanEndOffset, Math.min(segment.endOffset(), task.uncleanableOffset()));
            return true;
        } finally {
            held.forEach(DiskFile::release);
        }
    }

    private boolean mapBatch(BatchView batch, CleanedTransactions passing) {
        if (batch.isControl()) {
            marker(batch)
                    .ifPresent(marker -> passing.marker(batch.producerId(), batch.lastOffset(), marker.isCommit()));
            return true;
        }
        if (batch.isTransactional() && passing.records(batch.producerId(), batch.lastOffset())) return true;
        for (Record record : MemoryRecords.readableRecords(batch.slice()).records()) {
            if (!record.hasKey() || record.offset() < task.firstDirtyOffset()) continue;
            if (map.isFull()) {
                cleanEndOffset = Math.max(cleanEndOffset, record.offset());
                return false;
            }
            map.put(record.key(), record.offset());
        }
        return true;
    }

    private static Optional<EndTxnMarker> marker(BatchView batch) {
        return Markers.of(batch);
    }

    /** Tombstones of magic 0 and 1 go by the time at which the last clean segment was written. */
    private long legacyHorizonMs() {
        long horizon = 0;
        for (int i = 0; i < task.segments().size(); i++)
            if (task.segments().get(i).endOffset() <= task.firstDirtyOffset())
                horizon = task.lastModifiedMs().get(i) - task.config().deleteRetentionMs();
        return horizon;
    }

    /** Neighbours that fit into one segment together are cleaned into one. */
    private void group() {
        List<SegmentFiles> group = new ArrayList<>();
        long bytes = 0;
        long indexBytes = 0;
        for (SegmentFiles segment : task.segments()) {
            if (segment.baseOffset() >= cleanEndOffset || segment.endOffset() > task.uncleanableOffset()) break;
            long index = Math.max(
                    entries(segment, OffsetIndex.SUFFIX, segment.offsetEntries(), OffsetIndex.ENTRY_BYTES),
                    entries(segment, TimeIndex.SUFFIX, segment.timeEntries(), TimeIndex.ENTRY_BYTES));
            boolean fits = !group.isEmpty()
                    && bytes + segment.sizeBytes() <= task.config().segmentBytes()
                    && indexBytes + index <= task.config().segmentIndexBytes()
                    && segment.endOffset() - group.getFirst().baseOffset() <= Integer.MAX_VALUE;
            if (!fits && !group.isEmpty()) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = 0;
                indexBytes = 0;
            }
            group.add(segment);
            bytes += segment.sizeBytes();
            indexBytes += index;
        }
        if (!group.isEmpty()) groups.add(group);
    }

    private long entries(SegmentFiles segment, String suffix, int known, int entryBytes) {
        if (known >= 0) return (long) known * entryBytes;
        try {
            return disk.size(segment.path(suffix));
        } catch (IOException missing) {
            return 0;
        }
    }

    boolean hasNext() {
        return !groups.isEmpty();
    }

    /** The next step: copies one group into files that end in {@code .cleaned}, and syncs them. */
    Copied copy() throws IOException {
        List<SegmentFiles> group = groups.removeFirst();
        long base = group.getFirst().baseOffset();
        Path path = LogFiles.path(task.directory(), base, LogFiles.LOG + LogFiles.CLEANED);
        SegmentIndexes indexes = new SegmentIndexes(base, task.config().indexIntervalBytes());
        DiskFile target = disk.open(path, Disk.OpenMode.TRUNCATE);
        long size = 0;
        try {
            for (SegmentFiles segment : group) size = copySegment(segment, target, size, indexes);
            target.sync();
        } finally {
            target.release();
        }
        transactions.takeKept().forEach(indexes::add);
        indexes.write(disk, task.directory(), true, LogFiles.CLEANED);
        return new Copied(group.stream().map(SegmentFiles::baseOffset).toList(), indexes.loaded(size, task.nowMs()));
    }

    private long copySegment(SegmentFiles segment, DiskFile target, long targetSize, SegmentIndexes indexes)
            throws IOException {
        long lastModifiedMs = task.lastModifiedMs().get(task.segments().indexOf(segment));
        Filter filter = new Filter(lastModifiedMs > legacyHorizonMs);
        ByteBuffer read = ByteBuffer.allocate(Math.max(READ_BYTES_MIN, task.ioBytes()));
        ByteBuffer write = ByteBuffer.allocate(read.capacity());
        DiskFile source = disk.open(segment.path(LogFiles.LOG), Disk.OpenMode.READ);
        long size = targetSize;
        try {
            long position = 0;
            while (position < segment.sizeBytes()) {
                int wanted = (int) Math.min(read.capacity(), segment.sizeBytes() - position);
                source.read(position, read.clear().limit(wanted));
                read.flip();
                if (Batches.sizeAt(read, 0) < 0) {
                    read = larger(read, segment, position);
                    continue;
                }
                MemoryRecords.FilterResult result =
                        MemoryRecords.readableRecords(read).filterTo(filter, write.clear(), BufferSupplier.NO_CACHING);
                write = result.outputBuffer();
                position += result.bytesRead();
                size = append(write.flip(), target, size, indexes);
            }
        } finally {
            source.release();
        }
        return size;
    }

    /** The batch at a position is larger than the buffer. */
    private ByteBuffer larger(ByteBuffer read, SegmentFiles segment, long position) throws DamagedLog {
        int size = Batches.announcedSize(read, 0);
        if (size < 0 || size > segment.sizeBytes() - position)
            throw new DamagedLog(segment.path(LogFiles.LOG) + " has no batch at byte " + position);
        return ByteBuffer.allocate(size);
    }

    private static long append(ByteBuffer batches, DiskFile target, long position, SegmentIndexes indexes)
            throws IOException {
        if (!batches.hasRemaining()) return position;
        Batches.forEach(batches, batch -> indexes.add(batch, position + batch.position()));
        int bytes = batches.remaining();
        target.write(position, batches);
        return position + bytes;
    }

    /** Which records stay. */
    private final class Filter extends MemoryRecords.RecordFilter {
        private final boolean keepsLegacyTombstones;
        private boolean dropsRecords;

        Filter(boolean keepsLegacyTombstones) {
            super(task.nowMs(), task.config().deleteRetentionMs());
            this.keepsLegacyTombstones = keepsLegacyTombstones;
        }

        @Override
        protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
            boolean droppable = isDroppable(batch);
            boolean expired = batch.deleteHorizonMs().isPresent()
                    && batch.deleteHorizonMs().getAsLong() <= currentTime;
            dropsRecords = droppable && (!batch.isControlBatch() || expired);
            BatchRetention retention;
            if (batch.hasProducerId() && isLastOfProducer(batch)) retention = BatchRetention.RETAIN_EMPTY;
            else if (dropsRecords) retention = BatchRetention.DELETE;
            else retention = BatchRetention.DELETE_EMPTY;
            return new BatchRetentionResult(retention, droppable && batch.isControlBatch());
        }

        private boolean isDroppable(RecordBatch batch) {
            if (batch.isControlBatch()) return isDroppableMarker(batch);
            return batch.isTransactional() && transactions.records(batch.producerId(), batch.lastOffset());
        }

        private boolean isDroppableMarker(RecordBatch batch) {
            for (Record record : batch) {
                Optional<EndTxnMarker> marker = EndTxnMarker.parse(record.key(), record.value());
                if (marker.isPresent())
                    return transactions.marker(
                            batch.producerId(), batch.lastOffset(), marker.get().isCommit());
            }
            return false;
        }

        /** Its last sequence, and with a marker its epoch, is in this batch only. */
        private boolean isLastOfProducer(RecordBatch batch) {
            LastRecord last = task.producers().get(batch.producerId());
            if (last == null) return false;
            if (last.lastDataOffset() >= 0) return batch.lastOffset() == last.lastDataOffset();
            return batch.isControlBatch() && batch.producerEpoch() == last.epoch();
        }

        @Override
        protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
            if (dropsRecords) return false;
            if (batch.isControlBatch() || record.offset() > map.latestOffset()) return true;
            if (!record.hasKey()) return false;
            if (record.offset() < map.get(record.key())) return false;
            if (record.hasValue()) return true;
            if (batch.magic() < RecordBatch.MAGIC_VALUE_V2) return keepsLegacyTombstones;
            return batch.deleteHorizonMs().isEmpty()
                    || currentTime < batch.deleteHorizonMs().getAsLong();
        }
    }
}
