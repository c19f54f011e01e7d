package io.ottla.log;

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

    @FunctionalInterface
    private interface Rule {
        boolean deletes(Segment segment) throws IOException;
    }

    /** @return how many segments went */
    int retain(long nowMs) throws IOException {
        LogConfig config = log.config();
        int deleted = deleteOldest(nowMs, "before the log start", segment -> nextBase(segment) <= log.startOffset());
        if (!config.delete()) return deleted;
        if (config.retentionMs() >= 0)
            deleted += deleteOldest(nowMs, "too old", segment -> nowMs - segment.newestMs() > config.retentionMs());
        if (config.retentionBytes() >= 0) {
            long[] excess = {log.sizeBytes() - config.retentionBytes()};
            deleted += deleteOldest(nowMs, "too much", segment -> {
                excess[0] -= segment.sizeBytes();
                return excess[0] >= 0;
            });
        }
        return deleted;
    }

    private long nextBase(Segment segment) {
        Long next = log.segments().higherKey(segment.baseOffset());
        return next == null ? log.endOffset() : next;
    }

    private int deleteOldest(long nowMs, String why, Rule rule) throws IOException {
        List<Segment> doomed = new ArrayList<>();
        for (Segment segment : log.segments().values()) {
            boolean last = segment == log.active();
            if (last && segment.sizeBytes() == 0) break;
            if (nextBase(segment) > log.highWatermark() || !rule.deletes(segment)) break;
            doomed.add(segment);
        }
        if (doomed.isEmpty()) return 0;
        if (doomed.getLast() == log.active()) {
            try {
                log.roll(nowMs, log.endOffset());
            } catch (NoSpace e) {
                doomed.removeLast();
                if (doomed.isEmpty()) return 0;
            }
        }
        logger.info(
                "{}: deleting {} segments up to offset {}, {}",
                log.topicPartition(),
                doomed.size(),
                nextBase(doomed.getLast()),
                why);
        long start = nextBase(doomed.getLast());
        for (Segment segment : doomed) drop(segment);
        if (start > log.startOffset()) log.startOffset(start);
        log.filesChanged();
        return doomed.size();
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
        context.deleteLater(renamed, log.config().fileDeleteDelayMs());
    }

    private void rename(List<Path> paths) throws IOException {
        for (Path path : paths)
            if (context.disk().exists(path)) context.disk().rename(path, LogFiles.withSuffix(path, LogFiles.DELETED));
    }
}
