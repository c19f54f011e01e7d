package io.ottla.keeper.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Adler32;

/** Reads the parts of a snapshot and keeps the checksum of what it has read. Memory grows with the bytes that come, not with the lengths they claim. */
final class SealedInput {
    private static final int BUFFER_BYTES = 64 * 1024;
    static final int WINDOW_BYTES_MAX = BUFFER_BYTES;

    private final InputStream in;
    private final Adler32 adler = new Adler32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteBuffer numbers = ByteBuffer.wrap(buffer);
    private int from;
    private int to;

    /** Bytes of the buffer before this are in the checksum. */
    private int summed;

    SealedInput(InputStream in) {
        this.in = in;
    }

    /** Makes {@code count} bytes stand in the buffer, at most {@link #BUFFER_BYTES}. */
    private void need(int count) throws IOException {
        if (to - from >= count) return;
        sum();
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        summed = 0;
        while (to < count) {
            int read = in.read(buffer, to, buffer.length - to);
            if (read < 0) throw new EOFException("the file ends too early");
            to += read;
        }
    }

    private void sum() {
        adler.update(buffer, summed, from - summed);
        summed = from;
    }

    /** True if not a byte is left. */
    boolean atEnd() throws IOException {
        if (from < to) return false;
        sum();
        from = 0;
        summed = 0;
        to = Math.max(0, in.read(buffer, 0, buffer.length));
        return to == 0;
    }

    int readInt() throws IOException {
        need(4);
        from += 4;
        return numbers.getInt(from - 4);
    }

    long readLong() throws IOException {
        need(8);
        from += 8;
        return numbers.getLong(from - 8);
    }

    /**
     * Makes the next {@code count} bytes, and {@code behind} bytes after them, stand in {@link #array} at the place that is returned, until more
     * than those are read; goes on behind the first. Both together are at most {@link #WINDOW_BYTES_MAX}.
     */
    int window(int count, int behind) throws IOException {
        need(count + behind);
        from += count;
        return from - count;
    }

    /** Not to be changed. */
    byte[] array() {
        return buffer;
    }

    /** Null where it is absent. */
    byte[] readBuffer() throws IOException {
        int length = readLength();
        return length == -1 ? null : readBytes(length);
    }

    /** Of what follows; −1 if nothing does, since it is absent. */
    int readLength() throws IOException {
        int length = readInt();
        if (length < -1) throw new IOException("a length of " + length);
        return length;
    }

    byte[] readBytes(int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, BUFFER_BYTES)];
        int have = 0;
        while (have < length) {
            if (have == bytes.length) bytes = Arrays.copyOf(bytes, (int) Math.min(length, bytes.length * 2L));
            int part = Math.min(bytes.length - have, BUFFER_BYTES);
            need(Math.min(part, Math.max(1, to - from)));
            part = Math.min(part, to - from);
            System.arraycopy(buffer, from, bytes, have, part);
            from += part;
            have += part;
        }
        return bytes;
    }

    String readString() throws IOException {
        byte[] bytes = readBuffer();
        if (bytes == null) throw new IOException("a string is absent");
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void readSeal() throws IOException {
        sum();
        long expected = adler.getValue();
        long stored = readLong();
        readString();
        if (stored != expected)
            throw new IOException("its checksum is %08x, of what it holds %08x".formatted(stored, expected));
    }
}
