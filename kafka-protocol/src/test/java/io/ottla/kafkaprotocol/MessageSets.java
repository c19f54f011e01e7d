package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches of any magic as Kafka's own builder makes them, and as Kafka reads them. */
final class MessageSets {
    private MessageSets() {}

    /** Three records at times 1000, 1001 and 999; the second without key, the third without value. */
    static ByteBuffer of(byte magic, Codec codec) {
        return of(magic, codec, 0, TimestampType.CREATE_TIME);
    }

    static ByteBuffer of(byte magic, Codec codec, long firstOffset, TimestampType timestampType) {
        return copy(MemoryRecords.withRecords(
                        magic,
                        firstOffset,
                        Compression.of(codec.label()).build(),
                        timestampType,
                        simple(1000, "k0", "v0"),
                        simple(1001, null, "v1"),
                        simple(999, "k2", null))
                .buffer());
    }

    /** A packed message around {@code inner}, as somebody may send it. */
    static ByteBuffer wrap(byte magic, Codec codec, long offset, ByteBuffer inner) {
        byte[] plain = new byte[inner.remaining()];
        inner.get(inner.position(), plain);
        byte[] packed = RawBatch.pack(codec, plain);
        ByteBuffer bytes = ByteBuffer.allocate(
                        (magic == 0 ? BatchView.MIN_BYTES_V0 : BatchView.MIN_BYTES_V1) + packed.length)
                .putLong(offset);
        bytes.putInt(bytes.capacity() - BatchView.PREFIX_BYTES)
                .putInt(0)
                .put(magic)
                .put((byte) codec.id());
        if (magic == 1) bytes.putLong(1001);
        bytes.putInt(-1).putInt(packed.length).put(packed).flip();
        new BatchView().wrap(bytes, 0).updateCrc();
        return bytes;
    }

    static SimpleRecord simple(long timestamp, String key, String value) {
        return new SimpleRecord(timestamp, bytes(key), bytes(value));
    }

    /** offset@timestamp key=value, one for each record; with the batch's own check. */
    static List<String> read(ByteBuffer bytes) {
        MemoryRecords records = MemoryRecords.readableRecords(bytes.duplicate());
        List<String> seen = new ArrayList<>();
        records.batches().forEach(batch -> {
            batch.ensureValid();
            for (Record record : batch) {
                record.ensureValid();
                seen.add("%d@%d %s=%s"
                        .formatted(record.offset(), record.timestamp(), text(record.key()), text(record.value())));
            }
        });
        return seen;
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? "null" : StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
