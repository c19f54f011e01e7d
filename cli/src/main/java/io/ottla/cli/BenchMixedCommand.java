package io.ottla.cli;

import io.ottla.load.LoadPlan;
import io.ottla.load.LoadTopic;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ottla bench mixed}. */
@Command(
        name = "mixed",
        description = "Measures producing and consuming at once: both throughputs, and the time from end to end.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla bench mixed --producers 4 --consumers 4 --partitions 12 --duration 60",
            "  ottla bench mixed --rate 20MB --group billing --partitions 3 --consumers 3"
        })
final class BenchMixedCommand extends BenchLoad {
    @Mixin
    BenchProducerOptions producers;

    @Mixin
    BenchConsumerOptions consumers;

    @Override
    LoadPlan plan(LoadTopic topic) {
        int bytes = producers.recordBytes();
        return twoSided(LoadPlan.Kind.MIXED, topic, producers, consumers, bytes, producers.recordsPerS(bytes));
    }

    @Override
    Map<String, String> producerSettings() {
        return producers.settings();
    }

    @Override
    Map<String, String> consumerSettings() {
        return Map.of("auto.offset.reset", "latest");
    }
}
