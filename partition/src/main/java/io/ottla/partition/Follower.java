package io.ottla.partition;

import io.ottla.base.Effects;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * A follower: copies the leader from the end of its own log on. It says where it wants to fetch from, one fetch at a time;
 * that fetch tells the leader what is held here, so with {@code flush.messages} it waits for the fsync. An answer counts
 * only if it is to the fetch that was said last. Source: Kafka's AbstractFetcherThread, KIP-595.
 */
final class Follower implements ReplicaState {
    private final OwnReplica own;
    private Following following;
    /** What was said last was not answered yet. */
    private boolean isFetching;

    private Follower(OwnReplica own, Following following) {
        this.own = own;
        this.following = following;
    }

    static ReplicaState begin(OwnReplica own, Following following, Effects<PartitionEffect> effects) {
        return new Follower(own, following).fetchOrTruncate(effects);
    }

    /** A log that knows no leader epoch cannot be compared: what is not committed is cut off, as before KIP-101. */
    private ReplicaState fetchOrTruncate(Effects<PartitionEffect> effects) {
        if (own.isOpen() && own.latestEpoch() < 0 && own.highWatermark() < own.endOffset())
            return truncate(own.highWatermark(), effects);
        settle(effects);
        return this;
    }

    private ReplicaState truncate(long offset, Effects<PartitionEffect> effects) {
        effects.add(new PartitionEffect.Truncate(offset));
        return new Truncating(own, Optional.of(following));
    }

    @Override
    public Role role() {
        return Role.FOLLOWER;
    }

    @Override
    public Errors check(int clientEpoch) {
        Errors error = following.checkEpoch(clientEpoch);
        return error == Errors.NONE ? Errors.NOT_LEADER_OR_FOLLOWER : error;
    }

    @Override
    public ReplicaState opened(Effects<PartitionEffect> effects) {
        return fetchOrTruncate(effects);
    }

    @Override
    public void settle(Effects<PartitionEffect> effects) {
        if (!own.isOpen()) return;
        own.advanceSafeEnd(effects);
        if (isFetching || !following.hasLeader() || own.safeEndOffset() < own.endOffset()) return;
        isFetching = true;
        effects.add(new PartitionEffect.Fetch(
                following.leaderId(), following.leaderEpoch(), own.endOffset(), own.latestEpoch()));
    }

    @Override
    public ReplicaState lead(long nowMs, Leadership next, Effects<PartitionEffect> effects) {
        return Leader.begin(own, nowMs, next, effects);
    }

    @Override
    public ReplicaState follow(Following next, Effects<PartitionEffect> effects) {
        boolean isSame = next.leaderEpoch() == following.leaderEpoch() && next.leaderId() == following.leaderId();
        following = next;
        if (isSame) return this;
        isFetching = false;
        return fetchOrTruncate(effects);
    }

    @Override
    public ReplicaState unassigned(Effects<PartitionEffect> effects) {
        effects.add(PartitionEffect.Wake.READERS);
        return new Unassigned(own);
    }

    @Override
    public ReplicaState failed(Effects<PartitionEffect> effects) {
        effects.add(PartitionEffect.Wake.READERS);
        return new Failed();
    }

    /** Whether an answer is to the fetch that was said last. */
    boolean isFetching(int leaderEpoch, long offset) {
        return isFetching && leaderEpoch == following.leaderEpoch() && offset == own.endOffset();
    }

    void copied(PartitionEvent.Copied copy, Effects<PartitionEffect> effects) {
        isFetching = false;
        own.grew(copy.endOffset(), copy.flushedOffset(), copy.firstUnstableOffset());
        own.latestEpoch(copy.latestEpoch());
        // it does not fall: a new leader may know less for a while of what its predecessor had told
        if (own.raiseHighWatermark(Math.min(copy.leaderHighWatermark(), own.endOffset()), effects))
            effects.add(PartitionEffect.Wake.READERS);
        own.raiseStart(Math.min(copy.leaderStartOffset(), own.highWatermark()), effects);
        settle(effects);
    }

    /** What such an answer says of the leader's high watermark and start is not taken: they are of another log (KAFKA-14704). */
    ReplicaState diverged(PartitionEvent.Diverged answer, Effects<PartitionEffect> effects) {
        if (!isFetching(answer.leaderEpoch(), answer.fetchOffset())) return this;
        return truncate(Divergence.truncationOffset(answer.leaders(), answer.own(), own.endOffset()), effects);
    }
}
