package io.ottla.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;

/** A {@link LoadResult} as lines for a terminal. */
public final class TextReport {
    private static final int BAR_WIDTH = 40;

    private TextReport() {}

    public static List<String> lines(LoadResult result) {
        List<String> lines = new ArrayList<>();
        if (result.interrupted()) lines.add("Ended early; this is what was measured until then.");
        for (TrackResult track : result.tracks()) track(track, lines);
        result.firstError().ifPresent(error -> lines.add("The first failure: " + error));
        return lines;
    }

    private static void track(TrackResult track, List<String> lines) {
        if (!lines.isEmpty()) lines.add("");
        lines.add(format(
                "%s: %,d records, %,.1f MB in %.2f s: %,.0f records/s, %.2f MB/s",
                track.name(),
                track.records(),
                track.bytes() / 1e6,
                track.elapsedS(),
                track.recordsPerS(),
                track.mbPerS()));
        if (track.errors() > 0) lines.add(format("%,d records failed.", track.errors()));
        if (track.unsent() > 0)
            lines.add(format(
                    "%,d records were due but there was no time to send them: the rate is more than this client or the broker"
                            + " can do. They count in the latencies with the time that they had waited.",
                    track.unsent()));
        if (track.latencyUs().getTotalCount() == 0) return;
        lines.add("latency in ms (" + track.latencyOf() + ")");
        StringBuilder names = new StringBuilder();
        StringBuilder values = new StringBuilder();
        for (Map.Entry<String, Double> entry : track.latencyMs().byName().entrySet()) {
            names.append(format("%10s", entry.getKey()));
            values.append(format("%10.3f", entry.getValue()));
        }
        lines.add(names.toString());
        lines.add(values.toString());
        lines.addAll(histogram(track.latencyUs()));
    }

    /** One line a range of the sequence 1, 2, 5, 10, …, from the first to the last that holds something. */
    static List<String> histogram(Histogram us) {
        long total = us.getTotalCount();
        if (total == 0) return List.of();
        List<Range> ranges = ranges(us);
        double largest = ranges.stream().mapToLong(Range::count).max().orElse(1);
        List<String> lines = new ArrayList<>();
        for (Range range : ranges) {
            int width = (int) Math.round(range.count / largest * BAR_WIDTH);
            String bar = (range.count > 0 ? "#".repeat(Math.max(1, width)) : "");
            lines.add(format(
                    "%9s – %-9s %-" + BAR_WIDTH + "s %6.2f %%  %,d",
                    millis(range.fromUs),
                    millis(range.toUs) + " ms",
                    bar,
                    100.0 * range.count / total,
                    range.count));
        }
        return lines;
    }

    /** Latencies of at least {@code fromUs} and less than {@code toUs}. */
    record Range(long fromUs, long toUs, long count) {}

    private static List<Range> ranges(AbstractHistogram us) {
        List<Range> ranges = new ArrayList<>();
        long from = 0;
        for (long to : boundaries(us.getMaxValue())) {
            long count = to - 1 < from ? 0 : us.getCountBetweenValues(from, to - 1);
            if (count > 0 || !ranges.isEmpty()) ranges.add(new Range(from, to, count));
            from = to;
        }
        while (!ranges.isEmpty() && ranges.getLast().count == 0) ranges.removeLast();
        return ranges;
    }

    private static List<Long> boundaries(long maxUs) {
        List<Long> boundaries = new ArrayList<>();
        long unit = 10;
        while (true) {
            for (long step : new long[] {1, 2, 5}) {
                boundaries.add(unit * step);
                if (unit * step > maxUs) return boundaries;
            }
            unit *= 10;
        }
    }

    private static String millis(long us) {
        return us >= 1000 ? format("%,d", us / 1000) : format("%.2f", us / 1000.0);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
