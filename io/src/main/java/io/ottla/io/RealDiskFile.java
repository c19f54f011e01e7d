package io.ottla.io;

import io.ottla.base.Disk.OpenMode;
import io.ottla.base.DiskFile;
import io.ottla.base.Invariant;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open file of this machine. Any thread. */
final class RealDiskFile implements DiskFile {
    private static final Logger LOG = LoggerFactory.getLogger(RealDiskFile.class);

    private final Path path;
    private final RandomAccessFile file;
    private final FileChannel channel;
    private final AtomicInteger holders = new AtomicInteger(1);

    private RealDiskFile(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
        this.channel = file.getChannel();
    }

    static RealDiskFile open(Path path, OpenMode mode) throws IOException {
        // RandomAccessFile creates what it is to write to
        if (mode == OpenMode.WRITE && !Files.exists(path)) throw new NoSuchFileException(path.toString());
        try {
            RandomAccessFile file = new RandomAccessFile(path.toFile(), mode == OpenMode.READ ? "r" : "rw");
            if (mode == OpenMode.TRUNCATE && file.length() > 0)
                file.setLength(0); // a new file costs no three calls more
            return new RealDiskFile(path, file);
        } catch (FileNotFoundException e) {
            throw RealDisk.cannotOpen(path, e);
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
    }

    @Override
    public long size() throws IOException {
        try {
            return channel.size();
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        int total = 0;
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, position + total);
                if (read < 0) break;
                total += read;
            }
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
        return total;
    }

    @Override
    public int readCached(long position, ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) return 0;
        try {
            return PageCache.read(this, position, target);
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
    }

    /** Whether sending these bytes would not wait for the device, as far as the kernel says. */
    boolean isCached(long position, long length) throws IOException {
        return PageCache.holds(this, position, length);
    }

    /** Brings bytes into the page cache; blocks until they are there. {@code scratch} is overwritten. */
    void warm(long position, long length, ByteBuffer scratch) throws IOException {
        long end = position + length;
        for (long at = position; at < end; ) {
            scratch.clear().limit((int) Math.min(scratch.capacity(), end - at));
            int read = read(at, scratch);
            if (read == 0) return; // shorter than it was; the sender finds out
            at += read;
        }
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
        try {
            long at = position;
            while (source.hasRemaining()) at += channel.write(source, at);
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        try {
            file.setLength(size);
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
    }

    @Override
    public void sync() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw RealDisk.withPath(path, e);
        }
    }

    @Override
    public void retain() {
        int before = holders.getAndUpdate(held -> held == 0 ? 0 : held + 1);
        Invariant.invariant(before > 0, "%s is retained while open", path);
    }

    @Override
    public void release() {
        int left = holders.decrementAndGet();
        Invariant.invariant(left >= 0, "%s is released as often as it is held", path);
        if (left > 0) return;
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("closing {} failed: {}", path, e.getMessage());
        }
    }

    RandomAccessFile file() {
        return file;
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
