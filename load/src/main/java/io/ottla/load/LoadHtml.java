package io.ottla.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** A {@link LoadResult} as a page with charts: throughput and latency over time, and the distribution of latency. */
public final class LoadHtml {
    /** The distribution's last "nine": beyond it there is nothing to read in any load that people wait for. */
    private static final double NINES_MAX = 6;

    private LoadHtml() {}

    /** @param measuredAt when, as the reader should see it */
    public static String page(LoadResult result, String measuredAt) {
        StringBuilder body = new StringBuilder();
        body.append("<p class=\"dim\">").append(Html.escaped(measuredAt)).append("</p>\n");
        if (result.interrupted()) body.append("<p>Ended early; this is what was measured until then.</p>\n");
        body.append(summary(result));
        result.firstError()
                .ifPresent(error -> body.append("<p>The first failure: ")
                        .append(Html.escaped(error))
                        .append("</p>\n"));
        body.append(throughput(result));
        for (TrackResult track : result.tracks()) {
            if (track.latencyUs().getTotalCount() == 0) continue;
            body.append("<h2>")
                    .append(Html.escaped(track.name() + ": " + track.latencyOf()))
                    .append("</h2>\n");
            body.append(latencyOverTime(track));
            body.append(distribution(track));
        }
        body.append("<h2>Settings</h2>\n").append(Html.table(new TreeMap<>(result.settings())));
        return Html.page("ottla bench " + result.plan().kind().word(), body.toString());
    }

    private static String summary(LoadResult result) {
        List<String> head = new ArrayList<>(List.of("", "records", "MB", "s", "records/s", "MB/s", "failed", "unsent"));
        head.addAll(new Percentiles(0, 0, 0, 0, 0, 0, 0)
                .byName().keySet().stream().map(name -> name + " ms").toList());
        List<List<String>> rows = new ArrayList<>();
        for (TrackResult track : result.tracks()) {
            List<String> row = new ArrayList<>(List.of(
                    track.name(),
                    String.format(Locale.ROOT, "%,d", track.records()),
                    Chart.number(track.bytes() / 1e6),
                    Chart.number(track.elapsedS()),
                    Chart.number(track.recordsPerS()),
                    Chart.number(track.mbPerS()),
                    String.valueOf(track.errors()),
                    String.valueOf(track.unsent())));
            for (double value : track.latencyMs().byName().values()) row.add(Chart.number(value));
            rows.add(row);
        }
        return Html.table(head, rows, 1);
    }

    private static String throughput(LoadResult result) {
        List<Chart.Line> lines = new ArrayList<>();
        for (TrackResult track : result.tracks())
            lines.add(line(track.name(), track.seconds(), second -> second.bytesPerS() / 1e6));
        return new Chart("Throughput over time", "seconds", "MB/s", false, List.of(), lines).svg();
    }

    private static String latencyOverTime(TrackResult track) {
        List<Second> measured = track.seconds().stream()
                .filter(second -> second.latencyMs().max() > 0)
                .toList();
        List<Chart.Line> lines = List.of(
                line("p50", measured, second -> second.latencyMs().p50()),
                line("p99", measured, second -> second.latencyMs().p99()),
                line("p99.9", measured, second -> second.latencyMs().p999()),
                line("max", measured, second -> second.latencyMs().max()));
        return new Chart("Latency percentiles over time", "seconds", "ms", true, List.of(), lines).svg();
    }

    private static Chart.Line line(String name, List<Second> seconds, ToDoubleFunction<Second> value) {
        return new Chart.Line(
                name,
                seconds.stream()
                        .map(second -> new Chart.Point(second.endS(), value.applyAsDouble(second)))
                        .toList());
    }

    /** Latency over the percentile, each further "nine" as wide as the one before. */
    private static String distribution(TrackResult track) {
        Histogram us = track.latencyUs();
        List<Chart.Point> points = new ArrayList<>();
        for (HistogramIterationValue value : us.percentiles(5)) {
            double nines = nines(value.getPercentileLevelIteratedTo());
            points.add(new Chart.Point(nines, value.getValueIteratedTo() / 1000.0));
            if (nines >= NINES_MAX) break;
        }
        List<Chart.Tick> ticks = Stream.of("0", "50", "90", "99", "99.9", "99.99", "99.999")
                .map(percentile -> new Chart.Tick(nines(Double.parseDouble(percentile)), percentile))
                .toList();
        return new Chart(
                        "Percentile distribution",
                        "percentile",
                        "ms",
                        true,
                        ticks,
                        List.of(new Chart.Line(track.name(), points)))
                .svg();
    }

    /** 0 for the 0th percentile, 1 for the 90th, 2 for the 99th, … */
    static double nines(double percentile) {
        double beyond = Math.max(0, 1 - percentile / 100);
        return beyond < Math.pow(10, -NINES_MAX) ? NINES_MAX : -Math.log10(beyond);
    }
}
