package io.ottla.partition;

import io.ottla.log.LogConfig;

/**
 * The settings of a topic that its partitions go by.
 *
 * @param minInSyncReplicas {@code min.insync.replicas}
 */
public record PartitionConfig(LogConfig log, int minInSyncReplicas) {
    public static final PartitionConfig DEFAULTS = new PartitionConfig(LogConfig.DEFAULTS, 1);
}
