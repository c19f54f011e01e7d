package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a log durable, with group commit: while one sync runs, all who ask wait together for the next. A sync that
 * failed says nothing about the bytes any more, so it fails the log directory and is never repeated. On the loop.
 *
 * <p>Of the active segment only the batches are synced, for its indexes are rebuilt after an unclean stop; of a finished
 * one also the indexes, before the recovery point passes it.
 */
final class LogFlusher {

    /** @param indexes whether what is usually rebuilt, the active segment's indexes, is to be durable too */
    private record Waiting(long target, boolean indexes, Completion<Long> completion) {}

    /**
     * A sync that is under way or waits for a disk thread. Until a thread takes it up it serves also what is appended
     * behind, to the same segment: whoever waits for that need not wait for another sync.
     */
    private static final class Sync {
        /** Written by the loop after the bytes were, read by the disk thread before it syncs them. */
        private volatile long to;
        /** A segment has been finished since: what comes then is in a file that this does not sync. */
        private boolean closed;

        Sync(long to) {
            this.to = to;
        }

        void appended(long endOffset) {
            if (!closed) to = endOffset;
        }
    }

    private final Log log;
    private final LogContext context;
    private List<Waiting> current = new ArrayList<>();
    private List<Waiting> next = new ArrayList<>();
    private boolean running;
    private boolean again;
    private Sync sync = new Sync(0);
    /** A segment was created since the names in the directory were last made durable. */
    private boolean newNames = true;

    private long flushedOffset;
    private long flushingTo;
    private long unflushedSinceMs = -1;

