package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The open files of a node's logs. There are never more than {@code filesMax}: the one used longest ago makes room, and
 * {@link #closeIdle} closes what nobody used. Closing only gives up the hold of this class, so bytes on their way to a
 * client stay readable. On the loop.
 */
final class OpenFiles {
    /** Of the buffer for index blocks and batch headers. */
    static final int SCRATCH_BYTES = 8192;

    private final Disk disk;
    private final int filesMax;
    private final Map<Path, Entry> files = new LinkedHashMap<>(64, 0.75f, true);
    private Optional<ByteBuffer> scratch = Optional.empty();
    private long nowMs;

    private static final class Entry {
        final DiskFile file;
        long usedMs;
        boolean pinned;

        Entry(DiskFile file) {
            this.file = file;
        }
    }

    OpenFiles(Disk disk, int filesMax) {
        this.disk = disk;
        this.filesMax = filesMax;
    }

    Disk disk() {
        return disk;
    }

    /** A buffer for reads that end before the caller returns to the loop. */
    ByteBuffer scratch() {
        if (scratch.isEmpty()) scratch = Optional.of(ByteBuffer.allocateDirect(SCRATCH_BYTES));
        return scratch.get().clear();
    }

    /** An existing file, for reading and writing; the caller retains it if it needs it after this turn of the loop. */
    DiskFile get(Path path) throws IOException {
        return get(path, Disk.OpenMode.WRITE);
    }

    /** As {@link #get}, and creates the file if it is not there. */
    DiskFile create(Path path) throws IOException {
        return get(path, Disk.OpenMode.CREATE);
    }

    private DiskFile get(Path path, Disk.OpenMode mode) throws IOException {
        Entry entry = files.get(path);
        if (entry == null) {
            makeRoom();
            entry = new Entry(disk.open(path, mode));
            files.put(path, entry);
        }
        entry.usedMs = nowMs;
        return entry.file;
    }

    private void makeRoom() {
        Iterator<Entry> oldestFirst = files.values().iterator();
        while (files.size() >= filesMax && oldestFirst.hasNext()) {
            Entry entry = oldestFirst.next();
            if (entry.pinned) continue;
            oldestFirst.remove();
            entry.file.release();
        }
    }

    /** Keeps a file open, whatever becomes of its name, until {@link #close}. */
    void pin(Path path) throws IOException {
        get(path);
        files.get(path).pinned = true;
    }

    /** Before a file is deleted, renamed or replaced. */
    void close(Path path) {
        Entry entry = files.remove(path);
        if (entry != null) entry.file.release();
    }

    void closeIdle(long nowMs, long idleMs) {
        this.nowMs = nowMs;
        Iterator<Entry> oldestFirst = files.values().iterator();
        while (oldestFirst.hasNext()) {
            Entry entry = oldestFirst.next();
            if (entry.usedMs <= nowMs && nowMs - entry.usedMs < idleMs) return;
            if (entry.pinned) continue;
            oldestFirst.remove();
            entry.file.release();
        }
    }

    void closeAll() {
        files.values().forEach(entry -> entry.file.release());
        files.clear();
    }

    int size() {
        return files.size();
    }
}
