package io.ottla.cli;

import io.ottla.load.LoadPlan;
import io.ottla.load.LoadTopic;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ottla bench e2e}. */
@Command(
        name = "e2e",
        description = {
            "Measures the way of a record end to end: from when the producer was to send it until a consumer has it.",
            "",
            "By default a light load: 100 records of 100 bytes a second, sent at once (linger.ms=0)."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla bench e2e --rate 1000 --duration 30 --acks all --html report.html"})
final class BenchE2eCommand extends BenchLoad {
    private static final int BYTES_DEFAULT = 100;
    private static final double RATE_DEFAULT = 100;

    @Mixin
    BenchProducerOptions producers;

    @Mixin
    BenchConsumerOptions consumers;

    @Override
    LoadPlan plan(LoadTopic topic) {
        int bytes = producers.recordBytesOr(BYTES_DEFAULT);
        double rate = producers.rate.isPresent() ? producers.recordsPerS(bytes) : RATE_DEFAULT;
        return twoSided(LoadPlan.Kind.END_TO_END, topic, producers, consumers, bytes, rate);
    }

    @Override
    Map<String, String> producerSettings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("linger.ms", "0");
        settings.putAll(producers.settings());
        return settings;
    }

    @Override
    Map<String, String> consumerSettings() {
        return Map.of("auto.offset.reset", "latest");
    }
}
