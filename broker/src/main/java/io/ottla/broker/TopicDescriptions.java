package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.PartitionImage;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * What clients are told of partitions and brokers, the same in Metadata and DescribeTopicPartitions: as it looks through
 * the listener that the client came through.
 *
 * @param listener name of the listener; brokers without one of that name do not exist for the client
 */
record TopicDescriptions(ClusterImage image, String listener) {

    Optional<BrokerImage.Endpoint> endpoint(int broker) {
        return image.brokers().get(broker).flatMap(found -> found.endpoint(listener));
    }

    Errors error(PartitionImage partition) {
        if (!image.isAlive(partition.leader())) return Errors.LEADER_NOT_AVAILABLE;
        return endpoint(partition.leader()).isEmpty() ? Errors.LISTENER_NOT_FOUND : Errors.NONE;
    }

    /** −1 unless the client can reach it. */
    int leader(PartitionImage partition) {
        return error(partition) == Errors.NONE ? partition.leader() : -1;
    }

    /** Those that are not alive, or that the client cannot reach. */
    List<Integer> offline(PartitionImage partition) {
        for (int replica : partition.replicas()) {
            if (endpoint(replica).isEmpty())
                return partition.replicas().stream()
                        .filter(each -> endpoint(each).isEmpty())
                        .toList();
        }
        return List.of();
    }

    static Uuid uuid(TopicId id) {
        return new Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }

    static TopicId topicId(Uuid uuid) {
        return new TopicId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }
}
