package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a clean stop left, believed after a look: the last batches, by the index's last entry, and the last entries of both indexes of the active segment. On a
 * disk thread.
 */
final class CleanOpening {
    private static final Logger logger = LoggerFactory.getLogger(CleanOpening.class);

    private final Disk disk;
    private final FoundSegments segments;

    CleanOpening(Disk disk, FoundSegments segments) {
        this.disk = disk;
        this.segments = segments;
    }

    /** The end of the log; empty if the active segment is not what a clean stop leaves, and must be checked. */
    OptionalLong endOffset() throws IOException {
        Segment.Loaded active = segments.last();
        long base = active.baseOffset();
        IndexEnd offsets = offsets(active);
        long from = offsets.entries() == 0 ? 0 : OffsetIndex.POSITION.of(offsets.last(), 0);
        long endOffset = base;
        if (active.sizeBytes() > 0) {
            DiskFile file = segments.open(base, LogFiles.LOG, Disk.OpenMode.READ);
            try {
                BatchScan scan = scan(file, from, active);
                BatchScan.Step step = scan.next();
                while (step == BatchScan.Step.BATCH) {
                    endOffset = scan.batch().nextOffset();
                    step = scan.next();
                }
                if (step != BatchScan.Step.END) {
                    logger.warn("{} is damaged though the last stop was clean", segments.path(base, LogFiles.LOG));
                    return OptionalLong.empty();
                }
            } finally {
                file.release();
            }
        }
        Segment.MaxTimestamp max = maxTimestamp(active, endOffset);
        IndexEnd times = end(timeIndex(base), TimeIndex.ENTRY_BYTES);
        segments.put(active.looked(active.sizeBytes() - from, offsets.inFile(), times.inFile(), max));
        return OptionalLong.of(endOffset);
    }

    private BatchScan scan(DiskFile file, long from, Segment.Loaded active) {
        ByteBuffer headers = segments.buffer(FoundSegments.HEADER_READ_BYTES, active.sizeBytes());
        return new BatchScan(file, from, active.sizeBytes(), headers, false, true);
    }

    /**
     * How an index ends.
     *
     * @param exact whether the file ends with the last entry
     * @param last the last entry, if there is one
     */
    private record IndexEnd(int entries, boolean exact, ByteBuffer last) {
        static final IndexEnd EMPTY = new IndexEnd(0, true, ByteBuffer.allocate(0));

        int inFile() {
            return exact ? entries : IndexFile.UNKNOWN;
        }
    }

    private IndexEnd offsets(Segment.Loaded active) throws IOException {
        long base = active.baseOffset();
        IndexEnd end = end(offsetIndex(base), OffsetIndex.ENTRY_BYTES);
        if (isSound(active, end)) return end;
        segments.rebuildIndexes(base, "damaged");
        IndexEnd rebuilt = end(offsetIndex(base), OffsetIndex.ENTRY_BYTES);
        return isSound(active, rebuilt) ? rebuilt : IndexEnd.EMPTY;
    }

    private OffsetIndex offsetIndex(long base) {
        return new OffsetIndex(
                new OpenFiles(disk, 1), segments.path(base, OffsetIndex.SUFFIX), base, IndexFile.UNKNOWN);
    }

    /** Whether the last entry points at the batch that it names. Nobody writes an entry for the first batch. */
    private boolean isSound(Segment.Loaded active, IndexEnd end) throws IOException {
        if (end.entries() == 0) return true;
        long position = OffsetIndex.POSITION.of(end.last(), 0);
        return position > 0 && position < active.sizeBytes() && isBatchAt(active, position, end.last());
    }

    private boolean isBatchAt(Segment.Loaded active, long position, ByteBuffer entry) throws IOException {
        DiskFile file = segments.open(active.baseOffset(), LogFiles.LOG, Disk.OpenMode.READ);
        try {
            BatchScan scan = scan(file, position, active);
            long offset = active.baseOffset() + OffsetIndex.RELATIVE_OFFSET.of(entry, 0);
            return scan.next() == BatchScan.Step.BATCH
                    && scan.batch().baseOffset() <= offset
                    && scan.batch().baseOffset() >= active.baseOffset();
        } finally {
            file.release();
        }
    }

    /** A time index that does not end with it is built anew. */
    private Segment.MaxTimestamp maxTimestamp(Segment.Loaded active, long endOffset) throws IOException {
        // known already if the indexes had to be rebuilt
        Optional<Segment.MaxTimestamp> known = segments.last().maxTimestamp();
        if (known.isPresent()) return known.get();
        SegmentTimes.Latest latest = latest(segments.files(active, endOffset));
        if (latest.isIndexWrong()) segments.rebuildIndexes(active.baseOffset(), "damaged");
        return latest.max();
    }

    private SegmentTimes.Latest latest(SegmentFiles active) throws IOException {
        List<DiskFile> held = new ArrayList<>();
        try {
            return new SegmentTimes(active.open(disk, held)).latest();
        } finally {
            held.forEach(DiskFile::release);
        }
    }

    private TimeIndex timeIndex(long base) {
        return new TimeIndex(new OpenFiles(disk, 1), segments.path(base, TimeIndex.SUFFIX), base, IndexFile.UNKNOWN);
    }

    private IndexEnd end(IndexFile index, int entryBytes) throws IOException {
        if (!segments.hasFile(index.path)) return IndexEnd.EMPTY;
        DiskFile file = disk.open(index.path, Disk.OpenMode.READ);
        try {
            int entries = index.countIn(file);
            boolean exact = file.size() == (long) entries * entryBytes;
            ByteBuffer last = ByteBuffer.allocate(entryBytes);
            if (entries > 0) file.read((entries - 1L) * entryBytes, last);
            return new IndexEnd(entries, exact, last);
        } finally {
            file.release();
        }
    }
}
