package io.ottla.broker;

import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.TopicImage;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ListPartitionReassignmentsRequestData;
import io.ottla.kafkamessages.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import io.ottla.kafkamessages.ListPartitionReassignmentsResponseData;
import io.ottla.kafkamessages.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import io.ottla.kafkamessages.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/** ListPartitionReassignments 0: which partitions are moving (KIP-455). */
final class ListPartitionReassignmentsHandler
        implements RequestHandler<ListPartitionReassignmentsRequestData, ListPartitionReassignmentsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onCluster(AclOperation.DESCRIBE));

    private final ClusterFollower follower;

    ListPartitionReassignmentsHandler(ClusterFollower follower) {
        this.follower = follower;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public List<Need> needs(ListPartitionReassignmentsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(
            Request<ListPartitionReassignmentsRequestData> request,
            Reply<ListPartitionReassignmentsResponseData> reply) {
        ClusterImage image = follower.image();
        ListPartitionReassignmentsResponseData response =
                new ListPartitionReassignmentsResponseData().setErrorMessage(null);
        List<ListPartitionReassignmentsTopics> asked = request.body().topics();
        if (asked == null) {
            image.topics().forEach((name, topic) -> add(topic, topic.partitions(), response));
        } else {
            for (ListPartitionReassignmentsTopics wanted : asked)
                image.topic(wanted.name())
                        .ifPresent(topic -> add(
                                topic,
                                wanted.partitionIndexes().stream()
                                        .flatMap(index -> topic.partition(index).stream())
                                        .toList(),
                                response));
        }
        reply.send(response);
    }

    private static void add(
            TopicImage topic, List<PartitionImage> partitions, ListPartitionReassignmentsResponseData response) {
        OngoingTopicReassignment ongoing = new OngoingTopicReassignment().setName(topic.name());
        for (PartitionImage partition : partitions) {
            if (partition.adding().isEmpty() && partition.removing().isEmpty()) continue;
            ongoing.partitions()
                    .add(new OngoingPartitionReassignment()
                            .setPartitionIndex(partition.partition())
                            .setReplicas(partition.replicas())
                            .setAddingReplicas(partition.adding())
                            .setRemovingReplicas(partition.removing()));
        }
        if (!ongoing.partitions().isEmpty()) response.topics().add(ongoing);
    }
}
