package io.ottla.partition;

/**
 * The arithmetic of the high watermark: the offset below which every in-sync replica has every record. Only what lies
 * below it is committed, so only that is acknowledged to acks=all and shown to consumers.
 */
public final class HighWatermark {
    private HighWatermark() {}

    /** A replica of which this leader has not heard yet. */
    public static final long UNKNOWN = -1;

    /**
     * @param current the high watermark so far; it never falls within a term
     * @param endOffsets for each replica that must have a record, the leader included, the end of what it holds safely;
     *     {@link #UNKNOWN} if it has not fetched in this term
     * @param isrSize how many replicas are in sync as the cluster's state says, which may be fewer than must have a
     *     record
     * @param minIsr how many of those there must be for anything to become committed
     * @return the new high watermark, at least {@code current}
     */
    public static long advance(long current, long[] endOffsets, int isrSize, int minIsr) {
        if (isrSize < minIsr || endOffsets.length == 0) return current;
        long least = Long.MAX_VALUE;
        for (long end : endOffsets) least = Math.min(least, end);
        return Math.max(current, least);
    }
}
