package io.ottla.log;

import io.ottla.base.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The producer snapshots in a partition's directory. Blocks: for disk threads. */
final class SnapshotFiles {
    private static final Logger logger = LoggerFactory.getLogger(SnapshotFiles.class);

    private final Disk disk;
    private final Path directory;
    private final TreeSet<Long> offsets = new TreeSet<>();
    private boolean namesChanged;

    /** @param names of all files in the directory */
    SnapshotFiles(Disk disk, Path directory, Collection<String> names) {
        this.disk = disk;
        this.directory = directory;
        for (String name : names) LogFiles.offset(name, ProducerSnapshot.SUFFIX).ifPresent(offsets::add);
    }

    boolean isEmpty() {
        return offsets.isEmpty();
    }

    /** Whether one was deleted: then the directory is to be synced before anybody relies on that. */
    boolean namesChanged() {
        return namesChanged;
    }

    /**
     * Loads the newest snapshot at or before an offset that can be read. Those after it, and bad ones, are deleted.
     *
     * @return its offset; empty if there is none
     */
    OptionalLong load(long offset, Consumer<List<ProducerEntry>> into) throws IOException {
        for (long at : List.copyOf(offsets.descendingSet())) {
            if (at <= offset) {
                try {
                    into.accept(ProducerSnapshot.read(disk, path(at)));
                    return OptionalLong.of(at);
                } catch (DamagedLog e) {
                    logger.warn("{}: {}; going back to an older one", path(at), e.getMessage());
                }
            }
            drop(at);
        }
        return OptionalLong.empty();
    }

    void write(long offset, Collection<ProducerEntry> entries) throws IOException {
        ProducerSnapshot.write(disk, path(offset), entries);
        offsets.add(offset);
    }

    /** Those after an offset are of a log that was cut. */
    void dropAfter(long offset) throws IOException {
        for (long at : List.copyOf(offsets.tailSet(offset, false))) drop(at);
    }

    /** Only those at the beginning of a segment, and the newest, are of use. */
    void dropStray(Set<Long> segments) throws IOException {
        for (long offset : List.copyOf(offsets))
            if (!segments.contains(offset) && offset != offsets.last()) drop(offset);
    }

    private void drop(long offset) throws IOException {
        disk.delete(path(offset));
        namesChanged = true;
        offsets.remove(offset);
    }

    private Path path(long offset) {
        return LogFiles.path(directory, offset, ProducerSnapshot.SUFFIX);
    }
}
