package io.ottla.zookeeperserver;

/**
 * How long requests took, in milliseconds: count, sum, least, most, and percentiles to within an eighth (AvgMinMaxPercentileCounter of
 * the original, which samples instead).
 */
final class LatencySummary {
    /** Up to 8 ms each its own; above, eight to a doubling. */
    private static final int STEPS = 8;

    private static final int BUCKETS = STEPS * 29;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long sumMs;
    private long minMs = Long.MAX_VALUE;
    private long maxMs;

    void add(long latencyMs) {
        count++;
        sumMs += latencyMs;
        if (latencyMs < minMs) minMs = latencyMs;
        if (latencyMs > maxMs) maxMs = latencyMs;
        counts[bucket(latencyMs)]++;
    }

    private static int bucket(long latencyMs) {
        if (latencyMs < STEPS) return (int) Math.max(0, latencyMs);
        int doubling = 63 - Long.numberOfLeadingZeros(latencyMs) - 3;
        int step = (int) (latencyMs >>> doubling) - STEPS;
        return Math.min(BUCKETS - 1, STEPS * (doubling + 1) + step);
    }

    private static long lowest(int bucket) {
        if (bucket < STEPS) return bucket;
        return (long) (STEPS + bucket % STEPS) << (bucket / STEPS - 1);
    }

    long count() {
        return count;
    }

    long sumMs() {
        return sumMs;
    }

    long minMs() {
        return count == 0 ? 0 : minMs;
    }

    long maxMs() {
        return maxMs;
    }

    /** To four places, as the original rounds it. */
    double avgMs() {
        return count == 0 ? 0 : Math.round(sumMs * 10_000.0 / count) / 10_000.0;
    }

    /** @param share 0 to 1 */
    long percentileMs(double share) {
        if (count == 0) return 0;
        long wanted = (long) Math.ceil(count * share);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted) return Math.min(maxMs, lowest(bucket));
        }
        return maxMs;
    }

    void reset() {
        java.util.Arrays.fill(counts, 0);
        count = 0;
        sumMs = 0;
        minMs = Long.MAX_VALUE;
        maxMs = 0;
    }
}
