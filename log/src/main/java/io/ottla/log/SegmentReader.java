package io.ottla.log;

import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Finds batches in one segment: an index lookup, then a short walk over headers. An index is believed only as far as
 * the batches bear it out; otherwise the walk begins at the segment's first byte. Works on values, so on any thread.
 */
final class SegmentReader {

    /**
     * A segment as it is at one moment.
     *
     * @param name of its file, for messages
     * @param log opens its file if it is needed
     * @param sizeBytes of the batches; the file may have grown since
     * @param endOffset where the next segment begins, or the log ends
     */
    record View(
            String name,
            long baseOffset,
            IndexFile.FileSource log,
            long sizeBytes,
            long endOffset,
            IndexFile.View offsetIndex,
            IndexFile.View timeIndex) {}

    /** A batch in the file. */
    record Found(long position, int sizeBytes, long baseOffset, long lastOffset, long maxTimestampMs) {
        long endPosition() {
            return position + sizeBytes;
        }
    }

    /** A place between two batches. @param nextOffset of what follows it */
    record Boundary(long position, long nextOffset) {}

    private final View view;
    private final ByteBuffer scratch;
    private final boolean mayBlock;

    SegmentReader(View view, ByteBuffer scratch, boolean mayBlock) {
        this.view = view;
        this.scratch = scratch;
        this.mayBlock = mayBlock;
    }

    View view() {
        return view;
    }

    DiskFile file() throws IOException {
        return view.log().file();
    }

    /** The first batch whose last offset is {@code offset} or above; empty if the segment has none. */
    Optional<Found> locate(long offset) throws IOException {
        long from = indexed(OffsetIndex.RELATIVE_OFFSET, offset - view.baseOffset());
        if (from > 0) {
            BatchScan scan = scan(from);
            if (scan.next() == BatchScan.Step.BATCH && scan.batch().baseOffset() <= offset) {
                Walk walk = walk(scan, offset);
                if (walk.end == BatchScan.Step.BATCH || walk.end == BatchScan.Step.END) return walk.found();
            }
        }
        BatchScan scan = scan(0);
        if (scan.next() == BatchScan.Step.END) return Optional.empty();
        Walk walk = walk(scan, offset);
        return switch (walk.end) {
            case BATCH, END -> walk.found();
            case TORN, CORRUPT -> throw damaged(scan.position());
        };
    }

    /** The batch that begins at {@code position}, if it has {@code offset}. */
    Optional<Found> at(long position, long offset) throws IOException {
        BatchScan scan = scan(position);
        if (scan.next() != BatchScan.Step.BATCH) return Optional.empty();
        boolean has = scan.batch().baseOffset() <= offset && scan.batch().lastOffset() >= offset;
        return has ? Optional.of(found(scan)) : Optional.empty();
    }

    /**
     * The last boundary at or before {@code to}.
     *
     * @param from a boundary, as {@code first} says
     */
    Boundary cut(Found first, long to) throws IOException {
        long indexed = indexed(OffsetIndex.POSITION, to);
        if (indexed > first.position()) {
            BatchScan scan = scan(indexed);
            if (scan.next() == BatchScan.Step.BATCH && scan.batch().baseOffset() > first.lastOffset()) {
                BatchView batch = scan.batch();
                Boundary boundary = new Boundary(indexed, batch.baseOffset());
                Optional<Boundary> cut = cut(scan, boundary, to);
                if (cut.isPresent()) return cut.get();
            }
        }
        BatchScan scan = scan(first.position());
        scan.next();
        return cut(scan, new Boundary(first.position(), first.baseOffset()), to)
                .orElseThrow(() -> damaged(scan.position()));
    }

    /** Goes on from the batch that {@code scan} shows; empty if what follows is no batch. */
    private static Optional<Boundary> cut(BatchScan scan, Boundary before, long to) throws IOException {
        Boundary boundary = before;
        while (scan.endPosition() <= to) {
            boundary = new Boundary(scan.endPosition(), scan.batch().nextOffset());
            switch (scan.next()) {
                case BATCH -> {}
                case END -> {
                    return Optional.of(boundary);
                }
                case TORN, CORRUPT -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(boundary);
    }

    /** The position that an index entry names; 0 if there is none, or none within the segment. */
    private long indexed(IndexFile.Field field, long target) throws IOException {
        int entry = view.offsetIndex().floor(field, target, scratch, mayBlock);
        if (entry < 0) return 0;
        long position = view.offsetIndex().field(entry, OffsetIndex.POSITION, scratch, mayBlock);
        return position < view.sizeBytes() ? position : 0;
    }

    private static final class Walk {
        BatchScan.Step end;
        Found last;

        Optional<Found> found() {
            return end == BatchScan.Step.BATCH ? Optional.of(last) : Optional.empty();
        }
    }

    /** From the batch that {@code scan} shows to the first that reaches {@code offset}. */
    private Walk walk(BatchScan scan, long offset) throws IOException {
        Walk walk = new Walk();
        walk.end = BatchScan.Step.BATCH;
        long previousLast = view.baseOffset() - 1;
        BatchScan.Step step = scan.position() >= 0 ? BatchScan.Step.BATCH : BatchScan.Step.END;
        while (step == BatchScan.Step.BATCH) {
            BatchView batch = scan.batch();
            if (batch.sizeBytes() <= 0 || batch.lastOffset() <= previousLast) {
                walk.end = BatchScan.Step.CORRUPT;
                return walk;
            }
            previousLast = batch.lastOffset();
            if (batch.lastOffset() >= offset) {
                walk.last = found(scan);
                return walk;
            }
            step = scan.next();
            walk.end = step;
        }
        return walk;
    }

    private static Found found(BatchScan scan) {
        BatchView batch = scan.batch();
        return new Found(
                scan.position(), batch.sizeBytes(), batch.baseOffset(), batch.lastOffset(), batch.maxTimestamp());
    }

    private BatchScan scan(long from) throws IOException {
        return new BatchScan(file(), from, view.sizeBytes(), scratch, false, mayBlock);
    }

    private DamagedLog damaged(long position) {
        return new DamagedLog("%s has no batch at byte %d of %d".formatted(view.name(), position, view.sizeBytes()));
    }
}
