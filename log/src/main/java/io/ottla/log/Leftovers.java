package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Finishes, or undoes, what a crash interrupted in a partition's directory. Compaction writes {@code .cleaned} files,
 * renames them to {@code .swap} when they are whole and synced, renames the segments that they replace to
 * {@code .deleted}, and then takes their place. So: a {@code .cleaned} file is a beginning, and is dropped; a
 * {@code .swap} file is whole and takes its place, after what it replaces was dropped; {@code .deleted} is dropped.
 *
 * <p>Splitting a segment in Kafka makes several {@code .cleaned} files that become {@code .swap} one after another, from
 * the highest offset: while one is left, the {@code .swap} files at and above it are dropped too (KAFKA-6264). Source:
 * LogLoader of Kafka's storage. Blocks: for disk threads.
 */
final class Leftovers {
    private static final int READ_BYTES = 64 << 10;
    private static final String TEMPORARY = ".tmp";

    private final Disk disk;
    private final Path directory;
    private final List<String> names;
    private boolean changed;

    private Leftovers(Disk disk, Path directory, List<String> names) {
        this.disk = disk;
        this.directory = directory;
        this.names = new ArrayList<>(names);
    }

    /** @return the names that remain */
    static List<String> resolve(Disk disk, Path directory, List<String> names) throws IOException {
        Leftovers leftovers = new Leftovers(disk, directory, names);
        leftovers.resolve();
        return leftovers.names;
    }

    private void resolve() throws IOException {
        long firstCleaned = Long.MAX_VALUE;
        for (String name : List.copyOf(names)) {
            if (name.endsWith(LogFiles.CLEANED)) {
                OptionalLong offset = LogFiles.leadingOffset(name);
                if (offset.isPresent()) firstCleaned = Math.min(firstCleaned, offset.getAsLong());
                delete(name);
            } else if (name.endsWith(LogFiles.DELETED) || name.endsWith(TEMPORARY)) {
                delete(name);
            }
        }
        for (String name : List.copyOf(names))
            if (name.endsWith(LogFiles.SWAP) && offsetOf(name) >= firstCleaned) delete(name);
        dropReplaced();
        for (String name : List.copyOf(names)) if (name.endsWith(LogFiles.SWAP)) takePlace(name);
        if (changed) disk.syncDirectory(directory);
    }

    private static long offsetOf(String name) {
        return LogFiles.leadingOffset(name).orElse(-1);
    }

    /** Segments from the first to the last offset of the swap files: they are in those, compacted. */
    private void dropReplaced() throws IOException {
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        for (String name : names) {
            OptionalLong base = LogFiles.offset(name, LogFiles.LOG + LogFiles.SWAP);
            if (base.isEmpty()) continue;
            from = Math.min(from, base.getAsLong());
            to = Math.max(to, nextOffset(name, base.getAsLong()));
        }
        if (from == Long.MAX_VALUE) return;
        for (String name : List.copyOf(names)) {
            OptionalLong base = LogFiles.offset(name, LogFiles.LOG);
            if (base.isEmpty() || base.getAsLong() < from || (base.getAsLong() >= to && base.getAsLong() != from))
                continue;
            for (String suffix : List.of(LogFiles.LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX, TransactionIndex.SUFFIX)) {
                String file = LogFiles.name(base.getAsLong(), suffix);
                if (names.contains(file)) delete(file);
            }
        }
    }

    private long nextOffset(String name, long baseOffset) throws IOException {
        DiskFile file = disk.open(directory.resolve(name), Disk.OpenMode.READ);
        try {
            BatchScan scan = new BatchScan(file, 0, file.size(), ByteBuffer.allocate(READ_BYTES), false, true);
            long next = baseOffset;
            while (scan.next() == BatchScan.Step.BATCH) next = scan.batch().nextOffset();
            return next;
        } finally {
            file.release();
        }
    }

    private void takePlace(String name) throws IOException {
        String place = name.substring(0, name.length() - LogFiles.SWAP.length());
        disk.rename(directory.resolve(name), directory.resolve(place));
        names.remove(name);
        if (!names.contains(place)) names.add(place);
        changed = true;
    }

    private void delete(String name) throws IOException {
        disk.delete(directory.resolve(name));
        names.remove(name);
        changed = true;
    }
}
