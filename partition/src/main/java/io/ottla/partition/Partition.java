package io.ottla.partition;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Effects;
import io.ottla.base.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * One replica of a partition, as a state machine: what its offsets mean for writers and readers. It knows nothing of
 * files; it is told what the log did and says what follows.
 *
 * <pre>
 *   log start ≤ last stable offset ≤ high watermark ≤ safe end ≤ end of the log
 * </pre>
 *
 * <ul>
 *   <li><b>safe end</b>: how far this replica itself holds the records as durably as {@code flush.messages} asks. Without
 *       that setting it is the end of the log; while a demanded fsync runs it stays where it was. It is this replica's
 *       own part in the high watermark, so that neither a writer is told nor a reader is shown what a power cut could
 *       take back.
 *   <li><b>high watermark</b>: the least safe end of the in-sync replicas ({@link HighWatermark}); alone, the safe end.
 *   <li><b>last stable offset</b>: the first record of the oldest open transaction, or the high watermark.
 * </ul>
 *
 * <p>Writers with acks=1 wait for the safe end, with acks=all for the high watermark. One fsync lets all go that waited
 * for it (group commit).
 */
public final class Partition {
    /** The epoch of a client that knows none. */
    public static final int NO_EPOCH = -1;

    private final TopicPartition topicPartition;
    private final int nodeId;
    private final ParkedAppends waitForSafe = new ParkedAppends();
    private final ParkedAppends waitForCommit = new ParkedAppends();
    /** How far the other replicas are; only of this term. */
    private final Map<Integer, Long> followerEndOffsets = new HashMap<>();

    private Role role = new Role.Resigned();
    private int minInSyncReplicas = 1;
    private long flushMessages = Long.MAX_VALUE;
    private long endOffset;
    private long flushedOffset;
    private long safeEndOffset;
    private long highWatermark;
    private long firstUnstableOffset = -1;
    private long termStartOffset;
    private boolean flushing;

    public Partition(TopicPartition topicPartition, int nodeId) {
        this.topicPartition = topicPartition;
        this.nodeId = nodeId;
    }

    /**
     * The log is open: where it ends, and how much of it was known to be committed. The log is told what is committed
     * now, whoever had it opened: until then it knows of nothing that retention and compaction may touch.
     *
     * @param recoveredHighWatermark from the checkpoint; what lies above the end was lost
     */
    public void opened(
            long startOffset,
            long endOffset,
            long flushedOffset,
            long recoveredHighWatermark,
            Effects<PartitionEffect> effects) {
        this.endOffset = endOffset;
        this.flushedOffset = flushedOffset;
        // what was read back from disk is as safe as it will get without another write
        safeEndOffset = endOffset;
        highWatermark = Math.clamp(recoveredHighWatermark, startOffset, endOffset);
        termStartOffset = endOffset;
        effects.add(new PartitionEffect.Committed(highWatermark));
        settle(effects);
    }

    /**
     * @param minInSyncReplicas min.insync.replicas
     * @param flushMessages flush.messages: fsync once so many records wait for it
     */
    public void configure(int minInSyncReplicas, long flushMessages, Effects<PartitionEffect> effects) {
        this.minInSyncReplicas = minInSyncReplicas;
        this.flushMessages = flushMessages;
        settle(effects);
    }

    /** Leads, or goes on leading with other in-sync replicas. A decision older than the one known is ignored. */
    public void lead(Leadership next, Effects<PartitionEffect> effects) {
        switch (role) {
            case Role.Leader(Leadership now) -> {
                if (next.leaderEpoch() < now.leaderEpoch()
                        || (next.leaderEpoch() == now.leaderEpoch() && next.partitionEpoch() < now.partitionEpoch())) {
                    return;
                }
                if (next.leaderEpoch() > now.leaderEpoch()) beginTerm();
            }
            case Role.Resigned() -> beginTerm();
            case Role.Failed() -> {
                return;
            }
        }
        followerEndOffsets.keySet().retainAll(next.replicas());
        role = new Role.Leader(next);
        settle(effects);
        effects.add(new PartitionEffect.Changed());
    }

    private void beginTerm() {
        termStartOffset = endOffset;
        followerEndOffsets.clear();
    }

    /** Leads no more. Writers that wait are sent to look for the new leader. */
    public void resign(Effects<PartitionEffect> effects) {
        if (role instanceof Role.Failed) return;
        role = new Role.Resigned();
        refuseParked(Errors.NOT_LEADER_OR_FOLLOWER, effects);
        effects.add(new PartitionEffect.Changed());
    }

    /** The log directory has failed: nobody knows what is on it, so nothing that waits is acknowledged. For good. */
    public void fail(Effects<PartitionEffect> effects) {
        if (role instanceof Role.Failed) return;
        role = new Role.Failed();
        refuseParked(Errors.KAFKA_STORAGE_ERROR, effects);
        effects.add(new PartitionEffect.Changed());
    }

    private void refuseParked(Errors error, Effects<PartitionEffect> effects) {
        waitForSafe.refuseAll(error, effects);
        waitForCommit.refuseAll(error, effects);
    }

    /**
     * Whether requests that need the leader can be served.
     *
     * @param clientEpoch the leader epoch that the client knows; {@link #NO_EPOCH} if none (KIP-320)
     */
    public Errors checkLeader(int clientEpoch) {
        return switch (role) {
            case Role.Failed() -> Errors.KAFKA_STORAGE_ERROR;
            case Role.Resigned() -> Errors.NOT_LEADER_OR_FOLLOWER;
            case Role.Leader(Leadership now) -> {
                if (clientEpoch == NO_EPOCH || clientEpoch == now.leaderEpoch()) yield Errors.NONE;
                yield clientEpoch < now.leaderEpoch() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
            }
        };
    }

