package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the segments of a log that nobody vouches for: reads each batch and computes its checksum; at the first that is not what was written the log ends.
 * Indexes and producers are made anew from the batches. On a disk thread. Source: LogLoader.recoverLog and LogSegment.recover of Kafka's storage.
 */
final class LogRecovery {
    private static final Logger logger = LoggerFactory.getLogger(LogRecovery.class);
    private static final int READ_BYTES = 1 << 20;

    private final Disk disk;
    private final LogLoader.Request request;
    private final Path directory;
    private final FoundSegments segments;
    private final SnapshotFiles snapshots;
    private final ProducerReplay producers;
    private final LeaderEpochs epochs;
    private long endOffset;
    private long recoveredBytes;

    LogRecovery(
            Disk disk,
            LogLoader.Request request,
            FoundSegments segments,
            SnapshotFiles snapshots,
            ProducerReplay producers,
            LeaderEpochs epochs) {
        this.disk = disk;
        this.request = request;
        this.segments = segments;
        this.snapshots = snapshots;
        this.producers = producers;
        this.epochs = epochs;
        directory = request.directory();
    }

    /** How much was read and found sound. */
    long recoveredBytes() {
        return recoveredBytes;
    }

    /**
     * Checks all segments from one on.
     *
     * @return the end of the log
     */
    long recover(long firstUnflushed) throws IOException {
        producers.load(firstUnflushed);
        endOffset = firstUnflushed;
        List<Segment.Loaded> unflushed =
                List.copyOf(segments.byBase().tailMap(firstUnflushed, true).values());
        for (Segment.Loaded segment : unflushed) {
            long base = segment.baseOffset();
            if (base < endOffset) {
                logger.warn("{}: segment {} begins within the one before it", directory, base);
                segments.dropFrom(base);
                break;
            }
            if (base > firstUnflushed)
                snapshots.write(base, producers.producers().entries());
            boolean whole = recover(segment);
            Long next = segments.byBase().higherKey(base);
            if (next != null && (!whole || isGap(next))) {
                segments.dropFrom(next);
                break;
            }
        }
        return endOffset;
    }

    /**
     * Whether the end of the segment before is missing, though it ends with a sound batch: a power loss may keep a new
     * segment and lose what was not flushed of the old one. What is left must be the beginning of what was written,
     * without holes. Compaction makes holes that mean nothing.
     */
    private boolean isGap(long nextBaseOffset) {
        return nextBaseOffset > endOffset && !request.mayHaveHoles();
    }

    /** @return whether all of it is sound */
    private boolean recover(Segment.Loaded segment) throws IOException {
        long base = segment.baseOffset();
        SegmentIndexes indexes =
                new SegmentIndexes(base, request.config().segments().indexIntervalBytes());
        DiskFile file = segments.open(base, LogFiles.LOG, Disk.OpenMode.WRITE);
        long valid;
        try {
            valid = check(segment, file, indexes);
            recoveredBytes += valid;
            boolean isCut = valid < segment.sizeBytes();
            if (isCut) cut(segment, file, valid);
            if (request.rewrite()) rewrite(file, valid);
            if (isCut || request.rewrite() || !request.synced()) sync(file);
        } finally {
            file.release();
        }
        if (segments.isLast(base)) indexes.writeUnsynced(disk, directory);
        else indexes.write(disk, directory, true, "");
        segments.put(indexes.loaded(valid, segment.lastModifiedMs()));
        return valid == segment.sizeBytes();
    }

    private void sync(DiskFile file) throws IOException {
        try {
            file.sync();
        } catch (IOException e) {
            SyncFailure.mark(disk, directory.getParent());
            throw new FailedSync(e);
        }
    }

    /** @return how many bytes are sound */
    private long check(Segment.Loaded segment, DiskFile file, SegmentIndexes indexes) throws IOException {
        long base = segment.baseOffset();
        long size = segment.sizeBytes();
        long valid = 0;
        long next = base;
        BatchScan scan = new BatchScan(file, 0, size, segments.buffer(READ_BYTES, size), true, true);
        while (scan.next() == BatchScan.Step.BATCH && isSound(scan.batch(), base, next)) {
            BatchView batch = scan.batch();
            if (batch.lastOffset() >= request.endOffsetMax()) break;
            indexes.add(batch, scan.position());
            producers.add(batch, Optional.of(indexes));
            if (epochs.latest() < batch.leaderEpoch()) epochs.assign(batch.leaderEpoch(), batch.baseOffset());
            next = batch.nextOffset();
            valid = scan.endPosition();
        }
        endOffset = next;
        return valid;
    }

    private static boolean isSound(BatchView batch, long baseOffset, long expected) {
        return batch.baseOffset() >= expected
                && batch.lastOffset() - baseOffset <= Integer.MAX_VALUE
                && batch.isCrcValid();
    }

    private void cut(Segment.Loaded segment, DiskFile file, long valid) throws IOException {
        if (request.endOffsetMax() == Long.MAX_VALUE)
            logger.warn(
                    "{}: segment {} is sound up to byte {} of {}, offset {}; cutting the rest off",
                    directory,
                    segment.baseOffset(),
                    valid,
                    segment.sizeBytes(),
                    endOffset);
        file.truncate(valid);
    }

    /** Makes the operating system write to the device what it may believe to be there: the bytes, and the length. */
    private void rewrite(DiskFile file, long size) throws IOException {
        ByteBuffer chunk = segments.buffer(READ_BYTES, size);
        for (long at = 0; at < size; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - at));
            file.read(at, chunk);
            file.write(at, chunk.flip());
        }
        file.truncate(size + 1);
        file.truncate(size);
    }
}
