package io.ottla.cli;

import picocli.CommandLine.Command;

/** {@code ottla bench}: measures brokers, and ZooKeeper servers. */
@Command(
        name = "bench",
        description = {
            "Measures any Kafka broker, and any ZooKeeper server: throughput and latency.",
            "",
            "Latencies of a load with a rate are counted from when each record was due, so that a stall counts for all that it delayed."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla bench produce --record-size 1000 --duration 30",
            "  ottla bench e2e --rate 500 --html report.html"
        },
        subcommands = {
            BenchProduceCommand.class,
            BenchConsumeCommand.class,
            BenchE2eCommand.class,
            BenchMixedCommand.class,
            BenchZooKeeperCommand.class,
            BenchCompareCommand.class
        })
final class BenchCommand {}
