package io.ottla.cluster;

import io.ottla.base.TopicPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges requests to move partitions to other brokers (KIP-455). Where a broker is alone, all that can be asked for
 * is what is there already. Which error is given for what follows Kafka's {@code ReplicationControlManager}.
 */
public final class Reassignments {
    /** A list of replicas may have so many. */
    private static final int MAX_REPLICATION_FACTOR = Short.MAX_VALUE;

    private Reassignments() {}

    /**
     * @param replicas what the partition shall have; empty to give up a move that goes on
     * @param allowsFactorChange whether it may have more or fewer replicas than now
     */
    public static Answer<Void> judge(
            ClusterImage image, TopicPartition wanted, Optional<List<Integer>> replicas, boolean allowsFactorChange) {
        if (image.topic(wanted.topic()).isEmpty())
            return Answer.refused(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named " + wanted.topic() + ".");
        Optional<PartitionImage> partition = image.partition(wanted);
        if (partition.isEmpty())
            return Answer.refused(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find partition " + wanted.topic() + ":" + wanted.partition() + ".");
        if (replicas.isEmpty())
            return Answer.refused(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, "No partition reassignment is in progress.");
        Optional<String> flaw = flaw(image, replicas.get());
        if (flaw.isPresent()) return Answer.refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, flaw.get());
        List<Integer> now = partition.get().replicas();
        if (!allowsFactorChange && replicas.get().size() != now.size())
            return Answer.refused(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "The replication factor is " + now.size() + ", and is not to be changed.");
        if (replicas.get().equals(now)) return Answer.ok(null);
        return Answer.refused(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Partitions cannot be moved from broker to broker yet.");
    }

    /** What is wrong with a list of replicas that somebody made by hand; empty if nothing. */
    static Optional<String> flaw(ClusterImage image, List<Integer> replicas) {
        if (replicas.isEmpty()) return Optional.of("The manual partition assignment includes an empty replica list.");
        if (replicas.size() > MAX_REPLICATION_FACTOR) return Optional.of("Too many replicas: " + replicas.size());
        Set<Integer> seen = new HashSet<>();
        for (int broker : replicas) {
            if (!image.isAlive(broker))
                return Optional.of("The manual partition assignment includes broker " + broker
                        + ", but no such broker is registered.");
            if (!seen.add(broker))
                return Optional.of(
                        "The manual partition assignment includes the broker " + broker + " more than once.");
        }
        return Optional.empty();
    }
}
