package io.ottla.partition;

import io.ottla.base.Effects;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * The log is being cut, and is not to be used until {@link PartitionEvent.Truncated}. What the cluster decides meanwhile
 * comes into force then.
 *
 * @param decided empty if the partition is not this node's any more
 */
record Truncating(OwnReplica own, Optional<Decision> decided) implements ReplicaState {

    @Override
    public Role role() {
        return Role.TRUNCATING;
    }

    @Override
    public Errors check(int clientEpoch) {
        Errors error = decided.map(known -> known.checkEpoch(clientEpoch)).orElse(Errors.NONE);
        return error == Errors.NONE ? Errors.NOT_LEADER_OR_FOLLOWER : error;
    }

    @Override
    public ReplicaState lead(long nowMs, Leadership next, Effects<PartitionEffect> effects) {
        return new Truncating(own, Optional.of(next));
    }

    @Override
    public ReplicaState follow(Following next, Effects<PartitionEffect> effects) {
        return new Truncating(own, Optional.of(next));
    }

    @Override
    public ReplicaState unassigned(Effects<PartitionEffect> effects) {
        return new Truncating(own, Optional.empty());
    }

    @Override
    public ReplicaState failed(Effects<PartitionEffect> effects) {
        effects.add(PartitionEffect.Wake.READERS);
        return new Failed();
    }

    ReplicaState truncated(PartitionEvent.Truncated log, Effects<PartitionEffect> effects) {
        own.truncated(log);
        if (decided.isEmpty()) return new Unassigned(own);
        return switch (decided.get()) {
            case Leadership leadership -> Leader.begin(own, log.nowMs(), leadership, effects);
            case Following following -> Follower.begin(own, following, effects);
        };
    }
}
