package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Well-formed requests with hostile contents, written field by field from the schemas that generated messages carry. What a field gets follows from its name:
 * mostly something of the {@link Vocabulary}, so that it hits, else something odd.
 */
final class HostileRequests {
    private static final int UNKNOWN_TAG = 1000;
    private static final int FRAME_BYTES_MAX = 1 << 24;

    /** Above that nothing long is begun. */
    private static final int LONG_BYTES_MAX = 1 << 17;

    private static final int SHORT_BYTES = 100;

    private final SeededRandom random;
    private final Vocabulary vocabulary;
    private final HostileBatches batches;
    private final ByteBuffer out = ByteBuffer.allocate(FRAME_BYTES_MAX);

    /** What this request is about, so that its fields go together. */
    private Vocabulary.Topic topic;

    private Vocabulary.Member member;
    private Vocabulary.FetchSession session;
    private Vocabulary.Producer producer;
    private int version;

    HostileRequests(SeededRandom random, Vocabulary vocabulary, HostileBatches batches) {
        this.random = random;
        this.vocabulary = vocabulary;
        this.batches = batches;
    }

    /** A frame with its length. */
    byte[] request(ApiMessageType api, short version, int correlationId) {
        this.version = version;
        topic = vocabulary.topic();
        member = vocabulary.member();
        session = vocabulary.session();
        producer = vocabulary.producer();
        out.clear();
        out.putInt(0).putShort(api.apiKey()).putShort(version).putInt(correlationId);
        short headerVersion = api.requestHeaderVersion(version);
        byte[] clientId = random.chance(0.9) ? "c".getBytes(StandardCharsets.US_ASCII) : Odd.text(random);
        if (random.chance(0.05)) out.putShort((short) -1);
        else out.putShort((short) clientId.length).put(clientId);
        if (headerVersion > 1) writeTags(new TaggedFields(Map.of()), "", 0);
        writeStruct(api.requestSchemas()[version], "", 0);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4);
        return bytes;
    }

    private void write(Type type, String parent, String name, int depth) {
        switch (type) {
            case NullableSchema struct -> {
                boolean isNull = random.chance(0.5);
                out.put((byte) (isNull ? -1 : 1));
                if (!isNull) writeStruct(struct, name, depth);
            }
            case Schema struct -> writeStruct(struct, name, depth);
            case ArrayOf array -> writeArray(array, false, array.isNullable(), parent, name, depth);
            case CompactArrayOf array -> writeArray(array, true, array.isNullable(), parent, name, depth);
            case TaggedFields tags -> writeTags(tags, parent, depth);
            default -> writeScalar(type, parent, name);
        }
    }

    private void writeStruct(Schema struct, String name, int depth) {
        for (BoundField field : struct.fields()) write(field.def.type, name, field.def.name, depth);
    }

    private void writeArray(Type array, boolean compact, boolean nullable, String parent, String name, int depth) {
        Type element = array.arrayElementType().orElseThrow();
        int count = nullable && random.chance(0.15) ? -1 : count(depth);
        if (compact) ByteUtils.writeUnsignedVarint(count + 1, out);
        else out.putInt(count);
        int begin = out.position();
        for (int i = 0; i < count; i++) {
            if (i > 0 && out.position() < LONG_BYTES_MAX && random.chance(0.2)) { // the same again
                int end = out.position();
                for (int at = begin; at < end; at++) out.put(out.get(at));
                begin = end;
                continue;
            }
            begin = out.position();
            if (name.contains("topic") || name.equals("resources")) topic = vocabulary.topic();
            if (element instanceof Schema struct) writeStruct(struct, name, depth + 1);
            else write(element, parent, name, depth + 1);
        }
    }

    private int count(int depth) {
        if (out.position() > LONG_BYTES_MAX) return 0;
        if (random.chance(0.001)) return depth == 0 ? 100 + random.nextInt(2000) : 20 + random.nextInt(100);
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1, 2 -> 2;
            case 3 -> 3 + random.nextInt(4);
            default -> 1;
        };
    }

    private void writeTags(TaggedFields tags, String parent, int depth) {
        boolean unknown = random.chance(0.05);
        boolean all = random.chance(0.5);
        ByteUtils.writeUnsignedVarint((all ? tags.fields().size() : 0) + (unknown ? 1 : 0), out);
        if (all)
            tags.fields().forEach((tag, field) -> {
                ByteUtils.writeUnsignedVarint(tag, out);
                int at = out.position();
                write(field.type, parent, field.name, depth + 1);
                byte[] value = new byte[out.position() - at];
                out.get(at, value).position(at);
                ByteUtils.writeUnsignedVarint(value.length, out);
                out.put(value);
            });
        if (unknown) {
            ByteUtils.writeUnsignedVarint(UNKNOWN_TAG, out);
            ByteUtils.writeUnsignedVarint(3, out);
            out.put(new byte[] {1, 2, 3});
        }
    }

    private void writeScalar(Type type, String parent, String name) {
        switch (type.toString()) {
            case "BOOLEAN" -> out.put((byte) random.nextInt(2));
            case "INT8" -> out.put((byte) number(name));
            case "INT16", "UINT16" -> out.putShort((short) number(name));
            case "INT32", "UINT32" -> out.putInt((int) number(name));
            case "INT64", "FLOAT64" -> out.putLong(number(name));
            case "UUID" -> {
                Uuid id = random.chance(0.05) ? new Uuid(random.nextLong(), random.nextLong()) : topic.id();
                if (random.chance(0.02)) id = new Uuid(0, 1); // one of those that are reserved
                out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
            }
            case "STRING" -> writeBytes(text(parent, name), false, 2);
            case "NULLABLE_STRING" -> writeBytes(orNull(text(parent, name), name), false, 2);
            case "COMPACT_STRING" -> writeBytes(text(parent, name), true, 0);
            case "COMPACT_NULLABLE_STRING" -> writeBytes(orNull(text(parent, name), name), true, 0);
            case "BYTES" -> writeBytes(blob(name), false, 4);
            case "COMPACT_BYTES" -> writeBytes(blob(name), true, 0);
            case "NULLABLE_BYTES" -> writeBytes(orNull(blob(name), name), false, 4);
            case "COMPACT_NULLABLE_BYTES" -> writeBytes(orNull(blob(name), name), true, 0);
            case "RECORDS" -> writeBytes(batches.next(version), false, 4);
            case "COMPACT_RECORDS" -> writeBytes(batches.next(version), true, 0);
            case "NULLABLE_RECORDS" -> writeBytes(orNull(batches.next(version), name), false, 4);
            case "COMPACT_NULLABLE_RECORDS" -> writeBytes(orNull(batches.next(version), name), true, 0);
            default -> throw new IllegalStateException("a type that no message had so far: " + type);
        }
    }

    private byte[] orNull(byte[] value, String name) {
        double chance = switch (name) {
            case "transactional_id" -> 0.8;
            case "topic", "name", "records" -> 0.03;
            default -> 0.2;
        };
        return random.chance(chance) ? null : value;
    }

    private void writeBytes(byte[] whole, boolean compact, int lengthBytes) {
        boolean cut = whole != null && whole.length > SHORT_BYTES && out.position() > LONG_BYTES_MAX;
        byte[] value = cut ? java.util.Arrays.copyOf(whole, SHORT_BYTES) : whole;
        int length = value == null ? -1 : value.length;
        if (compact) ByteUtils.writeUnsignedVarint(length + 1, out);
        else if (lengthBytes == 2) out.putShort((short) length);
        else out.putInt(length);
        if (value != null) out.put(value);
    }

    // ---- what a field gets

    private long number(String name) {
        if (random.chance(0.12)) return Odd.number(random);
        return switch (name) {
            case "partition", "partition_index", "index", "partitions", "partition_indexes" ->
                random.chance(0.8) ? 0 : random.nextInt(4);
            case "num_partitions", "count" -> random.nextInt(6) - 1;
            case "replication_factor" -> random.chance(0.5) ? 1 : -1;
            case "broker_ids", "replicas", "node_id" -> random.chance(0.9) ? 0 : random.nextInt(3);
            case "replica_id" -> random.chance(0.9) ? -1 : -random.nextInt(3);
            case "offset", "fetch_offset", "committed_offset", "log_start_offset", "high_watermark" ->
                random.nextInt(random.chance(0.8) ? 12 : 3000) - 1L;
            case "leader_epoch", "current_leader_epoch", "committed_leader_epoch", "last_fetched_epoch" ->
                random.nextInt(4) - 1;
            case "timestamp" ->
                random.chance(0.5) ? -1 - random.nextInt(6) : VirtualClock.EPOCH_MS + random.nextInt(100_000);
            case "generation_id", "generation_id_or_member_epoch", "member_epoch" -> member.generation();
            case "session_id" -> session.id();
            case "session_epoch" -> session.epoch();
            case "producer_id" -> producer.id();
            case "producer_epoch" -> producer.epoch();
            case "acks" -> random.nextInt(3) - 1;
            case "max_wait_ms" -> random.chance(0.5) ? 0 : random.nextInt(500);
            case "timeout_ms" -> random.nextInt(2000);
            case "min_bytes" -> random.nextInt(3);
            case "max_bytes", "partition_max_bytes" -> random.nextInt(1 << 18);
            case "isolation_level" -> random.nextInt(2);
            case "session_timeout_ms" -> 6000 + random.nextInt(5000);
            case "rebalance_timeout_ms" -> random.nextInt(5000);
            case "key_type", "config_operation" -> random.nextInt(4);
            case "resource_type" -> random.chance(0.7) ? 2 : 1 << random.nextInt(6);
            case "resource_types" -> 1 << random.nextInt(6);
            case "retention_time_ms", "commit_timestamp" -> -1;
            default -> random.nextInt(10) - 1L;
        };
    }

    private byte[] text(String parent, String name) {
        if (random.chance(0.06)) return Odd.text(random);
        String text = switch (parent + "." + name) {
            case "configs.name", "resources.configuration_keys" -> vocabulary.configName();
            case "configs.value" -> vocabulary.configValue();
            case "protocols.name", ".protocol_name" -> random.chance(0.8) ? "range" : "roundrobin";
            case ".protocol_type" -> random.chance(0.9) ? "consumer" : "connect";
            case "resources.resource_name" -> resourceName();
            case ".key", ".coordinator_keys", ".groups", ".groups_names", ".group_id", "groups.group_id" ->
                random.chance(0.95) ? member.group() : vocabulary.member().group();
            case ".member_id", "members.member_id", "assignments.member_id", "groups.member_id" -> member.id();
            case ".group_instance_id", "members.group_instance_id" -> "i-" + random.nextInt(3);
            case ".transactional_id" -> "tx-" + random.nextInt(2);
            case ".states_filter" -> random.chance(0.5) ? "Stable" : "Empty";
            case ".types_filter" -> random.chance(0.5) ? "classic" : "consumer";
            case "partitions.committed_metadata" -> "m";
            default -> topic.name();
        };
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String resourceName() {
        return switch (random.nextInt(10)) {
            case 0 -> "0";
            case 1 -> "";
            case 2 -> member.group();
            case 3 -> "1";
            default -> topic.name();
        };
    }

    /** A subscription or an assignment of the consumers' protocol, as it should be, damaged, or something else. */
    private byte[] blob(String name) {
        if (random.chance(0.2)) return Odd.bytes(random, random.nextInt(40));
        byte[] text = topic.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(32 + text.length);
        bytes.putShort((short) random.nextInt(4))
                .putInt(1)
                .putShort((short) text.length)
                .put(text);
        if (name.equals("assignment")) bytes.putInt(1).putInt(random.nextInt(3));
        bytes.putInt(-1).putInt(0);
        byte[] sound = java.util.Arrays.copyOf(bytes.array(), bytes.position());
        return random.chance(0.2) ? Odd.damaged(sound, 0, random) : sound;
    }
}
