package io.ottla.log;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An index: sorted entries of one size in a file, the newest of them also in memory. The file is never mapped: lookups
 * go to the memory of the newest entries or read a few blocks of the file, so that an index nobody uses costs nothing.
 *
 * <p>Entries are written late, at most {@link #UNWRITTEN_BYTES_MAX} of them wait. That loses nothing: after an unclean
 * stop the index of a segment that was still growing is rebuilt from the segment. Unlike Kafka's the file is not
 * preallocated; Kafka extends it itself when it opens it. A preallocated file that Kafka left has zeros at its end,
 * which {@link #count} does not count.
 *
 * <p>On the loop; a disk thread gets {@link SegmentFiles}.
 */
abstract class IndexFile {
    private static final int UNWRITTEN_BYTES_MAX = 4096;
    private static final int TAIL_BYTES_MAX = 64 << 10;
    /** Nobody has looked how many entries the file has. */
    static final int UNKNOWN = -1;
    /** There is no file, or it is to be forgotten. */
    static final int FRESH = -2;

    /** A number in an entry, by which the entries are sorted. */
    @FunctionalInterface
    interface Field {
        /** @param at where in {@code buffer} the entry begins */
        long of(ByteBuffer buffer, int at);
    }

    final OpenFiles files;
    final Path path;
    final long baseOffset;
    private final int entryBytes;
    private int count;
    private int written;
    /** The file is there, and as long as the entries that were written. */
    private boolean exact;

    private int tailFrom;
    private ByteBuffer tail = ByteBuffer.allocate(0);

    /** @param count of entries, with which the file ends; or {@link #FRESH}, {@link #UNKNOWN} */
    IndexFile(OpenFiles files, Path path, long baseOffset, int entryBytes, int count) {
        this.files = files;
        this.path = path;
        this.baseOffset = baseOffset;
        this.entryBytes = entryBytes;
        exact = count >= 0;
        this.count = count == FRESH ? 0 : count;
        written = this.count;
        tailFrom = this.count;
    }

    /** Whether the bytes of an entry are the zeros after the last true one. Asked of entries but the first. */
    abstract boolean isPadding(ByteBuffer buffer, int at);

    /** The number of entries. Reads the end of the file if nobody has yet. */
    final int count() throws IOException {
        if (count == UNKNOWN) {
            count = 0;
            if (files.disk().exists(path)) {
                DiskFile file = files.get(path);
                count = countIn(file);
                exact = file.size() == (long) count * entryBytes;
            }
            written = count;
            tailFrom = count;
        }
        return count;
    }

    /** What {@link #count} would find, for a disk thread. */
    final int countIn(DiskFile file) throws IOException {
        int entries = (int) Math.min(Integer.MAX_VALUE, file.size() / entryBytes);
        if (entries < 2 || !isPaddingAt(file, entries - 1)) return entries;
        int padding = entries - 1; // the lowest number known to be padding
        int good = 0;
        while (padding - good > 1) {
            int middle = (good + padding) >>> 1;
            if (isPaddingAt(file, middle)) padding = middle;
            else good = middle;
        }
        return padding;
    }

    private boolean isPaddingAt(DiskFile file, int entry) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(entryBytes);
        file.read((long) entry * entryBytes, one);
        return isPadding(one, 0);
    }

    final long sizeBytes() throws IOException {
        return (long) count() * entryBytes;
    }

    final boolean isFull(int indexBytesMax) throws IOException {
        return count() >= indexBytesMax / entryBytes;
    }

    /** Room for one more entry at the returned buffer's position; the caller fills it at once. */
    final ByteBuffer append() throws IOException {
        int entries = count();
        int at = (entries - tailFrom) * entryBytes;
        if (at + entryBytes > TAIL_BYTES_MAX) at = dropOldHalf();
        if (at + entryBytes > tail.capacity()) grow(at);
        count = entries + 1;
        return tail.duplicate().clear().position(at);
    }

    /** Old buffers are left as they are: a disk thread may be reading them. */
    private void grow(int used) {
        ByteBuffer larger =
                ByteBuffer.allocate(Math.clamp(tail.capacity() * 2L, 8 * entryBytes, roundDown(TAIL_BYTES_MAX)));
        larger.put(tail.duplicate().clear().limit(used));
        tail = larger.clear();
    }

    private int roundDown(int bytes) {
        return bytes / entryBytes * entryBytes;
    }

    private int dropOldHalf() throws IOException {
        write();
        int keep = (count - tailFrom) / 2;
        int from = (count - tailFrom - keep) * entryBytes;
        ByteBuffer half = ByteBuffer.allocate(tail.capacity());
        half.put(tail.duplicate().clear().position(from).limit(from + keep * entryBytes));
        tail = half.clear();
        tailFrom = count - keep;
        return keep * entryBytes;
    }

    final void writeIfMuchWaits() throws IOException {
        if ((count - written) * (long) entryBytes >= UNWRITTEN_BYTES_MAX) write();
    }

    /** Writes what only memory has into the page cache. */
    final void write() throws IOException {
        if (count == UNKNOWN || written == count) return;
        DiskFile file = files.create(path);
        if (!exact) file.truncate((long) written * entryBytes);
        ByteBuffer waiting = tail.duplicate()
                .clear()
                .position((written - tailFrom) * entryBytes)
                .limit((count - tailFrom) * entryBytes);
        file.write((long) written * entryBytes, waiting);
        written = count;
        exact = true;
    }

    /** Writes all, and makes the file as long as its entries: what Kafka expects of an index that no longer grows. */
    final void finish() throws IOException {
        count();
        write();
        if (exact) return;
        DiskFile file = files.create(path);
        if (file.size() != sizeBytes()) file.truncate(sizeBytes());
        exact = true;
    }

    /**
     * What is missing in the file, for a disk thread to write; empty if nothing is. As {@link #finish}, but the index may grow
     * meanwhile.
     */
    final Optional<Unwritten> finishing() throws IOException {
        if (!exact) finish();
        if (written == count) return Optional.empty();
        ByteBuffer entries = tail.duplicate()
                .clear()
                .position((written - tailFrom) * entryBytes)
                .limit((count - tailFrom) * entryBytes);
        return Optional.of(new Unwritten(this, (long) written * entryBytes, entries, count));
    }

    /** Entries that only memory has. Writing some of them twice does no harm. */
    record Unwritten(IndexFile index, long position, ByteBuffer entries, int count) {
        /** On a disk thread. */
        void write(Disk disk) throws IOException {
            DiskFile file = disk.open(index.path, Disk.OpenMode.CREATE);
            try {
                file.write(position, entries.duplicate());
            } finally {
                file.release();
            }
        }

        /** On the loop: they are in the file now. */
        void done() {
            index.written = Math.max(index.written, count);
        }
    }

    /** Writes all, and gives up the memory. */
    final void rest() throws IOException {
        if (count == UNKNOWN) return;
        write();
        tailFrom = count;
        tail = ByteBuffer.allocate(0);
    }

    /** An index as it is now, for lookups. */
    final View view() throws IOException {
        int entries = count();
        return new View(() -> files.get(path), tailFrom, tail, entries, entryBytes);
    }

    /**
     * Writes what waits; the number of entries that are in the file then, −1 for all that are there. On a full disk those that
     * wait go on waiting: whoever looks without them reads more of the segment, and finds the same.
     */
    final int entriesWritten() throws IOException {
        try {
            write();
            return count;
        } catch (IOException e) {
            if (!NoSpace.isIt(e)) throw e;
            return written;
        }
    }

    @FunctionalInterface
    interface FileSource {
        DiskFile file() throws IOException;
    }

    /**
     * Entries that do not change any more: {@code [0, tailFrom)} in the file, {@code [tailFrom, count)} in memory.
     *
     * @param file opens it if it is needed
     */
    record View(FileSource file, int tailFrom, ByteBuffer tail, int count, int entryBytes) {
        /** No entry is known to be near. */
        static final int NOWHERE = -1;

        private static final ByteBuffer NO_TAIL = ByteBuffer.allocate(0);

        static View of(DiskFile file, int count, int entryBytes) {
            return new View(() -> file, count, NO_TAIL, count, entryBytes);
        }

        static View none(int entryBytes) {
            return new View(
                    () -> {
                        throw new IOException("an empty index has no file");
                    },
                    0,
                    NO_TAIL,
                    0,
                    entryBytes);
        }

        /** An entry found: its number, −1 if there is none, and the field of it that was asked for. */
        record Found(int entry, long value) {
            static final Found NONE = new Found(-1, 0);
        }

        /**
         * The last entry whose field {@code by} is at most {@code target}.
         *
         * @param near an entry that is likely to be a little before that one, which spares a reader in sequence the search; or
         *     {@link #NOWHERE}
         * @param wanted the field of it to return
         * @param scratch what to read into
         * @param mayBlock whether to wait for the device
         */
        Found floor(Field by, long target, int near, Field wanted, ByteBuffer scratch, boolean mayBlock)
                throws IOException {
            if (count > tailFrom && by.of(tail, 0) <= target) {
                int at = floorIn(tail, count - tailFrom, by, target);
                return new Found(tailFrom + at, wanted.of(tail, at * entryBytes));
            }
            if (near >= 0 && near < tailFrom) {
                int entries = Math.min(scratch.capacity() / entryBytes, tailFrom - near);
                fill(scratch, near, entries, mayBlock);
                int at = floorIn(scratch, entries, by, target);
                if (at >= 0 && (at < entries - 1 || near + entries == tailFrom))
                    return new Found(near + at, wanted.of(scratch, at * entryBytes));
            }
            return floorInFile(by, target, wanted, scratch, mayBlock);
        }

        /** Of the first {@code entries} in the buffer; −1 if there is none. */
        private int floorIn(ByteBuffer buffer, int entries, Field by, long target) {
            int low = -1;
            int high = entries;
            while (high - low > 1) {
                int middle = (low + high) >>> 1;
                if (by.of(buffer, middle * entryBytes) <= target) low = middle;
                else high = middle;
            }
            return low;
        }

        private Found floorInFile(Field by, long target, Field wanted, ByteBuffer scratch, boolean mayBlock)
                throws IOException {
            if (tailFrom == 0) return Found.NONE;
            int low = 0; // the floor is this one or a later one, if there is one
            int high = tailFrom;
            int blockEntries = scratch.capacity() / entryBytes;
            while (high - low > blockEntries) {
                int middle = (low + high) >>> 1;
                fill(scratch, middle, 1, mayBlock);
                if (by.of(scratch, 0) <= target) low = middle;
                else high = middle;
            }
            fill(scratch, low, high - low, mayBlock);
            int at = floorIn(scratch, high - low, by, target);
            return at < 0 ? Found.NONE : new Found(low + at, wanted.of(scratch, at * entryBytes));
        }

        /** The field of one entry. */
        long field(int entry, Field field, ByteBuffer scratch, boolean mayBlock) throws IOException {
            invariant(entry >= 0 && entry < count, "entry %d of %d", entry, count);
            if (entry >= tailFrom) return field.of(tail, (entry - tailFrom) * entryBytes);
            fill(scratch, entry, 1, mayBlock);
            return field.of(scratch, 0);
        }

        private void fill(ByteBuffer scratch, int from, int entries, boolean mayBlock) throws IOException {
            scratch.clear().limit(entries * entryBytes);
            long position = (long) from * entryBytes;
            DiskFile open = file.file();
            int read = mayBlock ? open.read(position, scratch) : open.readCached(position, scratch);
            if (scratch.hasRemaining()) {
                if (!mayBlock) throw ColdRead.INSTANCE;
                throw new IOException("index ended after %d of %d bytes".formatted(read, entries * entryBytes));
            }
            scratch.clear();
        }
    }
}
