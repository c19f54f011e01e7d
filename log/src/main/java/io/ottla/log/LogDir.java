package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * One directory of {@code log.dirs}: whose it is, the partitions in it, and what is known of each without opening it.
 *
 * <pre>
 * .lock                                held by the process that uses the directory
 * meta.properties                      {@link MetaProperties}
 * .ottla_sync_failed                   {@link SyncFailure}
 * .ottla_probe                         there for a moment, when a log cannot be opened
 * .kafka_cleanshutdown                 {"version":0,"brokerEpoch":n}: the last stop was clean. Gone while in use
 * *-offset-checkpoint                  {@link OffsetCheckpoint}
 * TOPIC-PARTITION/                     {@link PartitionDirectory}
 * </pre>
 *
 * Opened at start, on whatever thread; then it belongs to the loop.
 */
public final class LogDir {
    static final String LOCK = ".lock";
    static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    private static final String PROBE = ".ottla_probe";

    private static final int SMALL_FILE_BYTES_MAX = 1 << 20;

    private final Disk disk;
    private final Path path;
    private final AutoCloseable lock;
    private final boolean clean;
    private final boolean syncFailed;
    private final PartitionDirectory.Listing listing;
    private final OffsetsKept recoveryPoints;
    private final OffsetsKept logStartOffsets;
    private final OffsetsKept highWatermarks;
    private final OffsetsKept cleanerOffsets;
    private Optional<MetaProperties> meta;
    private Optional<IOException> failure = Optional.empty();

    private LogDir(
            Disk disk,
            Path path,
            AutoCloseable lock,
            Optional<MetaProperties> meta,
            boolean clean,
            boolean syncFailed,
            PartitionDirectory.Listing listing)
            throws IOException {
        this.disk = disk;
        this.path = path;
        this.lock = lock;
        this.meta = meta;
        this.clean = clean;
        this.syncFailed = syncFailed;
        this.listing = listing;
        recoveryPoints = OffsetsKept.load(disk, path.resolve(OffsetCheckpoint.RECOVERY_POINT));
        logStartOffsets = OffsetsKept.load(disk, path.resolve(OffsetCheckpoint.LOG_START));
        highWatermarks = OffsetsKept.load(disk, path.resolve(OffsetCheckpoint.HIGH_WATERMARK));
        cleanerOffsets = OffsetsKept.load(disk, path.resolve(OffsetCheckpoint.CLEANER));
    }

    /**
     * Locks a directory, which is created if it is missing, and reads what is in it. Blocks.
     *
     * @throws LogDirException if another process has it, it cannot be written, or its {@code meta.properties} is bad
     */
    public static LogDir open(Path path, Disk disk) throws LogDirException {
        AutoCloseable lock;
        try {
            DurableFile.createDirectory(disk, path);
            lock = disk.tryLock(path.resolve(LOCK))
                    .orElseThrow(() -> new LogDirException(
                            "The log directory " + path + " is in use: another process holds its " + LOCK + " file."));
        } catch (IOException e) {
            throw new LogDirException("The log directory " + path + " cannot be written: " + words(e) + ".", e);
        }
        try {
            Optional<MetaProperties> meta = readMeta(disk, path);
            Path marker = path.resolve(CLEAN_SHUTDOWN);
            boolean clean = disk.exists(marker);
            return new LogDir(
                    disk,
                    path,
                    lock,
                    meta,
                    clean,
                    SyncFailure.isMarked(disk, path),
                    PartitionDirectory.list(disk, path));
        } catch (IOException e) {
            release(lock);
            throw new LogDirException("The log directory " + path + " cannot be read: " + words(e) + ".", e);
        } catch (LogDirException e) {
            release(lock);
            throw e;
        }
    }

    private static Optional<MetaProperties> readMeta(Disk disk, Path path) throws IOException, LogDirException {
        Path file = path.resolve(MetaProperties.FILE);
        try {
            byte[] text = DurableFile.read(disk, file, SMALL_FILE_BYTES_MAX);
            return Optional.of(MetaProperties.parse(new String(text, StandardCharsets.UTF_8)));
        } catch (NoSuchFileException fresh) {
            return Optional.empty();
        } catch (LogDirException e) {
            throw new LogDirException("The file " + file + " " + e.getMessage() + ".", e);
        }
    }

