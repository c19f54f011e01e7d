package io.ottla.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How long a bench runs, and where its report goes. */
final class BenchRunOptions {
    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many records.")
    Optional<Long> count = Optional.empty();

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "SECONDS",
            description = "End after so many seconds (default without --count: 10).")
    Optional<Double> durationS = Optional.empty();

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Do not count the first seconds (default: ${DEFAULT-VALUE}).")
    double warmupS;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a report with charts; it opens without a network.")
    Optional<Path> html = Optional.empty();

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    boolean quiet;
}
