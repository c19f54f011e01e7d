package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Brings a log to the state that a clean stop leaves: the indexes of its active segment and its leader epochs written, its producers in a snapshot at its end, all
 * of it durable. A log stays usable meanwhile; whatever changes it makes it unfinished again. On the loop.
 */
final class LogFinish {
    private static final long NONE = -1;
    /** A log that is written to again soon after it was finished is left alone for so much longer the next time. */
    private static final int LONGER = 2;

    private static final int LONGER_MAX = 64;

    private final Log log;
    private final LogContext context;
    private boolean finished;
    private long changes;
    /** Whether producer snapshots are in the directory. */
    private boolean snapshots;
    /** The offset of the snapshot that this class wrote last. */
    private long lastSnapshot = NONE;
    /** As of the last look, for telling how long nothing has changed. */
    private long changesSeen = NONE;

    private long idleSinceMs;
    private int patience = 1;
    private boolean finishedHere;
    private boolean underWay;

    LogFinish(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    void loaded(LoadedLog loaded) {
        finished = !loaded.recovered();
        snapshots = loaded.snapshots();
        lastSnapshot = NONE;
        changes++;
    }

    void touched() {
        changes++;
        if (finishedHere) patience = Math.min(patience * LONGER, LONGER_MAX);
        finished = false;
        finishedHere = false;
    }

    void snapshotWritten() {
        snapshots = true;
    }

    /** Whether a clean stop has anything to make durable. */
    boolean isNeeded() {
        return (!finished || log.epochs().isOwed()) && log.isUsable();
    }

    /** Whether nobody has changed the log for so long that it should be finished now. To be asked about once a second. */
    boolean isDue(long nowMs) {
        if (!isNeeded() || underWay) return false;
        if (changes != changesSeen || nowMs < idleSinceMs) {
            changesSeen = changes;
            idleSinceMs = nowMs;
        }
        return nowMs - idleSinceMs >= context.settings().finishing().afterMs() * patience;
    }

    /** What is to be durable, and whether anything has changed since. */
    record Finished(LogFinish of, long endOffset, long changes) {
        /** It has been synced. */
        void durable() {
            of.durable(this);
        }
    }

    /**
     * Writes what is missing, and syncs nothing. It is finished when all of its file system has been synced after that, and
     * {@link Finished#durable} called.
     */
    void write(Completion<Finished> completion) {
        write(false, completion);
    }

    private void write(boolean syncSnapshot, Completion<Finished> completion) {
        underWay = true;
        Disk disk = context.disk();
        Finished target = new Finished(this, log.endOffset(), changes);
        List<IndexFile.Unwritten> indexes;
        try {
            indexes = log.active().finishing();
        } catch (IOException e) {
            underWay = false;
            refuse(e, completion);
            return;
        }
        Optional<Snapshot> snapshot = snapshot();
        Optional<List<LeaderEpochs.Start>> epochs =
                log.epochs().isOwed() ? Optional.of(log.epochs().starts()) : Optional.empty();
        disk.submit(
                log.directory(),
                () -> {
                    if (epochs.isPresent())
                        LeaderEpochs.write(disk, log.directory().resolve(LeaderEpochs.FILE), epochs.get());
                    for (IndexFile.Unwritten index : indexes) index.write(disk);
                    if (snapshot.isPresent()) snapshot.get().write(disk, syncSnapshot);
                    return target;
                },
                outcome -> {
                    underWay = false;
                    if (outcome instanceof Outcome.Done<Finished>) {
                        epochs.ifPresent(log.epochs()::written);
                        indexes.forEach(IndexFile.Unwritten::done);
                        snapshot.ifPresent(written -> {
                            snapshots = true;
                            lastSnapshot = written.offset();
                        });
                    }
                    completion.complete(outcome);
                });
    }

    private <T> void refuse(IOException cause, Completion<T> completion) {
        context.disk()
                .submit(
                        log.directory(),
                        () -> {
                            throw cause;
                        },
                        completion);
    }

    private void durable(Finished target) {
        if (!log.isUsable()) return;
        finished = changes == target.changes();
        finishedHere = finished;
        if (finished) log.active().closeFiles();
        log.flusher().durable(target.endOffset(), finished);
    }

    /**
     * One sync of their file system makes all of these durable: thousands would take the device's time one after another. If it
     * fails, the directory has failed.
     *
     * @param then runs either way
     */
    static void sync(LogContext context, LogDir dir, List<Finished> written, Runnable then) {
        dir.syncFileSystem(outcome -> {
            switch (outcome) {
                case Outcome.Done<Void> done -> written.forEach(Finished::durable);
                case Outcome.Failed<Void>(IOException cause) -> context.failed().accept(dir, cause);
            }
            then.run();
        });
    }

    /** As {@link #write}, and makes it durable, as {@link LogFlusher} does. The outcome is the flushed offset. */
    void finish(Completion<Long> completion) {
        write(true, outcome -> {
            switch (outcome) {
                case Outcome.Done<Finished>(Finished target) ->
                    log.flusher().flushAll(flushed -> {
                        if (flushed instanceof Outcome.Done<Long>) target.durable();
                        completion.complete(flushed);
                    });
                case Outcome.Failed<Finished>(IOException cause) -> completion.complete(Outcome.failed(cause));
            }
        });
    }

    /**
     * What a start that believes in a clean stop knows the producers from; it would take their batches twice without it. Where there never was a producer
     * there is no snapshot, which says the same, to Kafka too.
     *
     * @param replaced the offset of an older one that is of no use any more
     */
    private record Snapshot(Path directory, long offset, List<ProducerEntry> entries, long replaced) {
        void write(Disk disk, boolean sync) throws IOException {
            Path path = LogFiles.path(directory, offset, ProducerSnapshot.SUFFIX);
            if (!disk.exists(path)) writeWhole(disk, path);
            if (sync) sync(disk, path);
            if (replaced != NONE && replaced != offset)
                disk.delete(LogFiles.path(directory, replaced, ProducerSnapshot.SUFFIX));
        }

        /** A full disk leaves no part of it, which would be taken for all of it when there is space again. */
        private void writeWhole(Disk disk, Path path) throws IOException {
            try {
                ProducerSnapshot.writeUnsynced(disk, path, entries);
            } catch (IOException e) {
                disk.delete(path);
                throw e;
            }
        }

        private static void sync(Disk disk, Path path) throws IOException {
            DiskFile file = disk.open(path, Disk.OpenMode.WRITE);
            try {
                file.sync();
            } catch (IOException e) {
                SyncFailure.mark(disk, path.getParent().getParent());
                throw e;
            } finally {
                file.release();
            }
        }
    }

    private Optional<Snapshot> snapshot() {
        if (!snapshots && log.producers().isEmpty()) return Optional.empty();
        boolean isOfSegment = log.segments().containsKey(lastSnapshot);
        return Optional.of(new Snapshot(
                log.directory(), log.endOffset(), log.producers().copy(), isOfSegment ? NONE : lastSnapshot));
    }
}
