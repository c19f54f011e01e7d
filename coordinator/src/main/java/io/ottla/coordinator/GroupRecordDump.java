package io.ottla.coordinator;

import io.ottla.base.TopicId;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/** The records of {@code __consumer_offsets} for people and tools. */
public final class GroupRecordDump {
    private GroupRecordDump() {}

    /**
     * The fields of a record by name; values are numbers, strings, lists and maps, null where there is none. A tombstone has
     * {@code deleted}.
     *
     * @return empty for a kind of record that is not known, or one that cannot be read
     */
    public static Optional<Map<String, Object>> describe(ByteBuffer key, Optional<ByteBuffer> value) {
        if (key.remaining() < 2) return Optional.empty();
        try {
            return GroupRecords.decode(key.duplicate(), value.map(ByteBuffer::duplicate))
                    .map(GroupRecordDump::describe);
        } catch (RuntimeException malformed) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> describe(CoordinatorRecord record) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (record.key() instanceof OffsetCommitKey key) {
            fields.put("group", key.group());
            fields.put("topic", key.topic());
            fields.put("partition", key.partition());
        } else if (record.key() instanceof GroupMetadataKey key) {
            fields.put("group", key.group());
        }
        if (record.value().isEmpty()) fields.put("deleted", true);
        record.value().ifPresent(value -> {
            if (value.message() instanceof OffsetCommitValue offset) commit(offset, fields);
            else if (value.message() instanceof GroupMetadataValue group) group(GroupRecords.group(group), fields);
        });
        return fields;
    }

    private static void commit(OffsetCommitValue value, Map<String, Object> fields) {
        CommittedOffset committed = GroupRecords.committedOffset(value, 0);
        fields.put("committed", committed.offset());
        fields.put("leaderEpoch", committed.leaderEpoch());
        fields.put("metadata", committed.metadata());
        fields.put("commitTimestamp", committed.commitTimestampMs());
        if (committed.expireTimestampMs() != -1) fields.put("expireTimestamp", committed.expireTimestampMs());
        if (!committed.topicId().equals(TopicId.ZERO))
            fields.put("topicId", committed.topicId().toString());
    }

    private static void group(GroupMetadata group, Map<String, Object> fields) {
        fields.put("protocolType", group.protocolType().orElse(null));
        fields.put("generation", group.generation());
        fields.put("protocol", group.protocol().orElse(null));
        fields.put("leader", group.leader().orElse(null));
        group.stateTimestampMs().ifPresent(ms -> fields.put("stateTimestamp", ms));
        fields.put(
                "members", group.members().stream().map(GroupRecordDump::member).toList());
    }

    private static Map<String, Object> member(GroupMetadata.Member member) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("member", member.memberId());
        fields.put("instance", member.instanceId().orElse(null));
        fields.put("clientId", member.clientId());
        fields.put("clientHost", member.clientHost());
        fields.put("sessionTimeout", member.sessionTimeoutMs());
        fields.put("rebalanceTimeout", member.rebalanceTimeoutMs());
        fields.put("subscriptionBytes", member.subscription().length);
        fields.put("assignmentBytes", member.assignment().length);
        return fields;
    }
}
