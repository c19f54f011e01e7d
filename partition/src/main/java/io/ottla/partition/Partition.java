package io.ottla.partition;

import io.ottla.base.Effects;
import io.ottla.base.TopicPartition;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * One replica of a partition, as a state machine: what its offsets mean for writers, readers and the other replicas. It
 * knows nothing of files; it is told what happens ({@link PartitionEvent}) and says what follows
 * ({@link PartitionEffect}).
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

    private final OwnReplica own;
    private ReplicaState state;
    /** Of the last decision about the partition: an older one is not gone back to. */
    private int leaderEpoch = Integer.MIN_VALUE;

    private int partitionEpoch = Integer.MIN_VALUE;

    public Partition(TopicPartition topicPartition, int nodeId) {
        own = new OwnReplica(topicPartition, nodeId);
        state = new ReplicaState.Unassigned(own);
    }

    /** Takes one event. Effects are to be carried out in the order in which they were added, after this call. */
    public void step(PartitionEvent event, Effects<PartitionEffect> effects) {
        switch (event) {
            case PartitionEvent.Appended append -> leader().appended(append, effects);
            case PartitionEvent.Flushed(long offset) -> {
                own.flushed(offset);
                state.settle(effects);
            }
            case PartitionEvent.FetchedBy fetch -> {
                if (state instanceof Leader leader) leader.fetchedBy(fetch, effects);
            }
            case PartitionEvent.Tick(long nowMs) -> state.tick(nowMs, effects);
            case PartitionEvent.IsrWritten written -> {
                if (state instanceof Leader leader) leader.isrWritten(written, effects);
            }
            case PartitionEvent.Opened log -> {
                own.opened(log, effects);
                state = state.opened(effects);
            }
            case PartitionEvent.Configured(PartitionSettings settings) -> {
                own.configured(settings);
                state.settle(effects);
            }
            case PartitionEvent.Lead(long nowMs, Leadership next) -> {
                if (isNews(next)) state = state.lead(nowMs, next, effects);
            }
            case PartitionEvent.Follow(Following next) -> {
                if (isNews(next)) state = state.follow(next, effects);
            }
            case PartitionEvent.Copied copy -> follower().copied(copy, effects);
            case PartitionEvent.Diverged answer -> {
                if (state instanceof Follower follower) state = follower.diverged(answer, effects);
            }
            case PartitionEvent.Truncated log -> {
                if (state instanceof Truncating truncating) state = truncating.truncated(log, effects);
            }
            case PartitionEvent.Unassigned() -> state = state.unassigned(effects);
            case PartitionEvent.LogDirFailed() -> state = state.failed(effects);
        }
    }

    private boolean isNews(Decision next) {
        if (next.leaderEpoch() < leaderEpoch) return false;
        if (next.leaderEpoch() == leaderEpoch && next.partitionEpoch() < partitionEpoch) return false;
        leaderEpoch = next.leaderEpoch();
        partitionEpoch = next.partitionEpoch();
        return true;
    }

    /** @see ReplicaState#check */
    public Errors checkLeader(int clientEpoch) {
        return state.check(clientEpoch);
    }

    /**
     * Whether a fetch of another replica can be served.
     *
     * @param epoch the leader epoch that it knows; {@link #NO_EPOCH} if none
     * @return as Kafka: UNKNOWN_LEADER_EPOCH to one that knows the epoch but is no replica here, since it is ahead of us;
     *     of an older one nobody can say
     */
    public Errors checkFollower(int replicaId, int epoch) {
        return state instanceof Leader leader ? leader.checkFollower(replicaId, epoch) : state.check(epoch);
    }

    /** Whether an append may begin: this is the leader, and for acks=all there are replicas enough. */
    public Errors checkAppend(short acks) {
        Errors error = state.check(NO_EPOCH);
        if (error == Errors.NONE && acks == -1 && leader().isUnderMinIsr()) return Errors.NOT_ENOUGH_REPLICAS;
        return error;
    }

    /**
     * Whether an answer of the leader is to what was last said with {@link PartitionEffect.Fetch}. Else it is of the past,
     * and its records must not go into the log.
     */
    public boolean isFetching(int leaderEpoch, long offset) {
        return state instanceof Follower follower && follower.isFetching(leaderEpoch, offset);
    }

    /** The leader epoch to stamp on batches. Only while leading. */
    public int leaderEpoch() {
        return leader().leadership().leaderEpoch();
    }

    public Role role() {
        return state.role();
    }

    /** Empty unless it leads. The in-sync replicas are those that the cluster's state has, as far as is known. */
    public Optional<Leadership> leadership() {
        return state instanceof Leader leader ? Optional.of(leader.leadership()) : Optional.empty();
    }

    private Leader leader() {
        if (state instanceof Leader leader) return leader;
        throw new IllegalStateException("invariant broken: " + topicPartition() + " does not lead: " + state.role());
    }

    private Follower follower() {
        if (state instanceof Follower follower) return follower;
        throw new IllegalStateException("invariant broken: " + topicPartition() + " does not follow: " + state.role());
    }

    /** The first record of the oldest transaction that is open or whose end is not committed; −1 if there is none. */
    public void firstUnstableOffset(long offset) {
        own.firstUnstableOffset(offset);
    }

    /** When a {@link PartitionEvent.Tick} is wanted next; {@link io.ottla.base.Core#NO_DEADLINE} if never. */
    public long nextDeadlineMs() {
        return state.nextDeadlineMs();
    }

    /** Writers that wait. */
    public int parkedAppends() {
        return state instanceof Leader leader ? leader.parkedAppends() : 0;
    }

    public TopicPartition topicPartition() {
        return own.topicPartition();
    }

    /** Consumers see what lies below. */
    public long highWatermark() {
        return own.highWatermark();
    }

    /** Consumers with isolation.level=read_committed see what lies below. */
    public long lastStableOffset() {
        return own.lastStableOffset();
    }

    /**
     * A new leader does not know yet how far its predecessor had told consumers: until its high watermark has passed the
     * start of its term, it must not name offsets as the latest (KIP-207).
     */
    public boolean isHighWatermarkSettled() {
        return !(state instanceof Leader leader) || leader.isHighWatermarkSettled();
    }
}
