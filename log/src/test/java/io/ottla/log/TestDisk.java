package io.ottla.log;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A disk over a real folder, and a loop, for one thread: submitted work runs when {@link #run} is called, in order.
 * Faults are set by fields.
 */
final class TestDisk implements Disk, Clock {
    final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    final AtomicInteger openFiles = new AtomicInteger();
    long nowMs = 1_700_000_000_000L;
    /** No read is answered from the page cache. */
    boolean cold;
    /** The next so many writes go through; then they fail with {@link #writeFault}. Negative: never. */
    int writesUntilFault = -1;
    /** How many bytes of the failing write get through. */
    int bytesOfFaultyWrite;

    /** So many operations that need room (writes, new files, new names) go through, then {@link #fullFor} fail. Negative: all go through. */
    int roomFor = -1;

    int fullFor;
    String writeFault = "No space left on device";
    boolean syncFails;
    /** {@link #syncFileSystem} may be called. */
    boolean syncsFileSystems;

    int fileSystemSyncs;
    Runnable afterRename = () -> {};
    int syncs;
    int opens;
    final List<Path> opened = new ArrayList<>();
    final Set<Path> writes = new HashSet<>();

    /** Does what was submitted, and what that submits. */
    void run() {
        while (!queue.isEmpty()) queue.poll().run();
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long monotonicNs() {
        return nowMs * 1_000_000;
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        throw new UnsupportedOperationException("logs have no timers");
    }

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        queue.add(() -> {
            Outcome<T> outcome;
            try {
                outcome = Outcome.done(work.run());
            } catch (IOException e) {
                outcome = Outcome.failed(e);
            }
            Outcome<T> result = outcome;
            queue.add(() -> completion.complete(result));
        });
    }

    private void needsRoom() throws IOException {
        if (roomFor > 0) roomFor--;
        else if (roomFor == 0 && fullFor > 0) {
            fullFor--;
            throw new IOException("No space left on device");
        }
    }

    boolean wasFull(int fullForAtFirst) {
        return fullFor < fullForAtFirst;
    }

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        if ((mode == OpenMode.CREATE || mode == OpenMode.TRUNCATE) && !Files.exists(path)) needsRoom();
        opens++;
        opened.add(path);
        FileChannel channel = switch (mode) {
            case READ -> FileChannel.open(path, StandardOpenOption.READ);
            case WRITE -> FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            case CREATE ->
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            case TRUNCATE ->
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING);
        };
        openFiles.incrementAndGet();
        return new TestFile(path, channel);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return Files.size(path);
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toMillis();
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> names = Files.list(directory)) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (!Files.exists(directory)) needsRoom();
        Files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        needsRoom();
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        afterRename.run();
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) throw new NoSuchFileException(directory.toString());
    }

    @Override
    public boolean syncsFileSystems() {
        return syncsFileSystems;
    }

    @Override
    public void syncFileSystem(Path directory) throws IOException {
        fileSystemSyncs++;
        if (syncFails) throw new IOException("Input/output error");
    }

    @Override
    public long usableBytes(Path directory) {
        return 1L << 40;
    }

    @Override
    public long totalBytes(Path directory) {
        return 1L << 41;
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            if (channel.tryLock() != null) return Optional.of(channel);
        } catch (OverlappingFileLockException held) {
            channel.close();
            return Optional.empty();
        }
        channel.close();
        return Optional.empty();
    }

    private final class TestFile implements DiskFile {
        private final Path path;
        private final FileChannel channel;
        private int holders = 1;

        TestFile(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int read = channel.read(target, position + total);
                if (read <= 0) break;
                total += read;
            }
            return total;
        }

        @Override
        public int readCached(long position, ByteBuffer target) throws IOException {
            return cold ? -1 : read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            writes.add(path);
            try {
                needsRoom();
            } catch (IOException e) {
                ByteBuffer part = source.duplicate();
                part.limit(part.position() + Math.min(bytesOfFaultyWrite, part.remaining()));
                channel.write(part, position);
                throw e;
            }
            if (writesUntilFault == 0) {
                ByteBuffer part = source.duplicate();
                part.limit(part.position() + Math.min(bytesOfFaultyWrite, part.remaining()));
                channel.write(part, position);
                throw new IOException(writeFault);
            }
            if (writesUntilFault > 0) writesUntilFault--;
            if (position > channel.size()) channel.write(ByteBuffer.allocate(1), position - 1);
            while (source.hasRemaining()) position += channel.write(source, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            if (size > channel.size()) channel.write(ByteBuffer.allocate(1), size - 1);
            else channel.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            syncs++;
            if (syncFails) throw new IOException("Input/output error");
        }

        @Override
        public void retain() {
            if (holders <= 0) throw new IllegalStateException("retained after it was closed");
            holders++;
        }

        @Override
        public void release() {
            if (holders <= 0) throw new IllegalStateException("released too often");
            if (--holders > 0) return;
            openFiles.decrementAndGet();
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
