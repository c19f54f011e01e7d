package io.ottla.base;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file system, as a node sees it. Paths are values; only this port gives them meaning.
 *
 * <p>Every method but {@link #submit} does its work at once on the caller's thread and may throw {@link IOException}
 * (no space, input/output error, no such file). What may take long (sync, reads that are not in the page cache,
 * walking directories, recovery, compaction) belongs into {@link #submit}; on the loop only what touches the page cache.
 *
 * <p>Durability is POSIX's: bytes survive a power loss after {@link DiskFile#sync}; a created, renamed or deleted
 * name survives it after {@link #syncDirectory} of its parent. Until then any part of it may be lost, also out of
 * order. A {@code sync} that fails says nothing about the bytes any more: nobody may sync again and call them safe.
 */
public interface Disk {

    enum OpenMode {
        /** The file must exist. */
        READ,
        /** Read and write; the file must exist. */
        WRITE,
        /** Read and write; created empty if it does not exist. */
        CREATE,
        /** Read and write; created empty, and emptied if it exists. */
        TRUNCATE
    }

    /** @throws java.nio.file.NoSuchFileException if the file must exist and does not */
    DiskFile open(Path path, OpenMode mode) throws IOException;

    boolean exists(Path path) throws IOException;

    boolean isDirectory(Path path) throws IOException;

    /** Length in bytes. */
    long size(Path path) throws IOException;

    /** When the content last changed, in milliseconds since the epoch. */
    long lastModifiedMs(Path path) throws IOException;

    /** The names (not paths) in a directory, sorted. */
    List<String> list(Path directory) throws IOException;

    /** Creates a directory and its missing parents; does nothing if it is there. */
    void createDirectories(Path directory) throws IOException;

    /** Gives a file or directory another name within the same file system, atomically, replacing a file that has it. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; does nothing if it is not there. Open files stay readable. */
    void delete(Path path) throws IOException;

    /** Makes the names in a directory durable. */
    void syncDirectory(Path directory) throws IOException;

    /** Whether {@link #syncFileSystem} can be called here. */
    default boolean syncsFileSystems() {
        return false;
    }

    /**
     * Makes everything durable that was written before into the file system of {@code directory}, contents and names, by whomever: as if each
     * of its files and directories were synced. Fails as those syncs would.
     */
    default void syncFileSystem(Path directory) throws IOException {
        throw new UnsupportedOperationException("no sync of a whole file system here");
    }

    /** Bytes that can still be written in the file system of {@code directory}. */
    long usableBytes(Path directory) throws IOException;

    /** Size in bytes of the file system of {@code directory}. */
    long totalBytes(Path directory) throws IOException;

    /** Locks a file against other processes, creating it; empty if another holder has it. Held until closed. */
    Optional<AutoCloseable> tryLock(Path file) throws IOException;

    /**
     * Runs blocking work on a disk thread; its outcome comes back on the loop. Work submitted with the same
     * {@code key} runs in order, one at a time (compared by {@code equals}); other work may run side by side.
     */
    <T> void submit(Object key, Work<T> work, Completion<T> completion);

    /** Work that may block. It must not touch state that belongs to the loop, but for what it was given. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }
}
