package io.ottla.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ottla topic describe}. */
@Command(
        name = "describe",
        description = "Shows a topic's partitions, offsets and settings.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla topic describe orders"})
final class TopicDescribeCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The names of the topics.")
    List<String> topics;

    @Override
    public Integer call() throws Exception {
        try (Admin admin = broker.admin()) {
            Map<String, KafkaFuture<TopicDescription>> described =
                    admin.describeTopics(topics).topicNameValues();
            return new EachName(broker, "describing topic", "topic")
                    .of(topics, topic -> describe(admin, described.get(topic).get()));
        }
    }

    private void describe(Admin admin, TopicDescription topic) throws ExecutionException, InterruptedException {
        Output output = broker.output();
        List<TopicPartition> led = topic.partitions().stream()
                .filter(partition -> partition.leader() != null)
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .toList();
        Map<TopicPartition, Long> first = Offsets.of(admin, led, OffsetSpec.earliest());
        Map<TopicPartition, Long> end = Offsets.of(admin, led, OffsetSpec.latest());
        output.say("Topic " + topic.name() + ", id " + topic.topicId() + (topic.isInternal() ? ", internal" : ""));
        Output.Rows rows = output.rows("topic", "partition", "leader", "replicas", "isr", "first", "end");
        for (TopicPartitionInfo partition : topic.partitions()) {
            TopicPartition key = new TopicPartition(topic.name(), partition.partition());
            rows.add(
                    topic.name(),
                    partition.partition(),
                    partition.leader() == null ? null : partition.leader().id(),
                    partition.replicas().stream().map(Node::id).toList(),
                    partition.isr().stream().map(Node::id).toList(),
                    first.get(key),
                    end.get(key));
        }
        rows.print("It has no partitions.");
        Map<String, String> set = settings(admin, topic.name());
        set.forEach((key, value) -> output.say("  " + key + "=" + value));
        output.tell(Output.object("topic", topic.name(), "id", topic.topicId().toString(), "configs", set));
    }

    /** What was set for the topic itself, not what it inherits. */
    private static Map<String, String> settings(Admin admin, String topic)
            throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> set = new TreeMap<>();
        for (ConfigEntry entry : admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .entries())
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) set.put(entry.name(), entry.value());
        return set;
    }
}
