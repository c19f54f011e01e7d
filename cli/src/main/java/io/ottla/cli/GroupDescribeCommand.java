package io.ottla.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ottla group describe}. */
@Command(
        name = "describe",
        description = "Shows a group's members, offsets and lag.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla group describe billing"})
final class GroupDescribeCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "The names of the groups.")
    List<String> groups;

    @Override
    public Integer call() throws Exception {
        try (Admin admin = broker.admin()) {
            return new EachName(broker, "describing group", "group").of(groups, group -> describe(admin, group));
        }
    }

    private void describe(Admin admin, String group) throws ExecutionException, InterruptedException {
        ConsumerGroupDescription description =
                admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        Map<TopicPartition, MemberDescription> owners = new HashMap<>();
        for (MemberDescription member : description.members())
            for (TopicPartition partition : member.assignment().topicPartitions()) owners.put(partition, member);
        TreeSet<TopicPartition> partitions =
                new TreeSet<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        partitions.addAll(committed.keySet());
        partitions.addAll(owners.keySet());
        Map<TopicPartition, Long> ends = Offsets.of(admin, led(admin, partitions), OffsetSpec.latest());

        Output output = broker.output();
        output.say("Group " + group + ": " + description.groupState() + ", "
                + description.members().size() + " members, coordinator "
                + description.coordinator().id());
        output.tell(Output.object(
                "group",
                group,
                "state",
                description.groupState().toString(),
                "members",
                description.members().size()));
        Output.Rows rows = output.rows("topic", "partition", "committed", "end", "lag", "member", "client", "host");
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata offset = committed.get(partition);
            MemberDescription owner = owners.get(partition);
            Long end = ends.get(partition);
            rows.add(
                    partition.topic(),
                    partition.partition(),
                    offset == null ? null : offset.offset(),
                    end,
                    offset == null || end == null ? null : end - offset.offset(),
                    owner == null ? null : owner.consumerId(),
                    owner == null ? null : owner.clientId(),
                    owner == null ? null : owner.host());
        }
        rows.print("It has neither offsets nor members.");
    }

    /** A group may have committed for a topic that is gone. */
    private static List<TopicPartition> led(Admin admin, Collection<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        Set<String> names =
                partitions.stream().map(TopicPartition::topic).collect(Collectors.toCollection(TreeSet::new));
        Set<TopicPartition> led = new HashSet<>();
        for (var topic : admin.describeTopics(names).topicNameValues().entrySet()) {
            try {
                for (TopicPartitionInfo info : topic.getValue().get().partitions())
                    if (info.leader() != null) led.add(new TopicPartition(topic.getKey(), info.partition()));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) throw e;
            }
        }
        return partitions.stream().filter(led::contains).toList();
    }
}
