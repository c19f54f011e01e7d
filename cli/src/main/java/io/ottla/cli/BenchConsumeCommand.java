package io.ottla.cli;

import io.ottla.load.Clients;
import io.ottla.load.Load;
import io.ottla.load.LoadFailedException;
import io.ottla.load.LoadPlan;
import io.ottla.load.LoadResult;
import io.ottla.load.LoadTopic;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla bench consume}. */
@Command(
        name = "consume",
        description = {
            "Measures consuming what is in a topic, from its beginning: throughput, and the time of each poll that returned records.",
            "",
            "A topic that is not there is made and filled first. With --duration it is read over and over until the time is up."
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
    private static final int POLL_RECORDS_MAX = 500; // the client's own default

    @Mixin
    BenchConsumerOptions consumers;

    @Option(
            names = {"-s", "--record-size"},
            paramLabel = "BYTES",
            defaultValue = "" + BYTES_DEFAULT,
            description = "Size of the records: a new topic is filled with such (default: ${DEFAULT-VALUE}).")
    int recordBytes;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            converter = BenchProducerOptions.RateConverter.class,
            description =
                    "Records a second of all consumers together, such as 20000, or bytes of --record-size each, such as 20MB."
                            + " As fast as possible if absent.")
    Optional<BenchProducerOptions.Rate> rate = Optional.empty();

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
                rate.map(given -> given.recordsPerS(recordBytes)).orElse(0.0),
                0,
                consumers.consumers,
                consumers.group.orElse(""));
    }

    @Override
    boolean writes() {
        return false;
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
        // what one poll returns is taken in one go, so it is a tenth of a second's worth at most
        rate.ifPresent(given -> settings.put(
                "max.poll.records", "" + (int) Math.clamp(given.recordsPerS(recordBytes) / 10, 1, POLL_RECORDS_MAX)));
        return settings;
    }
}
