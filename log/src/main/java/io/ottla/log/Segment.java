package io.ottla.log;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One segment of a log: batches back to back in {@code <base offset>.log}, and its indexes. Holds no open file of its
 * own ({@link OpenFiles}), and reads nothing before somebody asks. On the loop.
 */
final class Segment {
    /** What of a segment's last batch only a read can tell. */
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final OpenFiles files;
    private final Path directory;
    private final Path path;
    private final long baseOffset;
    private final OffsetIndex offsetIndex;
    private final TimeIndex timeIndex;
    private final TransactionIndex transactionIndex;
    private long sizeBytes;
    private int bytesSinceIndexEntry;
    private long createdMs;
    private long lastModifiedMs;
    private long firstTimestampMs = UNKNOWN;
    private long maxTimestampMs = UNKNOWN;
    private long maxTimestampOffset;
    private boolean durable;

    private Segment(
            OpenFiles files,
            Path directory,
            long baseOffset,
            int offsetEntries,
            int timeEntries,
            boolean transactions) {
        this.files = files;
        this.directory = directory;
        this.baseOffset = baseOffset;
        path = LogFiles.path(directory, baseOffset, LogFiles.LOG);
        offsetIndex = new OffsetIndex(
                files, LogFiles.path(directory, baseOffset, OffsetIndex.SUFFIX), baseOffset, offsetEntries);
        timeIndex =
                new TimeIndex(files, LogFiles.path(directory, baseOffset, TimeIndex.SUFFIX), baseOffset, timeEntries);
        transactionIndex = new TransactionIndex(
                files, LogFiles.path(directory, baseOffset, TransactionIndex.SUFFIX), transactions);
    }

    /** An empty one; files of that name are emptied. */
    static Segment create(OpenFiles files, Path directory, long baseOffset, long nowMs) throws IOException {
        Segment segment = new Segment(files, directory, baseOffset, IndexFile.FRESH, IndexFile.FRESH, false);
        files.disk().delete(segment.transactionIndex.path());
        DiskFile file = files.create(segment.path);
        if (file.size() > 0) file.truncate(0);
        segment.createdMs = nowMs;
        segment.lastModifiedMs = nowMs;
        segment.maxTimestampMs = -1;
        segment.maxTimestampOffset = baseOffset;
        segment.firstTimestampMs = -1;
        return segment;
    }

    /**
     * One that is there.
     *
     * @param durable whether it is known to be synced, with its name and its indexes
     */
    static Segment existing(OpenFiles files, Path directory, Loaded loaded, boolean durable) {
        Segment segment = new Segment(
                files,
                directory,
                loaded.baseOffset(),
                loaded.offsetEntries(),
                loaded.timeEntries(),
                loaded.transactions());
        segment.sizeBytes = loaded.sizeBytes();
        segment.lastModifiedMs = loaded.lastModifiedMs();
        segment.createdMs = loaded.lastModifiedMs();
        segment.durable = durable;
        segment.bytesSinceIndexEntry = (int) Math.min(Integer.MAX_VALUE, loaded.bytesSinceIndexEntry());
        loaded.maxTimestamp().ifPresent(max -> {
            segment.maxTimestampMs = max.timestampMs();
            segment.maxTimestampOffset = max.offset();
        });
        return segment;
    }

    /** The largest timestamp of a segment, and the last offset of the batch that has it. */
    record MaxTimestamp(long timestampMs, long offset) {}

