package io.ottla.broker;

import io.ottla.cluster.Answer;
import io.ottla.cluster.ErrorCode;
import io.ottla.cluster.ProducerIds;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.InitProducerIdRequestData;
import io.ottla.kafkamessages.InitProducerIdResponseData;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * InitProducerId 0–5: a new producer id, with epoch 0, for an idempotent producer.
 *
 * <ul>
 *   <li>3: the id and epoch that the producer had (KIP-360). Without a transactional id they do not matter: it gets a new
 *       id, as in Kafka
 *   <li>4: PRODUCER_FENCED; 5: the second protocol of transactions (KIP-890); 6 is not stable
 * </ul>
 *
 * <p>Transactions are not served yet. A transactional id is answered CLUSTER_AUTHORIZATION_FAILED, after which no client tries again; it has not found a
 * coordinator before, either, unless that was another broker at this address ({@link FindCoordinatorHandler}).
 */
public final class InitProducerIdHandler
        implements RequestHandler<InitProducerIdRequestData, InitProducerIdResponseData> {
    /** WRITE on any topic is enough for it. */
    private static final List<Need> WITHOUT_TRANSACTIONS = List.of(Need.onCluster(AclOperation.IDEMPOTENT_WRITE));

    private static final long NO_PRODUCER_ID = -1;
    private static final short NO_EPOCH = -1;

    private final ProducerIds producerIds;

    public InitProducerIdHandler(ProducerIds producerIds) {
        this.producerIds = producerIds;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.INIT_PRODUCER_ID;
    }

    @Override
    public List<Need> needs(InitProducerIdRequestData body) {
        if (body.transactionalId() == null) return WITHOUT_TRANSACTIONS;
        return List.of(Need.onTransactionalId(AclOperation.WRITE, body.transactionalId()));
    }

    @Override
    public void handle(Request<InitProducerIdRequestData> request, Reply<InitProducerIdResponseData> reply) {
        InitProducerIdRequestData body = request.body();
        boolean isHalf = (body.producerId() == NO_PRODUCER_ID) != (body.producerEpoch() == NO_EPOCH);
        if (isHalf || (body.transactionalId() != null && body.transactionalId().isEmpty())) {
            reply.send(failed(Errors.INVALID_REQUEST));
        } else if (body.transactionalId() != null) {
            reply.send(failed(Errors.CLUSTER_AUTHORIZATION_FAILED));
        } else {
            BrokenTransition.orStop(() -> producerIds.next(answer -> {
                switch (answer) {
                    case Answer.Ok<Long>(Long id) ->
                        reply.send(new InitProducerIdResponseData()
                                .setProducerId(id)
                                .setProducerEpoch((short) 0));
                    // the client asks again after either; of the two it knows this one for the request
                    case Answer.Refused<Long>(ErrorCode error, String message) ->
                        reply.send(failed(Errors.COORDINATOR_LOAD_IN_PROGRESS));
                }
            }));
        }
    }

    private static InitProducerIdResponseData failed(Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(NO_PRODUCER_ID)
                .setProducerEpoch(NO_EPOCH);
    }
}
