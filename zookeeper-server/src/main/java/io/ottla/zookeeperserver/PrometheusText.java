package io.ottla.zookeeperserver;

import java.util.Map;
import java.util.SortedMap;

/**
 * Values in the text format that Prometheus scrapes, named as the original's provider names them.
 *
 * <pre>
 * text    := (gauge | summary)*
 * gauge   := "# TYPE" NAME "gauge" LF NAME VALUE LF
 * summary := "# TYPE" NAME "summary" LF (NAME '{quantile="' SHARE '",}' VALUE LF)* NAME "_count" VALUE LF NAME "_sum" VALUE LF
 * </pre>
 */
final class PrometheusText {
    private static final double[] SHARES = {0.5, 0.95, 0.99};

    private PrometheusText() {}

    /** @param jvm with labels in its names, if they have some */
    static String of(Monitoring monitoring, SortedMap<String, Double> jvm) {
        StringBuilder text = new StringBuilder();
        Map<String, LatencySummary> summaries = monitoring.summaries();
        for (Map.Entry<String, Object> each : monitoring.values().entrySet()) {
            if (isPartOf(summaries, each.getKey())) continue;
            if (each.getValue() instanceof Number number) gauge(text, each.getKey(), number.doubleValue());
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
        jvm.forEach((name, value) -> gauge(text, name, value));
        return text.toString();
    }

    /** As {@code mntr} has it, one line for each of its numbers. */
    private static boolean isPartOf(Map<String, LatencySummary> summaries, String key) {
        int underscore = key.indexOf('_');
        return underscore > 0 && summaries.containsKey(key.substring(underscore + 1));
    }

    private static void gauge(StringBuilder text, String nameAndLabels, double value) {
        int brace = nameAndLabels.indexOf('{');
        String name = brace < 0 ? nameAndLabels : nameAndLabels.substring(0, brace);
        String type = "# TYPE " + name + " gauge\n";
        // of one name with several labels it stands once
        if (text.indexOf(type) < 0) text.append(type);
        text.append(nameAndLabels).append(' ').append(value).append('\n');
    }
}
