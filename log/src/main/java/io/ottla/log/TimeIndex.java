package io.ottla.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code .timeindex}: up to which offset no record has a later timestamp.
 *
 * <pre>
 * file  := entry*
 * entry := maxTimestampMs:i64 relativeOffset:i32      both rise; relative to the segment's base offset
 * </pre>
 *
 * An entry has the largest timestamp so far in the segment, and the last offset of the batch that has it. Source:
 * TimeIndex of Kafka's storage.
 */
final class TimeIndex extends IndexFile {
    static final int ENTRY_BYTES = 12;
    static final String SUFFIX = ".timeindex";

    static final Field TIMESTAMP = ByteBuffer::getLong;
    static final Field RELATIVE_OFFSET = (buffer, at) -> buffer.getInt(at + 8) & 0xFFFFFFFFL;

    private long lastTimestampMs = Long.MIN_VALUE;

    TimeIndex(OpenFiles files, Path path, long baseOffset, int count) {
        super(files, path, baseOffset, ENTRY_BYTES, count);
        if (count == FRESH || count == 0) lastTimestampMs = -1;
    }

    @Override
    boolean isPadding(ByteBuffer buffer, int at) {
        return TIMESTAMP.of(buffer, at) == 0 && RELATIVE_OFFSET.of(buffer, at) == 0;
    }

    /** Adds an entry, if the timestamp is later than that of the last one. */
    void appendIfLater(long maxTimestampMs, long offset) throws IOException {
        if (maxTimestampMs <= lastTimestampMs()) return;
        append().putLong(maxTimestampMs).putInt((int) (offset - baseOffset));
        lastTimestampMs = maxTimestampMs;
        writeIfMuchWaits();
    }

    /** −1 if there is no entry. Reads the end of the file if nobody has yet. */
    long lastTimestampMs() throws IOException {
        if (lastTimestampMs == Long.MIN_VALUE) {
            int entries = count();
            lastTimestampMs = entries == 0 ? -1 : view().field(entries - 1, TIMESTAMP, files.scratch(), true);
        }
        return lastTimestampMs;
    }
}
