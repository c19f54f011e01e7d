package io.ottla.io;

import io.netty.channel.DefaultFileRegion;

/** Bytes of a file on their way into a socket by {@code sendfile(2)}; holds the file until they have left. */
final class FileSlice extends DefaultFileRegion {
    private final RealDiskFile file;

    /** Takes over one hold of {@code file}. */
    FileSlice(RealDiskFile file, long position, int length) {
        super(file.channel(), position, length);
        this.file = file;
    }

    @Override
    protected void deallocate() {
        file.release();
    }
}