    /**
     * What was found on disk.
     *
     * @param offsetEntries with which the file of the offset index ends; {@link IndexFile#UNKNOWN} if nobody looked
     * @param timeEntries with which the file of the time index ends; {@link IndexFile#UNKNOWN} if nobody looked
     * @param maxTimestamp if it was looked for
     */
    record Loaded(
            long baseOffset,
            long sizeBytes,
            long lastModifiedMs,
            boolean transactions,
            long bytesSinceIndexEntry,
            int offsetEntries,
            int timeEntries,
            Optional<MaxTimestamp> maxTimestamp) {

        /** One of which only the names and sizes of its files are known. */
        static Loaded found(long baseOffset, long sizeBytes, long lastModifiedMs, boolean transactions) {
            return new Loaded(
                    baseOffset,
                    sizeBytes,
                    lastModifiedMs,
                    transactions,
                    0,
                    IndexFile.UNKNOWN,
                    IndexFile.UNKNOWN,
                    Optional.empty());
        }

        static Loaded empty(long baseOffset, long nowMs) {
            MaxTimestamp none = new MaxTimestamp(-1, baseOffset);
            return new Loaded(baseOffset, 0, nowMs, false, 0, 0, 0, Optional.of(none));
        }

        /** With what a look at the ends of its indexes told. */
        Loaded looked(long bytesSinceIndexEntry, int offsetEntries, int timeEntries, MaxTimestamp max) {
            return new Loaded(
                    baseOffset,
                    sizeBytes,
                    lastModifiedMs,
                    transactions,
                    bytesSinceIndexEntry,
                    offsetEntries,
                    timeEntries,
                    Optional.of(max));
        }
    }

