package io.ottla.coordinator;

import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.DeleteGroupsResponseData.DeletableGroupResult;
import io.ottla.kafkamessages.DescribeGroupsResponseData.DescribedGroup;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupResponseData;
import io.ottla.kafkamessages.ListGroupsResponseData;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetDeleteResponseData;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseGroup;
import io.ottla.kafkamessages.SyncGroupResponseData;
import io.ottla.kafkaprotocol.Compression;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/** Prints answers and records for {@link GroupScript}, with names for member ids. */
final class ScriptPrinter {
    private final StringBuilder out = new StringBuilder();
    private final Map<String, String> nameById = new HashMap<>();
    private final Map<String, String> idByName = new HashMap<>();

    void line(String text) {
        out.append(text).append('\n');
    }

    String take() {
        String text = out.toString();
        out.setLength(0);
        return text;
    }

    void name(String memberId, String name) {
        String shown = name;
        for (int i = 2; nameById.containsValue(shown) && !memberId.equals(idOf(shown)); i++) shown = name + "." + i;
        nameById.putIfAbsent(memberId, shown);
        idByName.put(shown, memberId);
        idByName.put(name, memberId);
    }

    private String idOf(String shown) {
        return nameById.entrySet().stream()
                .filter(entry -> entry.getValue().equals(shown))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** What a script calls a member: "-" and whoever has no id yet have the empty one; "?x" is an id nobody has. */
    String memberId(String name) {
        return name.startsWith("?") ? name : idByName.getOrDefault(name, "");
    }

    private String shown(String memberId) {
        return memberId == null
                ? "null"
                : memberId.isEmpty() ? "''" : nameById.getOrDefault(memberId, unnamed(memberId));
    }

    /** Who got an id that no answer has told of yet, by its client id or instance. */
    private static String unnamed(String memberId) {
        return memberId.length() > 37 ? memberId.substring(0, memberId.length() - 37) : memberId;
    }

    private static String error(short code) {
        return Errors.forCode(code).name();
    }

    private static String text(byte[] bytes) {
        return "'" + new String(bytes, StandardCharsets.UTF_8) + "'";
    }

    void join(String name, JoinGroupResponseData response) {
        if (response.errorCode() != 0) {
            line(name + " joined: " + error(response.errorCode()) + " member=" + shown(response.memberId()));
            return;
        }
        String members = response.members().stream()
                .map(member -> shown(member.memberId())
                        + (member.groupInstanceId() == null ? "" : "/" + member.groupInstanceId()))
                .collect(Collectors.joining(","));
        line("%s joined: generation=%d protocol=%s leader=%s members=[%s]%s"
                .formatted(
                        shown(response.memberId()),
                        response.generationId(),
                        response.protocolName(),
                        shown(response.leader()),
                        members,
                        response.skipAssignment() ? " skip-assignment" : ""));
    }

    ReplyTo<SyncGroupResponseData> sync(String name) {
        return response -> line(name + " synced: "
                + (response.errorCode() == 0 ? text(response.assignment()) : error(response.errorCode())));
    }

    ReplyTo<HeartbeatResponseData> heartbeat(String name) {
        return response -> line(name + " heartbeat: " + error(response.errorCode()));
    }

    ReplyTo<LeaveGroupResponseData> leave() {
        return response -> {
            String members = response.members().stream()
                    .map(member -> " " + shown(member.memberId())
                            + (member.groupInstanceId() == null ? "" : "/" + member.groupInstanceId()) + "="
                            + error(member.errorCode()))
                    .collect(Collectors.joining());
            line("left: " + error(response.errorCode()) + members);
        };
    }

    ReplyTo<OffsetCommitResponseData> commit() {
        return response -> line("committed:"
                + response.topics().stream()
                        .flatMap(topic -> topic.partitions().stream()
                                .map(partition -> " " + topic.name() + "-" + partition.partitionIndex() + "="
                                        + error(partition.errorCode())))
                        .collect(Collectors.joining()));
    }

    ReplyTo<OffsetFetchResponseGroup> fetch() {
        return response -> {
            if (response.errorCode() != 0) line("fetched: " + error(response.errorCode()));
            else
                line("fetched:"
                        + response.topics().stream()
                                .flatMap(topic -> topic.partitions().stream()
                                        .map(partition -> " " + topic.name() + "-" + partition.partitionIndex() + "="
                                                + (partition.errorCode() == 0
                                                        ? partition.committedOffset()
                                                                + (partition
                                                                                .metadata()
                                                                                .isEmpty()
                                                                        ? ""
                                                                        : ":" + partition.metadata())
                                                        : error(partition.errorCode()))))
                                .collect(Collectors.joining()));
        };
    }

    ReplyTo<OffsetDeleteResponseData> deletedOffsets() {
        return response -> line("deleted: " + error(response.errorCode())
                + response.topics().stream()
                        .flatMap(topic -> topic.partitions().stream()
                                .map(partition -> " " + topic.name() + "-" + partition.partitionIndex() + "="
                                        + error(partition.errorCode())))
                        .collect(Collectors.joining()));
    }

    ReplyTo<List<DescribedGroup>> describe() {
        return groups -> groups.forEach(group -> {
            line("%s: %s%s type='%s' protocol='%s'"
                    .formatted(
                            group.groupId(),
                            group.errorCode() == 0 ? "" : error(group.errorCode()) + " ",
                            group.groupState(),
                            group.protocolType(),
                            group.protocolData()));
            group.members()
                    .forEach(member -> line("  %s%s client=%s%s metadata=%d bytes assignment=%s"
                            .formatted(
                                    shown(member.memberId()),
                                    member.groupInstanceId() == null ? "" : "/" + member.groupInstanceId(),
                                    member.clientId(),
                                    member.clientHost(),
                                    member.memberMetadata().length,
                                    text(member.memberAssignment()))));
        });
    }

    ReplyTo<ListGroupsResponseData> list() {
        return response -> line("listed: " + error(response.errorCode())
                + response.groups().stream()
                        .map(group -> " %s(%s,%s,%s)"
                                .formatted(
                                        group.groupId(), group.protocolType(), group.groupState(), group.groupType()))
                        .collect(Collectors.joining()));
    }

    ReplyTo<List<DeletableGroupResult>> deletedGroups() {
        return results -> line("deleted:"
                + results.stream()
                        .map(result -> " " + result.groupId() + "=" + error(result.errorCode()))
                        .collect(Collectors.joining()));
    }

    void batch(ByteBuffer batch) {
        new CoordinatorBatch(Compression.NONE).forEach(batch.duplicate(), new CoordinatorBatch.Visitor() {
            @Override
            public void record(long offset, long producerId, ByteBuffer key, Optional<ByteBuffer> value) {
                line(offset + ": " + show(GroupRecords.decode(key, value).orElseThrow()));
            }

            @Override
            public void marker(long producerId, boolean committed) {
                line("marker " + producerId + " " + committed);
            }

            @Override
            public void damaged(long offset, String why) {
                line("damaged " + offset + " " + why);
            }
        });
    }

    private String show(CoordinatorRecord record) {
        String version = record.value().map(value -> " v" + value.version()).orElse(" tombstone");
        if (record.type() == GroupRecords.GROUP_METADATA) {
            String groupId = ((GroupMetadataKey) record.key()).group();
            return "group " + groupId + version
                    + record.value()
                            .map(value -> show((GroupMetadataValue) value.message()))
                            .orElse("");
        }
        OffsetCommitKey key = (OffsetCommitKey) record.key();
        TopicPartition partition = new TopicPartition(key.topic(), key.partition());
        return "offset " + key.group() + " " + partition + version
                + record.value()
                        .map(value -> show((OffsetCommitValue) value.message()))
                        .orElse("");
    }

    private static String show(OffsetCommitValue value) {
        return " offset=%d metadata='%s' committed=%d%s"
                .formatted(
                        value.offset(),
                        value.metadata(),
                        value.commitTimestamp(),
                        value.expireTimestamp() == -1 ? "" : " expires=" + value.expireTimestamp());
    }

    private String show(GroupMetadataValue value) {
        return " type='%s' generation=%d protocol=%s leader=%s since=%d members=[%s]"
                .formatted(
                        value.protocolType(),
                        value.generation(),
                        value.protocol(),
                        shown(value.leader()),
                        value.currentStateTimestamp(),
                        value.members().stream()
                                .map(member -> shown(member.memberId()) + ":" + text(member.assignment()))
                                .collect(Collectors.joining(",")));
    }
}
