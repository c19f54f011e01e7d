package io.ottla.coordinator;

/**
 * What a coordinator may use.
 *
 * @param batchBytesMax of one batch before compression; below max.message.bytes of the topic
 * @param unwrittenBytesMax of records of a partition that wait for being committed; above it requests are refused
 * @param reloadBackoffMs before a load that failed is tried again
 */
public record CoordinatorLimits(int batchBytesMax, long unwrittenBytesMax, long reloadBackoffMs) {

    public static final CoordinatorLimits DEFAULT = new CoordinatorLimits(1_000_000, 16 << 20, 5_000);

    public CoordinatorLimits withBatchBytesMax(int bytes) {
        return new CoordinatorLimits(bytes, unwrittenBytesMax, reloadBackoffMs);
    }
}
