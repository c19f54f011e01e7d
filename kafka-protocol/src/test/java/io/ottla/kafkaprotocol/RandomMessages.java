package io.ottla.kafkaprotocol;

import io.ottla.base.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.ByteUtils;

/** Writes the bytes of a random message that its schema allows; knows nothing of the code under test. */
final class RandomMessages {
    private static final int UNKNOWN_TAG = 1000;

    private final SeededRandom random;
    private final boolean unknownTags;
    private final ByteBuffer out = ByteBuffer.allocate(1 << 20);

    RandomMessages(SeededRandom random, boolean unknownTags) {
        this.random = random;
        this.unknownTags = unknownTags;
    }

    /** {@code header}, as in a frame, and a body. */
    byte[] request(short key, short version, short headerVersion, Schema body) {
        out.clear();
        out.putShort(key).putShort(version).putInt(random.nextInt(1000));
        if (headerVersion > 0) write(Type.NULLABLE_STRING, 0);
        if (headerVersion > 1) writeTags(new TaggedFields(java.util.Map.of()), 0);
        write(body, 0);
        return bytes();
    }

    byte[] message(Schema schema) {
        out.clear();
        write(schema, 0);
        return bytes();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private void write(Type type, int depth) {
        switch (type) {
            case NullableSchema struct -> {
                boolean isNull = random.chance(0.3);
                out.put((byte) (isNull ? -1 : 1));
                if (!isNull) writeStruct(struct, depth);
            }
            case Schema struct -> writeStruct(struct, depth);
            case ArrayOf array -> writeArray(array.arrayElementType().orElseThrow(), false, array.isNullable(), depth);
            case CompactArrayOf array ->
                writeArray(array.arrayElementType().orElseThrow(), true, array.isNullable(), depth);
            case TaggedFields tags -> writeTags(tags, depth);
            default -> writeScalar(type);
        }
    }

    private void writeStruct(Schema struct, int depth) {
        for (BoundField field : struct.fields()) write(field.def.type, depth);
    }

    private void writeArray(Type element, boolean compact, boolean nullable, int depth) {
        int count = nullable && random.chance(0.2) ? -1 : random.nextInt(depth > 1 ? 3 : 5);
        if (compact) ByteUtils.writeUnsignedVarint(count + 1, out);
        else out.putInt(count);
        for (int i = 0; i < count; i++) write(element, depth + 1);
    }

    private void writeTags(TaggedFields tags, int depth) {
        boolean unknown = unknownTags && random.chance(0.5);
        boolean all = random.chance(0.5);
        ByteUtils.writeUnsignedVarint((all ? tags.fields().size() : 0) + (unknown ? 1 : 0), out);
        if (all)
            tags.fields().forEach((tag, field) -> {
                ByteUtils.writeUnsignedVarint(tag, out);
                RandomMessages inner = new RandomMessages(random, unknownTags);
                inner.write(field.type, depth + 1);
                byte[] value = inner.bytes();
                ByteUtils.writeUnsignedVarint(value.length, out);
                out.put(value);
            });
        if (unknown) {
            ByteUtils.writeUnsignedVarint(UNKNOWN_TAG, out);
            ByteUtils.writeUnsignedVarint(3, out);
            out.put(new byte[] {1, 2, 3});
        }
    }

    private void writeScalar(Type type) {
        switch (type.toString()) {
            case "BOOLEAN" -> out.put((byte) random.nextInt(2));
            case "INT8" -> out.put((byte) random.nextInt(100));
            case "INT16", "UINT16" -> out.putShort((short) random.nextInt(1000));
            case "INT32", "UINT32" -> out.putInt(random.nextInt(1000));
            case "INT64", "FLOAT64" -> out.putLong(random.nextInt(100000));
            case "UUID" -> out.putLong(random.nextLong()).putLong(random.nextLong());
            case "STRING" -> writeBytes(false, false, 2);
            case "NULLABLE_STRING" -> writeBytes(false, true, 2);
            case "COMPACT_STRING", "COMPACT_BYTES", "COMPACT_RECORDS" -> writeBytes(true, false, 0);
            case "COMPACT_NULLABLE_STRING", "COMPACT_NULLABLE_BYTES", "COMPACT_NULLABLE_RECORDS" ->
                writeBytes(true, true, 0);
            case "BYTES", "RECORDS" -> writeBytes(false, false, 4);
            case "NULLABLE_BYTES", "NULLABLE_RECORDS" -> writeBytes(false, true, 4);
            default -> throw new IllegalStateException("unknown type " + type);
        }
    }

    private void writeBytes(boolean compact, boolean nullable, int lengthBytes) {
        byte[] value = nullable && random.chance(0.2)
                ? null
                : "abcdefghijklmnopqrstuvwxyz".substring(random.nextInt(26)).getBytes(StandardCharsets.UTF_8);
        int length = value == null ? -1 : value.length;
        if (compact) ByteUtils.writeUnsignedVarint(length + 1, out);
        else if (lengthBytes == 2) out.putShort((short) length);
        else out.putInt(length);
        if (value != null) out.put(value);
    }
}
