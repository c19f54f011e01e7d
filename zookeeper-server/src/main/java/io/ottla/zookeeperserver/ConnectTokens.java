package io.ottla.zookeeperserver;

/**
 * How often clients may connect (BlueThrottle of the original, without its dropping by chance): each connect takes a token, and tokens come back at a
 * steady rate.
 */
final class ConnectTokens {
    private final long tokensMax;
    private final long fillMs;
    private final long fillCount;
    private long tokens;
    private long filledMs;

    /**
     * @param tokensMax at most so many are kept (connection_throttle_tokens); 0 for no limit at all
     * @param fillMs each time so many milliseconds have passed (connection_throttle_fill_time), 1 or more
     * @param fillCount so many come back (connection_throttle_fill_count)
     */
    ConnectTokens(long tokensMax, long fillMs, long fillCount, long nowMs) {
        this.tokensMax = tokensMax;
        this.fillMs = fillMs;
        this.fillCount = fillCount;
        tokens = tokensMax;
        filledMs = nowMs;
    }

    /** @return false if there is none */
    boolean take(long nowMs) {
        if (tokensMax == 0) return true;
        long times = Math.max(0, nowMs - filledMs) / fillMs;
        filledMs += times * fillMs;
        tokens = Math.min(tokensMax, tokens + Math.min(times, tokensMax) * fillCount);
        if (tokens == 0) return false;
        tokens--;
        return true;
    }
}
