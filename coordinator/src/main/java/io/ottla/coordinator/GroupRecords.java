package io.ottla.coordinator;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * The records of {@code __consumer_offsets} that concern classic groups, bit for bit as Kafka 4.3 writes them.
 *
 * <pre>
 * key type 0, 1  offset commit   = group:string topic:string partition:int32
 * key type 2     group metadata  = group:string
 * key type 3 on                  = consumer, share and streams groups (KIP-848, 932, 1071): passed over here, and kept
 *
 * offset commit value
 *   0            = offset:int64 metadata:string commitTimestamp:int64
 *   1            = offset:int64 metadata:string commitTimestamp:int64 expireTimestamp:int64
 *   2            = as 0
 *   3            = offset:int64 leaderEpoch:int32 metadata:string commitTimestamp:int64
 *   4            = as 3, compact, with tag 0 = topicId:uuid                   (written; 1 if there is an expiry)
 * group metadata value
 *   0 to 3       = protocolType:string generation:int32 protocol:nstring leader:nstring [2+ stateTimestamp:int64] members
 *   4            = as 3, compact                                              (3 is written)
 *   member       = id:string [3+ instanceId:nstring] clientId:string clientHost:string [1+ rebalanceTimeout:int32]
 *                  sessionTimeout:int32 subscription:bytes assignment:bytes
 * </pre>
 *
 * The codecs are Kafka's own generated ones. Source: GroupCoordinatorRecordHelpers and the schemas beside it. Key type
 * 0 is what brokers before 0.9.1 wrote; it reads as type 1.
 */
final class GroupRecords {
    static final short LEGACY_OFFSET_COMMIT = 0;
    static final short OFFSET_COMMIT = 1;
    static final short GROUP_METADATA = 2;

    private static final short OFFSET_VERSION = 4;
    private static final short OFFSET_VERSION_WITH_EXPIRY = 1;
    private static final short GROUP_VERSION = 3;

    private GroupRecords() {}

    static CoordinatorRecord offset(String groupId, TopicPartition partition, CommittedOffset committed) {
        OffsetCommitValue value = new OffsetCommitValue()
                .setOffset(committed.offset())
                .setLeaderEpoch(committed.leaderEpoch())
                .setMetadata(committed.metadata())
                .setCommitTimestamp(committed.commitTimestampMs())
                .setExpireTimestamp(committed.expireTimestampMs())
                .setTopicId(uuid(committed.topicId()));
        short version = committed.expireTimestampMs() == -1 ? OFFSET_VERSION : OFFSET_VERSION_WITH_EXPIRY;
        return CoordinatorRecord.of(OFFSET_COMMIT, offsetKey(groupId, partition), value, version);
    }

    static CoordinatorRecord offsetTombstone(String groupId, TopicPartition partition) {
        return CoordinatorRecord.tombstone(OFFSET_COMMIT, offsetKey(groupId, partition));
    }

    private static OffsetCommitKey offsetKey(String groupId, TopicPartition partition) {
        return new OffsetCommitKey()
                .setGroup(groupId)
                .setTopic(partition.topic())
                .setPartition(partition.partition());
    }

    static CoordinatorRecord group(String groupId, GroupMetadata group) {
        GroupMetadataValue value = new GroupMetadataValue()
                .setProtocolType(group.protocolType().orElse(""))
                .setGeneration(group.generation())
                .setProtocol(group.protocol().orElse(null))
                .setLeader(group.leader().orElse(null))
                .setCurrentStateTimestamp(group.stateTimestampMs().orElse(-1))
                .setMembers(group.members().stream().map(GroupRecords::toRecord).toList());
        return CoordinatorRecord.of(GROUP_METADATA, new GroupMetadataKey().setGroup(groupId), value, GROUP_VERSION);
    }

    static CoordinatorRecord groupTombstone(String groupId) {
        return CoordinatorRecord.tombstone(GROUP_METADATA, new GroupMetadataKey().setGroup(groupId));
    }

    private static GroupMetadataValue.MemberMetadata toRecord(GroupMetadata.Member member) {
        return new GroupMetadataValue.MemberMetadata()
                .setMemberId(member.memberId())
                .setGroupInstanceId(member.instanceId().orElse(null))
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setRebalanceTimeout(member.rebalanceTimeoutMs())
                .setSessionTimeout(member.sessionTimeoutMs())
                .setSubscription(member.subscription())
                .setAssignment(member.assignment());
    }

    static CommittedOffset committedOffset(OffsetCommitValue value, long recordOffset) {
        return new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp(),
                new TopicId(
                        value.topicId().getMostSignificantBits(),
                        value.topicId().getLeastSignificantBits()),
                recordOffset);
    }

    static GroupMetadata group(GroupMetadataValue value) {
        return new GroupMetadata(
                Optional.of(value.protocolType()).filter(type -> !type.isEmpty()),
                value.generation(),
                Optional.ofNullable(value.protocol()),
                Optional.ofNullable(value.leader()),
                value.currentStateTimestamp() == -1
                        ? OptionalLong.empty()
                        : OptionalLong.of(value.currentStateTimestamp()),
                value.members().stream().map(GroupRecords::member).toList());
    }

    private static GroupMetadata.Member member(GroupMetadataValue.MemberMetadata member) {
        // version 0 had one timeout for both
        int rebalanceTimeoutMs = member.rebalanceTimeout() == -1 ? member.sessionTimeout() : member.rebalanceTimeout();
        return new GroupMetadata.Member(
                member.memberId(),
                Optional.ofNullable(member.groupInstanceId()),
                member.clientId(),
                member.clientHost(),
                rebalanceTimeoutMs,
                member.sessionTimeout(),
                member.subscription(),
                member.assignment());
    }

    /**
     * Reads a record of any version that a broker ever wrote.
     *
     * @return empty for a key type that is not of a classic group
     * @throws IllegalArgumentException for a version of a value that is not known
     * @throws RuntimeException if the bytes are malformed
     */
    static Optional<CoordinatorRecord> decode(ByteBuffer key, Optional<ByteBuffer> value) {
        short type = key.getShort();
        ApiMessage keyMessage;
        ApiMessage valueMessage;
        switch (type) {
            case LEGACY_OFFSET_COMMIT, OFFSET_COMMIT -> {
                keyMessage = new OffsetCommitKey();
                valueMessage = new OffsetCommitValue();
            }
            case GROUP_METADATA -> {
                keyMessage = new GroupMetadataKey();
                valueMessage = new GroupMetadataValue();
            }
            default -> {
                return Optional.empty();
            }
        }
        keyMessage.read(new ByteBufferAccessor(key), (short) 0);
        short canonical = type == LEGACY_OFFSET_COMMIT ? OFFSET_COMMIT : type;
        if (value.isEmpty()) return Optional.of(CoordinatorRecord.tombstone(canonical, keyMessage));
        short version = value.get().getShort();
        if (version < valueMessage.lowestSupportedVersion() || version > valueMessage.highestSupportedVersion())
            throw new IllegalArgumentException("value version " + version + " of key type " + type + " is not known");
        valueMessage.read(new ByteBufferAccessor(value.get()), version);
        return Optional.of(CoordinatorRecord.of(canonical, keyMessage, valueMessage, version));
    }

    static Uuid uuid(TopicId id) {
        return new Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }

    static TopicId topicId(Uuid id) {
        return new TopicId(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** The partition that a group belongs to. Source: Utils.abs of Kafka, whose result for the least int is 0. */
    static int partitionFor(String groupId, int partitions) {
        int hash = groupId.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }
}
