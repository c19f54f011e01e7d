package io.ottla.coordinator;

import io.ottla.base.Limits;

/**
 * What a coordinator may use.
 *
 * @param batchBytesMax of one batch before compression; below max.message.bytes of the topic
 * @param unwrittenBytesMax of records of a partition that wait for being committed; above it requests are refused
 * @param unwrittenBytesOfAllMax the same for all partitions together
 * @param reloadBackoffMs before a load that failed is tried again
 */
public record CoordinatorLimits(
        int batchBytesMax, long unwrittenBytesMax, long unwrittenBytesOfAllMax, long reloadBackoffMs) {

    public static final CoordinatorLimits DEFAULT = within(Limits.ROOMY);

    /** On a node of these limits. */
    public static CoordinatorLimits within(Limits limits) {
        long ofAll = limits.unwrittenGroupBytes();
        return new CoordinatorLimits(1_000_000, Math.min(16 << 20, ofAll), ofAll, 5_000);
    }

    public CoordinatorLimits withBatchBytesMax(int bytes) {
        return new CoordinatorLimits(bytes, unwrittenBytesMax, unwrittenBytesOfAllMax, reloadBackoffMs);
    }
}
