package io.ottla.log;

import java.io.IOException;
import java.util.Optional;

/**
 * What compaction could do for a log now.
 *
 * @param firstDirtyOffset before it everything is clean
 * @param uncleanableOffset the active segment, an open transaction, what is not committed or not flushed, or records
 *     that are too young begin here
 * @param mustClean some records have waited for {@code max.compaction.lag.ms}
 */
record Cleanable(long firstDirtyOffset, long uncleanableOffset, long cleanBytes, long dirtyBytes, boolean mustClean) {

    /** Empty if the log is not compacted. */
    static Optional<Cleanable> of(Log log, long nowMs) throws IOException {
        LogConfig config = log.config();
        if (!config.compaction().isOn()) return Optional.empty();
        long firstDirty = log.logDir().firstDirtyOffset(log.topicPartition());
        Segment active = log.active();
        if (firstDirty < log.startOffset() || firstDirty > active.baseOffset()) firstDirty = log.startOffset();
        long stable = log.firstUnstableOffset() >= 0 ? log.firstUnstableOffset() : log.highWatermark();
        long uncleanable = Math.min(Math.min(stable, log.highWatermark()), active.baseOffset());
        long cleanBytes = 0;
        long dirtyBytes = 0;
        boolean mustClean = false;
        for (Segment segment : log.segments().values()) {
            Long next = log.segments().higherKey(segment.baseOffset());
            if (segment == active || next == null || segment.baseOffset() >= uncleanable) break;
            if (next <= Math.max(firstDirty, log.compactedTo())) {
                cleanBytes += segment.sizeBytes();
                continue;
            }
            boolean young = config.compaction().minLagMs() > 0
                    && segment.maxTimestamp().timestampMs()
                            > nowMs - config.compaction().minLagMs();
            if (young || !segment.durable() || next > uncleanable) {
                uncleanable = Math.min(uncleanable, segment.baseOffset());
                break;
            }
            dirtyBytes += segment.sizeBytes();
            mustClean |= config.compaction().maxLagMs() < Long.MAX_VALUE
                    && segment.sizeBytes() > 0
                    && segment.firstTimestampMs() < nowMs - config.compaction().maxLagMs();
        }
        return Optional.of(new Cleanable(firstDirty, uncleanable, cleanBytes, dirtyBytes, mustClean));
    }

    double dirtyRatio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    boolean isWorthwhile(LogConfig config) {
        if (dirtyBytes == 0 || uncleanableOffset <= firstDirtyOffset) return false;
        return mustClean || dirtyRatio() > config.compaction().minDirtyRatio();
    }
}
