package io.ottla.cluster;

import java.util.List;

/**
 * A partition as the cluster has it.
 *
 * @param replicas brokers that hold it, the preferred leader first
 * @param adding those of {@code replicas} that a reassignment adds
 * @param removing those of {@code replicas} that a reassignment removes
 * @param state {@link PartitionState#NONE} until the controller has chosen a leader
 * @param stateVersion the version of its state znode, which every change of it is conditional on; or
 *     {@link #NO_STATE}, or {@link #NO_ZNODE}
 */
public record PartitionImage(
        int partition,
        List<Integer> replicas,
        List<Integer> adding,
        List<Integer> removing,
        PartitionState state,
        int stateVersion) {

    /** It has a znode, but no state in it: whoever was creating it stopped half-way. */
    public static final int NO_STATE = -1;

    /** It has no znode of its own yet. */
    public static final int NO_ZNODE = -2;

    /** A broker, or {@link PartitionState#NO_LEADER}. */
    public int leader() {
        return state.leader();
    }

    /** −1 while it has no state. */
    public int leaderEpoch() {
        return state.leaderEpoch();
    }

    public List<Integer> isr() {
        return state.isr();
    }

    PartitionImage with(PartitionState newState, int version) {
        return new PartitionImage(partition, replicas, adding, removing, newState, version);
    }
}
