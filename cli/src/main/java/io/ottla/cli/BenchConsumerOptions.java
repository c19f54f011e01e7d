package io.ottla.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** How the consumers of a bench read. */
final class BenchConsumerOptions {
    @Option(
            names = "--consumers",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many consumers, each a client of its own (default: ${DEFAULT-VALUE}).")
    int consumers;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description =
                    "Consume as members of this group, and commit; without it the consumers divide the partitions.")
    Optional<String> group = Optional.empty();
}
