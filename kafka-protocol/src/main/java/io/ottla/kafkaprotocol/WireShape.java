package io.ottla.kafkaprotocol;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * What one version of a message looks like on the wire, so that bytes can be proven to be one before anything is
 * allocated for it. Made from the schemas that generated messages carry.
 *
 * <p>Grammar: KIP-482 and the protocol guide. As in the generated readers, any negative length of a field that is not
 * compact means null; tags may come in any order and more than once. Stricter than they are: the size of a tagged
 * field must be true, and a varint must not exceed 31 bits.
 */
sealed interface WireShape {
    Map<Type, WireShape> SCALARS = Map.ofEntries(
            entry(Type.BOOLEAN, new Fixed(1)),
            entry(Type.INT8, new Fixed(1)),
            entry(Type.INT16, new Fixed(2)),
            entry(Type.UINT16, new Fixed(2)),
            entry(Type.INT32, new Fixed(4)),
            entry(Type.UNSIGNED_INT32, new Fixed(4)),
            entry(Type.INT64, new Fixed(8)),
            entry(Type.FLOAT64, new Fixed(8)),
            entry(Type.UUID, new Fixed(16)),
            entry(Type.STRING, new Text(false, false)),
            entry(Type.NULLABLE_STRING, new Text(false, true)),
            entry(Type.COMPACT_STRING, new Text(true, false)),
            entry(Type.COMPACT_NULLABLE_STRING, new Text(true, true)),
            entry(Type.BYTES, new Blob(false, false)),
            entry(Type.NULLABLE_BYTES, new Blob(false, true)),
            entry(Type.COMPACT_BYTES, new Blob(true, false)),
            entry(Type.COMPACT_NULLABLE_BYTES, new Blob(true, true)),
            entry(Type.RECORDS, new Blob(false, false)),
            entry(Type.NULLABLE_RECORDS, new Blob(false, true)),
            entry(Type.COMPACT_RECORDS, new Blob(true, false)),
            entry(Type.COMPACT_NULLABLE_RECORDS, new Blob(true, true)));

    /** Moves the cursor past one value. */
    void walk(WireCursor cursor) throws MalformedException;

    /** Bytes of the shortest value. */
    int bytesMin();

    /**
     * The shape of one version of a message.
     *
     * @param versions the schemas by version, null where there is none
     */
    static WireShape of(Schema[] versions, int version) {
        Map<String, Set<Integer>> tags = new HashMap<>();
        for (Schema schema : versions) if (schema != null) collectTags(schema, "", tags);
        return struct(versions[version], "", tags);
    }

    /** The tags of each struct, by the path of names to it, in any version. */
    private static void collectTags(Type type, String path, Map<String, Set<Integer>> tags) {
        if (type instanceof Schema struct) {
            for (BoundField field : struct.fields()) collectTags(field.def.type, path + "." + field.def.name, tags);
        } else if (type instanceof TaggedFields tagged) {
            for (Map.Entry<Integer, Field> tag : tagged.fields().entrySet()) {
                tags.computeIfAbsent(path, absent -> new HashSet<>()).add(tag.getKey());
                collectTags(tag.getValue().type, path + "." + tag.getKey(), tags);
            }
        } else if (type.arrayElementType().isPresent()) {
            collectTags(type.arrayElementType().get(), path, tags);
        }
    }

    private static WireShape struct(Schema schema, String path, Map<String, Set<Integer>> tags) {
        List<WireShape> parts = new ArrayList<>();
        int fixedBytes = 0;
        for (BoundField field : schema.fields()) {
            WireShape part = of(field.def.type, path + "." + field.def.name, tags);
            if (part instanceof Fixed(int bytes)) {
                fixedBytes += bytes;
                continue;
            }
            if (fixedBytes > 0) parts.add(new Fixed(fixedBytes));
            fixedBytes = 0;
            parts.add(part);
        }
        if (fixedBytes > 0) parts.add(new Fixed(fixedBytes));
        if (parts.size() == 1) return parts.get(0);
        int bytesMin = 0;
        for (WireShape part : parts) bytesMin += part.bytesMin();
        return new Struct(List.copyOf(parts), bytesMin);
    }

    // no pattern switch: linking the first one costs more than all shapes of a start
    private static WireShape of(Type type, String path, Map<String, Set<Integer>> tags) {
        if (type instanceof NullableSchema struct) return new NullableStruct(struct(struct, path, tags));
        if (type instanceof Schema struct) return struct(struct, path, tags);
        if (type instanceof TaggedFields tagged) return tagged(tagged, path, tags);
        if (type instanceof ArrayOf array)
            return new Array(of(array.arrayElementType().orElseThrow(), path, tags), false, array.isNullable());
        if (type instanceof CompactArrayOf array)
            return new Array(of(array.arrayElementType().orElseThrow(), path, tags), true, array.isNullable());
        return scalar(type);
    }

