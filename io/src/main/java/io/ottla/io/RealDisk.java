package io.ottla.io;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The file system of this machine. Errors come with the path that they concern in their message.
 *
 * <p>Disk threads must not be interrupted: Java closes a file channel whose user is.
 */
public final class RealDisk implements Disk, AutoCloseable {
    /** Enough for a sync, a cold read and a long job (recovery, compaction) of several logs at once. */
    private static final int THREADS_MAX = 8;

    private final LoopClock clock;
    private final DiskThreads threads;

    public RealDisk(LoopClock clock, FaultHandler faults) {
        this.clock = clock;
        threads = new DiskThreads(THREADS_MAX, faults);
    }

    /** A file to look at, for a tool that has no loop and no disk threads. */
    public static DiskFile openForReading(Path path) throws IOException {
        return RealDiskFile.open(path, OpenMode.READ);
    }

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        return RealDiskFile.open(path, mode);
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
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (java.io.UncheckedIOException e) {
            throw withPath(directory, e.getCause());
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw withPath(directory, e);
        }
    }

    @Override
    public boolean syncsFileSystems() {
        return FileSystemSync.isAvailable();
    }

    @Override
    public void syncFileSystem(Path directory) throws IOException {
        FileSystemSync.sync(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return existing(directory).getUsableSpace();
    }

    @Override
    public long totalBytes(Path directory) throws IOException {
        return existing(directory).getTotalSpace();
    }

    private static File existing(Path directory) throws IOException {
        File file = directory.toFile();
        if (!file.exists()) throw new NoSuchFileException(directory.toString());
        return file;
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return Optional.of(channel);
        } catch (OverlappingFileLockException heldByThisProcess) {
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            channel.close();
            throw withPath(path, e);
        }
        channel.close();
        return Optional.empty();
    }

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        threads.submit(key, () -> {
            Outcome<T> outcome = run(work);
            clock.execute(() -> completion.complete(outcome));
        });
    }

    private static <T> Outcome<T> run(Work<T> work) {
        try {
            return Outcome.done(work.run());
        } catch (IOException e) {
            return Outcome.failed(e);
        }
    }

    /** The same error with the path in its message, where it is not there yet. */
    static IOException withPath(Path path, IOException e) {
        if (e instanceof FileSystemException named && named.getFile() != null) return e;
        if (e instanceof java.nio.channels.ClosedChannelException) return new IOException(path + ": file is closed", e);
        return new IOException(path + ": " + e.getMessage(), e);
    }

    /** What {@link java.io.RandomAccessFile} meant by its one kind of error. */
    static IOException cannotOpen(Path path, java.io.FileNotFoundException e) {
        if (!Files.exists(path)) return new NoSuchFileException(path.toString());
        if (Files.isDirectory(path)) return new FileSystemException(path.toString(), null, "is a directory");
        if (!Files.isReadable(path) || !Files.isWritable(path)) return new AccessDeniedException(path.toString());
        return new IOException(e.getMessage(), e);
    }

    /** Waits for the work that was submitted; its completions may be lost if the loop is gone. */
    @Override
    public void close() {
        threads.close();
    }
}
