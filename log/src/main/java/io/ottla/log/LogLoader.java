package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.TopicId;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.EndTxnMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the directory of a partition: finishes what a crash interrupted ({@link Leftovers}), checks what was not
 * flushed, rebuilds what indexes and producer state are missing. One use, on a disk thread.
 *
 * <p>After a clean stop it lists the directory and reads small files and the last few kilobytes. After an unclean one,
 * from the segment of the recovery point on, each batch is read and its checksum computed; at the first that is bad the
 * log ends. Source: LogLoader and UnifiedLog.rebuildProducerState of Kafka's storage.
 */
final class LogLoader {
    private static final Logger logger = LoggerFactory.getLogger(LogLoader.class);
    private static final int READ_BYTES = 1 << 20;
    private static final int HEADER_READ_BYTES = 8192;
    private static final int INDEX_DAMAGED = -1;

    /**
     * What is to be loaded, and how.
     *
     * @param clean whether the last stop was clean, so that the files can be believed
     * @param recoveryPoint what is before it was synced; only asked if not clean
     * @param logStartOffset as the checkpoint has it; 0 if it has none
     * @param mayHaveHoles whether offsets may be missing between segments: compaction leaves such holes
     * @param rewrite whether what is checked is also written again ({@link SyncFailure})
     * @param endOffsetMax cut everything from this offset on; {@link Long#MAX_VALUE} to cut nothing
     */
    record Request(
            Path directory,
            LogConfig config,
            long producerExpirationMs,
            boolean clean,
            long recoveryPoint,
            long logStartOffset,
            boolean mayHaveHoles,
            boolean rewrite,
            long endOffsetMax,
            long nowMs) {}

