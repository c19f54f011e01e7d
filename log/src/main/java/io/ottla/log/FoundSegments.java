package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
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
 * The segments in the directory of a log that is being opened: finds them, creates the first, drops those that go, rebuilds the indexes of those that lack
 * one. On a disk thread.
 */
final class FoundSegments {
    /** What a walk over headers reads at once. */
    static final int HEADER_READ_BYTES = 8192;

    private static final Logger logger = LoggerFactory.getLogger(FoundSegments.class);
    /** A larger buffer is better not on the heap, a smaller one is cheaper there. */
    private static final int HEAP_BYTES_MAX = 64 << 10;

    private static final List<String> FILES =
            List.of(LogFiles.LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX, TransactionIndex.SUFFIX);

    private final Disk disk;
    private final Path directory;
    private final int indexIntervalBytes;
    private final Set<String> names;
    private final NavigableMap<Long, Segment.Loaded> segments = new TreeMap<>();
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private boolean namesChanged;

    /** @param names of all files in the directory */
    FoundSegments(Disk disk, Path directory, int indexIntervalBytes, Collection<String> names) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.indexIntervalBytes = indexIntervalBytes;
        this.names = new HashSet<>(names);
        for (String name : names) {
            if (FILES.stream().anyMatch(name::endsWith) && disk.isDirectory(directory.resolve(name)))
                throw new IOException(name + " is a directory");
            OptionalLong base = LogFiles.offset(name, LogFiles.LOG);
            if (base.isPresent()) segments.put(base.getAsLong(), stat(base.getAsLong()));
        }
    }

    private Segment.Loaded stat(long baseOffset) throws IOException {
        Path path = path(baseOffset, LogFiles.LOG);
        boolean transactions = has(baseOffset, TransactionIndex.SUFFIX);
        return Segment.Loaded.found(baseOffset, disk.size(path), disk.lastModifiedMs(path), transactions);
    }

    /** By base offset. */
    NavigableMap<Long, Segment.Loaded> byBase() {
        return Collections.unmodifiableNavigableMap(segments);
    }

    Segment.Loaded last() {
        return segments.lastEntry().getValue();
    }

    boolean isLast(long baseOffset) {
        return baseOffset == segments.lastKey();
    }

    /** More became known of it. */
    void put(Segment.Loaded segment) {
        segments.put(segment.baseOffset(), segment);
    }

    /** Whether a segment was created or dropped: then the directory is to be synced before anybody relies on that. */
    boolean namesChanged() {
        return namesChanged;
    }

    Path path(long baseOffset, String suffix) {
        return LogFiles.path(directory, baseOffset, suffix);
    }

    boolean has(long baseOffset, String suffix) {
        return names.contains(LogFiles.name(baseOffset, suffix));
    }

    boolean hasFile(Path path) {
        return names.contains(path.getFileName().toString());
    }

    /** One of them, to look into. */
    SegmentFiles files(Segment.Loaded segment, long endOffset) {
        return new SegmentFiles(
                directory,
                segment.baseOffset(),
                segment.sizeBytes(),
                endOffset,
                IndexFile.UNKNOWN,
                IndexFile.UNKNOWN,
                Optional.empty());
    }

    DiskFile open(long baseOffset, String suffix, Disk.OpenMode mode) throws IOException {
        return disk.open(path(baseOffset, suffix), mode);
    }

    /** A buffer to read a segment into; one at a time. */
    ByteBuffer buffer(int bytesMax, long segmentBytes) {
        int bytes = Math.clamp(segmentBytes, HEADER_READ_BYTES, bytesMax);
        if (buffer.capacity() < bytes)
            buffer = bytes > HEAP_BYTES_MAX ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        return buffer;
    }

    void create(long baseOffset, long nowMs) throws IOException {
        if (names.remove(LogFiles.name(baseOffset, TransactionIndex.SUFFIX)))
            disk.delete(path(baseOffset, TransactionIndex.SUFFIX));
        for (String suffix : List.of(LogFiles.LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX)) {
            open(baseOffset, suffix, Disk.OpenMode.TRUNCATE).release();
            names.add(LogFiles.name(baseOffset, suffix));
        }
        segments.put(baseOffset, Segment.Loaded.empty(baseOffset, nowMs));
        namesChanged = true;
    }

    void drop(long baseOffset) throws IOException {
        segments.remove(baseOffset);
        for (String suffix : List.of(LogFiles.LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX, TransactionIndex.SUFFIX)) {
            disk.delete(path(baseOffset, suffix));
            names.remove(LogFiles.name(baseOffset, suffix));
        }
        namesChanged = true;
    }

    void dropFrom(long baseOffset) throws IOException {
        for (long base : List.copyOf(segments.tailMap(baseOffset, true).keySet())) {
            logger.warn("{}: deleting segment {}, which follows on the end of the log", directory, base);
            drop(base);
        }
    }

    /** An index may be missing after a crash of another program, or by the hand of an operator. */
    void rebuildMissingIndexes(long before) throws IOException {
        for (long base : List.copyOf(segments.headMap(before).keySet()))
            if (!has(base, OffsetIndex.SUFFIX) || !has(base, TimeIndex.SUFFIX)) rebuildIndexes(base, "missing");
    }

    /**
     * Of a segment that is known to be sound, as finishing it left them.
     *
     * @param what is wrong with them
     */
    void rebuildIndexes(long base, String what) throws IOException {
        logger.warn("{}: an index of segment {} is {}; rebuilding it", directory, base, what);
        Segment.Loaded segment = segments.get(base);
        SegmentIndexes indexes = new SegmentIndexes(base, indexIntervalBytes);
        DiskFile file = open(base, LogFiles.LOG, Disk.OpenMode.READ);
        try {
            ByteBuffer headers = buffer(HEADER_READ_BYTES, segment.sizeBytes());
            BatchScan scan = new BatchScan(file, 0, segment.sizeBytes(), headers, false, true);
            while (scan.next() == BatchScan.Step.BATCH) indexes.add(scan.batch(), scan.position());
        } finally {
            file.release();
        }
        if (segment.transactions())
            TransactionIndex.read(disk, path(base, TransactionIndex.SUFFIX)).forEach(indexes::add);
        indexes.write(disk, directory, true, "");
        for (String suffix : List.of(OffsetIndex.SUFFIX, TimeIndex.SUFFIX)) names.add(LogFiles.name(base, suffix));
        put(indexes.loaded(segment.sizeBytes(), segment.lastModifiedMs()));
    }
}
