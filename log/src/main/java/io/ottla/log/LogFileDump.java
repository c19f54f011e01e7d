package io.ottla.log;

import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is in a file of a log directory, for people and tools: entry by entry, as far as it is sound. Changes nothing, and may be
 * used on the files of a running node.
 */
public final class LogFileDump {
    /** A file that has to be in memory as a whole may have so many bytes. */
    private static final int WHOLE_BYTES_MAX = 64 << 20;

    private static final int READ_BYTES = 1 << 20;
    private static final int INDEX_READ_ENTRIES = 4096;

    private LogFileDump() {}

    /** Sees the batches of a segment. */
    public interface BatchVisitor {
        /**
         * @param batch as a whole; good during the call
         * @param position where it begins in the file
         */
        void batch(BatchView batch, long position);
    }

    /**
     * Shows the batches up to the end, or to where no batch can begin. A batch whose checksum is wrong is shown.
     *
     * @return what is wrong with the rest of the file, or with the order of the batches; empty if nothing is
     */
    public static Optional<String> segment(DiskFile file, BatchVisitor visitor) throws IOException {
        Order order = new Order();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        long from = 0;
        while (true) {
            long size = file.size();
            BatchScan scan = new BatchScan(file, from, size, buffer, true, true);
            BatchScan.Step step;
            while ((step = scan.next()) == BatchScan.Step.BATCH) {
                visitor.batch(scan.batch(), scan.position());
                order.next(scan.batch(), scan.position());
            }
            if (step == BatchScan.Step.END) return order.damage;
            from = scan.position();
            // the node that writes it may have been in the middle of a batch
            if (step == BatchScan.Step.TORN && file.size() > size) continue;
            String what = step == BatchScan.Step.TORN ? "end within a batch" : "are no batch";
            return Optional.of("the %d bytes from %d on %s".formatted(size - from, from, what));
        }
    }

    /** Offsets rise; no checksum covers them. */
    private static final class Order {
        private long nextOffset = Long.MIN_VALUE;
        private Optional<String> damage = Optional.empty();

        void next(BatchView batch, long position) {
            // of packed messages of magic 0 and 1 only the last offset is in the header
            long first = batch.isLegacy() ? batch.lastOffset() : batch.baseOffset();
            if (first < nextOffset && damage.isEmpty())
                damage = Optional.of("offset %d, at %d, should be %d or later".formatted(first, position, nextOffset));
            nextOffset = batch.nextOffset();
        }
    }

    /**
     * Shows the entries of a file of any kind but {@link LogFileKind#SEGMENT}.
     *
     * @param name of the file, without its directory
     * @param entries gets each by the names of its fields; values are numbers, strings and, where there is none, null
     * @return what is wrong with the file after these entries; empty if nothing is
     */
    public static Optional<String> entries(
            LogFileKind kind, String name, DiskFile file, Consumer<Map<String, Object>> entries) throws IOException {
        return switch (kind) {
            case SEGMENT -> throw new IllegalArgumentException("a segment has batches");
            case OFFSET_INDEX -> offsetIndex(name, file, entries);
            case TIME_INDEX -> timeIndex(name, file, entries);
            case TRANSACTION_INDEX -> transactionIndex(whole(file), entries);
            case PRODUCER_SNAPSHOT -> producers(whole(file), entries);
            case LEADER_EPOCHS -> checkpoint(text(file), List.of("epoch", "startOffset"), entries);
            case RECOVERY_POINTS, LOG_STARTS, HIGH_WATERMARKS, CLEANER_OFFSETS ->
                checkpoint(text(file), List.of("topic", "partition", "offset"), entries);
            case PARTITION_METADATA -> partitionMetadata(text(file), entries);
            case META_PROPERTIES -> metaProperties(text(file), entries);
            case CLEAN_SHUTDOWN -> {
                entries.accept(Map.of("text", text(file)));
                yield Optional.empty();
            }
        };
    }

    private static byte[] whole(DiskFile file) throws IOException {
        long size = file.size();
        if (size > WHOLE_BYTES_MAX) throw new IOException("it has " + size + " bytes, more than " + WHOLE_BYTES_MAX);
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        file.read(0, bytes);
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static String text(DiskFile file) throws IOException {
        return new String(whole(file), StandardCharsets.UTF_8);
    }

    private static Map<String, Object> entry(Object... namesAndValues) {
        Map<String, Object> entry = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) entry.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return entry;
    }

    private static Optional<String> offsetIndex(String name, DiskFile file, Consumer<Map<String, Object>> entries)
            throws IOException {
        long base = LogFiles.leadingOffset(name).orElse(0);
        OffsetIndex index = new OffsetIndex(null, null, base, IndexFile.UNKNOWN);
        return index(
                index,
                OffsetIndex.ENTRY_BYTES,
                OffsetIndex.POSITION,
                OffsetIndex.RELATIVE_OFFSET,
                file,
                (bytes, at) -> entries.accept(entry(
                        "offset",
                        base + OffsetIndex.RELATIVE_OFFSET.of(bytes, at),
                        "position",
                        OffsetIndex.POSITION.of(bytes, at))));
    }

    private static Optional<String> timeIndex(String name, DiskFile file, Consumer<Map<String, Object>> entries)
            throws IOException {
        long base = LogFiles.leadingOffset(name).orElse(0);
        TimeIndex index = new TimeIndex(null, null, base, IndexFile.UNKNOWN);
        return index(
                index,
                TimeIndex.ENTRY_BYTES,
                TimeIndex.TIMESTAMP,
                TimeIndex.RELATIVE_OFFSET,
                file,
                (bytes, at) -> entries.accept(entry(
                        "timestamp",
                        TimeIndex.TIMESTAMP.of(bytes, at),
                        "offset",
                        base + TimeIndex.RELATIVE_OFFSET.of(bytes, at))));
    }

