package io.ottla.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topic create}. */
@Command(
        name = "create",
        description = "Creates topics.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla topic create orders --partitions 12 --config retention.ms=86400000"})
final class TopicCreateCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The names of the topics.")
    List<String> topics;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many partitions; the broker's num.partitions if absent.")
    Optional<Integer> partitions = Optional.empty();

    @Option(
            names = {"-r", "--replication-factor"},
            paramLabel = "N",
            description = "How many replicas; the broker's default.replication.factor if absent.")
    Optional<Short> replicationFactor = Optional.empty();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "A setting of the topic; may be repeated.")
    Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "Do nothing, successfully, for topics that are there already.")
    boolean ifNotExists;

    @Override
    public Integer call() throws Exception {
        List<NewTopic> wanted = new ArrayList<>();
        for (String topic : new LinkedHashSet<>(topics))
            wanted.add(new NewTopic(topic, partitions, replicationFactor).configs(configs));
        try (Admin admin = broker.admin()) {
            CreateTopicsResult result = admin.createTopics(wanted);
            return new EachName(broker, "creating topic", "topic").of(topics, topic -> created(result, topic));
        }
    }

    private void created(CreateTopicsResult result, String topic) throws ExecutionException, InterruptedException {
        try {
            int count = result.numPartitions(topic).get();
            String id = result.topicId(topic).get().toString();
            broker.output()
                    .say("Created topic " + topic + " with " + count + (count == 1 ? " partition." : " partitions."));
            broker.output().tell(Output.object("topic", topic, "created", true, "partitions", count, "id", id));
        } catch (ExecutionException e) {
            if (!ifNotExists || !(e.getCause() instanceof TopicExistsException)) throw e;
            broker.output().say("Topic " + topic + " is there already.");
            broker.output().tell(Output.object("topic", topic, "created", false));
        }
    }
}
