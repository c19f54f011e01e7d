package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import java.io.IOException;

/** Cuts the end off a log: on a disk thread, by opening what is left of it anew. On the loop. */
final class LogTruncation {

    private LogTruncation() {}

    static void truncate(Log log, LogContext context, long nowMs, long offset, Completion<Void> completion) {
        if (offset >= log.endOffset()) {
            // an epoch that began at the end and has no record yet: the leader may not know it (KAFKA-10706)
            log.epochs().truncateTo(log.endOffset());
            context.disk().submit(log.directory(), () -> null, completion);
            return;
        }
        log.truncating();
        LogDir dir = log.logDir();
        dir.lowerRecoveryPoint(log.topicPartition(), offset);
        LogLoader.Request request = request(log, context.settings(), nowMs, offset);
        context.disk().submit(log.directory(), () -> LogLoader.load(context.disk(), request), outcome -> {
            switch (outcome) {
                case Outcome.Done<LoadedLog>(LoadedLog loaded) -> {
                    log.truncated(loaded);
                    dir.lowerRecoveryPoint(log.topicPartition(), offset);
                    completion.complete(Outcome.done(null));
                }
                case Outcome.Failed<LoadedLog>(IOException cause) -> {
                    log.failed(cause);
                    completion.complete(Outcome.failed(cause));
                }
            }
        });
    }

    private static LogLoader.Request request(Log log, LogSettings settings, long nowMs, long offset) {
        return new LogLoader.Request(
                log.directory(),
                log.config(),
                settings.producerExpirationMs(),
                true,
                0,
                Math.min(log.startOffset(), offset),
                false,
                true,
                log.logDir().syncFailedBefore(),
                offset,
                nowMs);
    }
}