    @FunctionalInterface
    private interface EntryVisitor {
        void entry(ByteBuffer bytes, int at);
    }

    /** Entries as long as both fields rise; the zeros of room that was made ahead are passed over. */
    private static Optional<String> index(
            IndexFile index,
            int entryBytes,
            IndexFile.Field first,
            IndexFile.Field second,
            DiskFile file,
            EntryVisitor visitor)
            throws IOException {
        long size = file.size();
        int count = index.countIn(file);
        ByteBuffer bytes = ByteBuffer.allocate(INDEX_READ_ENTRIES * entryBytes);
        long before1 = Long.MIN_VALUE;
        long before2 = Long.MIN_VALUE;
        for (int from = 0; from < count; from += INDEX_READ_ENTRIES) {
            int some = Math.min(INDEX_READ_ENTRIES, count - from);
            bytes.clear().limit(some * entryBytes);
            file.read((long) from * entryBytes, bytes);
            for (int i = 0; i < bytes.position() / entryBytes; i++) {
                long its1 = first.of(bytes, i * entryBytes);
                long its2 = second.of(bytes, i * entryBytes);
                // the first entry of a time index may stand for offset 0; times may repeat where a segment was finished
                if (its1 < before1 || its2 < before2)
                    return Optional.of(
                            "entry %d, at %d, does not rise".formatted(from + i, (from + i) * (long) entryBytes));
                before1 = its1;
                before2 = its2;
                visitor.entry(bytes, i * entryBytes);
            }
        }
        return size % entryBytes == 0
                ? Optional.empty()
                : Optional.of("%d bytes at the end are no entry of %d bytes".formatted(size % entryBytes, entryBytes));
    }

    private static Optional<String> transactionIndex(byte[] bytes, Consumer<Map<String, Object>> entries) {
        List<AbortedTxn> txns = TransactionIndex.decode(ByteBuffer.wrap(bytes));
        for (AbortedTxn txn : txns)
            entries.accept(entry(
                    "producerId",
                    txn.producerId(),
                    "firstOffset",
                    txn.firstOffset(),
                    "lastOffset",
                    txn.lastOffset(),
                    "lastStableOffset",
                    txn.lastStableOffset()));
        int good = txns.size() * TransactionIndex.ENTRY_BYTES;
        return good == bytes.length
                ? Optional.empty()
                : Optional.of(
                        "the %d bytes from %d on are no aborted transaction".formatted(bytes.length - good, good));
    }

    private static Optional<String> producers(byte[] bytes, Consumer<Map<String, Object>> entries) {
        try {
            for (ProducerEntry producer : ProducerSnapshot.decode(bytes))
                entries.accept(entry(
                        "producerId",
                        producer.producerId,
                        "epoch",
                        producer.epoch,
                        "lastSequence",
                        producer.lastSequence(),
                        "lastOffset",
                        producer.lastOffset(),
                        "lastTimestamp",
                        producer.lastTimestampMs,
                        "coordinatorEpoch",
                        producer.coordinatorEpoch,
                        "transactionFirstOffset",
                        producer.transactionFirstOffset));
            return Optional.empty();
        } catch (DamagedLog e) {
            return Optional.of("it is " + e.getMessage());
        }
    }

    private static Optional<String> checkpoint(
            String text, List<String> fields, Consumer<Map<String, Object>> entries) {
        return switch (CheckpointFile.parse(text, fields.size())) {
            case CheckpointFile.Content.Missing() -> Optional.empty();
            case CheckpointFile.Content.Damaged(String why) -> Optional.of(why);
            case CheckpointFile.Content.Entries(List<String[]> lines) -> {
                for (String[] line : lines) {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    for (int i = 0; i < line.length; i++) {
                        Optional<Object> value = value(fields.get(i), line[i]);
                        if (value.isEmpty())
                            yield Optional.of("entry '%s': '%s' is no %s"
                                    .formatted(String.join(" ", line), line[i], fields.get(i)));
                        entry.put(fields.get(i), value.get());
                    }
                    entries.accept(entry);
                }
                yield Optional.empty();
            }
        };
    }

    private static Optional<Object> value(String field, String text) {
        if (field.equals("topic")) return Optional.of(text);
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> partitionMetadata(String text, Consumer<Map<String, Object>> entries) {
        return PartitionMetadata.parse(text)
                .map(id -> {
                    entries.accept(entry("topicId", id.toString()));
                    return Optional.<String>empty();
                })
                .orElse(Optional.of("it has no version 0 and topic id"));
    }

    private static Optional<String> metaProperties(String text, Consumer<Map<String, Object>> entries) {
        try {
            MetaProperties properties = MetaProperties.parse(text);
            entries.accept(entry(
                    "version",
                    properties.version(),
                    "nodeId",
                    properties.nodeId().isPresent()
                            ? (Object) properties.nodeId().getAsInt()
                            : null,
                    "clusterId",
                    properties.clusterId().orElse(null),
                    "directoryId",
                    properties.directoryId().map(Object::toString).orElse(null)));
            return Optional.empty();
        } catch (LogDirException e) {
            return Optional.of("it " + e.getMessage());
        }
    }
}
