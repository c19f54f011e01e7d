package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One compaction of one log, seen from the loop: it has a {@link Cleaner} work on disk threads, and puts each compacted
 * segment in the place of those it replaces. The names change on a disk thread while the loop goes on reading the old
 * files, which it holds open.
 *
 * <p>What was cleanable when it began is clean when it ends, in as many rounds as the map of keys asks for: a round whose rest is not worth
 * a compaction by itself would leave it dirty.
 *
 * <p>Crash-safe by the order of names, with the directory synced between the steps: {@code .cleaned} to {@code .swap},
 * the replaced to {@code .deleted}, {@code .swap} to the place ({@link Leftovers} finishes it).
 */
final class Compaction {
    private static final Logger logger = LoggerFactory.getLogger(Compaction.class);

    private final Log log;
    private final LogContext context;
    private final long uncleanableOffset;
    private final long nowMs;
    private final Runnable done;
    private final long bytesBefore;
    private long firstDirtyOffset;
    private Cleaner.KeptWhole keptWhole = Cleaner.KeptWhole.NONE;
    private Cleaner cleaner;
    private boolean hasMore;
    private long roundBeganAt;
    private int rounds;

    private Compaction(Log log, LogContext context, Cleanable cleanable, long nowMs, Runnable done) throws IOException {
        this.log = log;
        this.context = context;
        this.nowMs = nowMs;
        this.done = done;
        firstDirtyOffset = cleanable.firstDirtyOffset();
        uncleanableOffset = cleanable.uncleanableOffset();
        bytesBefore = log.sizeBytes();
        cleaner = cleaner();
    }

    /** @param done runs when it is over, however it ended */
    static void begin(Log log, LogContext context, Cleanable cleanable, long nowMs, Runnable done) throws IOException {
        new Compaction(log, context, cleanable, nowMs, done).map();
    }

    /** For one round: as far as the map of keys reaches. */
    private Cleaner cleaner() throws IOException {
        List<SegmentFiles> segments = new ArrayList<>();
        List<Long> lastModifiedMs = new ArrayList<>();
        for (Segment segment : log.segments().values()) {
            segments.add(segment.forDiskThread(log.endOf(segment)));
            lastModifiedMs.add(segment.lastModifiedMs());
        }
        Map<Long, Cleaner.LastRecord> producers = new HashMap<>();
        for (ProducerEntry entry : log.producers().entries())
            producers.put(entry.producerId, new Cleaner.LastRecord(entry.lastOffset(), entry.epoch));
        LogSettings settings = context.settings();
        Cleaner.Task task = new Cleaner.Task(
                log.directory(),
                log.config(),
                segments,
                lastModifiedMs,
                firstDirtyOffset,
                uncleanableOffset,
                producers,
                settings.cleaning().dedupeBytes()
                        / Math.max(1, settings.cleaning().threads()),
                settings.cleaning().ioBytes(),
                settings.batchHeldBytesMax(),
                keptWhole.firstOffset(),
                nowMs);
        return new Cleaner(context.disk(), task);
    }

    private void map() {
        context.disk().submit(this, cleaner::mapDirtyPart, outcome -> {
            if (!goesOn(outcome)) return;
            long before = firstDirtyOffset;
            roundBeganAt = before;
            firstDirtyOffset = ((Outcome.Done<Long>) outcome).value();
            hasMore = cleaner.isMapFull() && firstDirtyOffset > before;
            rounds++;
            next();
        });
    }

    /** The map of keys was full: what is left of the dirty part comes next. */
    private void nextRound() {
        try {
            cleaner = cleaner();
        } catch (IOException e) {
            goesOn(Outcome.failed(e));
            return;
        }
        map();
    }

    private void next() {
        if (!cleaner.hasNext()) {
            keptWhole = keptWhole.and(cleaner.keptWhole());
            // what was kept whole can be judged again only by who knows the keys of all that came later
            if (keptWhole.batches() == 0) log.logDir().firstDirtyOffset(log.topicPartition(), firstDirtyOffset);
            log.compactedTo(firstDirtyOffset);
            if (hasMore) {
                nextRound();
                return;
            }
            logger.info(
                    "{}: compacted {} bytes to {} in {} rounds, clean up to offset {}",
                    log.topicPartition(),
                    bytesBefore,
                    log.sizeBytes(),
                    rounds,
                    firstDirtyOffset);
            if (keptWhole.batches() > 0)
                logger.warn(
                        "{}: compaction left batches as they are, and the tombstones behind them, {} times, for lack of room: {}",
                        log.topicPartition(),
                        keptWhole.batches(),
                        keptWhole.why());
            done.run();
            return;
        }
        context.disk().submit(this, cleaner::copy, outcome -> {
            if (!goesOn(outcome)) return;
            var copied = ((Outcome.Done<Optional<Cleaner.Copied>>) outcome).value();
            if (copied.isPresent()) swap(copied.get());
            else next();
        });
    }

