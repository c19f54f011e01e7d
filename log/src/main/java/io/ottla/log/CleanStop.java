package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Closes the logs of a node so that the next start can believe them: all is durable, and the recovery points say so. A few logs are synced one by one; many
 * are written, and then made durable by one sync of their file system.
 */
final class CleanStop {
    private final LogContext context;
    private final Collection<Log> open;
    private final Runnable then;

    CleanStop(LogContext context, Collection<Log> open, Runnable then) {
        this.context = context;
        this.open = open;
        this.then = then;
    }

    /** One directory after another. */
    void closeAll(Iterator<LogDir> left) {
        if (!left.hasNext()) {
            then.run();
            return;
        }
        LogDir dir = left.next();
        List<Log> logs = new ArrayList<>();
        for (Log log : open) if (log.logDir() == dir) logs.add(log);
        long touched = logs.stream().filter(Log::needsFinish).count();
        if (touched >= context.settings().syncTogetherMin() && context.disk().syncsFileSystems())
            closeTogether(dir, logs, () -> closeAll(left));
        else closeNext(logs, this::closeOne, new int[] {0, 0}, () -> closeAll(left));
    }

    /** @param close does it, and runs what it is given then */
    private void closeNext(List<Log> logs, BiConsumer<Log, Runnable> close, int[] begunAndDone, Runnable allClosed) {
        if (begunAndDone[1] == logs.size()) {
            allClosed.run();
            return;
        }
        // a few at a time, so that ten thousand do not wait in memory at once
        while (begunAndDone[0] < logs.size()
                && begunAndDone[0] - begunAndDone[1] < context.settings().recoveriesMax()) {
            close.accept(logs.get(begunAndDone[0]++), () -> {
                begunAndDone[1]++;
                closeNext(logs, close, begunAndDone, allClosed);
            });
        }
    }

    private void closeOne(Log log, Runnable closed) {
        log.closeCleanly(outcome -> {
            switch (outcome) {
                case Outcome.Done<Long>(Long flushed) ->
                    log.logDir().recoveryPoint(log.topicPartition(), flushed, true);
                case Outcome.Failed<Long>(IOException cause) -> context.failed().accept(log.logDir(), cause);
            }
            closed.run();
        });
    }

    /** All are written, then one sync makes all durable: thousands of syncs would take the device's time one after another. */
    private void closeTogether(LogDir dir, List<Log> logs, Runnable durable) {
        List<Log> written = new ArrayList<>();
        BiConsumer<Log, Runnable> close = (log, done) -> {
            if (!log.needsFinish()) {
                closeOne(log, done);
                return;
            }
            log.closeUnsynced(outcome -> {
                switch (outcome) {
                    case Outcome.Done<Void> all -> written.add(log);
                    case Outcome.Failed<Void>(IOException cause) ->
                        context.failed().accept(dir, cause);
                }
                done.run();
            });
        };
        closeNext(logs, close, new int[] {0, 0}, () -> syncTogether(dir, written, durable));
    }

    private void syncTogether(LogDir dir, List<Log> written, Runnable durable) {
        Disk disk = context.disk();
        disk.submit(
                dir,
                () -> {
                    try {
                        disk.syncFileSystem(dir.path());
                        return null;
                    } catch (IOException e) {
                        SyncFailure.mark(disk, dir.path());
                        throw e;
                    }
                },
                (Outcome<Void> outcome) -> {
                    switch (outcome) {
                        case Outcome.Done<Void> done -> {
                            for (Log log : written) dir.recoveryPoint(log.topicPartition(), log.endOffset(), true);
                        }
                        case Outcome.Failed<Void>(IOException cause) ->
                            context.failed().accept(dir, cause);
                    }
                    durable.run();
                });
    }
}
