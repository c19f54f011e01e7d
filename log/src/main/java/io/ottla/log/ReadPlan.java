package io.ottla.log;

import io.ottla.base.DiskFile;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One read over the segments that it may need, as they were when it began. Runs on the loop without waiting, or on a
 * disk thread.
 *
 * @param segments from the one that has the offset on, in order; usually only the first is needed
 * @param limit no batch that reaches this offset is given out
 * @param from where in the first segment the offset is known to begin; −1 if it must be looked up
 */
record ReadPlan(Views segments, long offset, int maxBytes, long limit, boolean atLeastOneBatch, long from) {

    private static final int WARM_BYTES = 64 << 10;

    /** Segments one after another, each looked at only if the one before it did not do. */
    @FunctionalInterface
    interface Views {
        Optional<SegmentReader.View> next() throws IOException;
    }

    /** Where a batch begins. */
    record Place(long offset, long segment, long position) {}

    /**
     * @param next where the next read of the same reader will begin, to spare its lookup; empty if unknown
     */
    record Result(Read.Slice slice, Optional<Place> next) {}

    Result run(ByteBuffer scratch, boolean mayBlock) throws IOException {
        long at = from;
        while (true) {
            Optional<SegmentReader.View> found = segments.next();
            if (found.isEmpty()) break;
            SegmentReader.View view = found.get();
            SegmentReader reader = new SegmentReader(view, scratch, mayBlock);
            if (view.baseOffset() >= limit) break;
            Optional<SegmentReader.Found> first = at >= 0 ? reader.at(at, offset) : Optional.empty();
            if (first.isEmpty()) first = reader.locate(offset);
            at = -1;
            if (first.isPresent()) return slice(reader, first.get(), scratch, mayBlock);
        }
        return new Result(Read.Slice.empty(offset), Optional.empty());
    }

    private Result slice(SegmentReader reader, SegmentReader.Found first, ByteBuffer scratch, boolean mayBlock)
            throws IOException {
        if (first.lastOffset() >= limit) return new Result(Read.Slice.empty(offset), Optional.empty());
        SegmentReader.View view = reader.view();
        long end = view.sizeBytes();
        boolean toEnd = limit == Long.MAX_VALUE;
        if (!toEnd)
            end = reader.locate(limit).map(SegmentReader.Found::position).orElse(end);
        SegmentReader.Boundary boundary;
        if (first.sizeBytes() > maxBytes) {
            if (!atLeastOneBatch) return new Result(Read.Slice.empty(offset), Optional.empty());
            boundary = new SegmentReader.Boundary(first.endPosition(), first.lastOffset() + 1);
        } else {
            boundary = reader.cut(first, Math.min(end, first.position() + maxBytes));
        }
        DiskFile file = reader.file();
        int length = (int) (boundary.position() - first.position());
        boolean cached = true;
        if (mayBlock) warm(file, first.position(), length);
        else cached = isCached(file, boundary.position() - 1, scratch);
        file.retain();
        Read.Slice slice = new Read.Slice(
                List.of(new Payload.FileRange(file, first.position(), length)), length, boundary.nextOffset(), cached);
        return new Result(slice, Optional.of(new Place(boundary.nextOffset(), view.baseOffset(), boundary.position())));
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
