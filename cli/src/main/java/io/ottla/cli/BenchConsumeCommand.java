package io.ottla.cli;

import io.ottla.load.Clients;
import io.ottla.load.Load;
import io.ottla.load.LoadFailedException;
import io.ottla.load.LoadPlan;
import io.ottla.load.LoadResult;
import io.ottla.load.LoadTopic;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla bench consume}. */
@Command(
        name = "consume",
        description = {
            "Measures consuming what is in a topic, from its beginning: throughput, and the time of each poll that returned records.",
            "",
            "A topic that is not there is made and filled first."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla bench consume orders --consumers 3",
            "  ottla bench consume --count 1000000 --record-size 1000 --compression lz4 --partitions 12"
        })
final class BenchConsumeCommand extends BenchLoad {
    private static final long FILL = 1_000_000;
    private static final int BYTES_DEFAULT = 1000;

    @Mixin
    BenchConsumerOptions consumers;

    @Option(
            names = {"-s", "--record-size"},
            paramLabel = "BYTES",
            defaultValue = "" + BYTES_DEFAULT,
            description = "Size of the records that a new topic is filled with (default: ${DEFAULT-VALUE}).")
    int recordBytes;

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            defaultValue = "none",
            description = "How they are compressed (default: ${DEFAULT-VALUE}).")
    String compression;

    @Override
    LoadPlan plan(LoadTopic topic) {
        atLeastOne("--consumers", consumers.consumers);
        atLeastOne("--record-size", recordBytes);
        return new LoadPlan(
                LoadPlan.Kind.CONSUME,
                topic.name(),
                topic.partitions(),
                0,
                0,
                run.count.orElse(0L),
                run.durationS.orElse(0.0),
                run.warmupS,
                0,
                0,
                consumers.consumers,
                consumers.group.orElse(""));
    }

    @Override
    void prepare(LoadTopic topic) throws CommandFailed, LoadFailedException, InterruptedException {
        if (!topic.made()) return;
        long count = run.count.orElse(FILL);
        LoadPlan fill = new LoadPlan(
                LoadPlan.Kind.PRODUCE, topic.name(), topic.partitions(), 0, recordBytes, count, 0, 0, 0, 1, 0, "");
        if (!run.quiet)
            System.err.printf("Filling %s with %,d records of %,d bytes.%n", topic.name(), count, recordBytes);
        Clients clients = clients();
        LoadResult filled = Load.run(fill, clients, Map.of(), stop, (elapsedS, warming, tracks) -> {});
        if (!stop.asked() && records(filled, "produce") < count)
            throw new CommandFailed("The topic could not be filled: "
                    + filled.firstError().orElse("not all records were acknowledged") + ".");
    }

    @Override
    Map<String, String> producerSettings() {
        return Map.of("acks", "all", "compression.type", compression);
    }

    @Override
    Map<String, String> consumerSettings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("auto.offset.reset", "earliest");
        if (consumers.group.isPresent()) settings.put("enable.auto.commit", "true");
        return settings;
    }
}
