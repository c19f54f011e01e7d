package io.ottla.zookeeperserver;

import java.util.Map;
import java.util.Set;

/**
 * Values in the text format that Prometheus scrapes, named as the original's provider names them.
 *
 * <pre>
 * text    := (single | summary)*
 * single  := "# TYPE" NAME ("gauge" | "counter") LF NAME VALUE LF
 * summary := "# TYPE" NAME "summary" LF (NAME '{quantile="' SHARE '",}' VALUE LF)* NAME "_count" VALUE LF NAME "_sum" VALUE LF
 * </pre>
 */
final class PrometheusText {
    private static final double[] SHARES = {0.5, 0.9, 0.99};

    /** Of what {@code ServerMetrics} of the original counts; all else is a gauge. */
    private static final Set<String> COUNTERS = Set.of(
            "bytes_received_count",
            "connection_drop_count",
            "connection_rejected",
            "connection_request_count",
            "connection_revalidate_count",
            "digest_mismatches_count",
            "fsync_threshold_exceed_count",
            "large_requests_rejected",
            "request_throttle_wait_count",
            "response_bytes",
            "restore_error_count",
            "restore_rate_limited_count",
            "sessionless_connections_expired",
            "snapshot_error_count",
            "snapshot_rate_limited_count",
            "stale_requests_dropped",
            "stale_sessions_expired",
            "throttled_ops",
            "watch_bytes");

    private PrometheusText() {}

    static String of(Monitoring monitoring) {
        StringBuilder text = new StringBuilder();
        Map<String, LatencySummary> summaries = monitoring.summaries();
        for (Map.Entry<String, Object> each : monitoring.values().entrySet()) {
            if (isPartOf(summaries, each.getKey())) continue;
            if (each.getValue() instanceof Number number) single(text, each.getKey(), number.doubleValue());
        }
        summaries.forEach((name, summary) -> {
            text.append("# TYPE ").append(name).append(" summary\n");
            for (double share : SHARES)
                text.append(name)
                        .append("{quantile=\"")
                        .append(share)
                        .append("\",} ")
                        .append((double) summary.percentileMs(share))
                        .append('\n');
            text.append(name).append("_count ").append((double) summary.count()).append('\n');
            text.append(name).append("_sum ").append((double) summary.sumMs()).append('\n');
        });
        return text.toString();
    }

    /** As {@code mntr} has it, one line for each of its numbers. */
    private static boolean isPartOf(Map<String, LatencySummary> summaries, String key) {
        int underscore = key.indexOf('_');
        return underscore > 0 && summaries.containsKey(key.substring(underscore + 1));
    }

    private static void single(StringBuilder text, String name, double value) {
        String type = COUNTERS.contains(name) ? "counter" : "gauge";
        text.append("# TYPE %s %s\n%s %s\n".formatted(name, type, name, value));
    }
}
