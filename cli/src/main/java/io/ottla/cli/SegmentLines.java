package io.ottla.cli;

import io.ottla.coordinator.GroupRecordDump;
import io.ottla.kafkaprotocol.BatchDump;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.Header;
import io.ottla.kafkaprotocol.RecordReader;
import io.ottla.kafkaprotocol.TimestampType;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A batch and its records: lines for people, objects for programs. */
final class SegmentLines implements AutoCloseable {
    private final BatchDump text = new BatchDump();
    private final RecordReader reader = new RecordReader();

    /** @return whether it is sound, as far as was looked */
    boolean say(BatchView batch, long position, boolean withRecords, boolean ofGroups, Consumer<String> lines) {
        if (!ofGroups || !withRecords || batch.isControl()) return text.dump(batch, position, withRecords, lines);
        boolean isSound = text.dump(batch, position, false, lines);
        RecordReader.Step step = reader.open(batch).next();
        for (; step == RecordReader.Step.RECORD; step = reader.next())
            lines.accept(
                    "  %d time %d %s".formatted(reader.offset(), reader.timestampMs(), FileDump.line(fields(true))));
        if (step != RecordReader.Step.CORRUPT) return isSound;
        lines.accept("  cannot be read further: " + reader.problem());
        return false;
    }

    /** @return whether it is sound, as far as was looked */
    boolean tell(
            BatchView batch,
            long position,
            boolean withRecords,
            boolean ofGroups,
            BiConsumer<String, Map<String, Object>> objects) {
        objects.accept("batch", header(batch, position));
        if (!withRecords) return batch.isCrcValid();
        RecordReader.Step step = reader.open(batch).next();
        for (; step == RecordReader.Step.RECORD; step = reader.next()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("offset", reader.offset());
            object.put("timestamp", reader.timestampMs());
            Optional<EndTxnMarker> marker = batch.isControl() && reader.hasKey() && reader.hasValue()
                    ? EndTxnMarker.parse(
                            reader.key().orElseThrow(), reader.value().orElseThrow())
                    : Optional.empty();
            if (marker.isPresent()) {
                object.put("marker", marker.get().isCommit() ? "commit" : "abort");
                object.put("coordinatorEpoch", marker.get().coordinatorEpoch());
            } else {
                object.putAll(fields(ofGroups));
            }
            objects.accept("record", object);
        }
        if (step == RecordReader.Step.CORRUPT)
            objects.accept("record", Map.of("damage", "cannot be read further: " + reader.problem()));
        return step != RecordReader.Step.CORRUPT && batch.isCrcValid();
    }

    private static Map<String, Object> header(BatchView batch, long position) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("position", position);
        object.put("bytes", batch.sizeBytes());
        object.put("magic", batch.magic());
        // of packed messages of magic 0 and 1 only the last offset is in the header
        object.put("baseOffset", batch.isLegacy() && batch.isCompressed() ? null : (Object) batch.baseOffset());
        object.put("lastOffset", batch.lastOffset());
        object.put("records", batch.recordCount() < 0 ? null : (Object) batch.recordCount());
        object.put("codec", Codec.of(batch.codecId()).map(Codec::label).orElseGet(() -> "" + batch.codecId()));
        object.put("leaderEpoch", batch.leaderEpoch());
        object.put("maxTimestamp", batch.maxTimestamp());
        object.put("logAppendTime", batch.magic() > 0 && batch.timestampType() == TimestampType.LOG_APPEND_TIME);
        object.put("producerId", batch.producerId());
        object.put("producerEpoch", batch.producerEpoch());
        object.put("baseSequence", batch.baseSequence());
        object.put("lastSequence", batch.baseSequence() < 0 ? -1 : batch.lastSequence());
        object.put("transactional", batch.isTransactional());
        object.put("control", batch.isControl());
        batch.deleteHorizonMs().ifPresent(ms -> object.put("deleteHorizon", ms));
        object.put("crc", HexFormat.of().toHexDigits((int) batch.crc()));
        object.put("crcValid", batch.isCrcValid());
        return object;
    }

    /** What the current record says. */
    private Map<String, Object> fields(boolean ofGroups) {
        if (ofGroups && reader.hasKey()) {
            Optional<Map<String, Object>> group =
                    GroupRecordDump.describe(reader.key().orElseThrow(), reader.value());
            if (group.isPresent()) return group.get();
        }
        Map<String, Object> object = new LinkedHashMap<>();
        Utf8OrHex.put(object, "key", reader.key());
        Utf8OrHex.put(object, "value", reader.value());
        List<Map<String, Object>> headers = new ArrayList<>();
        for (Header header : reader.headers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", header.key());
            Utf8OrHex.put(one, "value", header.value());
            headers.add(one);
        }
        if (!headers.isEmpty()) object.put("headers", headers);
        return object;
    }

    @Override
    public void close() {
        text.close();
        reader.close();
    }
}
