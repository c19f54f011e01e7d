package io.ottla.cli;

import io.ottla.load.LoadTopic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The topic of a bench: one that is there, or one that is made for it and removed afterwards. */
final class BenchTopicOptions {
    @Parameters(
            paramLabel = "TOPIC",
            arity = "0..1",
            description =
                    "The topic; made if it is not there, and then removed afterwards. Without a name one is made up.")
    Optional<String> topic = Optional.empty();

    @Option(
            names = "--existing",
            description = "Write into the topic even if it was there before: what is written stays in it.")
    boolean existing;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            defaultValue = "1",
            description = "How many partitions the topic gets if it is made (default: ${DEFAULT-VALUE}).")
    int partitions;

    @Option(
            names = {"-r", "--replication-factor"},
            paramLabel = "N",
            description = "How many replicas it gets if it is made; the broker's default if absent.")
    Optional<Short> replicationFactor = Optional.empty();

    @Option(
            names = {"-c", "--topic-config"},
            paramLabel = "KEY=VALUE",
            description = "A setting that it gets if it is made; may be repeated.")
    Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--keep", description = "Leave the topic there, even if it was made.")
    boolean keep;

    /** @param writes whether the load writes into it, which somebody's topic is not to suffer by mistake */
    LoadTopic open(Admin admin, boolean writes) throws ExecutionException, InterruptedException, CommandFailed {
        String name = topic.orElseGet(() -> "ottla-bench-"
                + Long.toString(ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE), Character.MAX_RADIX));
        LoadTopic opened = LoadTopic.open(admin, name, partitions, replicationFactor, configs);
        if (writes && !opened.made() && !existing)
            throw new CommandFailed(
                    "Topic " + name + " is there already, and this would write records into it that stay."
                            + " Leave the name out to measure on a topic of its own, or say --existing.");
        return opened;
    }
}
