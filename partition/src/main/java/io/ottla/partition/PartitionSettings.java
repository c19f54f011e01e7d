package io.ottla.partition;

/**
 * What a replica goes by.
 *
 * @param minInSyncReplicas {@code min.insync.replicas}
 * @param flushMessages {@code flush.messages}: fsync once so many records wait for it
 * @param replicaLagTimeMaxMs {@code replica.lag.time.max.ms}: a follower that has not been at the leader's end for so
 *     long is not in sync
 */
public record PartitionSettings(int minInSyncReplicas, long flushMessages, long replicaLagTimeMaxMs) {
    /** Kafka's default. */
    public static final long REPLICA_LAG_TIME_MAX_MS = 30_000;

    static final PartitionSettings DEFAULTS = new PartitionSettings(1, Long.MAX_VALUE, REPLICA_LAG_TIME_MAX_MS);
}
