package io.ottla.broker;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.Answer;
import io.ottla.cluster.Controller;
import io.ottla.cluster.ErrorCode;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ElectLeadersRequestData;
import io.ottla.kafkamessages.ElectLeadersRequestData.TopicPartitions;
import io.ottla.kafkamessages.ElectLeadersResponseData;
import io.ottla.kafkamessages.ElectLeadersResponseData.PartitionResult;
import io.ottla.kafkamessages.ElectLeadersResponseData.ReplicaElectionResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.acl.AclOperation;
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
    private static final List<Need> NEEDS = List.of(Need.onCluster(AclOperation.ALTER));

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
    public List<Need> needs(ElectLeadersRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<ElectLeadersRequestData> request, Reply<ElectLeadersResponseData> reply) {
        ElectLeadersRequestData body = request.body();
        if (body.electionType() != PREFERRED && body.electionType() != UNCLEAN) {
            reply.send(new ElectLeadersResponseData().setErrorCode(Errors.INVALID_REQUEST.code()));
            return;
        }
        Optional<List<TopicPartition>> partitions = Optional.empty();
        // where the controller tells a partition by its name, that of a negative one could be another's
        Map<TopicPartition, Answer<Integer>> impossible = new LinkedHashMap<>();
        if (body.topicPartitions() != null) {
            List<TopicPartition> named = new ArrayList<>();
            for (TopicPartitions topic : body.topicPartitions()) {
                for (int partition : topic.partitions()) {
                    TopicPartition one = new TopicPartition(topic.topic(), partition);
                    if (partition >= 0) named.add(one);
                    else impossible.put(one, Answer.refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such partition"));
                }
            }
            partitions = Optional.of(named);
        }
        controller.electLeaders(partitions, body.electionType() == UNCLEAN, answers -> {
            Map<TopicPartition, Answer<Integer>> all = new TreeMap<>(impossible);
            answers.forEach((subject, answer) -> all.put(partition(subject), answer));
            reply.send(response(all));
        });
    }

    private static TopicPartition partition(String subject) {
        int dash = subject.lastIndexOf('-');
        return new TopicPartition(subject.substring(0, dash), Integer.parseInt(subject.substring(dash + 1)));
    }

    private static ElectLeadersResponseData response(Map<TopicPartition, Answer<Integer>> answers) {
        Map<String, ReplicaElectionResult> byTopic = new TreeMap<>();
        answers.forEach((partition, answer) -> {
            PartitionResult result = new PartitionResult().setErrorMessage(null).setPartitionId(partition.partition());
            if (answer instanceof Answer.Refused<Integer> refused)
                result.setErrorCode(refused.error().code()).setErrorMessage(refused.message());
            byTopic.computeIfAbsent(partition.topic(), name -> new ReplicaElectionResult().setTopic(name))
                    .partitionResult()
                    .add(result);
        });
        return new ElectLeadersResponseData().setReplicaElectionResults(List.copyOf(byTopic.values()));
    }
}
