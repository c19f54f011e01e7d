package io.ottla.broker;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.ClusterImage;
import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.OffsetDeleteRequestData;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import io.ottla.kafkamessages.OffsetDeleteResponseData;
import io.ottla.kafkamessages.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import io.ottla.kafkamessages.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/** OffsetDelete 0 (KIP-496): an administrator deletes committed offsets of topics that the group does not consume. */
public final class OffsetDeleteHandler implements RequestHandler<OffsetDeleteRequestData, OffsetDeleteResponseData> {
    private static final Need EACH_TOPIC = Need.onEach(AclOperation.READ, Guarded.TOPIC);

    private final GroupHost groups;
    private final Supplier<ClusterImage> image;

    public OffsetDeleteHandler(GroupHost groups, Supplier<ClusterImage> image) {
        this.groups = groups;
        this.image = image;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.OFFSET_DELETE;
    }

    @Override
    public List<Need> needs(OffsetDeleteRequestData body) {
        return List.of(Need.onGroup(AclOperation.DELETE, body.groupId()), EACH_TOPIC);
    }

    @Override
    public void handle(Request<OffsetDeleteRequestData> request, Reply<OffsetDeleteResponseData> reply) {
        OffsetDeleteRequestTopicCollection existing = new OffsetDeleteRequestTopicCollection();
        List<TopicPartition> unknown = new ArrayList<>();
        for (OffsetDeleteRequestTopic topic : request.body().topics()) {
            List<OffsetDeleteRequestPartition> valid = new ArrayList<>();
            for (OffsetDeleteRequestPartition partition : topic.partitions()) {
                TopicPartition which = new TopicPartition(topic.name(), partition.partitionIndex());
                if (image.get().partition(which).isPresent()) valid.add(partition);
                else unknown.add(which);
            }
            if (!valid.isEmpty())
                existing.add(
                        new OffsetDeleteRequestTopic().setName(topic.name()).setPartitions(valid));
        }
        OffsetDeleteRequestData known = new OffsetDeleteRequestData()
                .setGroupId(request.body().groupId())
                .setTopics(existing);
        groups.request(
                known.groupId(),
                new GroupCommand.DeleteOffsets(known, response -> reply.send(withUnknown(response, unknown))));
    }

    private static OffsetDeleteResponseData withUnknown(
            OffsetDeleteResponseData response, List<TopicPartition> unknown) {
        if (response.errorCode() != 0) return response;
        Map<String, OffsetDeleteResponseTopic> topics = new HashMap<>();
        for (OffsetDeleteResponseTopic topic : response.topics()) topics.put(topic.name(), topic);
        for (TopicPartition partition : unknown) {
            OffsetDeleteResponseTopic topic = topics.computeIfAbsent(partition.topic(), name -> {
                var added = new OffsetDeleteResponseTopic().setName(name);
                response.topics().add(added);
                return added;
            });
            topic.partitions()
                    .add(new OffsetDeleteResponsePartition()
                            .setPartitionIndex(partition.partition())
                            .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        }
        return response;
    }
}