    private static String words(IOException e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ", " + e.getMessage());
    }

    /** As {@code meta.properties} has it; empty if the directory is fresh. */
    public OptionalInt nodeId() {
        return meta.map(MetaProperties::nodeId).orElse(OptionalInt.empty());
    }

    /** As {@code meta.properties} has it; empty if the directory is fresh. */
    public Optional<String> clusterId() {
        return meta.flatMap(MetaProperties::clusterId);
    }

    /** Empty before {@link #claim} on a fresh directory. */
    public Optional<TopicId> directoryId() {
        return meta.flatMap(MetaProperties::directoryId);
    }

    /** The directories that the node used together with this one the last time, by id: empty if it was the only one, or is fresh. */
    public Map<TopicId, String> usedTogether() {
        return meta.map(MetaProperties::together).orElse(Map.of());
    }

    /** The partitions that have a directory in it. */
    public Set<TopicPartition> partitions() {
        return listing.partitions();
    }

    /**
     * Makes the directory this node's, or finds that it is. Blocks.
     *
     * @param freshDirectoryId for a directory that has no id yet
     * @throws LogDirException if it belongs to another node or cluster
     */
    public void claim(int nodeId, String clusterId, TopicId freshDirectoryId) throws LogDirException {
        claim(nodeId, clusterId, freshDirectoryId, Map.of());
    }

    /**
     * As {@link #claim(int, String, TopicId)}.
     *
     * @param together all directories that the node uses, with their ids
     */
    public void claim(int nodeId, String clusterId, TopicId freshDirectoryId, Map<TopicId, String> together)
            throws LogDirException {
        if (nodeId().isPresent() && nodeId().getAsInt() != nodeId)
            throw new LogDirException("The log directory %s belongs to node %d, and this is node %d."
                    .formatted(path, nodeId().getAsInt(), nodeId));
        if (clusterId().isPresent() && !clusterId().get().equals(clusterId))
            throw new LogDirException("The log directory %s belongs to cluster %s, and this node is of cluster %s."
                    .formatted(path, clusterId().get(), clusterId));
        MetaProperties claimed = meta.map(known -> known.completed(nodeId, clusterId, freshDirectoryId))
                .orElseGet(() -> MetaProperties.fresh(nodeId, clusterId, freshDirectoryId))
                .together(together);
        if (meta.isPresent() && meta.get().equals(claimed)) return;
        try {
            DurableFile.replace(
                    disk, path.resolve(MetaProperties.FILE), claimed.format().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LogDirException("The log directory " + path + " cannot be written: " + words(e) + ".", e);
        }
        meta = Optional.of(claimed);
    }

    public Path path() {
        return path;
    }

    /** Whether the last stop was clean, so that no log needs recovery. */
    public boolean wasCleanlyStopped() {
        return clean;
    }

    /** Whether a sync failed before the last stop: what seems to be written may not be on the device. */
    boolean syncFailedBefore() {
        return syncFailed;
    }

    /** Why it can no longer be used; empty while it can. */
    public Optional<IOException> failure() {
        return failure;
    }

    void fail(IOException cause) {
        if (failure.isEmpty()) failure = Optional.of(cause);
    }

    /** One sync makes durable all that was written to its file system; one that fails leaves the mark of {@link SyncFailure}. */
    void syncFileSystem(Completion<Void> completion) {
        disk.submit(
                this,
                () -> {
                    SyncFailure.syncFileSystem(disk, path);
                    return null;
                },
                completion);
    }

    /** Bytes that can still be written. Blocks. */
    public long usableBytes() throws IOException {
        return disk.usableBytes(path);
    }

    /** Size in bytes of the file system. Blocks. */
    public long totalBytes() throws IOException {
        return disk.totalBytes(path);
    }

    PartitionDirectory.Listing listing() {
        return listing;
    }

    /** Partitions that had committed records in it, and have no directory in it now. */
    Set<TopicPartition> vanished() {
        Set<TopicPartition> vanished = new TreeSet<>();
        highWatermarks.forEach((tp, offset) -> {
            if (offset > 0 && !listing.partitions().contains(tp)) vanished.add(tp);
        });
        return vanished;
    }

    long recoveryPoint(TopicPartition tp) {
        return recoveryPoints.get(tp, 0);
    }

    /** @param soon whether a recovery would cost noticeably less with it */
    void recoveryPoint(TopicPartition tp, long offset, boolean soon) {
        recoveryPoints.put(tp, offset, soon);
    }

    void lowerRecoveryPoint(TopicPartition tp, long offset) {
        if (recoveryPoint(tp) > offset) recoveryPoints.put(tp, offset, true);
    }

    long logStartOffset(TopicPartition tp) {
        return logStartOffsets.get(tp, 0);
    }

    void logStartOffset(TopicPartition tp, long offset) {
        logStartOffsets.put(tp, offset, true);
    }

    long highWatermark(TopicPartition tp) {
        return highWatermarks.get(tp, 0);
    }

    void highWatermark(TopicPartition tp, long offset) {
        highWatermarks.put(tp, offset, false);
    }

    /** The first offset that compaction has not cleaned; 0 if it is not known. */
    long firstDirtyOffset(TopicPartition tp) {
        return cleanerOffsets.get(tp, 0);
    }

    void firstDirtyOffset(TopicPartition tp, long offset) {
        cleanerOffsets.put(tp, offset, true);
    }

    void forget(TopicPartition tp) {
        recoveryPoints.remove(tp);
        logStartOffsets.remove(tp);
        highWatermarks.remove(tp);
        cleanerOffsets.remove(tp);
    }

    /**
     * From now on files change: should the node die, its stop was not clean. Blocks. After an unclean stop this makes the names of partitions durable that
     * the last process had not come to.
     */
    void begin() throws LogDirException {
        try {
            if (clean) disk.delete(path.resolve(CLEAN_SHUTDOWN));
            disk.syncDirectory(path);
        } catch (IOException e) {
            throw new LogDirException("The log directory " + path + " cannot be written: " + words(e) + ".", e);
        }
    }

    /**
     * Finds out whether the directory takes and keeps what is written: then a log in it that cannot be read is that log's own trouble. A full disk is
     * no trouble of the directory. Blocks.
     *
     * @throws IOException if it does not
     */
    void probe() throws IOException {
        Path file = path.resolve(PROBE);
        try {
            disk.list(path);
            DiskFile probe = disk.open(file, Disk.OpenMode.TRUNCATE);
            try {
                probe.write(0, ByteBuffer.wrap(new byte[] {1}));
                probe.sync();
            } finally {
                probe.release();
                disk.delete(file);
            }
        } catch (IOException e) {
            if (!NoSpace.isIt(e)) throw e;
        }
    }

    OffsetsKept recoveryPoints() {
        return recoveryPoints;
    }

    OffsetsKept logStartOffsets() {
        return logStartOffsets;
    }

    OffsetsKept highWatermarks() {
        return highWatermarks;
    }

    OffsetsKept cleanerOffsets() {
        return cleanerOffsets;
    }

    List<OffsetsKept> checkpoints() {
        return List.of(recoveryPoints, logStartOffsets, highWatermarks, cleanerOffsets);
    }

    /** What says at the next start that nothing needs recovery. To be run on a disk thread, as the last thing. */
    void writeCleanShutdown(long brokerEpoch) throws IOException {
        SyncFailure.clear(disk, path);
        String json = "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}";
        DurableFile.replace(disk, path.resolve(CLEAN_SHUTDOWN), json.getBytes(StandardCharsets.UTF_8));
    }

    /** Gives up the lock. */
    public void close() {
        release(lock);
    }

    private static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            org.slf4j.LoggerFactory.getLogger(LogDir.class).warn("cannot release the lock: {}", e.toString());
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
