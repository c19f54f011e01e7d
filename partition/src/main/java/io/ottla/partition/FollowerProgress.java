package io.ottla.partition;

/** How far a follower has come, as its leader knows from its fetches; of one term. Source: Kafka's Replica. */
final class FollowerProgress {
    private static final long NEVER = Long.MIN_VALUE / 2;

    /** What it holds ends there; {@link HighWatermark#UNKNOWN} before its first fetch. */
    private long endOffset = HighWatermark.UNKNOWN;

    private long brokerEpoch = -1;

    /** When it was at the leader's end last. */
    private long caughtUpMs;

    private long fetchMs = NEVER;
    private long leaderEndAtFetch = Long.MAX_VALUE;

    private FollowerProgress(long caughtUpMs) {
        this.caughtUpMs = caughtUpMs;
    }

    /** In sync when the term began: it has its time to prove so. */
    static FollowerProgress inSync(long nowMs) {
        return new FollowerProgress(nowMs);
    }

    static FollowerProgress behind() {
        return new FollowerProgress(NEVER);
    }

    /** @return whether it counts: not if it is of an incarnation that is no more */
    boolean fetched(long brokerEpoch, long offset, long leaderEndOffset, long nowMs) {
        if (brokerEpoch < this.brokerEpoch) return false;
        this.brokerEpoch = brokerEpoch;
        endOffset = offset;
        if (offset >= leaderEndOffset) caughtUpMs = Math.max(caughtUpMs, nowMs);
        // what it asks for now it held when it asked last and got all that there was
        else if (offset >= leaderEndAtFetch) caughtUpMs = Math.max(caughtUpMs, fetchMs);
        leaderEndAtFetch = leaderEndOffset;
        fetchMs = nowMs;
        return true;
    }

    /** The cluster has taken it into the in-sync replicas. */
    void broughtIn(long nowMs) {
        caughtUpMs = Math.max(caughtUpMs, nowMs);
    }

    /** The cluster has taken it out of the in-sync replicas. */
    void leftBehind() {
        caughtUpMs = NEVER;
        fetchMs = NEVER;
    }

    long endOffset() {
        return endOffset;
    }

    long brokerEpoch() {
        return brokerEpoch;
    }

    boolean isCaughtUp(long leaderEndOffset, long nowMs, long replicaLagTimeMaxMs) {
        return endOffset >= leaderEndOffset || nowMs - caughtUpMs <= replicaLagTimeMaxMs;
    }

    /** From when on {@link #isCaughtUp} will say no if nothing comes. */
    long behindAtMs(long replicaLagTimeMaxMs) {
        return caughtUpMs + replicaLagTimeMaxMs + 1;
    }
}
