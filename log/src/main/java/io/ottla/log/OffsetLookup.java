package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * Finds an offset by time. The answer is that of a walk over all records: the first at or after the log start whose
 * timestamp is at least the one asked for. Time indexes only say where the walk may begin. Source: KIP-33, KIP-79,
 * KIP-734; UnifiedLog.fetchOffsetByTimestamp and FileRecords of Kafka. Runs on a disk thread.
 */
public final class OffsetLookup {
    public static final long LATEST = -1;
    public static final long EARLIEST = -2;
    /** The first record among those that have the largest timestamp. */
    public static final long MAX_TIMESTAMP = -3;
    /** The first offset that is on this node's own disk. */
    public static final long EARLIEST_LOCAL = -4;
    /** The last offset in tiered storage: there is none. */
    public static final long LATEST_TIERED = -5;

    private static final int READ_BYTES = 256 << 10;

    /**
     * @param timestampMs of the record found; −1 if the question was not about a time
     * @param offset −1 if there is none
     * @param leaderEpoch of the record found; −1 if it is not known
     */
    public record Answer(long timestampMs, long offset, int leaderEpoch) {
        static final Answer NONE = new Answer(-1, -1, -1);
    }

    private final Disk disk;
    private final List<SegmentFiles> segments;
    private final long startOffset;
    private final int heldBytesMax;
    private final ByteBuffer scratch = ByteBuffer.allocate(OpenFiles.SCRATCH_BYTES);
    private final List<DiskFile> held = new ArrayList<>();
    private final Map<Long, SegmentTimes.Latest> learned = new TreeMap<>();
    private final Set<Long> misledBy = new TreeSet<>();

    /** @param heldBytesMax what of a batch may be in memory at once, packed and again unpacked */
    OffsetLookup(Disk disk, List<SegmentFiles> segments, long startOffset, int heldBytesMax) {
        this.disk = disk;
        this.heldBytesMax = heldBytesMax;
        this.segments = segments;
        this.startOffset = startOffset;
    }

    /**
     * @param timestamp at least 0, or {@link #MAX_TIMESTAMP}
     * @throws BatchTooLarge if a batch that must be looked into takes more than may be held
     * @throws DamagedLog if one cannot be read
     */
    Answer find(long timestamp) throws IOException {
        try {
            return timestamp == MAX_TIMESTAMP ? latestRecord() : firstAtOrAfter(timestamp);
        } finally {
            held.forEach(DiskFile::release);
        }
    }

    private Answer firstAtOrAfter(long timestamp) throws IOException {
        for (SegmentFiles segment : segments) {
            SegmentReader.View view = open(segment);
            if (max(segment, view).timestampMs() < timestamp) continue;
            Answer found = firstAtOrAfter(view, timestamp);
            if (found.offset() >= 0) return found;
        }
        return Answer.NONE;
    }

    private SegmentReader.View open(SegmentFiles segment) throws IOException {
        held.forEach(DiskFile::release);
        held.clear();
        return segment.open(disk, held);
    }

    private Segment.MaxTimestamp max(SegmentFiles segment, SegmentReader.View view) throws IOException {
        if (segment.maxTimestamp().isPresent()) return segment.maxTimestamp().get();
        SegmentTimes.Latest latest = new SegmentTimes(view).latest();
        learned.put(segment.baseOffset(), latest);
        return latest.max();
    }

    /** What had to be found out about segments, by base offset. */
    Map<Long, SegmentTimes.Latest> learned() {
        return learned;
    }

    /** The base offsets of segments with an entry in the time index that is of no batch. */
    Set<Long> misledBy() {
        return misledBy;
    }

    private Answer firstAtOrAfter(SegmentReader.View view, long timestamp) throws IOException {
        // all records up to the offset of this entry are older than what is asked for
        IndexFile.View.Found entry = view.timeIndex()
                .floor(
                        TimeIndex.TIMESTAMP,
                        timestamp - 1,
                        IndexFile.View.NOWHERE,
                        TimeIndex.RELATIVE_OFFSET,
                        scratch,
                        true);
        boolean isIndexed = entry.entry() >= 0 && isSound(view, entry.entry());
        long from = view.baseOffset() + (isIndexed ? entry.value() : 0);
        Optional<SegmentReader.Found> first =
                new SegmentReader(view, scratch, true).locate(Math.max(from, startOffset));
        if (first.isEmpty()) return Answer.NONE;
        BatchScan scan = new BatchScan(
                view.log().file(),
                first.get().position(),
                view.sizeBytes(),
                ByteBuffer.allocate(READ_BYTES),
                false,
                true);
        try (RecordReader reader = new RecordReader(Cleaner.UNPACKED_BYTES_MAX, heldBytesMax)) {
            while (scan.next() == BatchScan.Step.BATCH) {
                if (scan.batch().maxTimestamp() < timestamp) continue;
                if (!scan.hold(heldBytesMax))
                    throw new BatchTooLarge(
                            scan.batch().baseOffset(),
                            "it has %d bytes".formatted(scan.batch().sizeBytes()));
                Answer found = firstAtOrAfter(scan.batch(), reader, timestamp);
                if (found.offset() >= 0) return found;
            }
        }
        return Answer.NONE;
    }

    /** The records only go by: one of a kilobyte may say that it unpacks to gigabytes, and be right. */
    private Answer firstAtOrAfter(BatchView batch, RecordReader reader, long timestamp) throws IOException {
        reader.skim(batch);
        RecordReader.Step step = reader.next();
        for (; step == RecordReader.Step.RECORD; step = reader.next())
            if (reader.timestampMs() >= timestamp && reader.offset() >= startOffset)
                return new Answer(reader.timestampMs(), reader.offset(), batch.leaderEpoch());
        if (step == RecordReader.Step.END) return Answer.NONE;
        if (reader.error() == Errors.MESSAGE_TOO_LARGE) throw new BatchTooLarge(batch.baseOffset(), reader.problem());
        throw new DamagedLog(
                "the batch at offset %d cannot be read: %s".formatted(batch.baseOffset(), reader.problem()));
    }

    /** An index has no checksum: one that misleads would give a wrong answer. So without it the segment is read from its beginning. */
    private boolean isSound(SegmentReader.View view, int entry) throws IOException {
        boolean isSound = new SegmentTimes(view).isSound(entry);
        if (!isSound) misledBy.add(view.baseOffset());
        return isSound;
    }

    private Answer latestRecord() throws IOException {
        SegmentFiles best = null;
        Segment.MaxTimestamp most = new Segment.MaxTimestamp(-1, -1);
        for (SegmentFiles segment : segments) {
            SegmentReader.View view = open(segment);
            Segment.MaxTimestamp max = max(segment, view);
            if (max.offset() < startOffset) max = new SegmentTimes(view).latestFrom(startOffset);
            if (max.timestampMs() <= most.timestampMs()) continue;
            most = max;
            best = segment;
        }
        if (best == null) return Answer.NONE;
        return firstAtOrAfter(open(best), most.timestampMs());
    }
}
