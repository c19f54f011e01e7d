package io.ottla.partition;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a replica is at the moment, and what may become of it.
 *
 * <pre>
 *   Unassigned, Leader, Follower: each to each, as the cluster decides
 *   Follower ──► Truncating ──► what was decided by then
 *   any ──► Failed
 * </pre>
 */
sealed interface ReplicaState permits Leader, Follower, Truncating, ReplicaState.Unassigned, ReplicaState.Failed {

    Role role();

    /**
     * Whether requests that need the leader can be served.
     *
     * @param clientEpoch the leader epoch that the client knows; {@link Partition#NO_EPOCH} if none (KIP-320)
     */
    Errors check(int clientEpoch);

    /** The log is open; what it has is known already. */
    default ReplicaState opened(Effects<PartitionEffect> effects) {
        return this;
    }

    /** Offsets or settings have changed: moves on what follows from them. */
    default void settle(Effects<PartitionEffect> effects) {}

    /** This node leads, or goes on leading. The decision is no older than the one known. */
    ReplicaState lead(long nowMs, Leadership next, Effects<PartitionEffect> effects);

    /** Another leads, or nobody. The decision is no older than the one known. */
    ReplicaState follow(Following next, Effects<PartitionEffect> effects);

    ReplicaState unassigned(Effects<PartitionEffect> effects);

    ReplicaState failed(Effects<PartitionEffect> effects);

    default void tick(long nowMs, Effects<PartitionEffect> effects) {}

    default long nextDeadlineMs() {
        return Core.NO_DEADLINE;
    }

    /** The cluster has given the partition to others, or has not been heard of yet. */
    record Unassigned(OwnReplica own) implements ReplicaState {
        @Override
        public Role role() {
            return Role.UNASSIGNED;
        }

        @Override
        public Errors check(int clientEpoch) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }

        @Override
        public ReplicaState lead(long nowMs, Leadership next, Effects<PartitionEffect> effects) {
            return Leader.begin(own, nowMs, next, effects);
        }

        @Override
        public ReplicaState follow(Following next, Effects<PartitionEffect> effects) {
            return Follower.begin(own, next, effects);
        }

        @Override
        public ReplicaState unassigned(Effects<PartitionEffect> effects) {
            effects.add(PartitionEffect.Wake.READERS);
            return this;
        }

        @Override
        public ReplicaState failed(Effects<PartitionEffect> effects) {
            effects.add(PartitionEffect.Wake.READERS);
            return new Failed();
        }
    }

    /** The log directory has failed; nothing of it is served any more. For good. */
    record Failed() implements ReplicaState {
        @Override
        public Role role() {
            return Role.FAILED;
        }

        @Override
        public Errors check(int clientEpoch) {
            return Errors.KAFKA_STORAGE_ERROR;
        }

        @Override
        public ReplicaState lead(long nowMs, Leadership next, Effects<PartitionEffect> effects) {
            return this;
        }

        @Override
        public ReplicaState follow(Following next, Effects<PartitionEffect> effects) {
            return this;
        }

        @Override
        public ReplicaState unassigned(Effects<PartitionEffect> effects) {
            return this;
        }

        @Override
        public ReplicaState failed(Effects<PartitionEffect> effects) {
            return this;
        }
    }
}
