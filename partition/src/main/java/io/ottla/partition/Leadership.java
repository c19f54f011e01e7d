package io.ottla.partition;

import java.util.List;

/**
 * This node leads.
 *
 * @param replicas the broker ids that hold the partition, preferred leader first
 * @param isr those of {@code replicas} that must have a record before it counts as committed; never empty
 */
public record Leadership(int leaderEpoch, int partitionEpoch, List<Integer> replicas, List<Integer> isr)
        implements Decision {

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
}
