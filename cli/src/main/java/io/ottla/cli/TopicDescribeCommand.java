package io.ottla.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
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
            Map<String, TopicDescription> described =
                    new TreeMap<>(admin.describeTopics(topics).allTopicNames().get());
            for (TopicDescription topic : described.values()) describe(admin, topic);
            return 0;
        } catch (ExecutionException e) {
            throw broker.failed("describing " + String.join(", ", topics), e);
        }
    }

    private void describe(Admin admin, TopicDescription topic) throws ExecutionException, InterruptedException {
        Output output = broker.output();
        Map<TopicPartition, ListOffsetsResultInfo> first = offsets(admin, topic, OffsetSpec.earliest());
        Map<TopicPartition, ListOffsetsResultInfo> end = offsets(admin, topic, OffsetSpec.latest());
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
                    first.get(key).offset(),
                    end.get(key).offset());
        }
        rows.print("It has no partitions.");
        Map<String, String> set = settings(admin, topic.name());
        set.forEach((key, value) -> output.say("  " + key + "=" + value));
        output.tell(Map.of("topic", topic.name(), "id", topic.topicId().toString(), "configs", set));
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Admin admin, TopicDescription topic, OffsetSpec spec) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new LinkedHashMap<>();
        for (TopicPartitionInfo partition : topic.partitions())
            wanted.put(new TopicPartition(topic.name(), partition.partition()), spec);
        return admin.listOffsets(wanted).all().get();
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
