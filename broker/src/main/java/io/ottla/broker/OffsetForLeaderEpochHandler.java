package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import io.ottla.kafkamessages.OffsetForLeaderEpochResponseData;
import io.ottla.kafkamessages.OffsetForLeaderEpochResponseData.EpochEndOffset;
import io.ottla.kafkamessages.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import io.ottla.log.EpochEnd;
import io.ottla.partition.Replica;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetForLeaderEpoch 0–4: where a leader epoch ended, so that a client or follower finds out whether the log that it
 * read was cut since (KIP-101, KIP-320).
 *
 * <ul>
 *   <li>1: the epoch found, which may be an earlier one; 2: the epoch that the client believes current, throttle time
 *   <li>3: who asks
 * </ul>
 */
public final class OffsetForLeaderEpochHandler
        implements RequestHandler<OffsetForLeaderEpochRequestData, OffsetForLeaderEpochResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DESCRIBE, Guarded.TOPIC));

    private final Routes routes;

    public OffsetForLeaderEpochHandler(Routes routes) {
        this.routes = routes;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public List<Need> needs(OffsetForLeaderEpochRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(
            Request<OffsetForLeaderEpochRequestData> request, Reply<OffsetForLeaderEpochResponseData> reply) {
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        Outstanding outstanding = new Outstanding(() -> reply.send(response));
        for (OffsetForLeaderTopic topic : request.body().topics()) {
            List<EpochEndOffset> answers = new ArrayList<>();
            response.topics()
                    .add(new OffsetForLeaderTopicResult()
                            .setTopic(topic.topic())
                            .setPartitions(answers));
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                EpochEndOffset answer = new EpochEndOffset().setPartition(partition.partition());
                answers.add(answer);
                find(topic.topic(), partition, answer, outstanding);
            }
        }
        outstanding.allBegun();
    }

    private void find(String topic, OffsetForLeaderPartition asked, EpochEndOffset answer, Outstanding outstanding) {
        switch (routes.find(topic, asked.partition())) {
            case Route.Unknown(Errors error) -> answer.setErrorCode(error.code());
            case Route.Elsewhere(int leaderId, int leaderEpoch) ->
                answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
            case Route.Here(Replica replica) -> {
                outstanding.begin();
                boolean waits = replica.whenOpen(() -> {
                    answer(replica, asked, answer);
                    outstanding.end();
                });
                if (waits) return;
                answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
                outstanding.end();
            }
        }
    }

    private static void answer(Replica replica, OffsetForLeaderPartition asked, EpochEndOffset answer) {
        Errors error = replica.check(asked.currentLeaderEpoch());
        answer.setErrorCode(error.code());
        if (error != Errors.NONE) return;
        EpochEnd end = replica.reader().epochEnd(asked.leaderEpoch());
        answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
    }
}
