package io.ottla.partition;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * The leader: takes appends, knows how far its followers are, and who of them is in sync; so it knows what is committed,
 * and which writers can be told so. Source: Kafka's Partition, KIP-101, KIP-207, KIP-497, KIP-903.
 */
final class Leader implements ReplicaState {
    /** A change of the in-sync replicas that was refused, or of which nobody knows what became, is tried again after so long. */
    static final long RETRY_MS = 200;

    /**
     * One that is about to be in sync again is waited for so long: without that, writers that never pause would keep it
     * from ever being at the high watermark of a leader that is alone in sync.
     */
    static final long JOIN_WAIT_MS = 1000;

    private final OwnReplica own;
    private final ParkedAppends waitForSafe = new ParkedAppends();
    private final ParkedAppends waitForCommit = new ParkedAppends();

    /** The other replicas; of this term. */
    private final Map<Integer, FollowerProgress> followers = new HashMap<>(0);

    private Leadership leadership;
    private InSyncReplicas isr;
    private long termStartOffset;
    /** The newest time that it was told. */
    private long nowMs;
    /** After a change of the in-sync replicas was refused none is proposed before that time. */
    private long proposeFromMs = Long.MIN_VALUE;

    private Leader(OwnReplica own, long nowMs, Leadership leadership) {
        this.own = own;
        this.nowMs = nowMs;
        this.leadership = leadership;
        isr = new InSyncReplicas.Settled(List.of());
    }

    static Leader begin(OwnReplica own, long nowMs, Leadership leadership, Effects<PartitionEffect> effects) {
        Leader leader = new Leader(own, nowMs, leadership);
        leader.beginTerm(effects);
        leader.takeState(leadership);
        leader.knowFollowers();
        leader.settle(effects);
        leader.wakeAll(effects);
        return leader;
    }

    private void beginTerm(Effects<PartitionEffect> effects) {
        followers.clear();
        termStartOffset = own.endOffset();
        if (own.isOpen()) own.beginEpoch(leadership.leaderEpoch(), effects);
    }

    /**
     * One that was in sync and is so no more has to show that it lives before anybody waits for it. One that somebody else
     * has brought in has its time to show that it is.
     */
    private void takeState(Leadership next) {
        followers.forEach((replica, follower) -> {
            boolean was = isr.maximal().contains(replica);
            boolean is = next.isr().contains(replica);
            if (was && !is) follower.leftBehind();
            if (!was && is) follower.broughtIn(nowMs);
        });
        isr = new InSyncReplicas.Settled(next.isr());
    }

    /** Those of old keep what is known of them; a new one has its time to show that it is in sync, if the state says so. */
    private void knowFollowers() {
        followers.keySet().retainAll(leadership.replicas());
        for (Integer replica : leadership.replicas()) {
            if (replica == own.nodeId() || followers.containsKey(replica)) continue;
            boolean isInSync = isr.committed().contains(replica);
            followers.put(replica, isInSync ? FollowerProgress.inSync(nowMs) : FollowerProgress.behind());
        }
    }

    @Override
    public ReplicaState opened(Effects<PartitionEffect> effects) {
        termStartOffset = own.endOffset();
        own.beginEpoch(leadership.leaderEpoch(), effects);
        settle(effects);
        return this;
    }

    /**
     * With another version of the state a change of the in-sync replicas that is on its way is settled: it is what the
     * state says now, or it came too late for its version. The same version may come with other replicas.
     */
    @Override
    public ReplicaState lead(long nowMs, Leadership next, Effects<PartitionEffect> effects) {
        this.nowMs = Math.max(this.nowMs, nowMs);
        boolean isNewTerm = next.leaderEpoch() > leadership.leaderEpoch();
        // its own write is known here before the news of it
        if (!isNewTerm && next.partitionEpoch() < leadership.partitionEpoch()) return this;
        boolean isNewState = isNewTerm || next.partitionEpoch() > leadership.partitionEpoch();
        leadership = next;
        if (isNewTerm) beginTerm(effects);
        if (isNewState) takeState(next);
        knowFollowers();
        settle(effects);
        wakeAll(effects);
        return this;
    }

    @Override
    public ReplicaState follow(Following next, Effects<PartitionEffect> effects) {
        leave(Errors.NOT_LEADER_OR_FOLLOWER, effects);
        return Follower.begin(own, next, effects);
    }

    @Override
    public ReplicaState unassigned(Effects<PartitionEffect> effects) {
        leave(Errors.NOT_LEADER_OR_FOLLOWER, effects);
        return new Unassigned(own);
    }

    @Override
    public ReplicaState failed(Effects<PartitionEffect> effects) {
        leave(Errors.KAFKA_STORAGE_ERROR, effects);
        return new Failed();
    }

