package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.RecordFilter;
import io.ottla.kafkaprotocol.RecordReader;
import io.ottla.kafkaprotocol.RecordValidation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * Compacts segments of one log, on disk threads: first a map of the last offset of each key in the dirty part
 * ({@link #mapDirtyPart}), then group after group of neighbouring segments is copied without what the map has made
 * superfluous ({@link #copy}). What stays keeps its offsets. If the map gets full, this cleans up to there, and another round goes on.
 * Source: Cleaner of Kafka's storage, KIP-534.
 */
final class Cleaner {
    /** More than the largest batch that any topic would have taken unpacks to; it only goes by. */
    static final long UNPACKED_BYTES_MAX = (long) Integer.MAX_VALUE * RecordValidation.UNPACKED_RATIO_MAX;

    /** What is known of a producer that still lives: the batch that has its last sequence must stay. */
    record LastRecord(long lastDataOffset, short epoch) {}

    /**
     * What is to be done.
     *
     * @param segments all of the log, in order, the active one last
     * @param firstDirtyOffset before it everything is clean
     * @param uncleanableOffset where cleaning must end
     * @param producers by id
     * @param dedupeBytes what the map may take
     * @param heldBytesMax {@link LogSettings#batchHeldBytesMax}
     * @param tombstonesStayFrom where a round before this one kept a batch whole; {@link Long#MAX_VALUE} if none did
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
            int heldBytesMax,
            long tombstonesStayFrom,
            long nowMs) {}

    /** A compacted group. @param replaced base offsets of what it replaces, the first being its own */
    record Copied(List<Long> replaced, Segment.Loaded segment) {}

    /**
     * Batches that are as they were though their records may be superseded.
     *
     * @param firstOffset of the first; {@link Long#MAX_VALUE} if none is
     * @param why a sentence about the first
     */
    record KeptWhole(int batches, long firstOffset, String why) {
        static final KeptWhole NONE = new KeptWhole(0, Long.MAX_VALUE, "");

        KeptWhole and(KeptWhole more) {
            KeptWhole first = firstOffset <= more.firstOffset ? this : more;
            return new KeptWhole(batches + more.batches, first.firstOffset, first.why);
        }
    }

    private final Disk disk;
    private final Task task;
    private final List<List<SegmentFiles>> groups = new ArrayList<>();
    private OffsetMap map = new OffsetMap(0);
    private CleanedTransactions transactions = new CleanedTransactions(List.of());
    private Retained retained;
    private long cleanEndOffset;
    private boolean isMapFull;
    private KeptWhole keptWhole = KeptWhole.NONE;

    Cleaner(Disk disk, Task task) {
        this.disk = disk;
        this.task = task;
        retained = new Retained(task, map, transactions, 0);
    }

    /** The first step. @return the first offset that will still be dirty afterwards */
    long mapDirtyPart() throws IOException {
        List<SegmentFiles> dirty = task.segments().stream()
                .filter(segment -> segment.endOffset() > task.firstDirtyOffset()
                        && segment.baseOffset() < task.uncleanableOffset())
                .toList();
        map = new OffsetMap(task.dedupeBytes());
        cleanEndOffset = task.firstDirtyOffset();
        CleanedTransactions passing = new CleanedTransactions(abortedFrom(task.firstDirtyOffset()));
        try (RecordReader reader = new RecordReader(UNPACKED_BYTES_MAX, task.heldBytesMax())) {
            for (SegmentFiles segment : dirty) if (!mapSegment(segment, passing, reader)) break;
        }
        transactions = new CleanedTransactions(abortedFrom(0));
        retained = new Retained(task, map, transactions, legacyHorizonMs());
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

    /** @return whether the map has room for more, and there is more */
    private boolean mapSegment(SegmentFiles segment, CleanedTransactions passing, RecordReader reader)
            throws IOException {
        List<DiskFile> held = new ArrayList<>();
        try {
            SegmentReader.View view = segment.open(disk, held);
            BatchScan scan = new BatchScan(
                    view.log().file(), 0, segment.sizeBytes(), ByteBuffer.allocate(task.ioBytes()), false, true);
            BatchScan.Step step = scan.next();
            for (; step == BatchScan.Step.BATCH; step = scan.next()) {
                if (scan.batch().lastOffset() < task.firstDirtyOffset()) continue;
                if (scan.batch().lastOffset() >= task.uncleanableOffset()) return false;
                // one that is too large to be looked into supersedes nothing, and is copied as it is
                if (scan.hold(task.heldBytesMax()) && !mapBatch(scan.batch(), passing, reader)) {
                    isMapFull = true;
                    return false;
                }
                map.looked(scan.batch().lastOffset());
                cleanEndOffset = scan.batch().nextOffset();
            }
            if (step != BatchScan.Step.END) throw CompactedSegment.noBatch(segment, scan.position());
            cleanEndOffset = Math.max(cleanEndOffset, Math.min(segment.endOffset(), task.uncleanableOffset()));
            return true;
        } finally {
            held.forEach(DiskFile::release);
        }
    }

    /** @return whether the map had room for all keys */
    private boolean mapBatch(BatchView batch, CleanedTransactions passing, RecordReader reader) throws DamagedLog {
        if (batch.isControl()) {
            Markers.of(batch)
                    .ifPresent(marker -> passing.marker(batch.producerId(), batch.lastOffset(), marker.isCommit()));
            return true;
        }
        if (batch.isTransactional() && passing.records(batch.producerId(), batch.lastOffset())) return true;
        reader.skim(batch, map::key);
        RecordReader.Step step = reader.next();
        for (; step == RecordReader.Step.RECORD; step = reader.next()) {
            if (!reader.hasKey() || reader.offset() < task.firstDirtyOffset()) {
                map.pass();
            } else if (!map.put(reader.offset())) {
                cleanEndOffset = Math.max(cleanEndOffset, reader.offset());
                return false;
            }
        }
        map.pass();
        // beyond the limits it is kept whole; what was seen of it until then supersedes rightly
        if (step == RecordReader.Step.CORRUPT && reader.error() != Errors.MESSAGE_TOO_LARGE)
            throw new DamagedLog(
                    "the batch at offset %d cannot be read: %s".formatted(batch.baseOffset(), reader.problem()));
        return true;
    }

    /** Tombstones of magic 0 and 1 go by the time at which the last clean segment was written. */
    private long legacyHorizonMs() {
        long horizon = 0;
        for (int i = 0; i < task.segments().size(); i++)
            if (task.segments().get(i).endOffset() <= task.firstDirtyOffset())
                horizon = task.lastModifiedMs().get(i)
                        - task.config().compaction().tombstoneMs();
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
                    && bytes + segment.sizeBytes() <= task.config().segments().bytesMax()
                    && indexBytes + index <= task.config().segments().indexBytesMax()
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

    /** Whether the dirty part had more keys than the map: the rest is for another round. */
    boolean isMapFull() {
        return isMapFull;
    }

    /** Of the groups copied so far. */
    KeptWhole keptWhole() {
        return keptWhole;
    }

    boolean hasNext() {
        return !groups.isEmpty();
    }

    /**
     * The next step: copies one group into files that end in {@code .cleaned}, and syncs them.
     *
     * @return empty if it is a segment of which nothing is to go, so that it may stay
     */
    Optional<Copied> copy() throws IOException {
        List<SegmentFiles> group = groups.removeFirst();
        long base = group.getFirst().baseOffset();
        long bytes = group.stream().mapToLong(SegmentFiles::sizeBytes).sum();
        Path path = LogFiles.path(task.directory(), base, LogFiles.LOG + LogFiles.CLEANED);
        SegmentIndexes indexes =
                new SegmentIndexes(base, task.config().segments().indexIntervalBytes());
        DiskFile file = disk.open(path, Disk.OpenMode.TRUNCATE);
        long size;
        boolean isSame;
        try (RecordFilter filter = new RecordFilter(UNPACKED_BYTES_MAX, task.heldBytesMax());
                CompactedSegment target = new CompactedSegment(disk, task, retained, filter, file, indexes, bytes)) {
            for (SegmentFiles segment : group) {
                retained.begin(task.lastModifiedMs().get(task.segments().indexOf(segment)));
                target.add(segment);
            }
            keptWhole = keptWhole.and(target.keptWhole());
            isSame = group.size() == 1 && !target.isDifferent();
            size = isSame ? 0 : target.finish();
        }
        if (isSame) {
            transactions.takeKept(); // its index has them
            disk.delete(path);
            return Optional.empty();
        }
        transactions.takeKept().forEach(indexes::add);
        indexes.write(disk, task.directory(), true, LogFiles.CLEANED);
        return Optional.of(
                new Copied(group.stream().map(SegmentFiles::baseOffset).toList(), indexes.loaded(size, task.nowMs())));
    }
}
