package io.ottla.log;

import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Chooses which logs to compact: those that must, then the dirtiest first. On the loop. */
final class Compactor {
    private final Logs logs;
    private final LogContext context;
    private final Set<Log> running = new HashSet<>();
    private boolean stopped;

    Compactor(Logs logs, LogContext context) {
        this.logs = logs;
        this.context = context;
    }

    void stop() {
        stopped = true;
    }

    void tick(long nowMs) {
        while (!stopped && running.size() < context.settings().cleaning().threads()) {
            if (!beginNext(nowMs)) return;
        }
    }

    private boolean beginNext(long nowMs) {
        Log best = null;
        Cleanable most = null;
        for (Log log : logs.opened()) {
            if (!log.isUsable() || log.isUncleanable() || running.contains(log)) continue;
            try {
                if (log.config().compaction().minLagMs() > 0
                        && log.config().compaction().isOn()
                        && !log.ages().areKnown()) {
                    log.ages().learn(() -> {}); // which is looked at the next time
                    continue;
                }
                Optional<Cleanable> cleanable = Cleanable.of(log, nowMs);
                if (cleanable.isEmpty() || !cleanable.get().isWorthwhile(log.config())) continue;
                if (most == null || isBefore(cleanable.get(), most)) {
                    best = log;
                    most = cleanable.get();
                }
            } catch (IOException e) {
                log.failed(e);
            }
        }
        if (best == null) return false;
        Log chosen = best;
        running.add(chosen);
        try {
            Compaction.begin(chosen, context, most, nowMs, () -> running.remove(chosen));
        } catch (IOException e) {
            running.remove(chosen);
            chosen.failed(e);
        }
        return true;
    }

    private static boolean isBefore(Cleanable one, Cleanable other) {
        if (one.mustClean() != other.mustClean()) return one.mustClean();
        return one.dirtyRatio() > other.dirtyRatio();
    }
}
