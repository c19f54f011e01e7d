package io.ottla.partition;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the controller decided about a partition, as the leader needs it.
 *
 * @param leaderEpoch the term; rises with each new leader, never falls (KIP-101, KIP-320)
 * @param partitionEpoch the version of this decision; rises with each change of it, also within a term
 * @param replicas the broker ids that hold the partition, preferred leader first
 * @param isr those of {@code replicas} that must have a record before it counts as committed; never empty
 */
public record Leadership(int leaderEpoch, int partitionEpoch, List<Integer> replicas, List<Integer> isr) {

    public Leadership {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
    }

    /**
     * How many in-sync replicas a write with acks=all needs: {@code min.insync.replicas}, but not more than there are
     * replicas, so that a topic with fewer can be written at all.
     */
    public int effectiveMinIsr(int minInSyncReplicas) {
        return Math.min(minInSyncReplicas, replicas.size());
    }

    /** Whether a client that believes in an epoch believes in this one (KIP-320). */
    Errors check(int clientEpoch) {
        if (clientEpoch == Partition.NO_EPOCH || clientEpoch == leaderEpoch) return Errors.NONE;
        return clientEpoch < leaderEpoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }
}