    private void swap(Cleaner.Copied copied) {
        List<Segment> replaced = new ArrayList<>();
        for (long base : copied.replaced()) {
            Segment segment = log.segments().get(base);
            if (segment == null || segment == log.active()) {
                abandon(copied); // retention was faster
                return;
            }
            replaced.add(segment);
        }
        try {
            for (Segment segment : replaced) segment.pinFiles();
        } catch (IOException e) {
            goesOn(Outcome.failed(e));
            return;
        }
        log.reads().filesMoving(true);
        Disk disk = context.disk();
        Path directory = log.directory();
        disk.submit(
                directory,
                () -> {
                    rename(disk, directory, copied);
                    return null;
                },
                outcome -> {
                    for (Segment segment : replaced) segment.closeFiles();
                    log.reads().filesMoving(false);
                    if (!goesOn(outcome)) return;
                    install(copied, replaced);
                    next();
                });
    }

    private static final List<String> SUFFIXES =
            List.of(LogFiles.LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX, TransactionIndex.SUFFIX);

    private static void rename(Disk disk, Path directory, Cleaner.Copied copied) throws IOException {
        long base = copied.segment().baseOffset();
        for (String suffix : SUFFIXES)
            renameIfThere(disk, directory, base, suffix + LogFiles.CLEANED, suffix + LogFiles.SWAP);
        disk.syncDirectory(directory);
        for (long replaced : copied.replaced()) {
            for (String suffix : SUFFIXES) renameIfThere(disk, directory, replaced, suffix, suffix + LogFiles.DELETED);
            if (replaced != base)
                renameIfThere(
                        disk, directory, replaced, ProducerSnapshot.SUFFIX, ProducerSnapshot.SUFFIX + LogFiles.DELETED);
        }
        disk.syncDirectory(directory);
        for (String suffix : SUFFIXES) renameIfThere(disk, directory, base, suffix + LogFiles.SWAP, suffix);
        disk.syncDirectory(directory);
    }

    private static void renameIfThere(Disk disk, Path directory, long base, String from, String to) throws IOException {
        Path path = LogFiles.path(directory, base, from);
        if (disk.exists(path)) disk.rename(path, LogFiles.path(directory, base, to));
    }

    private void install(Cleaner.Copied copied, List<Segment> replaced) {
        for (Segment segment : replaced) {
            log.segments().remove(segment.baseOffset());
            List<Path> deleted = new ArrayList<>();
            for (Path path : segment.paths()) deleted.add(LogFiles.withSuffix(path, LogFiles.DELETED));
            deleted.add(
                    LogFiles.path(log.directory(), segment.baseOffset(), ProducerSnapshot.SUFFIX + LogFiles.DELETED));
            // of what an earlier round has written nobody has heard, and the rounds would fill the disk
            boolean isOfThisCompaction = segment.baseOffset() < roundBeganAt && rounds > 1;
            context.deleteLater(
                    deleted, isOfThisCompaction ? 0 : log.config().segments().deleteDelayMs());
        }
        Segment segment = Segment.existing(context.files(), log.directory(), copied.segment(), true);
        log.segments().put(segment.baseOffset(), segment);
        log.reads().filesChanged();
    }

    private void abandon(Cleaner.Copied copied) {
        List<Path> files = new ArrayList<>();
        for (String suffix : SUFFIXES)
            files.add(LogFiles.path(log.directory(), copied.segment().baseOffset(), suffix + LogFiles.CLEANED));
        context.deleteLater(files, 0);
        logger.info("{}: compaction given up, since its segments were deleted", log.topicPartition());
        done.run();
    }

    /** Whether all is well, and there is still a log to work on. */
    private boolean goesOn(Outcome<?> outcome) {
        if (!log.isUsable()) {
            done.run();
            return false;
        }
        if (!(outcome instanceof Outcome.Failed<?> failed)) return true;
        IOException cause = failed.cause();
        if (NoSpace.isIt(cause) || cause instanceof NoSuchFileException)
            logger.warn("{}: compaction given up: {}", log.topicPartition(), cause.toString());
        else if (cause instanceof DamagedLog) log.uncleanable(cause.getMessage());
        else log.failed(cause);
        done.run();
        return false;
    }
}
