package io.ottla.cli;

import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicCollection;
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
            for (TopicDescription topic : new TreeMap<>(admin.describeTopics(TopicCollection.ofTopicNames(names))
                            .allTopicNames()
                            .get())
                    .values())
                rows.add(
                        topic.name(),
                        topic.partitions().size(),
                        topic.partitions().getFirst().replicas().size(),
                        topic.topicId().toString());
            rows.print("There are no topics. `ottla topic create NAME` makes one.");
            return 0;
        } catch (ExecutionException e) {
            throw broker.failed("listing the topics", e);
        }
    }
}
