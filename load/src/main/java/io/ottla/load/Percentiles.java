package io.ottla.load;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Latencies in milliseconds; zeros when nothing was measured. */
public record Percentiles(double mean, double p50, double p90, double p99, double p999, double p9999, double max) {
    /** @param us a histogram of microseconds */
    static Percentiles of(Histogram us) {
        if (us.getTotalCount() == 0) return new Percentiles(0, 0, 0, 0, 0, 0, 0);
        return new Percentiles(
                us.getMean() / 1000,
                us.getValueAtPercentile(50) / 1000.0,
                us.getValueAtPercentile(90) / 1000.0,
                us.getValueAtPercentile(99) / 1000.0,
                us.getValueAtPercentile(99.9) / 1000.0,
                us.getValueAtPercentile(99.99) / 1000.0,
                us.getMaxValue() / 1000.0);
    }

    /** By the names that people read: {@code mean}, {@code p50}, …, {@code p99.99}, {@code max}. */
    public Map<String, Double> byName() {
        Map<String, Double> named = new LinkedHashMap<>();
        named.put("mean", mean);
        named.put("p50", p50);
        named.put("p90", p90);
        named.put("p99", p99);
        named.put("p99.9", p999);
        named.put("p99.99", p9999);
        named.put("max", max);
        return named;
    }
}
