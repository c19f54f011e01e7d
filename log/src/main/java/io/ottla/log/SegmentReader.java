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

    /**
     * A batch in the file.
     *
     * @param firstOffset of its first record; of a packed batch of magic 0 or 1, which does not say it, what follows on
     *     the batch before
     */
    record Found(long position, int sizeBytes, long firstOffset, long lastOffset) {
        long endPosition() {
            return position + sizeBytes;
        }
    }

    /**
     * A place between two batches.
     *
     * @param nextOffset of what follows it
     * @param indexEntry of the offset index, a little before it; {@link IndexFile.View#NOWHERE} if none is known
     */
    record Boundary(long position, long nextOffset, int indexEntry) {
        Boundary(long position, long nextOffset) {
            this(position, nextOffset, IndexFile.View.NOWHERE);
        }
    }

    private final View view;
    private final ByteBuffer scratch;
    private final boolean mayBlock;
    private boolean misled;

    SegmentReader(View view, ByteBuffer scratch, boolean mayBlock) {
        this.view = view;
        this.scratch = scratch;
        this.mayBlock = mayBlock;
    }

    View view() {
        return view;
    }

    /** Whether an entry of the offset index was found to point at no batch, or at the wrong one. */
    boolean isMisled() {
        return misled;
    }

    DiskFile file() throws IOException {
        return view.log().file();
    }

    /** The first batch whose last offset is {@code offset} or above; empty if the segment has none. */
    Optional<Found> locate(long offset) throws IOException {
        Optional<Indexed> indexed =
                indexed(OffsetIndex.RELATIVE_OFFSET, offset - view.baseOffset(), IndexFile.View.NOWHERE);
        if (indexed.isPresent() && indexed.get().scan().batch().baseOffset() <= offset) {
            Walk walk = walk(indexed.get().scan(), offset);
            if (walk.end == BatchScan.Step.BATCH || walk.end == BatchScan.Step.END) return walk.found();
        }
        misled |= indexed.isPresent();
        BatchScan scan = scan(0);
        switch (scan.next()) {
            case BATCH -> {}
            case END -> {
                return Optional.empty();
            }
            case TORN, CORRUPT -> throw damaged(scan.position());
        }
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
        return has ? Optional.of(found(scan, scan.batch().baseOffset())) : Optional.empty();
    }

    /**
     * The last boundary at or before {@code to}.
     *
     * @param first the batch at which to begin at the latest
     */
    Boundary cut(Found first, long to) throws IOException {
        Boundary from = new Boundary(first.position(), first.firstOffset());
        Optional<Boundary> cut = cutByIndex(from, first.lastOffset(), to);
        if (cut.isPresent()) return cut.get();
        BatchScan scan = scan(first.position());
        scan.next();
        return cut(scan, from, to).orElseThrow(() -> damaged(scan.position()));
    }

    /**
     * The last boundary at or before {@code to}, if the index knows one after {@code from}: so it takes no look at what is between.
     *
     * @param below an offset that is at {@code from}; what follows the boundary is above it
     */
    Optional<Boundary> cutByIndex(Boundary from, long below, long to) throws IOException {
        Optional<Indexed> indexed = indexed(OffsetIndex.POSITION, to, from.indexEntry());
        if (indexed.isEmpty() || indexed.get().scan().position() <= from.position()) return Optional.empty();
        BatchScan scan = indexed.get().scan();
        if (scan.batch().baseOffset() <= below) return Optional.empty();
        int entry = indexed.get().entry();
        return cut(scan, new Boundary(scan.position(), scan.batch().baseOffset(), entry), to);
    }

    /** Goes on from the batch that {@code scan} shows; empty if what follows is no batch. */
    private static Optional<Boundary> cut(BatchScan scan, Boundary before, long to) throws IOException {
        Boundary boundary = before;
        while (scan.endPosition() <= to) {
            boundary = new Boundary(scan.endPosition(), scan.batch().nextOffset(), before.indexEntry());
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

    /** A walk that begins at an entry of the offset index. */
    private record Indexed(BatchScan scan, int entry) {}

    /**
     * A walk that begins where an index entry says, if a batch begins there. A batch of magic 0 or 1 does not say what its
     * first offset is, so then the walk begins one entry earlier, and learns it from the batch before.
     */
    private Optional<Indexed> indexed(IndexFile.Field field, long target, int near) throws IOException {
        IndexFile.View index = view.offsetIndex();
        IndexFile.View.Found floor = index.floor(field, target, near, OffsetIndex.POSITION, scratch, mayBlock);
        for (int entry = floor.entry(); entry >= 0 && entry > floor.entry() - 2; entry--) {
            long position = entry == floor.entry()
                    ? floor.value()
                    : index.field(entry, OffsetIndex.POSITION, scratch, mayBlock);
            BatchScan scan = scan(position);
            boolean isBatch = position > 0 && position < view.sizeBytes() && scan.next() == BatchScan.Step.BATCH;
            if (!isBatch) {
                misled = true;
                return Optional.empty();
            }
            if (!scan.batch().isLegacy() || entry < floor.entry()) return Optional.of(new Indexed(scan, entry));
        }
        return Optional.empty();
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
        BatchScan.Step step = BatchScan.Step.BATCH;
        while (step == BatchScan.Step.BATCH) {
            BatchView batch = scan.batch();
            if (batch.sizeBytes() <= 0 || batch.lastOffset() <= previousLast) {
                walk.end = BatchScan.Step.CORRUPT;
                return walk;
            }
            if (batch.lastOffset() >= offset) {
                walk.last = found(scan, batch.isLegacy() ? previousLast + 1 : batch.baseOffset());
                return walk;
            }
            previousLast = batch.lastOffset();
            step = scan.next();
            walk.end = step;
        }
        return walk;
    }

    private static Found found(BatchScan scan, long firstOffset) {
        BatchView batch = scan.batch();
        return new Found(scan.position(), batch.sizeBytes(), firstOffset, batch.lastOffset());
    }

    private BatchScan scan(long from) throws IOException {
        return new BatchScan(file(), from, view.sizeBytes(), scratch, false, mayBlock);
    }

    private DamagedLog damaged(long position) {
        return new DamagedLog("%s has no batch at byte %d of %d".formatted(view.name(), position, view.sizeBytes()));
    }
}
