package io.ottla.log;

import io.ottla.base.DiskFile;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One read over the segments that it may need, as they were when it began. Runs on the loop without waiting, or on a
 * disk thread.
 *
 * @param segments from the one that has the offset on, in order; usually only the first is needed
 * @param limit no batch that reaches this offset is given out
 * @param from where in the first segment the batch with the offset begins; empty if it must be looked up
 */
record ReadPlan(Views segments, long offset, int maxBytes, long limit, boolean atLeastOneBatch, Optional<Place> from) {

    private static final int WARM_BYTES = 64 << 10;

    /** Segments one after another, each looked at only if the one before it did not do. */
    @FunctionalInterface
    interface Views {
        Optional<SegmentReader.View> next() throws IOException;
    }

    /** Where a batch begins. @param segment its base offset */
    record Place(long segment, SegmentReader.Boundary at) {}

    /**
     * @param next where the next read of the same reader will begin, to spare its lookup; empty if there is none
     * @param misledBy base offsets of segments whose offset index is not what it should be; nearly always empty
     */
    record Result(Read.Slice slice, Optional<Place> next, List<Long> misledBy) {
        Result(Read.Slice slice, Optional<Place> next) {
            this(slice, next, List.of());
        }

        Result misledBy(List<Long> segments) {
            return segments.isEmpty() ? this : new Result(slice, next, segments);
        }
    }

    Result run(ByteBuffer scratch, boolean mayBlock) throws IOException {
        Optional<Place> hint = from;
        List<Long> misledBy = List.of();
        while (true) {
            Optional<SegmentReader.View> found = segments.next();
            if (found.isEmpty() || found.get().baseOffset() >= limit) break;
            SegmentReader reader = new SegmentReader(found.get(), scratch, mayBlock);
            SegmentReader.Boundary end = end(reader);
            if (hint.isPresent()) {
                Optional<Result> result = fromHint(reader, hint.get().at(), end, scratch, mayBlock);
                if (result.isPresent()) return result.get().misledBy(misledBy);
            }
            Optional<SegmentReader.Found> first =
                    hint.isPresent() ? reader.at(hint.get().at().position(), offset) : Optional.empty();
            if (first.isEmpty()) first = reader.locate(offset);
            hint = Optional.empty();
            Optional<Result> result = Optional.empty();
            if (first.isPresent()) result = Optional.of(fromBatch(reader, first.get(), end, scratch, mayBlock));
            if (reader.isMisled()) misledBy = with(misledBy, reader.view().baseOffset());
            if (result.isPresent()) return result.get().misledBy(misledBy);
        }
        return new Result(Read.Slice.empty(offset), Optional.empty(), misledBy);
    }

    private static List<Long> with(List<Long> before, long baseOffset) {
        List<Long> all = new ArrayList<>(before);
        all.add(baseOffset);
        return all;
    }

    /** A reader in sequence goes on where it was, without a look at what is there; as far as it is known where batches end. */
    private Optional<Result> fromHint(
            SegmentReader reader,
            SegmentReader.Boundary begin,
            SegmentReader.Boundary end,
            ByteBuffer scratch,
            boolean mayBlock)
            throws IOException {
        if (begin.position() >= end.position()) return Optional.empty();
        Optional<SegmentReader.Boundary> boundary = end.position() - begin.position() <= maxBytes
                ? Optional.of(end)
                : reader.cutByIndex(begin, offset, begin.position() + maxBytes);
        if (boundary.isEmpty()) return Optional.empty();
        return Optional.of(slice(reader, begin.position(), boundary.get(), scratch, mayBlock));
    }

    /** Where in this segment no more may be given out. */
    private SegmentReader.Boundary end(SegmentReader reader) throws IOException {
        SegmentReader.View view = reader.view();
        if (limit < view.endOffset()) {
            Optional<SegmentReader.Found> beyond = reader.locate(limit);
            if (beyond.isPresent())
                return new SegmentReader.Boundary(
                        beyond.get().position(), beyond.get().firstOffset());
        }
        return new SegmentReader.Boundary(view.sizeBytes(), view.endOffset());
    }

    private Result fromBatch(
            SegmentReader reader,
            SegmentReader.Found first,
            SegmentReader.Boundary end,
            ByteBuffer scratch,
            boolean mayBlock)
            throws IOException {
        if (first.position() >= end.position() || (first.sizeBytes() > maxBytes && !atLeastOneBatch))
            return new Result(Read.Slice.empty(offset), Optional.empty());
        SegmentReader.Boundary boundary;
        if (first.sizeBytes() > maxBytes)
            boundary = new SegmentReader.Boundary(first.endPosition(), first.lastOffset() + 1);
        else if (end.position() - first.position() <= maxBytes) boundary = end;
        else boundary = reader.cut(first, first.position() + maxBytes);
        return slice(reader, first.position(), boundary, scratch, mayBlock);
    }

    private static Result slice(
            SegmentReader reader, long position, SegmentReader.Boundary end, ByteBuffer scratch, boolean mayBlock)
            throws IOException {
        DiskFile file = reader.file();
        int length = (int) (end.position() - position);
        if (mayBlock) warm(file, position, length);
        else if (!isCached(file, end.position() - 1, scratch)) throw ColdRead.INSTANCE;
        file.retain();
        Read.Slice slice =
                new Read.Slice(List.of(new Payload.FileRange(file, position, length)), length, end.nextOffset(), true);
        return new Result(slice, Optional.of(new Place(reader.view().baseOffset(), end)));
    }

    /** Brings the range into the page cache, so that sending it does not wait. */
    private static void warm(DiskFile file, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.min(WARM_BYTES, length));
        for (long at = position; at < position + length; at += WARM_BYTES)
            file.read(at, buffer.clear().limit((int) Math.min(buffer.capacity(), position + length - at)));
    }

    /** A look at the last byte: the beginning has been read just now, and the kernel reads ahead. */
    private static boolean isCached(DiskFile file, long position, ByteBuffer scratch) throws IOException {
        return file.readCached(position, scratch.clear().limit(1)) == 1;
    }
}
