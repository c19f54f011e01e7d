package io.ottla.log;

import io.ottla.base.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Finishes the logs of a node and closes them, so that the next start can believe them: all is durable, and the recovery points say so. Logs that are finished
 * already ({@link IdleFinish}) are only closed. A few others are synced one by one; many are written, and then made durable by one sync of their file
 * system.
 */
final class CleanStop {
    /** As many as keep the disk threads busy; not all, so that ten thousand do not wait in memory at once. */
    private static final int LOGS_AT_ONCE = 32;

    private final LogContext context;
    private final Collection<Log> open;
    private final StopReport report;
    private final Runnable then;

    /** @param report gets what there was no space for */
    CleanStop(LogContext context, Collection<Log> open, StopReport report, Runnable then) {
        this.context = context;
        this.open = open;
        this.report = report;
        this.then = then;
    }

    /** One directory after another. */
    void closeAll(Iterator<LogDir> left) {
        if (!left.hasNext()) {
            open.forEach(Log::close);
            then.run();
            return;
        }
        LogDir dir = left.next();
        ArrayDeque<Log> unfinished = new ArrayDeque<>();
        for (Log log : open) if (log.logDir() == dir && log.finish().isNeeded()) unfinished.add(log);
        boolean together = unfinished.size() >= context.settings().finishing().togetherMin()
                && context.disk().syncsFileSystems();
        List<LogFinish.Finished> written = new ArrayList<>();
        BiConsumer<Log, Runnable> finish = together ? (log, done) -> write(log, written, done) : this::finish;
        Runnable next = () -> closeAll(left);
        // also for those that only have their batches written, for want of space
        Runnable sync = together ? () -> LogFinish.sync(context, dir, written, next) : next;
        new Each(unfinished, finish, sync).next();
    }

    /** Some logs at a time. */
    private static final class Each {
        private final ArrayDeque<Log> left;
        private final BiConsumer<Log, Runnable> work;
        private final Runnable then;
        private int atWork;

        /** @param work does it, and runs what it is given then */
        Each(ArrayDeque<Log> left, BiConsumer<Log, Runnable> work, Runnable then) {
            this.left = left;
            this.work = work;
            this.then = then;
        }

        void next() {
            while (!left.isEmpty() && atWork < LOGS_AT_ONCE) {
                atWork++;
                work.accept(left.remove(), () -> {
                    atWork--;
                    next();
                });
            }
            if (left.isEmpty() && atWork == 0) then.run();
        }
    }

    private void finish(Log log, Runnable done) {
        log.finish().finish(outcome -> {
            switch (outcome) {
                case Outcome.Done<Long> finished -> done.run();
                case Outcome.Failed<Long>(IOException cause) -> {
                    unfinished(log, cause);
                    // its batches at least, so that the power may go before the next start
                    if (log.isUsable()) log.flusher().flush(flushed -> done.run());
                    else done.run();
                }
            }
        });
    }

    /** A full disk is no failure of the directory: what there is in it can be relied on. */
    private void unfinished(Log log, IOException cause) {
        if (NoSpace.isIt(cause) && log.isUsable()) report.noSpaceFor(log, cause);
        else context.failed().accept(log.logDir(), cause);
    }

    private void write(Log log, List<LogFinish.Finished> written, Runnable done) {
        log.finish().write(outcome -> {
            switch (outcome) {
                case Outcome.Done<LogFinish.Finished>(LogFinish.Finished finished) -> written.add(finished);
                case Outcome.Failed<LogFinish.Finished>(IOException cause) -> unfinished(log, cause);
            }
            done.run();
        });
    }
}
