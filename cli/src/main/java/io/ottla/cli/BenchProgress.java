package io.ottla.cli;

import io.ottla.load.Second;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/** A line a second on standard error, under a heading: what each side of a load did in it. */
final class BenchProgress {
    private static final int LINES_PER_HEADING = 20;

    private final PrintStream err;
    private int lines;

    BenchProgress(PrintStream err) {
        this.err = err;
    }

    void second(double elapsedS, boolean warming, Map<String, Second> tracks) {
        if (lines++ % LINES_PER_HEADING == 0) {
            StringBuilder heading = new StringBuilder("      s");
            for (String name : tracks.keySet())
                heading.append(String.format(Locale.ROOT, "  %9s/s      MB/s    p50 ms    p99 ms    max ms", name));
            err.println(heading);
        }
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%7.1f", elapsedS));
        for (Second second : tracks.values())
            line.append(String.format(
                    Locale.ROOT,
                    "  %,11.0f %9.2f %9.2f %9.2f %9.2f",
                    second.recordsPerS(),
                    second.bytesPerS() / 1e6,
                    second.latencyMs().p50(),
                    second.latencyMs().p99(),
                    second.latencyMs().max()));
        long errors = tracks.values().stream().mapToLong(Second::errors).sum();
        if (errors > 0) line.append("  ").append(errors).append(" failed");
        if (warming) line.append("  warming up");
        err.println(line);
    }
}
