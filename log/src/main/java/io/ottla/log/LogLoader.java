package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.TopicId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Opens the directory of a partition: finishes what a crash interrupted ({@link Leftovers}), has what was not flushed
 * checked ({@link LogRecovery}) or what a clean stop left looked at ({@link CleanOpening}), and puts together what is known
 * then. One use, on a disk thread.
 *
 * <p>After a clean stop it lists the directory and reads small files and the last few kilobytes. After an unclean one,
 * from the segment of the recovery point on, each batch is read and its checksum computed. Source: LogLoader of Kafka's
 * storage.
 */
final class LogLoader {
    /**
     * What is to be loaded, and how.
     *
     * @param clean whether the last stop was clean, so that the files can be believed
     * @param recoveryPoint what is before it was synced; only asked if not clean
     * @param logStartOffset as the checkpoint has it; 0 if it has none
     * @param synced whether all that the files show was synced since the last process ended; if not, what is checked is synced too
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
            boolean synced,
            boolean mayHaveHoles,
            boolean rewrite,
            long endOffsetMax,
            long nowMs) {}

    private final Disk disk;
    private final Request request;
    private final Path directory;
    private final FoundSegments segments;
    private final SnapshotFiles snapshots;
    private final ProducerReplay producers;

    private LogLoader(Disk disk, Request request) throws IOException {
        this.disk = disk;
        this.request = request;
        directory = request.directory();
        List<String> names = Leftovers.resolve(disk, directory, disk.list(directory));
        segments =
                new FoundSegments(disk, directory, request.config().segments().indexIntervalBytes(), names);
        snapshots = new SnapshotFiles(disk, directory, names);
        producers = new ProducerReplay(directory, segments, snapshots, request.nowMs(), request.producerExpirationMs());
    }

    static LoadedLog load(Disk disk, Request request) throws IOException {
        return new LogLoader(disk, request).load();
    }

    private LoadedLog load() throws IOException {
        Optional<TopicId> topicId = PartitionMetadata.read(disk, directory.resolve(PartitionMetadata.FILE));
        LeaderEpochs epochs = LeaderEpochs.read(disk, directory.resolve(LeaderEpochs.FILE));
        List<LeaderEpochs.Start> epochsInFile = epochs.starts();
        if (segments.byBase().isEmpty()) segments.create(request.logStartOffset(), request.nowMs());
        if (isTruncation()) dropFromCut();
        long firstUnflushed = firstUnflushed();
        segments.rebuildMissingIndexes(firstUnflushed);
        long startOffset = Math.max(request.logStartOffset(), segments.byBase().firstKey());
        OptionalLong cleanEnd = OptionalLong.empty();
        if (firstUnflushed == Long.MAX_VALUE) {
            cleanEnd = new CleanOpening(disk, segments).endOffset();
            firstUnflushed = segments.last().baseOffset();
        }
        LogRecovery recovery = new LogRecovery(disk, request, segments, snapshots, producers, epochs);
        boolean recovered = cleanEnd.isEmpty();
        long endOffset = recovered ? recovery.recover(firstUnflushed) : cleanEnd.getAsLong();
        // as Kafka: a directory older than snapshots has no producers
        if (!recovered && !snapshots.isEmpty()) producers.load(endOffset);
        boolean emptied = startOffset > endOffset;
        if (emptied) endOffset = restartAt(startOffset);
        epochs.truncateTo(endOffset);
        epochs.deleteBefore(startOffset);
        if (!epochs.starts().equals(epochsInFile))
            LeaderEpochs.write(disk, directory.resolve(LeaderEpochs.FILE), epochs.starts());
        snapshots.dropAfter(endOffset);
        snapshots.dropStray(segments.byBase().keySet());
        boolean namesChanged = segments.namesChanged() || snapshots.namesChanged();
        if (emptied || (recovered && (namesChanged || !request.synced()))) syncNames();
        return new LoadedLog(
                topicId,
                List.copyOf(segments.byBase().values()),
                startOffset,
                endOffset,
                endOffset,
                producers.producers(),
                !snapshots.isEmpty(),
                epochs.starts(),
                recovery.recoveredBytes(),
                recovered);
    }

    private void syncNames() throws IOException {
        try {
            disk.syncDirectory(directory);
        } catch (IOException e) {
            throw new FailedSync(e);
        }
    }

    private boolean isTruncation() {
        return request.endOffsetMax() < Long.MAX_VALUE;
    }

    /** Segments that begin at or after the cut go; the one that it falls into is cut by recovery. */
    private void dropFromCut() throws IOException {
        for (long base : List.copyOf(segments.byBase().keySet()))
            if (base > 0 && base >= request.endOffsetMax()) segments.drop(base);
        if (segments.byBase().isEmpty()) segments.create(request.endOffsetMax(), request.nowMs());
    }

    /** The base offset of the first segment that must be checked; {@link Long#MAX_VALUE} if none. */
    private long firstUnflushed() {
        if (isTruncation()) return segments.last().baseOffset();
        if (request.clean()) return Long.MAX_VALUE;
        Long floor = segments.byBase().floorKey(request.recoveryPoint());
        return floor == null ? segments.byBase().firstKey() : floor;
    }

    /** The log start is beyond its end: the log is empty and begins there. */
    private long restartAt(long offset) throws IOException {
        for (long base : List.copyOf(segments.byBase().keySet())) segments.drop(base);
        segments.create(offset, request.nowMs());
        producers.forgetAll();
        return offset;
    }
}
