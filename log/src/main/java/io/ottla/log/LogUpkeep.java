package io.ottla.log;

import io.ottla.base.Clock;
import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What time brings for the logs of a node: checkpoints, retention, compaction, rest. On the loop. */
final class LogUpkeep {
    private static final Logger logger = LoggerFactory.getLogger(LogUpkeep.class);
    /** How often logs are looked at for flushing by time. */
    private static final long WALK_MS = 1_000;
    /** {@code producer.id.expiration.check.interval.ms} */
    private static final long EXPIRY_MS = 600_000;

    private final Logs logs;
    private final LogContext context;
    private final Deletions deletions;
    private final Every walk;
    private final Every expiry;
    private final Every recoveryPoints;
    private final Every startOffsets;
    private final Every highWatermarks;
    private final Every retention;
    private final Every rest;
    private final Every compaction;
    private final Compactor compactor;
    private final IdleFinish idleFinish;
    private final Unopened unopened;

    LogUpkeep(Logs logs, LogContext context, Deletions deletions, Clock clock) {
        this.logs = logs;
        this.context = context;
        this.deletions = deletions;
        LogSettings settings = context.settings();
        long nowMs = clock.nowMs();
        deletions.tick(nowMs);
        walk = new Every(WALK_MS, nowMs);
        expiry = new Every(EXPIRY_MS, nowMs);
        recoveryPoints = new Every(settings.checkpoints().recoveryPointMs(), nowMs);
        startOffsets = new Every(settings.checkpoints().startOffsetMs(), nowMs);
        highWatermarks = new Every(settings.checkpoints().highWatermarkMs(), nowMs);
        retention = new Every(settings.retentionIntervalMs(), nowMs);
        rest = new Every(settings.files().idleMs(), nowMs);
        compaction = new Every(() -> context.settings().cleaning().backoffMs(), nowMs);
        compactor = new Compactor(logs, context);
        idleFinish = new IdleFinish(logs, context, clock);
        unopened = new Unopened(logs, context.disk());
    }

    /** Says when an interval has passed, whatever the clock does. */
    private static final class Every {
        private final LongSupplier intervalMs;
        private long lastMs;

        Every(long intervalMs, long nowMs) {
            this(() -> intervalMs, nowMs);
        }

        Every(LongSupplier intervalMs, long nowMs) {
            this.intervalMs = intervalMs;
            lastMs = nowMs;
        }

        boolean isDue(long nowMs) {
            if (nowMs >= lastMs && nowMs - lastMs < intervalMs.getAsLong()) return false;
            lastMs = nowMs;
            return true;
        }
    }

    void wanted(Function<TopicPartition, Optional<Logs.Wanted>> source) {
        unopened.wanted(source);
    }

    Optional<Logs.Wanted> wantedNow(TopicPartition tp) {
        return unopened.wantedNow(tp);
    }

    Deletions deletions() {
        return deletions;
    }

    void tick(long nowMs) {
        deletions.tick(nowMs);
        context.files().closeIdle(nowMs, context.settings().files().idleMs());
        if (walk.isDue(nowMs)) {
            for (Log log : logs.opened()) if (log.isOpen()) log.flusher().tick(nowMs);
            idleFinish.tick(nowMs);
        }
        if (expiry.isDue(nowMs)) expireProducers(nowMs);
        if (retention.isDue(nowMs)) {
            retain(nowMs);
            unopened.look(nowMs);
        }
        if (rest.isDue(nowMs)) rest();
        if (context.settings().cleaning().isOn() && compaction.isDue(nowMs)) compactor.tick(nowMs);
        boolean points = recoveryPoints.isDue(nowMs);
        boolean starts = startOffsets.isDue(nowMs);
        boolean marks = highWatermarks.isDue(nowMs);
        for (LogDir dir : logs.dirs()) {
            if (dir.failure().isPresent()) continue;
            write(dir, dir.recoveryPoints(), points);
            write(dir, dir.logStartOffsets(), starts);
            write(dir, dir.highWatermarks(), marks);
            write(dir, dir.cleanerOffsets(), false);
        }
    }

    private void write(LogDir dir, OffsetsKept offsets, boolean due) {
        if (!offsets.isUrgent() && !(due && offsets.isChanged())) return;
        write(dir, offsets, cause -> logger.warn("no space left to write the checkpoints of {}", dir), () -> {});
    }

    private void write(LogDir dir, OffsetsKept offsets, Consumer<IOException> noSpace, Runnable then) {
        offsets.write(context.disk(), outcome -> {
            if (outcome instanceof Outcome.Failed<Void>(IOException cause)) {
                offsets.changedAgain();
                if (NoSpace.isIt(cause)) noSpace.accept(cause);
                else logs.fail(dir, cause);
            }
            then.run();
        });
    }

    /** Writes all checkpoints, for a stop; then goes on. */
    void writeCheckpoints(StopReport report, Runnable then) {
        List<Runnable> steps = new ArrayList<>();
        for (LogDir dir : logs.dirs()) {
            if (dir.failure().isPresent()) continue;
            for (OffsetsKept each : dir.checkpoints())
                steps.add(() ->
                        write(dir, each, cause -> report.noSpaceForCheckpoint(dir, cause), () -> next(steps, then)));
        }
        next(steps, then);
    }

    private static void next(List<Runnable> steps, Runnable then) {
        if (steps.isEmpty()) then.run();
        else steps.removeLast().run();
    }

    private void retain(long nowMs) {
        for (Log log : List.copyOf(logs.opened())) {
            if (!log.isUsable()) continue;
            try {
                log.retention().retain(nowMs);
            } catch (IOException e) {
                log.failed(e);
            }
        }
    }

    private void expireProducers(long nowMs) {
        long expirationMs = context.settings().producerExpirationMs();
        for (Log log : logs.opened()) log.producers().expire(nowMs, expirationMs);
    }

    private void rest() {
        for (Log log : logs.opened()) {
            if (!log.isUsable()) continue;
            try {
                log.reads().restIfIdle();
            } catch (IOException e) {
                if (!NoSpace.isIt(e)) log.failed(e);
            }
        }
    }

    void stop() {
        compactor.stop();
        idleFinish.stop();
        unopened.stop();
    }
}