    private static WireShape tagged(TaggedFields tagged, String path, Map<String, Set<Integer>> tags) {
        Set<Integer> ofAllVersions = tags.getOrDefault(path, Set.of());
        WireShape[] known = new WireShape[ofAllVersions.isEmpty() ? 0 : Collections.max(ofAllVersions) + 1];
        for (int tag : ofAllVersions) {
            Field field = tagged.fields().get(tag);
            known[tag] = field == null ? new OfAnotherVersion() : of(field.type, path + "." + tag, tags);
        }
        return new Tagged(known);
    }

    private static WireShape scalar(Type type) {
        WireShape shape = SCALARS.get(type);
        if (shape == null) throw new IllegalStateException("a type that no message had so far: " + type);
        return shape;
    }

    /** Fields of fixed length, side by side. */
    record Fixed(int bytes) implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            cursor.skip(bytes);
        }

        @Override
        public int bytesMin() {
            return bytes;
        }
    }

    /** {@code string := int16 length, bytes} or, compact, {@code varint length + 1, bytes}. */
    record Text(boolean compact, boolean nullable) implements WireShape {
        /**
         * A byte that is no UTF-8 is read as U+FFFD, which has three; so a string of up to so many bytes can be written again whatever is in it, and a longer one
         * if it is sound.
         */
        static final int ANY_BYTES_MAX = Short.MAX_VALUE / 3;

        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            int length = compact ? cursor.unsignedVarint() - 1 : cursor.int16();
            if (length < 0) {
                if (!nullable) throw MalformedException.NULL;
                return;
            }
            if (length > Short.MAX_VALUE) throw MalformedException.LENGTH;
            if (length > ANY_BYTES_MAX && !cursor.isUtf8(length)) throw MalformedException.TEXT;
            cursor.skip(length);
        }

        @Override
        public int bytesMin() {
            return compact ? 1 : 2;
        }
    }

    /** Bytes or records: {@code int32 length, bytes} or, compact, {@code varint length + 1, bytes}. */
    record Blob(boolean compact, boolean nullable) implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            int length = compact ? cursor.unsignedVarint() - 1 : cursor.int32();
            if (length >= 0) cursor.skip(length);
            else if (!nullable) throw MalformedException.NULL;
        }

        @Override
        public int bytesMin() {
            return compact ? 1 : 4;
        }
    }

    /** {@code array := int32 count, elements} or, compact, {@code varint count + 1, elements}. */
    record Array(WireShape element, boolean compact, boolean nullable) implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            int count = compact ? cursor.unsignedVarint() - 1 : cursor.int32();
            if (count < 0) {
                if (!nullable) throw MalformedException.NULL;
                return;
            }
            cursor.elements(count, element.bytesMin());
            if (element instanceof Fixed(int bytes)) {
                cursor.skip(count * bytes);
                return;
            }
            for (int i = 0; i < count; i++) element.walk(cursor);
        }

        @Override
        public int bytesMin() {
            return compact ? 1 : 4;
        }
    }

    /** Fields one after another. */
    record Struct(List<WireShape> parts, int bytesMin) implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            for (int i = 0; i < parts.size(); i++) parts.get(i).walk(cursor);
        }
    }

    /** {@code int8, struct}; a negative first byte means null. */
    record NullableStruct(WireShape struct) implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            if (cursor.int8() >= 0) struct.walk(cursor);
        }

        @Override
        public int bytesMin() {
            return 1;
        }
    }

    /** A tagged field that this version of the message does not have, and another does: no client may send it. */
    record OfAnotherVersion() implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            throw MalformedException.TAG_VERSION;
        }

        @Override
        public int bytesMin() {
            return 1;
        }
    }

    /**
     * {@code tags := varint count, (varint tag, varint size, size bytes)*}.
     *
     * @param known by tag; null for those that are only skipped
     */
    record Tagged(WireShape[] known) implements WireShape {
        @Override
        public void walk(WireCursor cursor) throws MalformedException {
            int count = cursor.unsignedVarint();
            if (count == 0) return;
            cursor.elements(count, 2);
            for (int i = 0; i < count; i++) {
                int tag = cursor.unsignedVarint();
                int size = cursor.unsignedVarint();
                if (tag >= known.length || known[tag] == null) {
                    cursor.unknownTag(size);
                    continue;
                }
                int start = cursor.position();
                known[tag].walk(cursor);
                if (cursor.position() - start != size) throw MalformedException.TAG_SIZE;
            }
        }

        @Override
        public int bytesMin() {
            return 1;
        }
    }
}
