package io.ottla.partition;

import org.apache.kafka.common.protocol.Errors;

/** What the cluster decided about a partition that has a replica here. */
public sealed interface Decision permits Leadership, Following {

    /** The term; rises with each new leader, never falls (KIP-101, KIP-320). */
    int leaderEpoch();

    /** The version of this decision; rises with each change of it, also within a term. */
    int partitionEpoch();

    /** Whether a client that believes in an epoch believes in this one (KIP-320). */
    default Errors checkEpoch(int clientEpoch) {
        if (clientEpoch == Partition.NO_EPOCH || clientEpoch == leaderEpoch()) return Errors.NONE;
        return clientEpoch < leaderEpoch() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }
}
