package io.ottla.broker;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.Reassignments;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import io.ottla.kafkamessages.AlterPartitionReassignmentsResponseData;
import io.ottla.kafkamessages.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import io.ottla.kafkamessages.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import io.ottla.kafkamessages.ApiMessageType;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AclOperation;

/**
 * AlterPartitionReassignments 0–1: moves partitions (KIP-455); see {@link Reassignments} for what one node makes of it.
 *
 * <ul>
 *   <li>1: may forbid that the number of replicas changes (KIP-860)
 * </ul>
 */
final class AlterPartitionReassignmentsHandler
        implements RequestHandler<AlterPartitionReassignmentsRequestData, AlterPartitionReassignmentsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onCluster(AclOperation.ALTER));

    private final ClusterFollower follower;

    AlterPartitionReassignmentsHandler(ClusterFollower follower) {
        this.follower = follower;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.ALTER_PARTITION_REASSIGNMENTS;
    }

    @Override
    public List<Need> needs(AlterPartitionReassignmentsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(
            Request<AlterPartitionReassignmentsRequestData> request,
            Reply<AlterPartitionReassignmentsResponseData> reply) {
        boolean allowsFactorChange = request.body().allowReplicationFactorChange();
        AlterPartitionReassignmentsResponseData response = new AlterPartitionReassignmentsResponseData()
                .setAllowReplicationFactorChange(allowsFactorChange)
                .setErrorMessage(null);
        for (ReassignableTopic topic : request.body().topics()) {
            ReassignableTopicResponse results = new ReassignableTopicResponse().setName(topic.name());
            for (ReassignablePartition partition : topic.partitions())
                results.partitions().add(result(topic.name(), partition, allowsFactorChange));
            response.responses().add(results);
        }
        reply.send(response);
    }

    private ReassignablePartitionResponse result(
            String topic, ReassignablePartition partition, boolean allowsFactorChange) {
        ReassignablePartitionResponse result = new ReassignablePartitionResponse()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorMessage(null);
        Answer<Void> answer = Reassignments.judge(
                follower.image(),
                new TopicPartition(topic, partition.partitionIndex()),
                Optional.ofNullable(partition.replicas()),
                allowsFactorChange);
        if (answer instanceof Answer.Refused<Void> refused)
            result.setErrorCode(refused.error().code()).setErrorMessage(refused.message());
        return result;
    }
}