    long baseOffset() {
        return baseOffset;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    Path path() {
        return path;
    }

    OffsetIndex offsetIndex() {
        return offsetIndex;
    }

    TimeIndex timeIndex() {
        return timeIndex;
    }

    TransactionIndex transactionIndex() {
        return transactionIndex;
    }

    long createdMs() {
        return createdMs;
    }

    /** Whether all of it, its name and its indexes survive a power loss. */
    boolean durable() {
        return durable;
    }

    void durable(boolean now) {
        durable = now;
    }

    DiskFile file() throws IOException {
        return files.get(path);
    }

    /**
     * Writes whole batches to the end. If that fails the file is as before, or, if that fails too, the exception says
     * so and the log directory must not be used any more.
     *
     * @throws NoSpace if the file system is full, and nothing has changed
     */
    void append(ByteBuffer batches, int indexIntervalBytes, long nowMs) throws IOException, NoSpace {
        int position = batches.position();
        DiskFile file = file();
        durable = false;
        try {
            file.write(sizeBytes, batches);
        } catch (IOException e) {
            file.truncate(sizeBytes);
            if (NoSpace.isIt(e)) throw new NoSpace(e);
            throw e;
        }
        index(batches.position(position), indexIntervalBytes);
        lastModifiedMs = nowMs;
    }

    private void index(ByteBuffer batches, int indexIntervalBytes) throws IOException {
        BatchView batch = new BatchView();
        long from = sizeBytes - batches.position();
        for (int at = batches.position(); at < batches.limit(); at = batch.endPosition()) {
            batch.wrap(batches, at);
            if (sizeBytes == 0) firstTimestampMs = batch.maxTimestamp();
            if (batch.maxTimestamp() > maxTimestampMs) {
                maxTimestampMs = batch.maxTimestamp();
                maxTimestampOffset = batch.lastOffset();
            }
            if (bytesSinceIndexEntry > indexIntervalBytes) {
                try {
                    offsetIndex.append(batch.lastOffset(), (int) (from + at));
                    timeIndex.appendIfLater(maxTimestampMs, maxTimestampOffset);
                } catch (IOException e) {
                    if (!NoSpace.isIt(e)) throw e; // else the entries wait in memory, or the index is sparser
                }
                bytesSinceIndexEntry = 0;
            }
            int size = batch.sizeBytes();
            bytesSinceIndexEntry += size;
            sizeBytes += size;
        }
    }

    /** When the first batch was made; −1 if it says nothing, or there is none. Blocks if nobody asked before. */
    long firstTimestampMs() throws IOException {
        if (firstTimestampMs == UNKNOWN) {
            BatchScan scan = new BatchScan(file(), 0, sizeBytes, files.scratch(), false, true);
            firstTimestampMs =
                    scan.next() == BatchScan.Step.BATCH ? scan.batch().maxTimestamp() : -1;
        }
        return firstTimestampMs;
    }

    /** With timestamp −1 if no batch has one. Of a finished segment only if {@link #knowsMaxTimestamp}; {@link SegmentAges} finds it. */
    MaxTimestamp maxTimestamp() {
        invariant(maxTimestampMs != UNKNOWN, "nobody has looked for the largest timestamp of %s", this);
        return new MaxTimestamp(maxTimestampMs, maxTimestampOffset);
    }

    boolean knowsMaxTimestamp() {
        return maxTimestampMs != UNKNOWN;
    }

    void knowMaxTimestamp(MaxTimestamp max) {
        maxTimestampMs = max.timestampMs();
        maxTimestampOffset = max.offset();
    }

    /** What retention by time goes by; as for {@link #maxTimestamp}. */
    long newestMs() {
        long timestamp = maxTimestamp().timestampMs();
        return timestamp >= 0 ? timestamp : lastModifiedMs;
    }

    long lastModifiedMs() {
        return lastModifiedMs;
    }

    /** No more batches come: the indexes get their last entry and their final size. */
    void finish() throws IOException {
        MaxTimestamp max = maxTimestamp();
        if (sizeBytes > 0) timeIndex.appendIfLater(max.timestampMs(), max.offset());
        offsetIndex.finish();
        timeIndex.finish();
    }

    /** As {@link #finish}, while more may come: what is missing in the files of the indexes. */
    List<IndexFile.Unwritten> finishing() throws IOException {
        MaxTimestamp max = maxTimestamp();
        if (sizeBytes > 0) timeIndex.appendIfLater(max.timestampMs(), max.offset());
        List<IndexFile.Unwritten> unwritten = new ArrayList<>(2);
        offsetIndex.finishing().ifPresent(unwritten::add);
        timeIndex.finishing().ifPresent(unwritten::add);
        return unwritten;
    }

    /** Gives up what memory it holds. */
    void rest() throws IOException {
        offsetIndex.rest();
        timeIndex.rest();
        transactionIndex.rest();
    }

    /**
     * For lookups on the loop, now.
     *
     * @param endOffset where the next segment begins, or the log ends
     */
    SegmentReader.View view(long endOffset) throws IOException {
        return new SegmentReader.View(
                path.toString(), baseOffset, this::file, sizeBytes, endOffset, offsetIndex.view(), timeIndex.view());
    }

    /**
     * For lookups on a disk thread.
     *
     * @param endOffset where the next segment begins, or the log ends
     */
    SegmentFiles forDiskThread(long endOffset) throws IOException {
        Optional<MaxTimestamp> max = maxTimestampMs == UNKNOWN
                ? Optional.empty()
                : Optional.of(new MaxTimestamp(maxTimestampMs, maxTimestampOffset));
        return new SegmentFiles(
                directory,
                baseOffset,
                sizeBytes,
                endOffset,
                offsetIndex.entriesWritten(),
                timeIndex.entriesWritten(),
                max);
    }

    /** All files it may have, the log first. */
    List<Path> paths() {
        return List.of(path, offsetIndex.path, timeIndex.path, transactionIndex.path());
    }

    /** Keeps what reads need open, whatever becomes of the names, until {@link #closeFiles}. */
    void pinFiles() throws IOException {
        files.pin(path);
        if (offsetIndex.count() > 0) files.pin(offsetIndex.path);
        if (timeIndex.count() > 0) files.pin(timeIndex.path);
    }

    void closeFiles() {
        for (Path each : paths()) files.close(each);
    }

    @Override
    public String toString() {
        return "%s (%d bytes)".formatted(directory.getFileName().resolve(path.getFileName()), sizeBytes);
    }
}
