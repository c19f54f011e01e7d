package io.ottla.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ottla topic list}. */
@Command(
        name = "list",
        description = "Lists the topics.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla topic list --internal --json"})
final class TopicListCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Option(names = "--internal", description = "Also those that the broker keeps for itself.")
    boolean internal;

    @Override
    public Integer call() throws Exception {
        try (Admin admin = broker.admin()) {
            List<String> names = List.copyOf(admin.listTopics(new ListTopicsOptions().listInternal(internal))
                    .names()
                    .get());
            Output.Rows rows = broker.output().rows("topic", "partitions", "replicas", "id");
            Map<String, KafkaFuture<TopicDescription>> described = new TreeMap<>(
                    admin.describeTopics(TopicCollection.ofTopicNames(names)).topicNameValues());
            for (KafkaFuture<TopicDescription> each : described.values()) {
                Optional<TopicDescription> found = found(each);
                if (found.isEmpty()) continue;
                TopicDescription topic = found.get();
                rows.add(
                        topic.name(),
                        topic.partitions().size(),
                        topic.partitions().getFirst().replicas().size(),
                        topic.topicId().toString());
            }
            rows.print("There are no topics. `ottla topic create NAME` makes one.");
            return 0;
        } catch (ExecutionException e) {
            throw broker.failed("listing the topics", e);
        }
    }

    /** Empty if it was deleted in the meantime. */
    private static Optional<TopicDescription> found(KafkaFuture<TopicDescription> topic)
            throws ExecutionException, InterruptedException {
        try {
            return Optional.of(topic.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) return Optional.empty();
            throw e;
        }
    }
}
