package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the oldest segments of a log: those that are too old, too much, or before the log start. Never one with records
 * above the high watermark. Source: UnifiedLog.deleteOldSegments of Kafka's storage. On the loop.
 */
final class LogRetention {
    private static final Logger logger = LoggerFactory.getLogger(LogRetention.class);

    private final Log log;
    private final LogContext context;

    LogRetention(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    void deleteRecordsBefore(long offset) {
        if (offset <= log.startOffset() || offset > log.endOffset()) return;
        log.startOffset(offset);
    }

    void deleteRecordsBefore(long offset, Completion<Void> durable) {
        deleteRecordsBefore(offset);
        log.logDir().logStartOffsets().makeDurable(context.disk(), outcome -> {
            if (outcome instanceof Outcome.Failed<Void>(IOException cause) && !NoSpace.isIt(cause)) log.failed(cause);
            durable.complete(outcome);
        });
    }

    @FunctionalInterface
    private interface Rule {
        boolean deletes(Segment segment) throws IOException;
    }

    /** Deletes what is due; finds out first, on a disk thread, how old the segments are that nobody has read yet. */
    void retain(long nowMs) throws IOException {
        boolean byTime =
                log.config().retention().isOn() && log.config().retention().ms() >= 0;
        if (!byTime || log.ages().areKnown()) retainNow(nowMs);
        else log.ages().learn(() -> retainKnown(nowMs));
    }

    private void retainKnown(long nowMs) {
        try {
            // a segment may have come meanwhile that is not known: next time then
            if (log.ages().areKnown()) retainNow(nowMs);
        } catch (IOException e) {
            log.failed(e);
        }
    }

    private void retainNow(long nowMs) throws IOException {
        LogConfig config = log.config();
        deleteOldest(nowMs, "before the log start", segment -> log.endOf(segment) <= log.startOffset());
        if (!config.retention().isOn()) return;
        if (config.retention().ms() >= 0)
            deleteOldest(
                    nowMs,
                    "too old",
                    segment -> nowMs - segment.newestMs() > config.retention().ms());
        if (config.retention().bytes() >= 0) {
            long[] excess = {log.sizeBytes() - config.retention().bytes()};
            deleteOldest(nowMs, "too much", segment -> {
                excess[0] -= segment.sizeBytes();
                return excess[0] >= 0;
            });
        }
    }

    private void deleteOldest(long nowMs, String why, Rule rule) throws IOException {
        List<Segment> doomed = new ArrayList<>();
        for (Segment segment : log.segments().values()) {
            boolean last = segment == log.active();
            if (last && segment.sizeBytes() == 0) break;
            if (log.endOf(segment) > log.highWatermark() || !rule.deletes(segment)) break;
            doomed.add(segment);
        }
        if (doomed.isEmpty()) return;
        if (doomed.getLast() == log.active()) {
            try {
                log.roll(nowMs, log.endOffset());
            } catch (NoSpace e) {
                doomed.removeLast();
                if (doomed.isEmpty()) return;
            }
        }
        logger.info(
                "{}: deleting {} segments up to offset {}, {}",
                log.topicPartition(),
                doomed.size(),
                log.endOf(doomed.getLast()),
                why);
        long start = log.endOf(doomed.getLast());
        for (Segment segment : doomed) drop(segment);
        if (start > log.startOffset()) log.startOffset(start);
        log.reads().filesChanged();
    }

    /** Takes a segment out of the log; its files are renamed at once, and deleted later. */
    void drop(Segment segment) {
        log.segments().remove(segment.baseOffset());
        segment.closeFiles();
        List<Path> paths = new ArrayList<>(segment.paths());
        paths.add(LogFiles.path(log.directory(), segment.baseOffset(), ProducerSnapshot.SUFFIX));
        log.inBackground("the deletion of a segment", () -> rename(paths));
        List<Path> renamed = paths.stream()
                .map(path -> LogFiles.withSuffix(path, LogFiles.DELETED))
                .toList();
        context.deleteLater(renamed, log.config().segments().deleteDelayMs());
    }

    private void rename(List<Path> paths) throws IOException {
        Disk disk = context.disk();
        for (Path path : paths) {
            if (!disk.exists(path)) continue;
            try {
                disk.rename(path, LogFiles.withSuffix(path, LogFiles.DELETED));
            } catch (IOException e) {
                if (!NoSpace.isIt(e)) throw e;
                disk.delete(path); // a new name takes room; what makes room must not
            }
        }
    }
}
