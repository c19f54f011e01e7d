package io.ottla.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla consume}: prints the records of a topic. */
@Command(
        name = "consume",
        description = "Prints the records of a topic, and follows it, or stops at its end.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla consume orders --from beginning --to-end",
            "  ottla consume orders --group billing --format json"
        })
final class ConsumeCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(200);
    /** How long Ctrl-C waits for the consumer to leave its group. */
    private static final long LEAVE_S_MAX = 3;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", description = "The topic.")
    String topic;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description =
                    "beginning, end, an offset, or @MILLISECONDS since the epoch (default: end; with --group: where the group is).")
    Optional<String> from = Optional.empty();

    @Option(
            names = {"-e", "--to-end"},
            description = "Stop at the end as it is when the command starts.")
    boolean toEnd;

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            description = "Stop after so many records.")
    Optional<Long> max = Optional.empty();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only this partition.")
    Optional<Integer> partition = Optional.empty();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "Consume as a member of this group, and commit.")
    Optional<String> group = Optional.empty();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}; --json is --format json).")
    RecordFormat format;

    @Option(
            names = {"-k", "--keys"},
            description = "Print the key before the value.")
    boolean keys;

    @Option(
            names = "--key-separator",
            paramLabel = "TEXT",
            defaultValue = "\t",
            description = "What stands between them (default: a tab).")
    String separator;

    @Option(names = "--committed", description = "Leave out what belongs to transactions that are open or aborted.")
    boolean committed;

    @Override
    public Integer call() throws Exception {
        if (broker.json) format = RecordFormat.json;
        Position begin = Position.of("--from", from.orElse(toEnd ? "beginning" : "end"));
        if (group.isPresent() && (partition.isPresent() || from.isPresent()))
            throw new CommandFailed(
                    "A group decides itself where to read: leave out --partition and --from, or use `ottla group reset`.");
        Map<String, String> defaults = new HashMap<>(Map.of(
                "enable.auto.commit", "false",
                "isolation.level", committed ? "read_committed" : "read_uncommitted",
                "auto.offset.reset", "earliest",
                "allow.auto.create.topics", "false", // looking is not making
                "default.api.timeout.ms", "10000"));
        group.ifPresent(id -> defaults.put("group.id", id));
        try {
            KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                    broker.settings(defaults), new ByteArrayDeserializer(), new ByteArrayDeserializer());
            try (Interruption _ = new Interruption(
                            consumer::wakeup, LEAVE_S_MAX, "the consumer did not leave its group in time.");
                    consumer;
                    Writer out = new OutputStreamWriter(StandardOutput.inBulk(System.out), StandardCharsets.UTF_8)) {
                run(consumer, begin, out);
            }
        } catch (WakeupException asked) {
            return 0;
        } catch (KafkaException e) {
            throw broker.failed("consuming from " + topic, e);
        }
        return 0;
    }

    private void run(KafkaConsumer<byte[], byte[]> consumer, Position begin, Writer out)
            throws IOException, CommandFailed {
        List<TopicPartition> partitions = partitions(consumer);
        if (group.isPresent()) {
            consumer.subscribe(List.of(topic));
        } else {
            consumer.assign(partitions);
            seek(consumer, partitions, begin);
        }
        Map<TopicPartition, Long> ends = toEnd ? consumer.endOffsets(partitions) : Map.of();
        Progress progress = new Progress("records");
        while (max.isEmpty() || progress.done() < max.get()) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            Map<TopicPartition, OffsetAndMetadata> printed = print(records, ends, progress, out);
            out.flush();
            if (group.isPresent() && !printed.isEmpty()) consumer.commitSync(printed);
            if (toEnd && atEnd(consumer, ends)) break;
        }
        progress.end();
    }

    /** @return where to go on after what was printed, which with --max may be less than what was polled */
    private Map<TopicPartition, OffsetAndMetadata> print(
            ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, Long> ends, Progress progress, Writer out)
            throws IOException {
        Map<TopicPartition, OffsetAndMetadata> printed = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (max.isPresent() && progress.done() >= max.get()) break;
            TopicPartition from = new TopicPartition(record.topic(), record.partition());
            Long end = ends.get(from);
            if (end != null && record.offset() >= end) continue;
            out.write(format.write(record, keys, separator));
            out.write('\n');
            printed.put(from, new OffsetAndMetadata(record.offset() + 1));
            progress.add(1, Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize()));
        }
        return printed;
    }

    /** Whether every partition that this consumer has is read up to its end; a group without partitions yet is not. */
    private boolean atEnd(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        Collection<TopicPartition> assigned = consumer.assignment();
        if (assigned.isEmpty()) return false;
        for (TopicPartition each : assigned) if (consumer.position(each) < ends.getOrDefault(each, 0L)) return false;
        return true;
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) throws CommandFailed {
        List<TopicPartition> partitions = new ArrayList<>();
        List<PartitionInfo> all = consumer.partitionsFor(topic);
        if (all == null || all.isEmpty())
            throw new CommandFailed("There is no topic " + topic + ". (`ottla topic list` lists the topics.)");
        for (PartitionInfo info : all)
            if (partition.isEmpty() || partition.get() == info.partition())
                partitions.add(new TopicPartition(topic, info.partition()));
        if (partitions.isEmpty())
            throw new CommandFailed("Topic " + topic + " has no partition " + partition.orElse(0) + ".");
        return partitions;
    }

    private static void seek(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Position begin) {
        switch (begin) {
            case Position.Beginning() -> consumer.seekToBeginning(partitions);
            case Position.End() -> consumer.seekToEnd(partitions);
            case Position.At(long offset) -> seekToOffset(consumer, partitions, offset);
            case Position.Since(long timestampMs) -> seekToTime(consumer, partitions, timestampMs);
        }
    }

    /** The offset; or the nearest that there is, which is said. */
    private static void seekToOffset(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, long offset) {
        Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition each : partitions) {
            long nearest = Math.clamp(offset, firsts.get(each), ends.get(each));
            consumer.seek(each, nearest);
            if (nearest != offset)
                System.err.println("ottla: " + each + (nearest < offset ? " ends" : " begins") + " at offset " + nearest
                        + ", so it is read from there, not from " + offset + ".");
        }
    }

    private static void seekToTime(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, long timestampMs) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        partitions.forEach(each -> wanted.put(each, timestampMs));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted);
        for (TopicPartition each : partitions) {
            OffsetAndTimestamp at = found.get(each);
            if (at == null) consumer.seekToEnd(List.of(each));
            else consumer.seek(each, at.offset());
        }
    }
}
