package io.ottla.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What one side of a load (its producers, or its consumers) did.
 *
 * @param name {@code produce} or {@code consume}
 * @param latencyOf what the latencies are of, in words
 * @param elapsedS from the start of the measuring to the last record
 * @param bytes of keys and values, before compression
 * @param errors records that the broker refused or that timed out
 * @param unsent records that were due by the schedule but that there was no time to send; they count in the latencies
 * @param latencyUs latencies in microseconds
 */
public record TrackResult(
        String name,
        String latencyOf,
        double elapsedS,
        long records,
        long bytes,
        long errors,
        long unsent,
        Histogram latencyUs,
        List<Second> seconds) {

    public double recordsPerS() {
        return elapsedS > 0 ? records / elapsedS : 0;
    }

    /** Millions of bytes a second. */
    public double mbPerS() {
        return elapsedS > 0 ? bytes / 1e6 / elapsedS : 0;
    }

    public Percentiles latencyMs() {
        return Percentiles.of(latencyUs);
    }

    /** For programs; rounded to what the measuring can know. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("track", name);
        map.put("records", records);
        map.put("bytes", bytes);
        map.put("elapsedS", rounded(elapsedS));
        map.put("recordsPerS", rounded(recordsPerS()));
        map.put("mbPerS", rounded(mbPerS()));
        map.put("errors", errors);
        map.put("unsent", unsent);
        map.put("latencyOf", latencyOf);
        map.put("latencyMs", rounded(latencyMs()));
        List<Map<String, Object>> intervals = new ArrayList<>();
        for (Second second : seconds) {
            Map<String, Object> interval = new LinkedHashMap<>();
            interval.put("endS", rounded(second.endS()));
            interval.put("recordsPerS", rounded(second.recordsPerS()));
            interval.put("mbPerS", rounded(second.bytesPerS() / 1e6));
            interval.put("errors", second.errors());
            interval.put("latencyMs", rounded(second.latencyMs()));
            intervals.add(interval);
        }
        map.put("intervals", intervals);
        return map;
    }

    private static Map<String, Double> rounded(Percentiles percentiles) {
        Map<String, Double> named = percentiles.byName();
        named.replaceAll((name, value) -> rounded(value));
        return named;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
