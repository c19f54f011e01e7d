package io.ottla.broker;

import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceRequestData.PartitionProduceData;
import io.ottla.kafkamessages.ProduceRequestData.TopicProduceData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkamessages.ProduceResponseData.PartitionProduceResponse;
import io.ottla.kafkamessages.ProduceResponseData.TopicProduceResponse;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.RecordValidation;
import io.ottla.log.AppendOrigin;
import io.ottla.partition.AppendAnswer;
import io.ottla.partition.Replica;
import io.ottla.partition.Replicas;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Produce 0–13: appends batches, and answers when they are as safe as {@code acks} asks. All is appended within the
 * call, so the requests of a connection append in their order.
 *
 * <ul>
 *   <li>0, 1: message sets of magic 0; they are converted
 *   <li>1: throttle time; 2: message sets of magic 1 as well, log append time
 *   <li>3: one record batch of magic 2 for each partition; transactional id
 *   <li>5: log start offset
 *   <li>7: zstd (KIP-110)
 *   <li>8: which records were at fault, and a message (KIP-467)
 *   <li>10: the leader, to clients that ask the wrong broker (KIP-951)
 *   <li>12: as 11, for clients that know the second protocol of transactions (KIP-890)
 *   <li>13: topic ids
 * </ul>
 *
 * <p>Transactions are not served yet, so nobody can have a producer id for one: what claims to be part of a transaction
 * is refused. Internal topics are written by this node's coordinators only.
 */
public final class ProduceHandler implements RequestHandler<ProduceRequestData, ProduceResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.WRITE, Guarded.TOPIC));

    private static final short FIRST_WITH_RECORD_ERRORS = 8;
    private static final short FIRST_WITH_LEADER = 10;
    private static final short FIRST_WITH_TOPIC_IDS = 13;

    /** Topics that only coordinators write (Kafka's Topic.INTERNAL_TOPICS). */
    static final Set<String> INTERNAL_TOPICS =
            Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

    private final Routes routes;
    private final Replicas replicas;

    public ProduceHandler(Routes routes, Replicas replicas) {
        this.routes = routes;
        this.replicas = replicas;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.PRODUCE;
    }

    @Override
    public List<Need> needs(ProduceRequestData body) {
        if (body.transactionalId() == null || !hasTransactionalBatch(body)) return NEEDS;
        return List.of(Need.onTransactionalId(AclOperation.WRITE, body.transactionalId()), NEEDS.getFirst());
    }

    @Override
    public void handle(Request<ProduceRequestData> request, Reply<ProduceResponseData> reply) {
        ProduceRequestData body = request.body();
        PendingProduce pending = new PendingProduce(request, reply, routes, body.acks() == 0);
        Errors refused = refusal(body);
        for (TopicProduceData topic : body.topicData()) {
            TopicProduceResponse topicResponse =
                    new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
            pending.add(topicResponse);
            for (PartitionProduceData partition : topic.partitionData()) {
                var response = new PartitionProduceResponse().setIndex(partition.index());
                topicResponse.partitionResponses().add(response);
                if (refused != Errors.NONE) pending.fail(response, refused);
                else append(request, topic, partition, pending, response);
            }
        }
        pending.allBegun();
    }

    /** What is wrong with the request as a whole. */
    private static Errors refusal(ProduceRequestData body) {
        if (body.acks() < -1 || body.acks() > 1) return Errors.INVALID_REQUIRED_ACKS;
        // a client that has no transactional id may not write into a transaction
        if (body.transactionalId() == null && hasTransactionalBatch(body))
            return Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
        return Errors.NONE;
    }

    private static boolean hasTransactionalBatch(ProduceRequestData body) {
        for (TopicProduceData topic : body.topicData())
            for (PartitionProduceData partition : topic.partitionData())
                if (isTransactional(bytes(partition.records()))) return true;
        return false;
    }

    private static boolean isTransactional(ByteBuffer bytes) {
        Optional<BatchView> first = Batches.first(bytes);
        return first.isPresent() && !first.get().isLegacy() && first.get().isTransactional();
    }

    private static ByteBuffer bytes(BaseRecords records) {
        return records instanceof MemoryRecords memory ? memory.buffer() : ByteBuffer.allocate(0);
    }

    private void append(
            Request<ProduceRequestData> request,
            TopicProduceData topic,
            PartitionProduceData partition,
            PendingProduce pending,
            PartitionProduceResponse response) {
        Route route = request.version() >= FIRST_WITH_TOPIC_IDS
                ? routes.find(FetchSession.topicId(topic.topicId()), partition.index())
                : routes.find(topic.name(), partition.index());
        switch (route) {
            case Route.Unknown(Errors error) -> pending.fail(response, error);
            case Route.Elsewhere(int leaderId, int leaderEpoch) -> {
                pending.fail(response, Errors.NOT_LEADER_OR_FOLLOWER);
                pending.hint(response, new Route.Elsewhere(leaderId, leaderEpoch));
            }
            case Route.Here(Replica replica) -> {
                ByteBuffer bytes = bytes(partition.records());
                Optional<AppendAnswer.Refused> refused = check(request, replica.topicPartition(), bytes);
                if (refused.isPresent()) {
                    pending.answer(response, replica, refused.get());
                    return;
                }
                pending.begin();
                BrokenTransition.orStop(() -> replicas.append(
                        request.receivedMs(),
                        replica,
                        bytes,
                        AppendOrigin.CLIENT,
                        request.body().acks(),
                        Math.max(0, request.body().timeoutMs()),
                        answer -> {
                            pending.answer(response, replica, answer);
                            pending.end();
                        }));
            }
        }
    }

    /** What can be said before the log looks at the batches: what the version of the request allows. */
    private static Optional<AppendAnswer.Refused> check(
            Request<ProduceRequestData> request, TopicPartition partition, ByteBuffer bytes) {
        if (INTERNAL_TOPICS.contains(partition.topic()))
            return refuse(Errors.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + partition.topic());
        if (request.body().transactionalId() != null && isTransactional(bytes))
            return refuse(Errors.INVALID_TXN_STATE, "The partition is not part of a transaction");
        return RecordValidation.checkForProduce(request.version(), bytes)
                .map(flaw -> AppendAnswer.Refused.because(flaw.error(), flaw.message()));
    }

    private static Optional<AppendAnswer.Refused> refuse(Errors error, String message) {
        return Optional.of(AppendAnswer.Refused.because(error, message));
    }

    static boolean tellsRecordErrors(short version) {
        return version >= FIRST_WITH_RECORD_ERRORS;
    }

    static boolean tellsLeader(short version) {
        return version >= FIRST_WITH_LEADER;
    }
}
