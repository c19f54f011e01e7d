package io.ottla.cli;

import io.ottla.load.LoadPlan;
import io.ottla.load.LoadTopic;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ottla bench produce}. */
@Command(
        name = "produce",
        description = {
            "Measures producing: throughput, and the time from sending to the acknowledgement.",
            "",
            "Without --rate the producers send as fast as they can; their latencies are then mostly of waiting in the client."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla bench produce --record-size 1000 --count 1000000 --acks 1",
            "  ottla bench produce orders --existing --rate 20MB --duration 60 --html report.html"
        })
final class BenchProduceCommand extends BenchLoad {
    @Mixin
    BenchProducerOptions producers;

    @Override
    LoadPlan plan(LoadTopic topic) {
        atLeastOne("--producers", producers.producers);
        int bytes = producers.recordBytes();
        return new LoadPlan(
                LoadPlan.Kind.PRODUCE,
                topic.name(),
                topic.partitions(),
                producers.activePartitions,
                bytes,
                run.count.orElse(0L),
                durationS(),
                run.warmupS,
                producers.recordsPerS(bytes),
                producers.producers,
                0,
                "");
    }

    @Override
    Map<String, String> producerSettings() {
        return producers.settings();
    }

    @Override
    Map<String, String> consumerSettings() {
        return Map.of();
    }
}
