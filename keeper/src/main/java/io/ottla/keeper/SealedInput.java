package io.ottla.keeper;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Adler32;

/** Reads the parts of a snapshot and keeps the checksum of what it has read. Memory grows with the bytes that come, not with the lengths they claim. */
final class SealedInput {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final Adler32 adler = new Adler32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
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
        int value = (buffer[from] & 0xff) << 24
                | (buffer[from + 1] & 0xff) << 16
                | (buffer[from + 2] & 0xff) << 8
                | (buffer[from + 3] & 0xff);
        from += 4;
        return value;
    }

    long readLong() throws IOException {
        long high = readInt();
        return high << 32 | (readInt() & 0xffffffffL);
    }

    /** Null where it is absent. */
    byte[] readBuffer() throws IOException {
        int length = readInt();
        if (length == -1) return null;
        if (length < 0) throw new IOException("a length of " + length);
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