    LogFlusher(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    void restart(long flushedOffset) {
        this.flushedOffset = flushedOffset;
        unflushedSinceMs = -1;
    }

    long flushedOffset() {
        return flushedOffset;
    }

    /** Something was appended: {@code flush.messages} may want it flushed. */
    void appended(long nowMs) {
        if (unflushedSinceMs < 0) unflushedSinceMs = nowMs;
        if (running) sync.appended(log.endOffset());
        else if (isDueByMessages()) begin();
    }

    private boolean isDueByMessages() {
        return log.endOffset() - flushedOffset >= log.config().flushing().messages();
    }

    /** A segment is finished: it is flushed in the background, so that the recovery point can pass it. */
    void rolled() {
        sync.closed = true;
        newNames = true;
        begin();
    }

    /** {@code flush.ms} may want it flushed. */
    void tick(long nowMs) {
        if (unflushedSinceMs < 0) return;
        if (nowMs < unflushedSinceMs) unflushedSinceMs = nowMs; // the clock was set back
        if (nowMs - unflushedSinceMs >= log.config().flushing().ms()) begin();
    }

    void flush(Completion<Long> completion) {
        long target = log.endOffset();
        if (running && flushingTo >= target) {
            current.add(new Waiting(target, false, completion));
            return;
        }
        if (flushedOffset >= target && !running) {
            context.disk().submit(log.directory(), () -> flushedOffset, completion);
            return;
        }
        next.add(new Waiting(target, false, completion));
        if (!running) begin();
    }

    /** As {@link #flush}, and the indexes of the active segment too: it is finished. */
    void flushAll(Completion<Long> completion) {
        next.add(new Waiting(log.endOffset(), true, completion));
        newNames = true;
        if (!running) begin();
    }

    /**
     * The whole file system was synced when the log ended there.
     *
     * @param all whether nothing has changed since then
     */
    void durable(long offset, boolean all) {
        flushedOffset = Math.clamp(offset, flushedOffset, log.endOffset());
        if (flushedOffset == log.endOffset()) unflushedSinceMs = -1;
        if (all) for (Segment segment : log.segments().values()) if (segment != log.active()) segment.durable(true);
        raiseRecoveryPoint(false);
    }

    /** What is before it is not looked at again: so not beyond a batch whose leader epoch is not in its file yet. */
    private void raiseRecoveryPoint(boolean soon) {
        if (log.epochs().isOwed()) return;
        log.logDir().recoveryPoint(log.topicPartition(), flushedOffset, soon);
    }

    /** The leader epochs' file says all. */
    void epochsWritten() {
        if (flushedOffset > log.logDir().recoveryPoint(log.topicPartition())) raiseRecoveryPoint(false);
    }

    private void begin() {
        if (running) {
            again = true;
            return;
        }
        if (log.logDir().failure().isPresent()) {
            refuse(new IOException(
                    "the log directory failed before", log.logDir().failure().get()));
            return;
        }
        again = false;
        running = true;
        current = next;
        next = new ArrayList<>();
        flushingTo = log.endOffset();
        unflushedSinceMs = -1;
        List<DiskFile> files = new ArrayList<>();
        List<Segment> finished = new ArrayList<>();
        boolean names = newNames;
        newNames = false;
        Disk disk = context.disk();
        Path directory = log.directory();
        try {
            collect(current.stream().anyMatch(Waiting::indexes), files, finished);
        } catch (IOException e) {
            files.forEach(DiskFile::release);
            disk.submit(
                    directory,
                    () -> {
                        throw e;
                    },
                    (Outcome<Long> outcome) -> notBegun(e));
            return;
        }
        Sync begun = new Sync(flushingTo);
        sync = begun;
        disk.submit(
                directory,
                () -> {
                    try {
                        long to = begun.to;
                        for (DiskFile file : files) file.sync();
                        if (names) disk.syncDirectory(directory);
                        return to;
                    } catch (IOException e) {
                        SyncFailure.mark(disk, directory.getParent());
                        throw e;
                    }
                },
                outcome -> finished(outcome, files, finished));
    }

    private void collect(boolean withActiveIndexes, List<DiskFile> files, List<Segment> finished) throws IOException {
        Segment active = log.active();
        for (Segment segment : log.segments().descendingMap().values()) {
            if (segment != active) {
                if (segment.durable()) break; // those before it are too
                finished.add(segment);
            }
            hold(context.files().get(segment.path()), files);
            if (segment == active && !withActiveIndexes) continue;
            hold(context.files().create(segment.offsetIndex().path), files);
            hold(context.files().create(segment.timeIndex().path), files);
            if (segment.transactionIndex().exists())
                hold(context.files().get(segment.transactionIndex().path()), files);
        }
    }

    private static void hold(DiskFile file, List<DiskFile> files) {
        file.retain();
        files.add(file);
    }

    private void finished(Outcome<Long> outcome, List<DiskFile> files, List<Segment> finished) {
        files.forEach(DiskFile::release);
        running = false;
        List<Waiting> served = current;
        current = new ArrayList<>();
        switch (outcome) {
            case Outcome.Done<Long>(Long to) -> {
                finished.forEach(segment -> segment.durable(true));
                flushedOffset = Math.clamp(to, flushedOffset, log.endOffset());
                raiseRecoveryPoint(!finished.isEmpty());
                Outcome<Long> done = Outcome.done(flushedOffset);
                if (flushedOffset == log.endOffset()) unflushedSinceMs = -1;
                next.removeIf(waiting -> {
                    boolean isServed = waiting.target() <= to && !waiting.indexes();
                    if (isServed) served.add(waiting);
                    return isServed;
                });
                if (again || !next.isEmpty() || isDueByMessages()) begin();
                for (Waiting waiting : served) waiting.completion().complete(done);
            }
            case Outcome.Failed<Long>(IOException cause) -> {
                log.failed(cause);
                for (Waiting waiting : served) waiting.completion().complete(Outcome.failed(cause));
                refuse(cause);
            }
        }
    }

    /** A file that is to be synced could not be opened, or made: nothing was synced, so a full disk is no failure. */
    private void notBegun(IOException cause) {
        running = false;
        newNames = true;
        List<Waiting> unserved = current;
        current = new ArrayList<>();
        if (!NoSpace.isIt(cause)) log.failed(cause);
        for (Waiting waiting : unserved) waiting.completion().complete(Outcome.failed(cause));
        refuse(cause);
    }

    private void refuse(IOException cause) {
        List<Waiting> refused = next;
        next = new ArrayList<>();
        again = false;
        for (Waiting waiting : refused)
            context.disk()
                    .submit(
                            log.directory(),
                            () -> {
                                throw cause;
                            },
                            waiting.completion());
    }
}
