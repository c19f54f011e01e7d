package io.ottla.sim;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.sim.DiskFaults.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/** A disk that leaves some operations out and says that they went well, as if the node had forgotten them; or that writes something else. */
final class LyingDisk implements Disk {
    private final Disk disk;
    private final BiPredicate<Kind, Path> forgets;
    private final Alteration alteration;

    /** What is written in place of what should be: as many bytes. */
    @FunctionalInterface
    interface Alteration {
        ByteBuffer of(Path path, long position, ByteBuffer bytes);
    }

    LyingDisk(Disk disk, BiPredicate<Kind, Path> forgets) {
        this(disk, forgets, (path, position, bytes) -> bytes);
    }

    private LyingDisk(Disk disk, BiPredicate<Kind, Path> forgets, Alteration alteration) {
        this.disk = disk;
        this.forgets = forgets;
        this.alteration = alteration;
    }

    static Program.Environment under(Program.Environment environment, Alteration alteration) {
        return new Program.Environment(
                environment.clock(),
                new LyingDisk(environment.disk(), (kind, path) -> false, alteration),
                environment.network(),
                environment.limits(),
                environment.random(),
                environment.faultHandler());
    }

    static Program.Environment under(Program.Environment environment, BiPredicate<Kind, Path> forgets) {
        return new Program.Environment(
                environment.clock(),
                new LyingDisk(environment.disk(), forgets),
                environment.network(),
                environment.limits(),
                environment.random(),
                environment.faultHandler());
    }

    private record LyingFile(DiskFile file, Path path, BiPredicate<Kind, Path> forgets, Alteration alteration)
            implements DiskFile {
        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }

        @Override
        public int readCached(long position, ByteBuffer target) throws IOException {
            return file.readCached(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            file.write(position, alteration.of(path, position, source));
        }

        @Override
        public void truncate(long size) throws IOException {
            if (!forgets.test(Kind.TRUNCATE, path)) file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            if (!forgets.test(Kind.SYNC, path)) file.sync();
        }

        @Override
        public void retain() {
            file.retain();
        }

        @Override
        public void release() {
            file.release();
        }
    }

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        return new LyingFile(disk.open(path, mode), path, forgets, alteration);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
        return disk.isDirectory(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return disk.size(path);
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        return disk.lastModifiedMs(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (!forgets.test(Kind.NAME, to)) disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (!forgets.test(Kind.SYNC_DIRECTORY, directory)) disk.syncDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return disk.usableBytes(directory);
    }

    @Override
    public long totalBytes(Path directory) throws IOException {
        return disk.totalBytes(directory);
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path file) throws IOException {
        return disk.tryLock(file);
    }

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        disk.submit(key, work, completion);
    }
}
