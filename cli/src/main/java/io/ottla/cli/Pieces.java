package io.ottla.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Cuts a stream at a delimiter. The bytes of a piece are as they came: they need not be text. */
final class Pieces implements Closeable {
    /** More without a delimiter is a mistake: no broker takes such records. */
    static final int BYTES_MAX = 128 << 20;

    private final InputStream in;
    private final byte[] delimiter;
    private byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;

    Pieces(InputStream in, byte[] delimiter) {
        this.in = in;
        this.delimiter = delimiter;
    }

    /** Empty at the end; what stands after the last delimiter is a piece if it is not empty. */
    Optional<byte[]> next() throws IOException {
        int searched = from;
        while (true) {
            int end = find(searched);
            if (end >= 0) {
                byte[] piece = Arrays.copyOfRange(buffer, from, end);
                from = end + delimiter.length;
                return Optional.of(piece);
            }
            // the delimiter may have come in part
            searched = Math.max(from, to - delimiter.length + 1);
            int before = from;
            boolean isEnd = !fill();
            searched -= before - from;
            if (isEnd) break;
        }
        if (from == to) return Optional.empty();
        byte[] last = Arrays.copyOfRange(buffer, from, to);
        from = to;
        return Optional.of(last);
    }

    private int find(int start) {
        for (int at = start; at <= to - delimiter.length; at++)
            if (buffer[at] == delimiter[0]
                    && Arrays.equals(buffer, at, at + delimiter.length, delimiter, 0, delimiter.length)) return at;
        return -1;
    }

    /** @return false if there is no more */
    private boolean fill() throws IOException {
        if (to == buffer.length) {
            int held = to - from;
            if (held == buffer.length && held >= BYTES_MAX)
                throw new IOException("there is no delimiter within " + (BYTES_MAX >> 20) + " MB");
            byte[] target = held > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
            System.arraycopy(buffer, from, target, 0, held);
            buffer = target;
            from = 0;
            to = held;
        }
        int read = in.read(buffer, to, buffer.length - to);
        if (read < 0) return false;
        to += read;
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
