package io.ottla.zookeeperserver;

import io.ottla.base.LineBudget;
import io.ottla.keeper.api.Timings;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server did since it started, or since {@code srst} (ServerStats and ServerMetrics of the original). */
final class ServerStats implements Timings {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStats.class);
    private static final int NOTES_PER_PERIOD = 5;
    private static final long NOTES_PERIOD_MS = 60_000;

    private final LineBudget notes = new LineBudget(NOTES_PER_PERIOD, NOTES_PERIOD_MS);
    private final LongSupplier nowMs;
    private final int slowSyncMs;
    final LatencySummary syncs = new LatencySummary();
    final LatencySummary syncedTxns = new LatencySummary();
    final LatencySummary snapshots = new LatencySummary();
    final LatencySummary restores = new LatencySummary();
    long slowSyncs;
    long snapshotErrors;
    long snapshotsLimited;
    long restoreErrors;
    long restoresLimited;
    final LatencySummary reads = new LatencySummary();
    final LatencySummary updates = new LatencySummary();
    long received;
    long receivedBytes;
    long sent;
    long responseBytes;
    long watchBytes;
    int lastResponseBytes = -1;
    int minResponseBytes = -1;
    int maxResponseBytes = -1;

    long connectRequests;
    long revalidated;
    long rejected;
    long dropped;
    long sessionlessExpired;
    long expiredSessions;
    long authFailures;
    long throttledOps;
    long throttleWaits;

    /** Requests that stood in line when their connection ended. */
    long staleRequestsDropped;

    long largeRequestsRejected;
    long unencryptedLocal;
    long unencryptedRemote;

    /** @param slowSyncMs a write to the transaction log that takes longer is told and counted */
    ServerStats(LongSupplier nowMs, int slowSyncMs) {
        this.nowMs = nowMs;
        this.slowSyncMs = slowSyncMs;
    }

    @Override
    public void synced(int txns, long ms) {
        syncs.add(ms);
        syncedTxns.add(txns);
        if (ms <= slowSyncMs) return;
        slowSyncs++;
        long suppressed = notes.take(nowMs.getAsLong());
        if (suppressed < 0) return;
        LOG.warn(
                "it took the disk {} ms to make {} transactions durable, and their clients waited: the transaction log wants a device of its own (dataLogDir){}",
                ms,
                txns,
                suppressed == 0 ? "" : "; " + suppressed + " more such lines are left out");
    }

    @Override
    public void snapshotTaken(long ms) {
        snapshots.add(ms);
    }

    void response(int bytes) {
        sent++;
        responseBytes += bytes;
        lastResponseBytes = bytes;
        if (minResponseBytes < 0 || bytes < minResponseBytes) minResponseBytes = bytes;
        if (bytes > maxResponseBytes) maxResponseBytes = bytes;
    }

    long minLatencyMs() {
        if (reads.count() == 0) return updates.minMs();
        return updates.count() == 0 ? reads.minMs() : Math.min(reads.minMs(), updates.minMs());
    }

    double avgLatencyMs() {
        long count = reads.count() + updates.count();
        return count == 0 ? 0 : Math.round((reads.sumMs() + updates.sumMs()) * 10_000.0 / count) / 10_000.0;
    }

    long maxLatencyMs() {
        return Math.max(reads.maxMs(), updates.maxMs());
    }

    void reset() {
        syncs.reset();
        syncedTxns.reset();
        snapshots.reset();
        restores.reset();
        snapshotErrors = 0;
        snapshotsLimited = 0;
        restoreErrors = 0;
        restoresLimited = 0;
        reads.reset();
        updates.reset();
        received = 0;
        receivedBytes = 0;
        sent = 0;
        responseBytes = 0;
        watchBytes = 0;
        lastResponseBytes = -1;
        minResponseBytes = -1;
        maxResponseBytes = -1;
        connectRequests = 0;
        revalidated = 0;
        rejected = 0;
        dropped = 0;
        sessionlessExpired = 0;
        expiredSessions = 0;
        throttledOps = 0;
        throttleWaits = 0;
        staleRequestsDropped = 0;
        largeRequestsRejected = 0;
    }
}
