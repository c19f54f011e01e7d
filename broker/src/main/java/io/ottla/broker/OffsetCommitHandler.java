package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.TopicImage;
import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestPartition;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestTopic;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetCommitResponseData.OffsetCommitResponsePartition;
import io.ottla.kafkamessages.OffsetCommitResponseData.OffsetCommitResponseTopic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetCommit 0–10: how far a group has consumed.
 *
 * <ul>
 *   <li>0: was ZooKeeper's matter once; here it is as 1 without a member
 *   <li>1: generation and member, and the time of the commit
 *   <li>2 to 4: a retention time of its own
 *   <li>6: leader epoch
 *   <li>7: static members
 *   <li>9: GROUP_ID_NOT_FOUND
 *   <li>10: topic ids
 * </ul>
 *
 * <p>Partitions that do not exist are answered here; the rest goes to the group's coordinator.
 */
public final class OffsetCommitHandler implements RequestHandler<OffsetCommitRequestData, OffsetCommitResponseData> {
    private static final Need EACH_TOPIC = Need.onEach(AclOperation.READ, Guarded.TOPIC);

    private static final short FIRST_WITH_TOPIC_IDS = 10;

    private final GroupHost groups;
    private final Supplier<ClusterImage> image;

    public OffsetCommitHandler(GroupHost groups, Supplier<ClusterImage> image) {
        this.groups = groups;
        this.image = image;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.OFFSET_COMMIT;
    }

    @Override
    public List<Need> needs(OffsetCommitRequestData body) {
        return List.of(Need.onGroup(AclOperation.READ, body.groupId()), EACH_TOPIC);
    }

    @Override
    public void handle(Request<OffsetCommitRequestData> request, Reply<OffsetCommitResponseData> reply) {
        OffsetCommitRequestData body = request.body();
        boolean isById = request.version() >= FIRST_WITH_TOPIC_IDS;
        // a partition may be named twice
        Map<TopicPartition, List<OffsetCommitResponsePartition>> open = new HashMap<>();
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        List<OffsetCommitRequestTopic> existing = new ArrayList<>();
        for (OffsetCommitRequestTopic topic : body.topics()) {
            Optional<TopicImage> found = find(topic, isById);
            found.ifPresent(known -> topic.setName(known.name())
                    .setTopicId(new Uuid(
                            known.id().mostSignificantBits(), known.id().leastSignificantBits())));
            OffsetCommitResponseTopic answers =
                    new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            List<OffsetCommitRequestPartition> valid = new ArrayList<>();
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                int index = partition.partitionIndex();
                OffsetCommitResponsePartition answer = new OffsetCommitResponsePartition().setPartitionIndex(index);
                answers.partitions().add(answer);
                if (found.flatMap(known -> known.partition(index)).isPresent()) {
                    valid.add(partition);
                    open.computeIfAbsent(new TopicPartition(topic.name(), index), which -> new ArrayList<>(1))
                            .add(answer);
                } else {
                    boolean isUnknownId = isById && found.isEmpty();
                    Errors error = isUnknownId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                    answer.setErrorCode(error.code());
                }
            }
            if (!valid.isEmpty()) existing.add(topic.setPartitions(valid));
        }
        // without a partition there is nothing that the coordinator could answer
        if (existing.isEmpty()) {
            reply.send(response);
            return;
        }
        groups.request(
                body.groupId(), new GroupCommand.Commit(body.setTopics(existing), request.version(), committed -> {
                    committed.topics().forEach(topic -> fill(topic, open));
                    reply.send(response);
                }));
    }

    private Optional<TopicImage> find(OffsetCommitRequestTopic topic, boolean isById) {
        if (!isById) return image.get().topic(topic.name());
        Uuid id = topic.topicId();
        return image.get().topic(new TopicId(id.getMostSignificantBits(), id.getLeastSignificantBits()));
    }

    private static void fill(
            OffsetCommitResponseTopic topic, Map<TopicPartition, List<OffsetCommitResponsePartition>> open) {
        topic.partitions().forEach(partition -> {
            TopicPartition which = new TopicPartition(topic.name(), partition.partitionIndex());
            open.get(which).forEach(answer -> answer.setErrorCode(partition.errorCode()));
        });
    }
}