    /** Who waits is told; what a writer wrote may become committed all the same. */
    private void leave(Errors error, Effects<PartitionEffect> effects) {
        waitForSafe.refuseAll(error, effects);
        waitForCommit.refuseAll(error, effects);
        wakeAll(effects);
    }

    private void wakeAll(Effects<PartitionEffect> effects) {
        effects.add(PartitionEffect.Wake.READERS);
        if (hasFollowers()) effects.add(PartitionEffect.Wake.FOLLOWERS);
    }

    @Override
    public Role role() {
        return Role.LEADER;
    }

    Leadership leadership() {
        return leadership;
    }

    InSyncReplicas isr() {
        return isr;
    }

    private boolean hasFollowers() {
        return !followers.isEmpty();
    }

    @Override
    public Errors check(int clientEpoch) {
        return leadership.checkEpoch(clientEpoch);
    }

    /** As {@link Partition#checkFollower}. */
    Errors checkFollower(int replicaId, int epoch) {
        Errors error = check(epoch);
        if (error != Errors.NONE || followers.containsKey(replicaId)) return error;
        return epoch >= 0 ? Errors.UNKNOWN_LEADER_EPOCH : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    boolean isUnderMinIsr() {
        return isr.committed().size() < effectiveMinIsr();
    }

    private int effectiveMinIsr() {
        return leadership.effectiveMinIsr(own.settings().minInSyncReplicas());
    }

    void appended(PartitionEvent.Appended append, Effects<PartitionEffect> effects) {
        boolean isMore = append.endOffset() > own.endOffset();
        nowMs = Math.max(nowMs, append.nowMs());
        own.grew(append.endOffset(), append.flushedOffset(), append.firstUnstableOffset());
        if (append.acks() == 0) effects.add(new PartitionEffect.Answer(append.token(), append.answer()));
        else (append.acks() == 1 ? waitForSafe : waitForCommit).park(append);
        settle(effects);
        if (isMore && hasFollowers()) effects.add(PartitionEffect.Wake.FOLLOWERS);
    }

    void fetchedBy(PartitionEvent.FetchedBy fetch, Effects<PartitionEffect> effects) {
        FollowerProgress follower = followers.get(fetch.replicaId());
        if (follower == null || fetch.leaderEpoch() != leadership.leaderEpoch()) return;
        nowMs = Math.max(nowMs, fetch.nowMs());
        if (!follower.fetched(fetch.brokerEpoch(), fetch.offset(), own.endOffset(), fetch.nowMs())) return;
        proposeIfItCameBack(fetch.replicaId(), follower, effects);
        settle(effects);
    }

    void isrWritten(PartitionEvent.IsrWritten written, Effects<PartitionEffect> effects) {
        if (!(isr instanceof InSyncReplicas.Proposed proposed)) return;
        if (!proposed.isOf(written.leaderEpoch(), written.partitionEpoch())) return;
        switch (written.answer()) {
            case IsrAnswer.Written(int partitionEpoch) -> {
                leadership = new Leadership(
                        leadership.leaderEpoch(),
                        partitionEpoch,
                        leadership.replicas(),
                        proposed.proposal().replicaIds());
                isr = new InSyncReplicas.Settled(leadership.isr());
            }
            case IsrAnswer.Refused() -> {
                isr = proposed.refused();
                proposeFromMs = nowMs + RETRY_MS;
            }
            // what holds now comes with the next decision; until then both count
            case IsrAnswer.Superseded() -> {}
            case IsrAnswer.Unknown() -> isr = proposed.unknown(nowMs + RETRY_MS);
        }
        settle(effects);
    }

    @Override
    public void tick(long nowMs, Effects<PartitionEffect> effects) {
        this.nowMs = Math.max(this.nowMs, nowMs);
        waitForSafe.expire(nowMs, effects);
        waitForCommit.expire(nowMs, effects);
        switch (isr) {
            case InSyncReplicas.Proposed proposed
            when proposed.retryAtMs() <= nowMs -> {
                isr = proposed.proposedAgain();
                effects.add(proposed.proposal());
            }
            case InSyncReplicas.Proposed proposed -> {}
            case InSyncReplicas.Settled settled -> proposeWithoutWhoIsBehind(settled, effects);
        }
        settle(effects);
    }

    @Override
    public long nextDeadlineMs() {
        return Math.min(Math.min(waitForSafe.nextDeadlineMs(), waitForCommit.nextDeadlineMs()), isrDeadlineMs());
    }

    private long isrDeadlineMs() {
        if (!hasFollowers()) return Core.NO_DEADLINE;
        long next = isr instanceof InSyncReplicas.Proposed proposed ? proposed.retryAtMs() : Core.NO_DEADLINE;
        for (Map.Entry<Integer, FollowerProgress> each : followers.entrySet()) {
            FollowerProgress follower = each.getValue();
            if (follower.endOffset() >= own.endOffset()) continue;
            if (!isr.maximal().contains(each.getKey())) {
                if (isWaitedFor(follower)) next = Math.min(next, follower.behindAtMs(JOIN_WAIT_MS));
            } else if (isr instanceof InSyncReplicas.Settled) {
                long behindMs = follower.behindAtMs(own.settings().replicaLagTimeMaxMs());
                next = Math.min(next, Math.max(behindMs, proposeFromMs));
            }
        }
        return next;
    }

    int parkedAppends() {
        return waitForSafe.size() + waitForCommit.size();
    }

    boolean isHighWatermarkSettled() {
        return own.highWatermark() >= termStartOffset;
    }

    /**
     * One that has all that is committed, and all of before this term, is in sync; if it keeps up: while the high watermark
     * stands still for lack of replicas, one that is far behind has all that is committed too (KAFKA-19996).
     */
    private void proposeIfItCameBack(int replica, FollowerProgress follower, Effects<PartitionEffect> effects) {
        if (!(isr instanceof InSyncReplicas.Settled settled)
                || settled.committed().contains(replica)) return;
        boolean hasAll = follower.endOffset() >= Math.max(own.highWatermark(), termStartOffset);
        if (!own.isOpen() || !hasAll || !isCaughtUp(follower) || nowMs < proposeFromMs) return;
        List<Integer> next = new ArrayList<>(settled.committed());
        next.add(replica);
        propose(settled, next, effects);
    }

    private void proposeWithoutWhoIsBehind(InSyncReplicas.Settled settled, Effects<PartitionEffect> effects) {
        if (nowMs < proposeFromMs) return;
        List<Integer> next = new ArrayList<>(settled.committed());
        next.removeIf(replica -> followers.containsKey(replica) && !isCaughtUp(followers.get(replica)));
        if (next.size() < settled.committed().size()) propose(settled, next, effects);
    }

    private boolean isCaughtUp(FollowerProgress follower) {
        return follower.isCaughtUp(own.endOffset(), nowMs, own.settings().replicaLagTimeMaxMs());
    }

    private boolean isWaitedFor(FollowerProgress follower) {
        return follower.isCaughtUp(own.endOffset(), nowMs, JOIN_WAIT_MS);
    }

    private void propose(InSyncReplicas.Settled settled, List<Integer> next, Effects<PartitionEffect> effects) {
        List<PartitionEffect.ProposeIsr.Member> members = new ArrayList<>();
        for (Integer replica : next) {
            FollowerProgress follower = followers.get(replica);
            members.add(new PartitionEffect.ProposeIsr.Member(replica, follower == null ? -1 : follower.brokerEpoch()));
        }
        var proposal = new PartitionEffect.ProposeIsr(leadership.leaderEpoch(), leadership.partitionEpoch(), members);
        isr = settled.propose(proposal);
        effects.add(proposal);
    }

    /** Moves the offsets as far as they may go, and lets go who waited for it. */
    @Override
    public void settle(Effects<PartitionEffect> effects) {
        own.advanceSafeEnd(effects);
        waitForSafe.release(own.safeEndOffset(), Errors.NONE, effects);
        long next = HighWatermark.advance(
                own.highWatermark(), endOffsets(), isr.committed().size(), effectiveMinIsr());
        boolean isHigher = own.raiseHighWatermark(next, effects);
        if (waitForCommit.size() > 0) {
            waitForCommit.release(
                    own.highWatermark(),
                    isUnderMinIsr() ? Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND : Errors.NONE,
                    effects);
        }
        if (isHigher) effects.add(PartitionEffect.Wake.READERS);
    }

    /** Of all who must have a record: those in sync, and who is about to be. */
    private long[] endOffsets() {
        List<Integer> members = isr.maximal();
        boolean isAlone = !hasFollowers() && members.size() == 1 && members.getFirst() == own.nodeId();
        if (isAlone) return new long[] {own.safeEndOffset()};
        long[] ends = new long[members.size() + followers.size()];
        int count = 0;
        for (Integer member : members) {
            FollowerProgress follower = followers.get(member);
            long known = follower == null ? HighWatermark.UNKNOWN : follower.endOffset();
            ends[count++] = member == own.nodeId() ? own.safeEndOffset() : known;
        }
        for (Map.Entry<Integer, FollowerProgress> each : followers.entrySet())
            if (!members.contains(each.getKey()) && isWaitedFor(each.getValue()))
                ends[count++] = each.getValue().endOffset();
        return Arrays.copyOf(ends, count);
    }
}
