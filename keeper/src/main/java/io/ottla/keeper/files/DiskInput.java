package io.ottla.keeper.files;

import io.ottla.base.DiskFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A file as a stream from a position on. On a disk thread only. */
final class DiskInput extends InputStream {
    private final DiskFile file;
    private final ByteBuffer buffer;
    private long position;

    DiskInput(DiskFile file, long position, int bufferBytes) {
        this.file = file;
        this.position = position;
        buffer = ByteBuffer.allocate(bufferBytes).flip();
    }

    private boolean fill() throws IOException {
        if (buffer.hasRemaining()) return true;
        buffer.clear();
        int read = file.read(position, buffer);
        position += read;
        buffer.flip();
        return read > 0;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        if (!fill()) return -1;
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }
}
