package io.ottla.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
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
        description = "Prints the records of topics, and follows them, or stops at their end.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla consume orders --from beginning --to-end",
            "  ottla consume orders payments --tail 10 --format json",
            "  ottla consume orders --group billing --format json"
        })
final class ConsumeCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(200);
    /** How long Ctrl-C waits for the consumer to leave its group. */
    private static final long LEAVE_S_MAX = 3;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The topics.")
    List<String> topics;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description =
                    "beginning, end, an offset, or @MILLISECONDS since the epoch (default: end; with --group: where the group is).")
    Optional<String> from = Optional.empty();

    @Option(
            names = {"-t", "--tail"},
            paramLabel = "N",
            description = "Begin so many records before the end of each partition.")
    Optional<Long> tail = Optional.empty();

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

    @Option(
            names = {"-d", "--delimiter"},
            paramLabel = "TEXT",
            defaultValue = Delimiter.NEWLINE,
            converter = Delimiter.Converter.class,
            description = "What stands after each record; \\n \\r \\t \\0 \\xHH are understood (default: a newline).")
    Delimiter delimiter;

    @Option(names = "--committed", description = "Leave out what belongs to transactions that are open or aborted.")
    boolean committed;

    @Override
    public Integer call() throws Exception {
        if (broker.json) format = RecordFormat.json;
        Position begin = begin();
        if (group.isPresent() && (partition.isPresent() || from.isPresent() || tail.isPresent()))
            throw new CommandFailed(
                    "A group decides itself where to read: leave out --partition, --from and --tail, or use `ottla group reset`.");
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
                    OutputStream out = StandardOutput.inBulk(System.out)) {
                run(consumer, begin, out);
            }
        } catch (WakeupException asked) {
            return 0;
        } catch (KafkaException e) {
            throw broker.failed("consuming from " + String.join(", ", topics), e);
        }
        return 0;
    }

    private Position begin() throws CommandFailed {
        if (tail.isEmpty()) return Position.of("--from", from.orElse(toEnd ? "beginning" : "end"));
        if (from.isPresent()) throw new CommandFailed("--tail and --from both say where to begin: leave one out.");
        if (tail.get() < 0) throw new CommandFailed("--tail takes 0 or more, not " + tail.get() + ".");
        return new Position.BeforeEnd(tail.get());
    }

    private void run(KafkaConsumer<byte[], byte[]> consumer, Position begin, OutputStream out)
            throws IOException, CommandFailed {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : new LinkedHashSet<>(topics)) partitions.addAll(partitions(consumer, topic));
        if (group.isPresent()) {
            consumer.subscribe(topics);
        } else {
            consumer.assign(partitions);
            seek(consumer, partitions, begin);
        }
        Map<TopicPartition, Long> ends = toEnd ? consumer.endOffsets(partitions) : Map.of();
        Progress progress = Progress.beside(1, "records");
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
            ConsumerRecords<byte[], byte[]> records,
            Map<TopicPartition, Long> ends,
            Progress progress,
            OutputStream out)
            throws IOException {
        Map<TopicPartition, OffsetAndMetadata> printed = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (max.isPresent() && progress.done() >= max.get()) break;
            TopicPartition from = new TopicPartition(record.topic(), record.partition());
            Long end = ends.get(from);
            if (end != null && record.offset() >= end) continue;
            format.write(record, keys, separator, out);
            out.write(delimiter.bytes());
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

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) throws CommandFailed {
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
            case Position.BeforeEnd(long records) -> seekBeforeEnd(consumer, partitions, records);
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

    /** Offsets are counted, not records: where some were compacted away, there are fewer. */
    private static void seekBeforeEnd(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, long records) {
        Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions);
        consumer.endOffsets(partitions)
                .forEach((each, end) -> consumer.seek(each, Math.max(firsts.get(each), end - records)));
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
