package io.ottla.log;

import io.ottla.base.Network.Payload;
import java.util.List;

/** What became of a read. */
public sealed interface Read {

    /**
     * Whole batches, back to back; the first may begin before the offset asked for. Each file in it has been retained
     * once for the receiver: {@code Network.Connection.send} takes that over, who does not send calls {@link #release}.
     *
     * @param parts empty if there is nothing to read at that offset now
     * @param nextOffset the offset after the last batch; the offset asked for if there is none
     * @param cached whether the bytes are known to be in the page cache
     */
    record Slice(List<Payload> parts, int sizeBytes, long nextOffset, boolean cached) implements Read {

        static Slice empty(long offset) {
            return new Slice(List.of(), 0, offset, true);
        }

        public boolean isEmpty() {
            return parts.isEmpty();
        }

        public void release() {
            for (Payload part : parts)
                if (part instanceof Payload.FileRange range) range.file().release();
        }
    }

    /** The log has no such offset. */
    record OffsetOutOfRange(long startOffset, long endOffset) implements Read {}

    /** The device must be asked: to be repeated with {@link Log#readCold}. */
    record Cold() implements Read {}

    /** What stands in the segment is not what was written. @param where for the operator */
    record Damaged(String where) implements Read {}
}