    private final Disk disk;
    private final Request request;
    private final Path directory;
    private final NavigableMap<Long, Segment.Loaded> segments = new TreeMap<>();
    private final Set<String> names = new HashSet<>();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);
    private SnapshotFiles snapshots;
    private ProducerStates producers = new ProducerStates();
    private LeaderEpochs epochs = new LeaderEpochs(List.of());
    private long endOffset;
    private long recoveredBytes;

    private LogLoader(Disk disk, Request request) {
        this.disk = disk;
        this.request = request;
        directory = request.directory();
    }

    static LoadedLog load(Disk disk, Request request) throws IOException {
        return new LogLoader(disk, request).load();
    }

    private LoadedLog load() throws IOException {
        names.addAll(Leftovers.resolve(disk, directory, disk.list(directory)));
        snapshots = new SnapshotFiles(disk, directory, names);
        Optional<TopicId> topicId = PartitionMetadata.read(disk, directory.resolve(PartitionMetadata.FILE));
        epochs = LeaderEpochs.read(disk, directory.resolve(LeaderEpochs.FILE));
        List<LeaderEpochs.Start> epochsInFile = epochs.starts();
        findSegments();
        cutSegments();
        long firstUnflushed = firstUnflushed();
        rebuildMissingIndexes(firstUnflushed);
        long startOffset = Math.max(request.logStartOffset(), segments.firstKey());
        if (firstUnflushed < Long.MAX_VALUE) recover(firstUnflushed);
        else replayProducers();
        boolean emptied = startOffset > endOffset;
        if (emptied) restartAt(startOffset);
        epochs.truncateTo(endOffset);
        epochs.deleteBefore(startOffset);
        if (!epochs.starts().equals(epochsInFile))
            LeaderEpochs.write(disk, directory.resolve(LeaderEpochs.FILE), epochs.starts());
        snapshots.dropAfter(endOffset);
        snapshots.dropStray(segments.keySet());
        boolean recovered = firstUnflushed < Long.MAX_VALUE;
        if (recovered || emptied) disk.syncDirectory(directory);
        return new LoadedLog(
                topicId,
                List.copyOf(segments.values()),
                startOffset,
                endOffset,
                endOffset,
                producers,
                epochs.starts(),
                recoveredBytes,
                recovered);
    }

    private void findSegments() throws IOException {
        for (String name : names) {
            OptionalLong base = LogFiles.offset(name, LogFiles.LOG);
            if (base.isPresent()) segments.put(base.getAsLong(), stat(base.getAsLong()));
        }
        if (segments.isEmpty()) createSegment(request.logStartOffset());
    }

    private Segment.Loaded stat(long baseOffset) throws IOException {
        Path path = LogFiles.path(directory, baseOffset, LogFiles.LOG);
        boolean transactions = names.contains(LogFiles.name(baseOffset, TransactionIndex.SUFFIX));
        return new Segment.Loaded(
                baseOffset, disk.size(path), disk.lastModifiedMs(path), transactions, 0, Optional.empty());
    }

    private void createSegment(long baseOffset) throws IOException {
        Path path = LogFiles.path(directory, baseOffset, LogFiles.LOG);
        disk.open(path, Disk.OpenMode.TRUNCATE).release();
        new SegmentIndexes(baseOffset, request.config().indexIntervalBytes()).write(disk, directory, false, "");
        segments.put(baseOffset, new Segment.Loaded(baseOffset, 0, request.nowMs(), false, 0, Optional.empty()));
        names.add(LogFiles.name(baseOffset, LogFiles.LOG));
        names.add(LogFiles.name(baseOffset, OffsetIndex.SUFFIX));
        names.add(LogFiles.name(baseOffset, TimeIndex.SUFFIX));
        endOffset = baseOffset;
    }

    /** Truncation: segments that begin at or after the cut go; the one it falls into is rewritten by recovery. */
    private void cutSegments() throws IOException {
        if (request.endOffsetMax() == Long.MAX_VALUE) return;
        for (Segment.Loaded segment : List.copyOf(segments.values()))
            if (segment.baseOffset() > 0 && segment.baseOffset() >= request.endOffsetMax()) drop(segment);
        if (segments.isEmpty()) createSegment(request.endOffsetMax());
    }

    private void drop(Segment.Loaded segment) throws IOException {
        long base = segment.baseOffset();
        segments.remove(base);
        for (String suffix : List.of(LogFiles.LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX, TransactionIndex.SUFFIX)) {
            disk.delete(LogFiles.path(directory, base, suffix));
            names.remove(LogFiles.name(base, suffix));
        }
    }

    /** The base offset of the first segment that must be checked; {@link Long#MAX_VALUE} if none. */
    private long firstUnflushed() {
        if (request.endOffsetMax() < Long.MAX_VALUE) return segments.lastKey();
        if (request.clean()) return Long.MAX_VALUE;
        Long floor = segments.floorKey(request.recoveryPoint());
        return floor == null ? segments.firstKey() : floor;
    }

    /** An index may be missing after a crash of another program, or by the hand of an operator. */
    private void rebuildMissingIndexes(long firstUnflushed) throws IOException {
        for (Segment.Loaded segment :
                List.copyOf(segments.headMap(firstUnflushed).values())) {
            long base = segment.baseOffset();
            if (names.contains(LogFiles.name(base, OffsetIndex.SUFFIX))
                    && names.contains(LogFiles.name(base, TimeIndex.SUFFIX))) continue;
            rebuildIndexes(segment, "missing");
        }
    }

    private void rebuildIndexes(Segment.Loaded segment, String what) throws IOException {
        long base = segment.baseOffset();
        logger.warn("{}: an index of segment {} is {}; rebuilding it", directory, base, what);
        SegmentIndexes indexes = new SegmentIndexes(base, request.config().indexIntervalBytes());
        DiskFile file = disk.open(LogFiles.path(directory, base, LogFiles.LOG), Disk.OpenMode.READ);
        try {
            BatchScan scan = new BatchScan(file, 0, segment.sizeBytes(), buffer(HEADER_READ_BYTES), false, true);
            while (scan.next() == BatchScan.Step.BATCH) indexes.add(scan.batch(), scan.position());
        } finally {
            file.release();
        }
        if (segment.transactions())
            TransactionIndex.read(disk, LogFiles.path(directory, base, TransactionIndex.SUFFIX))
                    .forEach(indexes::add);
        indexes.write(disk, directory, base != segments.lastKey(), "");
        segments.put(base, indexes.loaded(segment.sizeBytes(), segment.lastModifiedMs()));
    }

    /** Reads every batch from a segment on; ends the log at the first that is not what was written. */
    private void recover(long firstUnflushed) throws IOException {
        long replayed = loadSnapshot(firstUnflushed);
        replay(replayed, firstUnflushed);
        endOffset = firstUnflushed;
        for (Segment.Loaded segment :
                List.copyOf(segments.tailMap(firstUnflushed, true).values())) {
            if (segment.baseOffset() < endOffset) {
                logger.warn("{}: segment {} begins within the one before it", directory, segment.baseOffset());
                dropFrom(segment.baseOffset());
                break;
            }
            if (segment.baseOffset() > firstUnflushed) snapshots.write(segment.baseOffset(), producers.entries());
            boolean whole = recoverSegment(segment);
            Long next = segments.higherKey(segment.baseOffset());
            if (next != null && (!whole || isGap(next))) {
                dropFrom(next);
                break;
            }
        }
        snapshots.write(endOffset, producers.entries());
    }

    /**
     * Whether the end of the segment before is missing, though it ends with a sound batch: a power loss may keep a new
     * segment and lose what was not flushed of the old one. What is left must be the beginning of what was written,
     * without holes. Compaction makes holes that mean nothing.
     */
    private boolean isGap(long nextBaseOffset) {
        return nextBaseOffset > endOffset && !request.mayHaveHoles();
    }

    private void dropFrom(long baseOffset) throws IOException {
        for (Segment.Loaded segment :
                List.copyOf(segments.tailMap(baseOffset, true).values())) {
            logger.warn(
                    "{}: deleting segment {}, which follows on the end of the log", directory, segment.baseOffset());
            drop(segment);
        }
    }

    private boolean recoverSegment(Segment.Loaded segment) throws IOException {
        long base = segment.baseOffset();
        SegmentIndexes indexes = new SegmentIndexes(base, request.config().indexIntervalBytes());
        DiskFile file = disk.open(LogFiles.path(directory, base, LogFiles.LOG), Disk.OpenMode.WRITE);
        long valid = 0;
        long next = base;
        try {
            BatchScan scan = new BatchScan(file, 0, segment.sizeBytes(), buffer(READ_BYTES), true, true);
            BatchScan.Step step = scan.next();
            while (step == BatchScan.Step.BATCH && isSound(scan.batch(), base, next)) {
                BatchView batch = scan.batch();
                if (batch.lastOffset() >= request.endOffsetMax()) break;
                indexes.add(batch, scan.position());
                replay(batch, indexes);
                if (epochs.latest() < batch.leaderEpoch()) epochs.assign(batch.leaderEpoch(), batch.baseOffset());
                next = batch.nextOffset();
                valid = scan.endPosition();
                step = scan.next();
            }
            recoveredBytes += valid;
            if (valid < segment.sizeBytes()) {
                if (request.endOffsetMax() == Long.MAX_VALUE)
                    logger.warn(
                            "{}: segment {} is sound up to byte {} of {}, offset {}; cutting the rest off",
                            directory,
                            base,
                            valid,
                            segment.sizeBytes(),
                            next);
                file.truncate(valid);
            }
            if (request.rewrite()) rewrite(file, valid);
            file.sync();
        } catch (IOException e) {
            SyncFailure.mark(disk, directory.getParent());
            throw e;
        } finally {
            file.release();
        }
        boolean last = base == segments.lastKey();
        indexes.write(disk, directory, !last, "");
        segments.put(base, indexes.loaded(valid, segment.lastModifiedMs()));
        endOffset = next;
        return valid == segment.sizeBytes();
    }

    /** Makes the operating system write the bytes to the device that it may believe to be there. */
    private void rewrite(DiskFile file, long size) throws IOException {
        ByteBuffer chunk = buffer(READ_BYTES);
        for (long at = 0; at < size; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - at));
            file.read(at, chunk);
            file.write(at, chunk.flip());
        }
    }

    private static boolean isSound(BatchView batch, long baseOffset, long expected) {
        return batch.baseOffset() >= expected
                && batch.lastOffset() - baseOffset <= Integer.MAX_VALUE
                && batch.isCrcValid();
    }

    /** After a clean stop: the end of the log, and the producers from their last snapshot. */
    private void replayProducers() throws IOException {
        Segment.Loaded active = segments.lastEntry().getValue();
        DiskFile file = disk.open(LogFiles.path(directory, active.baseOffset(), LogFiles.LOG), Disk.OpenMode.READ);
        try {
            long from = lastIndexed(active);
            if (from == INDEX_DAMAGED) {
                rebuildIndexes(active, "damaged");
                from = Math.max(0, lastIndexed(active));
            }
            BatchScan scan = new BatchScan(file, from, active.sizeBytes(), buffer(HEADER_READ_BYTES), false, true);
            endOffset = active.baseOffset();
            BatchScan.Step step = scan.next();
            while (step == BatchScan.Step.BATCH) {
                endOffset = scan.batch().nextOffset();
                step = scan.next();
            }
            if (step != BatchScan.Step.END) {
                logger.warn("{}: segment {} is damaged though the last stop was clean", directory, active.baseOffset());
                recover(active.baseOffset());
                return;
            }
            if (!isTimeIndexSound(active)) rebuildIndexes(active, "damaged");
            segments.put(
                    active.baseOffset(),
                    new Segment.Loaded(
                            active.baseOffset(),
                            active.sizeBytes(),
                            active.lastModifiedMs(),
                            active.transactions(),
                            active.sizeBytes() - from,
                            Optional.empty()));
        } finally {
            file.release();
        }
        if (snapshots.isEmpty()) return; // as Kafka: a directory older than snapshots has no producers
        replay(loadSnapshot(endOffset), endOffset);
    }

    /** Where the batch of the last index entry begins; 0 if there is none, {@link #INDEX_DAMAGED} if it points at nothing. */
    private long lastIndexed(Segment.Loaded active) throws IOException {
        Path path = LogFiles.path(directory, active.baseOffset(), OffsetIndex.SUFFIX);
        if (!names.contains(path.getFileName().toString())) return 0;
        DiskFile file = disk.open(path, Disk.OpenMode.READ);
        try {
            OffsetIndex index = new OffsetIndex(new OpenFiles(disk, 1), path, active.baseOffset(), false);
            int entries = index.countIn(file);
            if (entries == 0) return 0;
            ByteBuffer entry = ByteBuffer.allocate(OffsetIndex.ENTRY_BYTES);
            file.read((entries - 1L) * OffsetIndex.ENTRY_BYTES, entry);
            long position = OffsetIndex.POSITION.of(entry, 0);
            // nobody writes an entry for the first batch
            boolean isSound = position > 0 && position < active.sizeBytes() && isBatchAt(active, position, entry);
            return isSound ? position : INDEX_DAMAGED;
        } finally {
            file.release();
        }
    }

    /** Whether the last entry of the time index is of a record that is there. */
    private boolean isTimeIndexSound(Segment.Loaded active) throws IOException {
        Path path = LogFiles.path(directory, active.baseOffset(), TimeIndex.SUFFIX);
        if (!names.contains(path.getFileName().toString())) return true;
        DiskFile file = disk.open(path, Disk.OpenMode.READ);
        try {
            int entries = new TimeIndex(new OpenFiles(disk, 1), path, active.baseOffset(), false).countIn(file);
            if (entries == 0) return true;
            ByteBuffer entry = ByteBuffer.allocate(TimeIndex.ENTRY_BYTES);
            file.read((entries - 1L) * TimeIndex.ENTRY_BYTES, entry);
            // one entry of zeros is what Kafka leaves in the index of a segment that is empty
            return TimeIndex.RELATIVE_OFFSET.of(entry, 0) < Math.max(1, endOffset - active.baseOffset());
        } finally {
            file.release();
        }
    }

    private boolean isBatchAt(Segment.Loaded active, long position, ByteBuffer entry) throws IOException {
        DiskFile file = disk.open(LogFiles.path(directory, active.baseOffset(), LogFiles.LOG), Disk.OpenMode.READ);
        try {
            BatchScan scan = new BatchScan(file, position, active.sizeBytes(), buffer(HEADER_READ_BYTES), false, true);
            long offset = active.baseOffset() + OffsetIndex.RELATIVE_OFFSET.of(entry, 0);
            return scan.next() == BatchScan.Step.BATCH
                    && scan.batch().baseOffset() <= offset
                    && scan.batch().baseOffset() >= active.baseOffset();
        } finally {
            file.release();
        }
    }

    /** @return the offset from which on the producers must see the batches again */
    private long loadSnapshot(long offset) throws IOException {
        OptionalLong found = snapshots.load(
                offset,
                entries -> producers = new ProducerStates(entries, request.nowMs(), request.producerExpirationMs()));
        return found.orElse(segments.firstKey());
    }

    /** Lets the producers see the batches from one offset to another. */
    private void replay(long from, long to) throws IOException {
        if (from >= to) return;
        Long first = segments.floorKey(from);
        if (first == null) first = segments.firstKey();
        for (Segment.Loaded segment : segments.subMap(first, true, to, false).values()) {
            DiskFile file = disk.open(LogFiles.path(directory, segment.baseOffset(), LogFiles.LOG), Disk.OpenMode.READ);
            try {
                BatchScan scan = new BatchScan(file, 0, segment.sizeBytes(), buffer(READ_BYTES), true, true);
                while (scan.next() == BatchScan.Step.BATCH && scan.batch().baseOffset() < to)
                    if (scan.batch().baseOffset() >= from) replay(scan.batch(), null);
            } finally {
                file.release();
            }
        }
    }

    /** @param indexes gets the transactions that the batch aborts; {@code null} if they are in a file already */
    private void replay(BatchView batch, SegmentIndexes indexes) {
        if (!batch.hasProducerId()) return;
        ProducerStates.Staged staged = producers.stage(AppendOrigin.REPLICATION);
        try {
            if (!batch.isControl()) {
                staged.data(batch, batch.baseOffset(), batch.lastOffset());
            } else {
                Optional<EndTxnMarker> marker = Markers.of(batch);
                if (marker.isPresent()) staged.marker(batch, marker.get(), batch.baseOffset());
            }
        } catch (ProducerStates.Refused e) {
            logger.warn("{}: offset {}: {}", directory, batch.baseOffset(), e.getMessage());
        }
        if (indexes != null)
            for (ProducerStates.Ended ended : staged.ended())
                if (ended.aborted())
                    indexes.add(new AbortedTxn(
                            ended.producerId(),
                            ended.firstOffset(),
                            ended.lastOffset(),
                            staged.stableOffsetAfter(ended)));
        staged.commit();
    }

    /** The log start is beyond its end: the log is empty and begins there. */
    private void restartAt(long offset) throws IOException {
        for (Segment.Loaded segment : List.copyOf(segments.values())) drop(segment);
        createSegment(offset);
        endOffset = offset;
        producers = new ProducerStates();
        snapshots.dropAfter(-1);
    }

    private ByteBuffer buffer(int bytes) {
        if (buffer.capacity() < bytes) buffer = ByteBuffer.allocateDirect(bytes);
        return buffer;
    }
}
