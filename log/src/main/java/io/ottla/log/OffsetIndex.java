package io.ottla.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code .index}: where in the segment some of its batches begin.
 *
 * <pre>
 * file  := entry*
 * entry := relativeOffset:i32 position:i32      both rise; relative to the segment's base offset
 * </pre>
 *
 * An entry has the last offset of a batch and the position at which the batch begins, so a reader that looks for that
 * offset or a later one may begin there. No checksum: what an entry points at is looked at before it is believed
 * ({@link SegmentReader}). Source: OffsetIndex of Kafka's storage.
 */
final class OffsetIndex extends IndexFile {
    static final int ENTRY_BYTES = 8;
    static final String SUFFIX = ".index";

    static final Field RELATIVE_OFFSET = (buffer, at) -> buffer.getInt(at) & 0xFFFFFFFFL;
    static final Field POSITION = (buffer, at) -> buffer.getInt(at + 4) & 0xFFFFFFFFL;

    OffsetIndex(OpenFiles files, Path path, long baseOffset, int count) {
        super(files, path, baseOffset, ENTRY_BYTES, count);
    }

    @Override
    boolean isPadding(ByteBuffer buffer, int at) {
        return POSITION.of(buffer, at) == 0;
    }

    void append(long offset, int position) throws IOException {
        append().putInt((int) (offset - baseOffset)).putInt(position);
        writeIfMuchWaits();
    }
}
