package io.ottla.sim;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.DiskFile;
import io.ottla.sim.DiskFaults.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** One opening of a file on a virtual disk. Using it after its last holder released it is a fault of the program. */
final class VirtualFile implements DiskFile {
    private final VirtualDisk disk;
    private final FileNode node;
    private final Path path;
    private final boolean writable;
    private int holders = 1;

    VirtualFile(VirtualDisk disk, FileNode node, Path path, boolean writable) {
        this.disk = disk;
        this.node = node;
        this.path = path;
        this.writable = writable;
    }

    private void operate(Kind kind) throws IOException {
        Optional<IOException> failure = judge(kind);
        if (failure.isPresent()) throw failure.get();
    }

    private Optional<IOException> judge(Kind kind) {
        invariant(holders > 0, "%s is used after its last release", path);
        return disk.judge(kind, path);
    }

    private void mustBeWritable() throws IOException {
        if (!writable) throw new IOException(path + " is open for reading only");
    }

    @Override
    public long size() throws IOException {
        operate(Kind.LOOK);
        return node.size();
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        operate(Kind.READ);
        return node.read(position, target);
    }

    @Override
    public int readCached(long position, ByteBuffer target) throws IOException {
        operate(Kind.READ);
        if (position >= node.size() || !target.hasRemaining()) return 0;
        if (disk.random().chance(disk.timing().coldChance())) return -1;
        if (!disk.random().chance(disk.timing().coldChance())) return node.read(position, target);
        int limit = target.limit();
        target.limit(target.position() + 1 + disk.random().nextInt(target.remaining()));
        int read = node.read(position, target);
        target.limit(limit);
        return read;
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
        mustBeWritable();
        disk.mustBeOn();
        Optional<IOException> failure;
        try {
            failure = judge(Kind.WRITE);
        } catch (PowerLoss inTheMiddle) {
            writeSome(position, source);
            throw inTheMiddle;
        }
        if (failure.isEmpty() && disk.hasRoom(node.newBytes(position, source.remaining()))) {
            node.write(position, source, disk.random());
            node.modifiedMs = disk.nowMs();
            return;
        }
        writeSome(position, source);
        throw failure.orElseGet(() -> new DeviceException(path + ": No space left on device"));
    }

    private void writeSome(long position, ByteBuffer source) {
        ByteBuffer prefix = source.duplicate();
        prefix.limit(source.position() + disk.random().nextInt(source.remaining() + 1));
        while (!disk.hasRoom(node.newBytes(position, prefix.remaining())))
            prefix.limit(prefix.position() + prefix.remaining() / 2);
        node.write(position, prefix, disk.random());
        node.modifiedMs = disk.nowMs();
    }

    @Override
    public void truncate(long size) throws IOException {
        mustBeWritable();
        operate(Kind.TRUNCATE);
        node.truncate(size, disk.random());
        node.modifiedMs = disk.nowMs();
    }

    @Override
    public void sync() throws IOException {
        Optional<IOException> failure = judge(Kind.SYNC);
        disk.synced();
        if (failure.isEmpty()) {
            node.sync();
            return;
        }
        node.failSync(disk.random());
        throw failure.get();
    }

    @Override
    public void retain() {
        invariant(holders > 0, "%s is retained after its last release", path);
        holders++;
    }

    @Override
    public void release() {
        invariant(holders > 0, "%s is released more often than retained", path);
        if (--holders == 0) disk.closed(node);
    }
}