    /** Whether an append may begin: this is the leader, and for acks=all there are replicas enough. */
    public Errors checkAppend(short acks) {
        Errors error = checkLeader(NO_EPOCH);
        if (error == Errors.NONE && acks == -1 && underMinIsr()) return Errors.NOT_ENOUGH_REPLICAS;
        return error;
    }

    /** The leader epoch to stamp on batches. Only while leading. */
    public int leaderEpoch() {
        return leadership().leaderEpoch();
    }

    public Role role() {
        return role;
    }

    private Leadership leadership() {
        if (role instanceof Role.Leader(Leadership now)) return now;
        throw new IllegalStateException("invariant broken: " + topicPartition + " does not lead: " + role);
    }

    private boolean underMinIsr() {
        Leadership now = leadership();
        return now.isr().size() < now.effectiveMinIsr(minInSyncReplicas);
    }

    /**
     * The log took a batch of a producer, or recognised it as a repetition.
     *
     * @param answer what the writer is told when its records are as safe as {@code acks} asks
     * @param acks 0 or 1 for this replica alone, −1 for all in-sync replicas
     * @param deadlineMs when the writer is told REQUEST_TIMED_OUT instead
     * @param logEnd the end of the log now
     * @param logFlushed how far it has been synced
     */
    public void appended(
            AppendAnswer.Appended answer,
            short acks,
            long deadlineMs,
            Consumer<AppendAnswer> to,
            long logEnd,
            long logFlushed,
            Effects<PartitionEffect> effects) {
        invariant(logEnd >= endOffset, "the log of %s ends at %d, before %d", topicPartition, logEnd, endOffset);
        endOffset = logEnd;
        flushedOffset = Math.max(flushedOffset, logFlushed);
        if (acks == 0) effects.add(new PartitionEffect.Answer(to, answer));
        else (acks == 1 ? waitForSafe : waitForCommit).park(answer, deadlineMs, to);
        settle(effects);
    }

    /** The first record of the oldest transaction that is open or whose end is not committed; −1 if there is none. */
    public void firstUnstableOffset(long offset) {
        firstUnstableOffset = offset;
    }

    /** An fsync that was wanted is done: all below {@code offset} is durable. */
    public void flushed(long offset, Effects<PartitionEffect> effects) {
        flushing = false;
        flushedOffset = Math.max(flushedOffset, offset);
        settle(effects);
    }

    /** A follower fetches from {@code offset}, so it holds all before it. Ignored from one that is not a replica. */
    public void fetchedUpTo(int replicaId, long offset, Effects<PartitionEffect> effects) {
        if (!(role instanceof Role.Leader(Leadership now)) || replicaId == nodeId) return;
        if (!now.replicas().contains(replicaId)) return;
        followerEndOffsets.put(replicaId, offset);
        settle(effects);
    }

    /** Tells the writers whose time has come. What they wrote stays and may still become committed. */
    public void expire(long nowMs, Effects<PartitionEffect> effects) {
        waitForSafe.expire(nowMs, effects);
        waitForCommit.expire(nowMs, effects);
    }

    /** When {@link #expire} is wanted next; {@link io.ottla.base.Core#NO_DEADLINE} if never. */
    public long nextDeadlineMs() {
        return Math.min(waitForSafe.nextDeadlineMs(), waitForCommit.nextDeadlineMs());
    }

    public int parkedAppends() {
        return waitForSafe.size() + waitForCommit.size();
    }

    /** Moves the offsets as far as they may go, and lets go who waited for it. */
    private void settle(Effects<PartitionEffect> effects) {
        if (!(role instanceof Role.Leader)) return;
        boolean mustFlush = endOffset - flushedOffset >= flushMessages;
        safeEndOffset = mustFlush ? Math.max(safeEndOffset, flushedOffset) : endOffset;
        if (mustFlush && !flushing && safeEndOffset < endOffset) {
            flushing = true;
            effects.add(new PartitionEffect.Flush());
        }
        waitForSafe.release(safeEndOffset, Errors.NONE, effects);
        long before = highWatermark;
        highWatermark =
                HighWatermark.advance(before, inSyncEndOffsets(), leadership().effectiveMinIsr(minInSyncReplicas));
        if (highWatermark > before) effects.add(new PartitionEffect.Committed(highWatermark));
        if (waitForCommit.size() > 0) {
            waitForCommit.release(
                    highWatermark, underMinIsr() ? Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND : Errors.NONE, effects);
        }
        if (highWatermark > before) effects.add(new PartitionEffect.Changed());
    }

    private long[] inSyncEndOffsets() {
        Leadership now = leadership();
        long[] ends = new long[now.isr().size()];
        for (int i = 0; i < ends.length; i++) {
            int replica = now.isr().get(i);
            ends[i] =
                    replica == nodeId ? safeEndOffset : followerEndOffsets.getOrDefault(replica, HighWatermark.UNKNOWN);
        }
        return ends;
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    /** Consumers see what lies below. */
    public long highWatermark() {
        return highWatermark;
    }

    /** Consumers with isolation.level=read_committed see what lies below. */
    public long lastStableOffset() {
        return firstUnstableOffset < 0 ? highWatermark : Math.min(firstUnstableOffset, highWatermark);
    }

    /**
     * A new leader does not know yet how far its predecessor had told consumers: until its high watermark has passed the
     * start of its term, it must not name offsets as the latest (KIP-207).
     */
    public boolean isHighWatermarkSettled() {
        return highWatermark >= termStartOffset;
    }
}
