package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.TopicImage;
import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.OffsetFetchRequestData;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestTopics;
import io.ottla.kafkamessages.OffsetFetchResponseData;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseGroup;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponsePartition;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseTopic;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetFetch 0–10: how far groups have consumed.
 *
 * <ul>
 *   <li>0: a partition without an offset is UNKNOWN_TOPIC_OR_PARTITION; from 1 on it is offset −1
 *   <li>2: all partitions of a group; an error of the group has its own field, before it stands at each partition
 *   <li>5: leader epoch
 *   <li>7: stable offsets only, on request (KIP-447)
 *   <li>8: several groups (KIP-709)
 *   <li>9: member id and epoch, for groups of the new protocol
 *   <li>10: topic ids
 * </ul>
 */
public final class OffsetFetchHandler implements RequestHandler<OffsetFetchRequestData, OffsetFetchResponseData> {
    private static final List<Need> NEEDS = List.of(
            Need.onEach(AclOperation.DESCRIBE, Guarded.GROUP), Need.onEach(AclOperation.DESCRIBE, Guarded.TOPIC));

    private static final short FIRST_WITH_GROUP_ERROR = 2;
    private static final short FIRST_WITH_SEVERAL_GROUPS = 8;
    private static final short FIRST_WITH_TOPIC_IDS = 10;

    private final GroupHost groups;
    private final Supplier<ClusterImage> image;

    public OffsetFetchHandler(GroupHost groups, Supplier<ClusterImage> image) {
        this.groups = groups;
        this.image = image;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.OFFSET_FETCH;
    }

    @Override
    public List<Need> needs(OffsetFetchRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<OffsetFetchRequestData> request, Reply<OffsetFetchResponseData> reply) {
        OffsetFetchRequestData body = request.body();
        short version = request.version();
        if (version < FIRST_WITH_SEVERAL_GROUPS) {
            OffsetFetchRequestGroup group = single(body);
            fetch(group, body.requireStable(), version, answer -> reply.send(ofSingle(group, answer, version)));
            return;
        }
        Gathering<OffsetFetchResponseGroup> answers =
                new Gathering<>(all -> reply.send(new OffsetFetchResponseData().setGroups(all)));
        for (OffsetFetchRequestGroup group : body.groups())
            fetch(group, body.requireStable(), version, answers.expect());
        answers.allAsked();
    }

    private static OffsetFetchRequestGroup single(OffsetFetchRequestData body) {
        OffsetFetchRequestGroup group =
                new OffsetFetchRequestGroup().setGroupId(body.groupId()).setTopics(null);
        if (body.topics() == null) return group;
        return group.setTopics(body.topics().stream()
                .map(topic -> new OffsetFetchRequestTopics()
                        .setName(topic.name())
                        .setPartitionIndexes(topic.partitionIndexes()))
                .toList());
    }

    private void fetch(
            OffsetFetchRequestGroup group,
            boolean requireStable,
            short version,
            Consumer<OffsetFetchResponseGroup> answer) {
        if (version < FIRST_WITH_TOPIC_IDS) {
            groups.request(group.groupId(), new GroupCommand.Fetch(group, requireStable, answer::accept));
            return;
        }
        List<OffsetFetchResponseTopics> unknown = group.topics() == null ? List.of() : takeUnknown(group);
        groups.request(group.groupId(), new GroupCommand.Fetch(group, requireStable, found -> {
            if (found.errorCode() == 0) {
                List<OffsetFetchResponseTopics> topics = new ArrayList<>(withIds(found.topics()));
                topics.addAll(unknown);
                found.setTopics(topics);
            }
            answer.accept(found);
        }));
    }

    /** Names the topics, and takes those out that nobody knows. */
    private List<OffsetFetchResponseTopics> takeUnknown(OffsetFetchRequestGroup group) {
        List<OffsetFetchRequestTopics> known = new ArrayList<>();
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            Uuid id = topic.topicId();
            Optional<TopicImage> found =
                    image.get().topic(new TopicId(id.getMostSignificantBits(), id.getLeastSignificantBits()));
            if (found.isPresent()) known.add(topic.setName(found.get().name()));
            else
                unknown.add(new OffsetFetchResponseTopics()
                        .setTopicId(id)
                        .setPartitions(topic.partitionIndexes().stream()
                                .map(index -> failed(index, Errors.UNKNOWN_TOPIC_ID.code()))
                                .toList()));
        }
        group.setTopics(known);
        return unknown;
    }

    private static OffsetFetchResponsePartitions failed(int index, short error) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(index)
                .setCommittedOffset(-1)
                .setCommittedLeaderEpoch(-1)
                .setMetadata("")
                .setErrorCode(error);
    }

    /** A topic that has no id cannot be told in a version that has only ids. */
    private List<OffsetFetchResponseTopics> withIds(List<OffsetFetchResponseTopics> topics) {
        List<OffsetFetchResponseTopics> known = new ArrayList<>();
        for (OffsetFetchResponseTopics topic : topics) {
            if (topic.topicId().equals(Uuid.ZERO_UUID))
                image.get()
                        .topic(topic.name())
                        .ifPresent(found -> topic.setTopicId(new Uuid(
                                found.id().mostSignificantBits(), found.id().leastSignificantBits())));
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) known.add(topic);
        }
        return known;
    }

    private static OffsetFetchResponseData ofSingle(
            OffsetFetchRequestGroup asked, OffsetFetchResponseGroup answer, short version) {
        if (answer.errorCode() != 0) {
            if (version >= FIRST_WITH_GROUP_ERROR)
                return new OffsetFetchResponseData().setErrorCode(answer.errorCode());
            answer.setTopics(asked.topics().stream()
                    .map(topic -> new OffsetFetchResponseTopics()
                            .setName(topic.name())
                            .setPartitions(topic.partitionIndexes().stream()
                                    .map(index -> failed(index, answer.errorCode()))
                                    .toList()))
                    .toList());
        }
        OffsetFetchResponseData response = new OffsetFetchResponseData();
        for (OffsetFetchResponseTopics topic : answer.topics()) {
            response.topics()
                    .add(new OffsetFetchResponseTopic()
                            .setName(topic.name())
                            .setPartitions(topic.partitions().stream()
                                    .map(partition -> ofOld(partition, version))
                                    .toList()));
        }
        return response;
    }

    private static OffsetFetchResponsePartition ofOld(OffsetFetchResponsePartitions partition, short version) {
        boolean isAbsent = partition.errorCode() == 0 && partition.committedOffset() < 0;
        short error = version == 0 && isAbsent ? Errors.UNKNOWN_TOPIC_OR_PARTITION.code() : partition.errorCode();
        return new OffsetFetchResponsePartition()
                .setPartitionIndex(partition.partitionIndex())
                .setCommittedOffset(partition.committedOffset())
                .setCommittedLeaderEpoch(partition.committedLeaderEpoch())
                .setMetadata(partition.metadata())
                .setErrorCode(error);
    }
}
