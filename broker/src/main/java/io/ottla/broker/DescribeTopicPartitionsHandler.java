package io.ottla.broker;

import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.TopicImage;
import io.ottla.cluster.TopicNames;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeTopicPartitionsRequestData;
import io.ottla.kafkamessages.DescribeTopicPartitionsResponseData;
import io.ottla.kafkamessages.DescribeTopicPartitionsResponseData.Cursor;
import io.ottla.kafkamessages.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import io.ottla.kafkamessages.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeTopicPartitions 0: partitions of topics, piece by piece in the order of their names (KIP-966). A piece has no
 * more partitions than the client asks for and {@code max.request.partition.size.limit} allows; the cursor in the answer
 * says where to go on.
 */
final class DescribeTopicPartitionsHandler
        implements RequestHandler<DescribeTopicPartitionsRequestData, DescribeTopicPartitionsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DESCRIBE, Guarded.TOPIC));

    private final ClusterFollower follower;
    private final LiveConfigs configs;

    DescribeTopicPartitionsHandler(ClusterFollower follower, LiveConfigs configs) {
        this.follower = follower;
        this.configs = configs;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public List<Need> needs(DescribeTopicPartitionsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(
            Request<DescribeTopicPartitionsRequestData> request, Reply<DescribeTopicPartitionsResponseData> reply) {
        DescribeTopicPartitionsRequestData body = request.body();
        if (body.cursor() != null && body.cursor().partitionIndex() < 0) {
            // the answer has no error of its own: each topic gets it
            DescribeTopicPartitionsResponseData refused = new DescribeTopicPartitionsResponseData();
            body.topics()
                    .forEach(topic -> refused.topics()
                            .add(new DescribeTopicPartitionsResponseTopic()
                                    .setName(topic.name())
                                    .setErrorCode(Errors.INVALID_REQUEST.code())));
            reply.send(refused);
            return;
        }
        int limit = Math.max(
                1, Math.min(body.responsePartitionLimit(), configs.now().integer("max.request.partition.size.limit")));
        Piece piece = new Piece(
                new TopicDescriptions(follower.image(), request.client().listener()), limit);
        String firstTopic = body.cursor() == null ? "" : body.cursor().topicName();
        int firstPartition = body.cursor() == null ? 0 : body.cursor().partitionIndex();
        ClusterImage image = follower.image();
        if (body.topics().isEmpty()) {
            image.topics()
                    .forEachFrom(
                            firstTopic,
                            (name, topic) -> piece.add(topic, name.equals(firstTopic) ? firstPartition : 0));
        } else {
            TreeSet<String> names = new TreeSet<>();
            body.topics().forEach(topic -> names.add(topic.name()));
            for (String name : names.tailSet(firstTopic)) {
                Optional<TopicImage> topic = image.topic(name);
                boolean goesOn = topic.isPresent()
                        ? piece.add(topic.get(), name.equals(firstTopic) ? firstPartition : 0)
                        : piece.addAbsent(name);
                if (!goesOn) break;
            }
        }
        reply.send(piece.response);
    }

    /** The answer, as it fills. */
    private static final class Piece {
        private final TopicDescriptions descriptions;
        private final DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        private int room;

        Piece(TopicDescriptions descriptions, int limit) {
            this.descriptions = descriptions;
            room = limit;
        }

        /** Gives false when the piece is full and the cursor set. */
        boolean add(TopicImage topic, int firstPartition) {
            if (isFull(topic.name(), firstPartition)) return false;
            DescribeTopicPartitionsResponseTopic described = new DescribeTopicPartitionsResponseTopic()
                    .setName(topic.name())
                    .setTopicId(TopicDescriptions.uuid(topic.id()))
                    .setIsInternal(TopicNames.isInternal(topic.name()))
                    .setTopicAuthorizedOperations(AuthorizedOperations.ALL_ON_TOPIC);
            response.topics().add(described);
            List<PartitionImage> partitions = topic.partitions();
            for (int partition = firstPartition; partition < partitions.size(); partition++) {
                if (isFull(topic.name(), partition)) return false;
                described.partitions().add(partition(partitions.get(partition)));
                room--;
            }
            return true;
        }

        boolean addAbsent(String name) {
            if (isFull(name, 0)) return false;
            Errors error =
                    TopicNames.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
            response.topics()
                    .add(new DescribeTopicPartitionsResponseTopic()
                            .setName(name)
                            .setErrorCode(error.code()));
            return true;
        }

        private boolean isFull(String topic, int partition) {
            if (room > 0) return false;
            response.setNextCursor(new Cursor().setTopicName(topic).setPartitionIndex(partition));
            return true;
        }

        private DescribeTopicPartitionsResponsePartition partition(PartitionImage partition) {
            return new DescribeTopicPartitionsResponsePartition()
                    .setErrorCode(descriptions.error(partition).code())
                    .setPartitionIndex(partition.partition())
                    .setLeaderId(descriptions.leader(partition))
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(partition.replicas())
                    .setIsrNodes(partition.isr())
                    .setEligibleLeaderReplicas(List.of())
                    .setLastKnownElr(List.of())
                    .setOfflineReplicas(descriptions.offline(partition));
        }
    }
}
