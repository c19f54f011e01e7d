package io.ottla.partition;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A disk in memory; submitted work runs on the virtual clock's loop, in order, unless it is held. Faults are fields. */
public final class MemoryDisk implements Disk {
    private static final class Content {
        byte[] bytes = new byte[256];
        int size;
        long modifiedMs;
    }

    private final VirtualClock clock;
    private final NavigableMap<Path, Content> files = new TreeMap<>();
    private final Set<Path> directories = new HashSet<>();
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();

    /** Nothing is in the page cache. */
    public boolean isCold;

    /** Submitted work waits for {@link #letGo}. */
    public boolean isHeld;

    public boolean failsWrites;
    public boolean failsSyncs;
    public int syncs;

    /** Holds of files that were not given up; 0 when all is closed. */
    public int holds;

    public MemoryDisk(VirtualClock clock) {
        this.clock = clock;
    }

    /** Lets run what was held, and what is submitted from now on. */
    public void letGo() {
        isHeld = false;
        while (!held.isEmpty()) clock.execute(held.remove());
        clock.settle();
    }

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        Content content = files.get(path);
        if (content == null) {
            if (mode == OpenMode.READ || mode == OpenMode.WRITE) throw new NoSuchFileException(path.toString());
            if (!directories.contains(path.getParent())) throw new NoSuchFileException(path.toString());
            content = new Content();
            content.modifiedMs = clock.nowMs();
            files.put(path, content);
        }
        if (mode == OpenMode.TRUNCATE) content.size = 0;
        holds++;
        return new MemoryFile(path, content);
    }

    private final class MemoryFile implements DiskFile {
        private final Path path;
        private final Content content;
        private int holders = 1;

        MemoryFile(Path path, Content content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public long size() {
            return content.size;
        }

        @Override
        public int read(long position, ByteBuffer target) {
            int length = (int) Math.max(0, Math.min(target.remaining(), content.size - position));
            if (length > 0) target.put(content.bytes, (int) position, length);
            return length;
        }

        @Override
        public int readCached(long position, ByteBuffer target) {
            return isCold ? -1 : read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            if (failsWrites) throw new IOException("Input/output error");
            int end = (int) position + source.remaining();
            if (end > content.bytes.length) content.bytes = Arrays.copyOf(content.bytes, end * 2);
            source.get(content.bytes, (int) position, source.remaining());
            content.size = Math.max(content.size, end);
            content.modifiedMs = clock.nowMs();
        }

        @Override
        public void truncate(long size) {
            int newSize = (int) size;
            if (newSize > content.bytes.length) content.bytes = Arrays.copyOf(content.bytes, newSize);
            if (newSize > content.size) Arrays.fill(content.bytes, content.size, newSize, (byte) 0);
            content.size = newSize;
        }

        @Override
        public void sync() throws IOException {
            if (failsSyncs) throw new IOException("Input/output error");
            syncs++;
        }

        @Override
        public void retain() {
            if (holders <= 0) throw new IllegalStateException("retained after it was closed");
            holders++;
            holds++;
        }

        @Override
        public void release() {
            if (holders <= 0) throw new IllegalStateException("released too often");
            holders--;
            holds--;
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    @Override
    public boolean exists(Path path) {
        return files.containsKey(path) || directories.contains(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return directories.contains(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return content(path).size;
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        return content(path).modifiedMs;
    }

    private Content content(Path path) throws IOException {
        Content content = files.get(path);
        if (content == null) throw new NoSuchFileException(path.toString());
        return content;
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        if (!directories.contains(directory)) throw new FileNotFoundException(directory.toString());
        Set<String> names = new TreeSet<>();
        for (Path path : files.keySet())
            if (directory.equals(path.getParent())) names.add(path.getFileName().toString());
        for (Path path : directories)
            if (directory.equals(path.getParent())) names.add(path.getFileName().toString());
        return List.copyOf(names);
    }

    @Override
    public void createDirectories(Path directory) {
        for (Path path = directory; path != null; path = path.getParent()) directories.add(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (directories.remove(from)) {
            directories.add(to);
            for (Path path : List.copyOf(files.keySet()))
                if (path.startsWith(from)) files.put(to.resolve(from.relativize(path)), files.remove(path));
            return;
        }
        Content content = content(from);
        files.remove(from);
        files.put(to, content);
    }

    @Override
    public void delete(Path path) {
        files.remove(path);
        directories.remove(path);
    }

    @Override
    public void syncDirectory(Path directory) {}

    @Override
    public long usableBytes(Path directory) {
        return 1L << 40;
    }

    @Override
    public long totalBytes(Path directory) {
        return 1L << 41;
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path file) {
        return Optional.of(() -> {});
    }

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        Runnable task = () -> {
            Outcome<T> outcome;
            try {
                outcome = Outcome.done(work.run());
            } catch (IOException e) {
                outcome = Outcome.failed(e);
            }
            Outcome<T> result = outcome;
            clock.execute(() -> completion.complete(result));
        };
        if (isHeld) held.add(task);
        else clock.execute(task);
    }
}
