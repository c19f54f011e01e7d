package io.ottla.broker;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterImage;
import io.ottla.coordinator.GroupCoordinator;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FindCoordinatorRequestData;
import io.ottla.kafkamessages.FindCoordinatorResponseData;
import io.ottla.kafkamessages.FindCoordinatorResponseData.Coordinator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * FindCoordinator 0–6: which broker coordinates a group: the leader of its partition of {@code __consumer_offsets}. The
 * topic is made when somebody asks for the first time.
 *
 * <ul>
 *   <li>1: key types (transactions), error messages
 *   <li>4: several keys (KIP-699)
 *   <li>6: share groups' partitions (KIP-932)
 * </ul>
 *
 * <p>Transactions are not served yet. Whoever looks for their coordinator gets an error that no client tries again after, with a sentence. There is only
 * one such: after any but CLUSTER_AUTHORIZATION_FAILED and TRANSACTIONAL_ID_AUTHORIZATION_FAILED librdkafka asks until the time-out of its caller ({@code
 * rdkafka_txnmgr.c}), and after the second Apache's producer throws without the sentence ({@code TransactionManager}).
 */
public final class FindCoordinatorHandler
        implements RequestHandler<FindCoordinatorRequestData, FindCoordinatorResponseData> {
    private static final List<Need> NEEDS = List.of(
            Need.onEach(AclOperation.DESCRIBE, Guarded.GROUP),
            Need.onEach(AclOperation.DESCRIBE, Guarded.TRANSACTIONAL_ID));

    private static final short FIRST_WITH_SEVERAL_KEYS = 4;
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;

    private static final String NO_TRANSACTIONS =
            "This broker does not serve transactions yet. A producer without transactional.id is idempotent.";

    private final Supplier<ClusterImage> image;
    private final InternalTopics internalTopics;
    private final GroupHost groups;

    public FindCoordinatorHandler(Supplier<ClusterImage> image, InternalTopics internalTopics, GroupHost groups) {
        this.image = image;
        this.internalTopics = internalTopics;
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.FIND_COORDINATOR;
    }

    @Override
    public List<Need> needs(FindCoordinatorRequestData body) {
        return NEEDS;
    }

    /** Whoever finds a coordinator asks it at once, so it is told once it has read what it is to answer from. */
    @Override
    public void handle(Request<FindCoordinatorRequestData> request, Reply<FindCoordinatorResponseData> reply) {
        FindCoordinatorRequestData body = request.body();
        Set<Integer> partitions = new HashSet<>();
        if (body.keyType() == GROUP) {
            List<String> keys =
                    request.version() >= FIRST_WITH_SEVERAL_KEYS ? body.coordinatorKeys() : List.of(body.key());
            for (String groupId : keys) partitions.add(groups.partitionFor(groupId));
        }
        groups.whenTried(partitions, () -> answer(request, reply));
    }

    private void answer(Request<FindCoordinatorRequestData> request, Reply<FindCoordinatorResponseData> reply) {
        FindCoordinatorRequestData body = request.body();
        String listener = request.client().listener();
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (request.version() >= FIRST_WITH_SEVERAL_KEYS) {
            for (String key : body.coordinatorKeys()) response.coordinators().add(find(body.keyType(), key, listener));
        } else {
            Coordinator found = find(body.keyType(), body.key(), listener);
            Errors error = Errors.forCode(found.errorCode());
            response.setErrorCode(error.code())
                    .setErrorMessage(found.errorMessage().isEmpty() ? error.message() : found.errorMessage())
                    .setNodeId(found.nodeId())
                    .setHost(found.host())
                    .setPort(found.port());
        }
        reply.send(response);
    }

    private Coordinator find(byte keyType, String key, String listener) {
        return switch (keyType) {
            case GROUP -> findGroup(key, listener);
            case TRANSACTION -> nobody(key, Errors.CLUSTER_AUTHORIZATION_FAILED).setErrorMessage(NO_TRANSACTIONS);
            default -> nobody(key, Errors.INVALID_REQUEST);
        };
    }

    private static Coordinator nobody(String key, Errors error) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(error.code())
                .setNodeId(-1)
                .setHost("")
                .setPort(-1);
    }

    private Coordinator findGroup(String groupId, String listener) {
        ClusterImage now = image.get();
        int partitions = now.topic(GroupHost.TOPIC)
                .map(topic -> topic.partitions().size())
                .orElse(0);
        if (partitions == 0) {
            internalTopics.create(GroupHost.TOPIC);
            return nobody(groupId, Errors.COORDINATOR_NOT_AVAILABLE);
        }
        int partition = GroupCoordinator.partitionFor(groupId, partitions);
        int leader = now.partition(new TopicPartition(GroupHost.TOPIC, partition))
                .orElseThrow()
                .leader();
        Optional<BrokerImage.Endpoint> endpoint =
                now.brokers().get(leader).flatMap(broker -> broker.endpoint(listener));
        return endpoint.map(where -> new Coordinator()
                        .setKey(groupId)
                        .setNodeId(leader)
                        .setHost(where.host())
                        .setPort(where.port()))
                .orElseGet(() -> nobody(groupId, Errors.COORDINATOR_NOT_AVAILABLE));
    }
}
