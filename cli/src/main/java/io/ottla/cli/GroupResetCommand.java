package io.ottla.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla group reset}. */
@Command(
        name = "reset",
        description = "Sets where a group without members goes on reading.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla group reset billing --topic orders --to beginning"})
final class GroupResetCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "GROUP", description = "The name of the group.")
    String group;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            required = true,
            description = "The topics; may be repeated.")
    List<String> topics = new ArrayList<>();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only this partition.")
    Optional<Integer> partition = Optional.empty();

    @Option(
            names = "--to",
            paramLabel = "WHERE",
            required = true,
            description = "beginning, end, an offset, or @MILLISECONDS since the epoch.")
    String where;

    @Option(names = "--dry-run", description = "Show what would be set, and set nothing.")
    boolean dryRun;

    @Override
    public Integer call() throws Exception {
        Position target = Position.of("--to", where);
        try (Admin admin = broker.admin()) {
            Map<TopicPartition, OffsetAndMetadata> targets = targets(admin, target);
            if (!dryRun) admin.alterConsumerGroupOffsets(group, targets).all().get();
            Output.Rows rows = broker.output().rows("topic", "partition", "offset");
            targets.forEach((each, offset) -> rows.add(each.topic(), each.partition(), offset.offset()));
            rows.print("There is nothing to reset.");
            if (dryRun) broker.output().say("Nothing was changed (--dry-run).");
            return 0;
        } catch (ExecutionException e) {
            throw broker.failed("resetting group " + group + " (it must have no members)", e);
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> targets(Admin admin, Position target)
            throws ExecutionException, InterruptedException, CommandFailed {
        Map<TopicPartition, OffsetSpec> wanted = new LinkedHashMap<>();
        for (TopicDescription topic :
                admin.describeTopics(topics).allTopicNames().get().values())
            for (TopicPartitionInfo info : topic.partitions())
                if (partition.isEmpty() || partition.get() == info.partition())
                    wanted.put(new TopicPartition(topic.name(), info.partition()), spec(target));
        if (wanted.isEmpty())
            throw new CommandFailed(
                    "Topic " + String.join(", ", topics) + " has no partition " + partition.orElse(0) + ".");
        Map<TopicPartition, ListOffsetsResultInfo> found =
                admin.listOffsets(wanted).all().get();
        Map<TopicPartition, Long> ends = new LinkedHashMap<>();
        wanted.replaceAll((each, spec) -> OffsetSpec.latest());
        admin.listOffsets(wanted).all().get().forEach((each, end) -> ends.put(each, end.offset()));
        Map<TopicPartition, OffsetAndMetadata> targets = new LinkedHashMap<>();
        wanted.keySet().forEach(each -> {
            long end = ends.get(each);
            long offset = found.get(each).offset();
            if (target instanceof Position.At(long wish)) offset = Math.clamp(wish, offset, end);
            targets.put(each, new OffsetAndMetadata(offset < 0 ? end : offset)); // no record at or after the time
        });
        return targets;
    }

    /** An offset goes from the beginning, since it cannot lie before it. */
    private static OffsetSpec spec(Position target) {
        return switch (target) {
            case Position.Beginning() -> OffsetSpec.earliest();
            case Position.End() -> OffsetSpec.latest();
            case Position.At(long offset) -> OffsetSpec.earliest();
            case Position.BeforeEnd(long records) -> throw new IllegalStateException("a reset has no --tail");
            case Position.Since(long timestampMs) -> OffsetSpec.forTimestamp(timestampMs);
        };
    }
}
