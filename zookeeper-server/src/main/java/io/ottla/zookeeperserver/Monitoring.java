package io.ottla.zookeeperserver;

import io.ottla.keeper.Keeper;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The values of {@code mntr}, with the original's names (ZooKeeperServer.registerMetrics, ServerMetrics): its gauges, and of its counters those that
 * count something here. What it measures of its own threads and queues has no counterpart and is left out.
 */
final class Monitoring {
    /** The release whose protocol is spoken; clients compare the digits. */
    static final String VERSION = "3.9.5-ottla, built on 2026-01-01 00:00 UTC";

    static final String STATE = "standalone";

    private final ZookeeperServer server;
    private final Machine machine;
    private final long startedNs;

    Monitoring(ZookeeperServer server, Machine machine, long startedNs) {
        this.server = server;
        this.machine = machine;
        this.startedNs = startedNs;
    }

    long uptimeMs() {
        return server.monotonicMs() - startedNs / 1_000_000;
    }

    /** Without the {@code zk_} that {@code mntr} puts before each. */
    Map<String, Object> values() {
        Keeper keeper = server.keeper();
        ServerStats stats = server.stats();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("version", VERSION);
        values.put("server_state", STATE);
        values.put("ephemerals_count", keeper.ephemeralCount());
        values.put("num_alive_connections", server.connections().size());
        values.put("avg_latency", stats.avgLatencyMs());
        values.put("outstanding_requests", server.outstanding());
        values.put("znode_count", keeper.znodeCount());
        values.put("global_sessions", keeper.globalSessionCount());
        values.put("non_mtls_remote_conn_count", stats.unencryptedRemote);
        values.put("last_client_response_size", stats.lastResponseBytes);
        values.put("packets_sent", stats.sent);
        values.put("packets_received", stats.received);
        values.put("max_client_response_size", stats.maxResponseBytes);
        values.put("connection_drop_probability", 0.0);
        values.put("watch_count", keeper.watches().count());
        values.put("auth_failed_count", stats.authFailures);
        values.put("min_latency", stats.minLatencyMs());
        values.put("max_file_descriptor_count", machine.openFilesMax());
        values.put("approximate_data_size", keeper.approximateDataSize());
        values.put("open_file_descriptor_count", machine.openFiles());
        values.put("local_sessions", keeper.localSessionCount());
        values.put("uptime", uptimeMs());
        values.put("max_latency", stats.maxLatencyMs());
        values.put("outstanding_tls_handshake", server.tlsHandshakes());
        values.put("min_client_response_size", stats.minResponseBytes);
        values.put("non_mtls_local_conn_count", stats.unencryptedLocal);
        values.put("watch_bytes", stats.watchBytes);
        values.put("stale_requests_dropped", stats.staleRequestsDropped);
        values.put("throttled_ops", stats.throttledOps);
        values.put("connection_rejected", stats.rejected);
        values.put("sessionless_connections_expired", stats.sessionlessExpired);
        values.put("connection_drop_count", stats.dropped);
        values.put("bytes_received_count", stats.receivedBytes);
        values.put("request_throttle_wait_count", stats.throttleWaits);
        values.put("response_bytes", stats.responseBytes);
        values.put("connection_revalidate_count", stats.revalidated);
        values.put("large_requests_rejected", stats.largeRequestsRejected);
        values.put("connection_request_count", stats.connectRequests);
        values.put("stale_sessions_expired", stats.expiredSessions);
        values.put("digest_mismatches_count", keeper.digestMismatches());
        values.put("fsync_threshold_exceed_count", stats.slowSyncs);
        values.put("snapshot_error_count", stats.snapshotErrors);
        values.put("snapshot_rate_limited_count", stats.snapshotsLimited);
        values.put("restore_error_count", stats.restoreErrors);
        values.put("restore_rate_limited_count", stats.restoresLimited);
        summaries().forEach((name, summary) -> put(values, name, summary));
        return values;
    }

    /** Those of the values that are made of many. */
    Map<String, LatencySummary> summaries() {
        Keeper keeper = server.keeper();
        ServerStats stats = server.stats();
        Map<String, LatencySummary> all = new LinkedHashMap<>();
        all.put("updatelatency", stats.updates);
        all.put("readlatency", stats.reads);
        all.put("fsynctime", stats.syncs);
        all.put("sync_processor_batch_size", stats.syncedTxns);
        all.put("snapshottime", stats.snapshots);
        all.put("restore_time", stats.restores);
        all.put("dbinittime", of(keeper.recoveryMs()));
        all.put("startup_txns_loaded", of(keeper.replayed()));
        return all;
    }

    private static LatencySummary of(long once) {
        LatencySummary summary = new LatencySummary();
        summary.add(once);
        return summary;
    }

    private static void put(Map<String, Object> values, String name, LatencySummary summary) {
        values.put("avg_" + name, summary.avgMs());
        values.put("min_" + name, summary.minMs());
        values.put("max_" + name, summary.maxMs());
        values.put("cnt_" + name, summary.count());
        values.put("sum_" + name, summary.sumMs());
        values.put("p50_" + name, summary.percentileMs(0.5));
        values.put("p95_" + name, summary.percentileMs(0.95));
        values.put("p99_" + name, summary.percentileMs(0.99));
        values.put("p999_" + name, summary.percentileMs(0.999));
    }
}
