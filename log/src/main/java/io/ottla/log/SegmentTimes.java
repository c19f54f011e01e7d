package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The largest timestamp of a segment, as its batches have it. The time index says where to begin, and is believed only as far as the batches bear it out:
 * it has no checksum, it may be empty, too short, or of another segment. Source: LogSegment.readLargestTimestamp of Kafka's storage. Blocks: for disk threads.
 */
final class SegmentTimes {

    /**
     * @param max with timestamp −1 if no batch has one
     * @param isIndexWrong whether the time index does not end with it, or has an entry that is of no batch
     */
    record Latest(Segment.MaxTimestamp max, boolean isIndexWrong) {}

    private final SegmentReader.View view;
    private final ByteBuffer scratch = ByteBuffer.allocate(OpenFiles.SCRATCH_BYTES);

    SegmentTimes(SegmentReader.View view) {
        this.view = view;
    }

    /** A finished segment's index ends with it; so usually there is little to read. */
    Latest latest() throws IOException {
        int entries = view.timeIndex().count();
        if (entries == 0 || view.sizeBytes() == 0) {
            Segment.MaxTimestamp max = latestFrom(0, new Segment.MaxTimestamp(-1, view.baseOffset()));
            return new Latest(max, max.timestampMs() >= 0);
        }
        Segment.MaxTimestamp last = entry(entries - 1);
        Optional<Long> position;
        try {
            position = positionOf(last);
        } catch (DamagedLog unreadable) {
            // nothing speaks against the entry, and what comes before it is older
            return new Latest(last, false);
        }
        Segment.MaxTimestamp none = new Segment.MaxTimestamp(-1, view.baseOffset());
        Segment.MaxTimestamp max = latestFrom(position.orElse(0L), position.isPresent() ? last : none);
        return new Latest(max, !max.equals(last));
    }

    /** Of the batches from the one with that offset on. */
    Segment.MaxTimestamp latestFrom(long offset) throws IOException {
        Segment.MaxTimestamp none = new Segment.MaxTimestamp(-1, offset);
        Optional<SegmentReader.Found> first = new SegmentReader(view, scratch, true).locate(offset);
        return first.isEmpty() ? none : latestFrom(first.get().position(), none);
    }

    private Segment.MaxTimestamp latestFrom(long position, Segment.MaxTimestamp before) throws IOException {
        Segment.MaxTimestamp max = before;
        if (position >= view.sizeBytes()) return max;
        BatchScan scan = new BatchScan(view.log().file(), position, view.sizeBytes(), scratch, false, true);
        while (scan.next() == BatchScan.Step.BATCH) {
            BatchView batch = scan.batch();
            if (batch.maxTimestamp() > max.timestampMs())
                max = new Segment.MaxTimestamp(batch.maxTimestamp(), batch.lastOffset());
        }
        return max;
    }

    /** Whether the batch that an entry stands for has its timestamp. */
    boolean isSound(int entry) throws IOException {
        return positionOf(entry(entry)).isPresent();
    }

    private Segment.MaxTimestamp entry(int entry) throws IOException {
        IndexFile.View index = view.timeIndex();
        long timestampMs = index.field(entry, TimeIndex.TIMESTAMP, scratch, true);
        return new Segment.MaxTimestamp(
                timestampMs, view.baseOffset() + index.field(entry, TimeIndex.RELATIVE_OFFSET, scratch, true));
    }

    /** Where the batch begins that an entry stands for; empty if there is none with that timestamp. */
    private Optional<Long> positionOf(Segment.MaxTimestamp entry) throws IOException {
        Optional<SegmentReader.Found> batch = new SegmentReader(view, scratch, true).locate(entry.offset());
        if (batch.isEmpty()) return Optional.empty();
        ByteBuffer header = ByteBuffer.allocate(BatchView.HEADER_BYTES_V2);
        BatchScan scan =
                new BatchScan(view.log().file(), batch.get().position(), view.sizeBytes(), header, false, true);
        boolean isIt = scan.next() == BatchScan.Step.BATCH && scan.batch().maxTimestamp() == entry.timestampMs();
        return isIt ? Optional.of(batch.get().position()) : Optional.empty();
    }
}
