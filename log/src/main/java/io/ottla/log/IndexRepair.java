package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the indexes of a finished segment that were found not to be those of its batches. Reads are right without them, but begin at the segment's first
 * byte. The new files are written beside the old ones, which the loop holds open until they have been replaced. On the loop.
 */
final class IndexRepair {
    private static final Logger logger = LoggerFactory.getLogger(IndexRepair.class);
    private static final String TEMPORARY = ".tmp";
    private static final List<String> SUFFIXES = List.of(OffsetIndex.SUFFIX, TimeIndex.SUFFIX);
    private static final int READ_BYTES = 64 << 10;

    private final Log log;
    private final LogContext context;
    private final Set<Long> underWay = new HashSet<>();
    /** One after another, for each moves files. */
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();

    private boolean isBusy;

    IndexRepair(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    /** A reader was misled by an index of a segment. That of the active one is looked at by the next start. */
    void begin(long baseOffset) {
        Segment segment = log.segments().get(baseOffset);
        if (segment == null || segment == log.active() || !underWay.add(baseOffset)) return;
        waiting.add(baseOffset);
        next();
    }

    private void next() {
        while (!isBusy && !waiting.isEmpty()) {
            long baseOffset = waiting.remove();
            Segment segment = log.segments().get(baseOffset);
            if (segment != null && log.isUsable()) rebuild(segment);
            else underWay.remove(baseOffset);
        }
    }

    private void rebuild(Segment segment) {
        isBusy = true;
        long baseOffset = segment.baseOffset();
        logger.warn("{}: its indexes are not those of its batches; rebuilding them", segment.path());
        SegmentFiles files;
        try {
            files = segment.forDiskThread(log.endOf(segment));
        } catch (IOException e) {
            ended(baseOffset, e);
            return;
        }
        int interval = log.config().segments().indexIntervalBytes();
        long lastModifiedMs = segment.lastModifiedMs();
        context.disk().submit(this, () -> build(context.disk(), files, interval, lastModifiedMs), outcome -> {
            switch (outcome) {
                case Outcome.Done<Segment.Loaded>(Segment.Loaded built) -> replace(segment, built);
                case Outcome.Failed<Segment.Loaded>(IOException cause) -> ended(baseOffset, cause);
            }
        });
    }

    private void over(long baseOffset) {
        underWay.remove(baseOffset);
        isBusy = false;
        next();
    }

    private static Segment.Loaded build(Disk disk, SegmentFiles segment, int indexIntervalBytes, long lastModifiedMs)
            throws IOException {
        SegmentIndexes indexes = new SegmentIndexes(segment.baseOffset(), indexIntervalBytes);
        DiskFile file = disk.open(segment.path(LogFiles.LOG), Disk.OpenMode.READ);
        try {
            BatchScan scan = new BatchScan(file, 0, segment.sizeBytes(), ByteBuffer.allocate(READ_BYTES), false, true);
            BatchScan.Step step = scan.next();
            for (; step == BatchScan.Step.BATCH; step = scan.next()) indexes.add(scan.batch(), scan.position());
            if (step != BatchScan.Step.END)
                throw new DamagedLog("%s has no batch at byte %d".formatted(file, scan.position()));
        } finally {
            file.release();
        }
        TransactionIndex.read(disk, segment.path(TransactionIndex.SUFFIX)).forEach(indexes::add);
        indexes.write(disk, segment.directory(), true, TEMPORARY);
        disk.delete(segment.path(TransactionIndex.SUFFIX + TEMPORARY));
        return indexes.loaded(segment.sizeBytes(), lastModifiedMs);
    }

    private void replace(Segment segment, Segment.Loaded built) {
        long base = built.baseOffset();
        boolean isStill = log.isUsable() && log.segments().get(base) == segment;
        if (!isStill || log.reads().filesMoving()) {
            // compaction or retention was faster; the next reader that is misled begins it again
            log.inBackground("what was an index", () -> deleteTemporary(base));
            over(base);
            return;
        }
        try {
            segment.pinFiles();
        } catch (IOException e) {
            ended(base, e);
            return;
        }
        log.reads().filesMoving(true);
        Disk disk = context.disk();
        disk.submit(
                log.directory(),
                () -> {
                    for (String suffix : SUFFIXES) disk.rename(path(base, suffix + TEMPORARY), path(base, suffix));
                    disk.syncDirectory(log.directory());
                    return null;
                },
                (Outcome<Void> outcome) -> {
                    segment.closeFiles();
                    log.reads().filesMoving(false);
                    switch (outcome) {
                        case Outcome.Done<Void> done -> install(segment, built);
                        case Outcome.Failed<Void>(IOException cause) -> ended(base, cause);
                    }
                });
    }

    private void install(Segment segment, Segment.Loaded built) {
        long base = built.baseOffset();
        if (log.segments().get(base) == segment) {
            log.segments().put(base, Segment.existing(context.files(), log.directory(), built, segment.durable()));
            log.reads().filesChanged();
        }
        over(base);
    }

    private Path path(long baseOffset, String suffix) {
        return LogFiles.path(log.directory(), baseOffset, suffix);
    }

    private void deleteTemporary(long baseOffset) throws IOException {
        for (String suffix : SUFFIXES) context.disk().delete(path(baseOffset, suffix + TEMPORARY));
    }

    /** Stays under way, so that it is not tried for ever. */
    private void ended(long baseOffset, IOException cause) {
        boolean isHarmless = NoSpace.isIt(cause) || cause instanceof DamagedLog || !log.isUsable();
        logger.warn("{}: its indexes stay as they are: {}", path(baseOffset, LogFiles.LOG), cause.toString());
        if (!isHarmless) log.failed(cause);
        isBusy = false;
        next();
    }
}
