package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A segment as a disk thread gets it: by the names of its files, and how much of them counts. If the log changes its
 * files meanwhile (retention, compaction, truncation), {@link LogReads} finds out afterwards.
 *
 * @param endOffset where the next segment begins, or the log ended
 * @param offsetEntries of the offset index; −1 for all that are in the file
 * @param timeEntries of the time index; −1 for all that are in the file
 * @param maxTimestamp if it is known; else {@link SegmentTimes} finds it
 */
record SegmentFiles(
        Path directory,
        long baseOffset,
        long sizeBytes,
        long endOffset,
        int offsetEntries,
        int timeEntries,
        Optional<Segment.MaxTimestamp> maxTimestamp) {

    Path path(String suffix) {
        return LogFiles.path(directory, baseOffset, suffix);
    }

    /** @param held gets the files opened, which the caller releases */
    SegmentReader.View open(Disk disk, List<DiskFile> held) throws IOException {
        DiskFile log = open(disk, LogFiles.LOG, held);
        OpenFiles none = new OpenFiles(disk, 1);
        OffsetIndex offsets = new OffsetIndex(none, path(OffsetIndex.SUFFIX), baseOffset, IndexFile.UNKNOWN);
        TimeIndex times = new TimeIndex(none, path(TimeIndex.SUFFIX), baseOffset, IndexFile.UNKNOWN);
        return new SegmentReader.View(
                log.toString(),
                baseOffset,
                () -> log,
                sizeBytes,
                endOffset,
                index(disk, offsets, offsetEntries, OffsetIndex.ENTRY_BYTES, held),
                index(disk, times, timeEntries, TimeIndex.ENTRY_BYTES, held));
    }

    private static IndexFile.View index(Disk disk, IndexFile index, int entries, int entryBytes, List<DiskFile> held)
            throws IOException {
        if (entries == 0 || !disk.exists(index.path)) return IndexFile.View.none(entryBytes);
        DiskFile file = disk.open(index.path, Disk.OpenMode.READ);
        held.add(file);
        int count = entries < 0 ? index.countIn(file) : entries;
        return IndexFile.View.of(file, count, entryBytes);
    }

    private DiskFile open(Disk disk, String suffix, List<DiskFile> held) throws IOException {
        DiskFile file = disk.open(path(suffix), Disk.OpenMode.READ);
        held.add(file);
        return file;
    }
}
