package io.ottla.broker;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.Answer;
import io.ottla.cluster.Controller;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ElectLeadersRequestData;
import io.ottla.kafkamessages.ElectLeadersResponseData;
import io.ottla.kafkamessages.ElectLeadersResponseData.PartitionResult;
import io.ottla.kafkamessages.ElectLeadersResponseData.ReplicaElectionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * ElectLeaders 0–2: the preferred leader takes over, or one that is not in sync where nobody else is left.
 *
 * <ul>
 *   <li>1: unclean elections; an error for the whole (KIP-460)
 *   <li>2: flexible
 * </ul>
 */
final class ElectLeadersHandler implements RequestHandler<ElectLeadersRequestData, ElectLeadersResponseData> {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final Controller controller;

    ElectLeadersHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.ELECT_LEADERS;
    }

    @Override
    public void handle(Request<ElectLeadersRequestData> request, Reply<ElectLeadersResponseData> reply) {
        ElectLeadersRequestData body = request.body();
        if (body.electionType() != PREFERRED && body.electionType() != UNCLEAN) {
            reply.send(new ElectLeadersResponseData().setErrorCode(Errors.INVALID_REQUEST.code()));
            return;
        }
        Optional<List<TopicPartition>> partitions = Optional.empty();
        if (body.topicPartitions() != null) {
            List<TopicPartition> named = new ArrayList<>();
            body.topicPartitions()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> named.add(new TopicPartition(topic.topic(), partition))));
            partitions = Optional.of(named);
        }
        controller.electLeaders(partitions, body.electionType() == UNCLEAN, answers -> reply.send(response(answers)));
    }

    private static ElectLeadersResponseData response(Map<String, Answer<Integer>> answers) {
        Map<String, ReplicaElectionResult> byTopic = new TreeMap<>();
        answers.forEach((subject, answer) -> {
            int dash = subject.lastIndexOf('-');
            String topic = subject.substring(0, dash);
            PartitionResult result = new PartitionResult()
                    .setErrorMessage(null)
                    .setPartitionId(Integer.parseInt(subject.substring(dash + 1)));
            if (answer instanceof Answer.Refused<Integer> refused)
                result.setErrorCode(refused.error().code()).setErrorMessage(refused.message());
            byTopic.computeIfAbsent(topic, name -> new ReplicaElectionResult().setTopic(name))
                    .partitionResult()
                    .add(result);
        });
        return new ElectLeadersResponseData().setReplicaElectionResults(List.copyOf(byTopic.values()));
    }
}
