package io.ottla.partition;

import io.ottla.log.EpochEnd;

/**
 * Where a follower's log parted from its leader's, by leader epochs and never by the high watermark: what lies above that
 * may be committed (KIP-101, KIP-279). Source: Kafka's AbstractFetcherThread.
 */
final class Divergence {
    private Divergence() {}

    /**
     * @param leaders where the follower's last epoch ended at the leader, or the largest below it that the leader knows
     * @param own where the follower's own log has the end of {@code leaders.epoch()}, or the largest below it that it knows
     * @param endOffset of the follower's log
     * @return where the follower's log is to be cut. If its largest epoch is one that the leader does not know after that,
     *     the next fetch finds so
     */
    static long truncationOffset(EpochEnd leaders, EpochEnd own, long endOffset) {
        if (own.epoch() < 0) return Math.min(leaders.endOffset(), endOffset);
        long ends = Math.min(own.endOffset(), endOffset);
        return own.epoch() == leaders.epoch() ? Math.min(ends, leaders.endOffset()) : ends;
    }
}
