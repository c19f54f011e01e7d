package io.ottla.partition;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Effects;
import io.ottla.base.TopicPartition;

/** This node's replica whatever its role: where its log stands, and what it goes by. */
final class OwnReplica {
    private final TopicPartition topicPartition;
    private final int nodeId;
    private PartitionSettings settings = PartitionSettings.DEFAULTS;
    private boolean isOpen;
    private boolean flushing;
    private long startOffset;
    private long endOffset;
    private long flushedOffset;
    private long safeEndOffset;
    private long highWatermark;
    private long firstUnstableOffset = -1;
    private int latestEpoch = -1;

    OwnReplica(TopicPartition topicPartition, int nodeId) {
        this.topicPartition = topicPartition;
        this.nodeId = nodeId;
    }

    TopicPartition topicPartition() {
        return topicPartition;
    }

    int nodeId() {
        return nodeId;
    }

    PartitionSettings settings() {
        return settings;
    }

    void configured(PartitionSettings next) {
        settings = next;
    }

    void opened(PartitionEvent.Opened log, Effects<PartitionEffect> effects) {
        invariant(!isOpen, "the log of %s is opened twice", topicPartition);
        isOpen = true;
        startOffset = log.startOffset();
        endOffset = log.endOffset();
        flushedOffset = log.flushedOffset();
        firstUnstableOffset = log.firstUnstableOffset();
        latestEpoch = log.latestEpoch();
        // what was read back from disk is as safe as it will get without another write
        safeEndOffset = endOffset;
        highWatermark = Math.clamp(log.recoveredHighWatermark(), startOffset, endOffset);
        effects.add(new PartitionEffect.Committed(highWatermark));
    }

    /** Something was written behind the end, or nothing. */
    void grew(long endOffset, long flushedOffset, long firstUnstableOffset) {
        invariant(
                endOffset >= this.endOffset,
                "the log of %s ends at %d, before %d",
                topicPartition,
                endOffset,
                this.endOffset);
        this.endOffset = endOffset;
        this.flushedOffset = Math.max(this.flushedOffset, flushedOffset);
        this.firstUnstableOffset = firstUnstableOffset;
    }

    void flushed(long offset) {
        flushing = false;
        flushedOffset = Math.max(flushedOffset, offset);
    }

    /** Moves the safe end as far as it may go; asks for an fsync if one is due. */
    void advanceSafeEnd(Effects<PartitionEffect> effects) {
        boolean mustFlush = endOffset - flushedOffset >= settings.flushMessages();
        safeEndOffset = mustFlush ? Math.max(safeEndOffset, flushedOffset) : endOffset;
        if (!mustFlush || flushing || safeEndOffset >= endOffset) return;
        flushing = true;
        effects.add(new PartitionEffect.Flush());
    }

    /** @return whether it is higher than it was */
    boolean raiseHighWatermark(long offset, Effects<PartitionEffect> effects) {
        if (offset <= highWatermark) return false;
        highWatermark = offset;
        effects.add(new PartitionEffect.Committed(offset));
        return true;
    }

    void beginEpoch(int epoch, Effects<PartitionEffect> effects) {
        latestEpoch = Math.max(latestEpoch, epoch);
        effects.add(new PartitionEffect.BeginEpoch(epoch));
    }

    void latestEpoch(int epoch) {
        latestEpoch = epoch;
    }

    /** What the leader has deleted is to go here too. */
    void raiseStart(long offset, Effects<PartitionEffect> effects) {
        if (offset <= startOffset) return;
        startOffset = offset;
        effects.add(new PartitionEffect.DeleteBefore(offset));
    }

    /** The log was cut. What is flushed may be less than before even of what is left. */
    void truncated(PartitionEvent.Truncated log) {
        invariant(log.endOffset() <= endOffset, "the log of %s was cut, and is longer", topicPartition);
        endOffset = log.endOffset();
        flushedOffset = log.flushedOffset();
        safeEndOffset = Math.min(safeEndOffset, endOffset);
        highWatermark = Math.min(highWatermark, endOffset);
        firstUnstableOffset = log.firstUnstableOffset();
        latestEpoch = log.latestEpoch();
    }

    void firstUnstableOffset(long offset) {
        firstUnstableOffset = offset;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Of the log; −1 if it knows none. */
    int latestEpoch() {
        return latestEpoch;
    }

    long endOffset() {
        return endOffset;
    }

    long safeEndOffset() {
        return safeEndOffset;
    }

    long highWatermark() {
        return highWatermark;
    }

    long lastStableOffset() {
        return firstUnstableOffset < 0 ? highWatermark : Math.min(firstUnstableOffset, highWatermark);
    }
}
