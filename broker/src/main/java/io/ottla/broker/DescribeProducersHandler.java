package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeProducersRequestData;
import io.ottla.kafkamessages.DescribeProducersRequestData.TopicRequest;
import io.ottla.kafkamessages.DescribeProducersResponseData;
import io.ottla.kafkamessages.DescribeProducersResponseData.PartitionResponse;
import io.ottla.kafkamessages.DescribeProducersResponseData.ProducerState;
import io.ottla.kafkamessages.DescribeProducersResponseData.TopicResponse;
import io.ottla.log.ProducerStateEntry;
import io.ottla.partition.Partition;
import io.ottla.partition.Replica;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/** DescribeProducers 0: the idempotent producers that partitions remember (KIP-664). */
public final class DescribeProducersHandler
        implements RequestHandler<DescribeProducersRequestData, DescribeProducersResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.READ, Guarded.TOPIC));

    private final Routes routes;

    public DescribeProducersHandler(Routes routes) {
        this.routes = routes;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DESCRIBE_PRODUCERS;
    }

    @Override
    public List<Need> needs(DescribeProducersRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DescribeProducersRequestData> request, Reply<DescribeProducersResponseData> reply) {
        DescribeProducersResponseData response = new DescribeProducersResponseData().setTopics(new ArrayList<>());
        Outstanding outstanding = new Outstanding(() -> reply.send(response));
        for (TopicRequest topic : request.body().topics()) {
            List<PartitionResponse> answers = new ArrayList<>();
            response.topics().add(new TopicResponse().setName(topic.name()).setPartitions(answers));
            for (int partition : topic.partitionIndexes()) {
                PartitionResponse answer = new PartitionResponse().setPartitionIndex(partition);
                answers.add(answer);
                describe(topic.name(), partition, answer, outstanding);
            }
        }
        outstanding.allBegun();
    }

    private void describe(String topic, int partition, PartitionResponse answer, Outstanding outstanding) {
        switch (routes.find(topic, partition)) {
            case Route.Unknown(Errors error) -> fail(answer, error);
            case Route.Elsewhere(int leaderId, int leaderEpoch) -> fail(answer, Errors.NOT_LEADER_OR_FOLLOWER);
            case Route.Here(Replica replica) -> {
                outstanding.begin();
                boolean waits = replica.whenOpen(() -> {
                    describe(replica, answer);
                    outstanding.end();
                });
                if (waits) return;
                fail(answer, Errors.NOT_LEADER_OR_FOLLOWER);
                outstanding.end();
            }
        }
    }

    private static void fail(PartitionResponse answer, Errors error) {
        answer.setErrorCode(error.code()).setErrorMessage(error.message());
    }

    private static void describe(Replica replica, PartitionResponse answer) {
        Errors error = replica.check(Partition.NO_EPOCH);
        if (error != Errors.NONE) {
            fail(answer, error);
            return;
        }
        List<ProducerState> states = new ArrayList<>();
        for (ProducerStateEntry producer : replica.reader().activeProducers()) {
            states.add(new ProducerState()
                    .setProducerId(producer.producerId())
                    .setProducerEpoch(producer.producerEpoch())
                    .setLastSequence(producer.lastSequence())
                    .setLastTimestamp(producer.lastTimestampMs())
                    .setCoordinatorEpoch(producer.coordinatorEpoch())
                    .setCurrentTxnStartOffset(producer.transactionFirstOffset()));
        }
        answer.setActiveProducers(states);
    }
}
