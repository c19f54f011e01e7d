package io.ottla.partition;

import io.ottla.log.EpochEnd;

/** What a {@link Partition} is told. Times are monotonic, in milliseconds. */
public sealed interface PartitionEvent {

    /**
     * The log is open. Comes once.
     *
     * @param flushedOffset how far it has been synced
     * @param firstUnstableOffset see {@link Partition#firstUnstableOffset}
     * @param latestEpoch the log's last leader epoch; −1 if it knows none
     * @param recoveredHighWatermark from the checkpoint; what lies above the end was lost
     */
    record Opened(
            long startOffset,
            long endOffset,
            long flushedOffset,
            long firstUnstableOffset,
            int latestEpoch,
            long recoveredHighWatermark)
            implements PartitionEvent {}

    record Configured(PartitionSettings settings) implements PartitionEvent {}

    /** This node leads, or goes on leading with other in-sync replicas. */
    record Lead(long nowMs, Leadership leadership) implements PartitionEvent {}

    /** Another broker leads, or nobody. */
    record Follow(Following following) implements PartitionEvent {}

    /** This node has no replica of the partition any more, or none for now. */
    record Unassigned() implements PartitionEvent {}

    /** The log directory has failed: nobody knows what is on it. For good. */
    record LogDirFailed() implements PartitionEvent {}

    /**
     * The leader's log took the batches of a writer, or recognised them as a repetition.
     *
     * @param token comes back in {@link PartitionEffect.Answer}, once
     * @param answer what the writer is told when its records are as safe as {@code acks} asks
     * @param acks 0 or 1 for this replica alone, −1 for all in-sync replicas
     * @param deadlineMs when the writer is told REQUEST_TIMED_OUT instead
     * @param endOffset of the log now
     * @param flushedOffset how far it has been synced
     * @param firstUnstableOffset see {@link Partition#firstUnstableOffset}
     */
    record Appended(
            long nowMs,
            long token,
            AppendAnswer.Appended answer,
            short acks,
            long deadlineMs,
            long endOffset,
            long flushedOffset,
            long firstUnstableOffset)
            implements PartitionEvent {}

    /** What the log was to flush is durable below {@code offset}. */
    record Flushed(long offset) implements PartitionEvent {}

    /**
     * A follower fetches from {@code offset}, so it holds all before it as safely as it should. To be told when the fetch
     * comes, not when it is answered, and only if the follower's log has not parted from the leader's (KAFKA-13141).
     *
     * @param brokerEpoch the follower's incarnation (KIP-903)
     * @param leaderEpoch what the follower believes; of another one nothing counts
     */
    record FetchedBy(int replicaId, long brokerEpoch, int leaderEpoch, long offset, long nowMs)
            implements PartitionEvent {}

    /**
     * What became of a {@link PartitionEffect.ProposeIsr}.
     *
     * @param partitionEpoch of the proposal; an answer to an earlier one says nothing any more
     */
    record IsrWritten(int leaderEpoch, int partitionEpoch, IsrAnswer answer) implements PartitionEvent {}

    /**
     * An answer to {@link PartitionEffect.Fetch} is in the log; maybe it had no records. Only if
     * {@link Partition#isFetching} said so before.
     *
     * @param leaderHighWatermark as the answer has it
     * @param leaderStartOffset as the answer has it
     * @param endOffset of the log now
     */
    record Copied(
            long leaderHighWatermark,
            long leaderStartOffset,
            long endOffset,
            long flushedOffset,
            long firstUnstableOffset,
            int latestEpoch)
            implements PartitionEvent {}

    /**
     * An answer to {@link PartitionEffect.Fetch} says that the logs have parted, or one to OffsetForLeaderEpoch does.
     *
     * @param leaderEpoch of the fetch
     * @param fetchOffset of the fetch
     * @param leaders where the leader's log ended the follower's last epoch, or the largest below it that it knows
     * @param own where the follower's own log ended {@code leaders.epoch()}, or the largest below it that it knows
     */
    record Diverged(int leaderEpoch, long fetchOffset, EpochEnd leaders, EpochEnd own) implements PartitionEvent {}

    /** What {@link PartitionEffect.Truncate} wanted is done: the log may be used again. */
    record Truncated(long nowMs, long endOffset, long flushedOffset, long firstUnstableOffset, int latestEpoch)
            implements PartitionEvent {}

    /** {@link Partition#nextDeadlineMs} has come, or some other time. */
    record Tick(long nowMs) implements PartitionEvent {}
}
