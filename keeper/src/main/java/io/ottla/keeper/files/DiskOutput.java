package io.ottla.keeper.files;

import io.ottla.base.DiskFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A file as a stream from its beginning on, that is synced in pieces: what has not reached the device stays little, so that another
 * file's sync never waits behind much. On a disk thread only.
 */
final class DiskOutput extends OutputStream {
    private final DiskFile file;
    private final int syncBytes;
    private long position;
    private long synced;

    DiskOutput(DiskFile file, int syncBytes) {
        this.file = file;
        this.syncBytes = syncBytes;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        file.write(position, ByteBuffer.wrap(bytes, offset, length));
        position += length;
        if (position - synced < syncBytes) return;
        file.sync();
        synced = position;
    }
}
