package io.ottla.broker;

import io.ottla.cluster.Answer;
import io.ottla.cluster.Controller;
import io.ottla.cluster.CreatedTopic;
import io.ottla.cluster.NewTopic;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableReplicaAssignment;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableTopic;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableTopicConfig;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import io.ottla.kafkamessages.CreateTopicsResponseData.CreatableTopicConfigs;
import io.ottla.kafkamessages.CreateTopicsResponseData.CreatableTopicResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * CreateTopics 0–7.
 *
 * <ul>
 *   <li>1: only to see whether it would do, and error messages
 *   <li>4: −1 for the broker's number of partitions and replicas (KIP-464)
 *   <li>5: flexible; the answer has what holds for the topic (KIP-525)
 *   <li>7: the answer has the topic's id (KIP-516)
 * </ul>
 *
 * <p>The answer waits until the topics are there and have leaders, however long the client's timeout is: whether a topic
 * was made is always known.
 */
final class CreateTopicsHandler implements RequestHandler<CreateTopicsRequestData, CreateTopicsResponseData> {
    /** CREATE on the cluster is CREATE on every topic. */
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.CREATE, Guarded.TOPIC));

    private final Controller controller;
    private final LiveConfigs configs;

    CreateTopicsHandler(Controller controller, LiveConfigs configs) {
        this.controller = controller;
        this.configs = configs;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.CREATE_TOPICS;
    }

    @Override
    public List<Need> needs(CreateTopicsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<CreateTopicsRequestData> request, Reply<CreateTopicsResponseData> reply) {
        CreateTopicsRequestData body = request.body();
        CreateTopicsResponseData response = new CreateTopicsResponseData();
        Set<String> names = new LinkedHashSet<>();
        Set<String> twice = new LinkedHashSet<>();
        body.topics().forEach(topic -> {
            if (!names.add(topic.name())) twice.add(topic.name());
        });
        twice.forEach(name -> response.topics().add(failed(name, Errors.INVALID_REQUEST, "Duplicate topic name.")));
        List<NewTopic> topics = new ArrayList<>();
        for (CreatableTopic topic : body.topics()) {
            if (twice.contains(topic.name())) continue;
            try {
                topics.add(newTopic(topic));
            } catch (Refusal refusal) {
                response.topics().add(failed(topic.name(), refusal.error, refusal.getMessage()));
            }
        }
        if (topics.isEmpty()) {
            reply.send(response);
            return;
        }
        boolean isReal = !body.validateOnly();
        controller.createTopics(topics, body.validateOnly(), answers -> {
            answers.forEach((name, answer) -> response.topics().add(result(name, answer, isReal)));
            reply.send(response);
        });
    }

    private static NewTopic newTopic(CreatableTopic topic) throws Refusal {
        if (topic.name().equals("__cluster_metadata"))
            throw new Refusal(Errors.INVALID_REQUEST, "Creation of internal topic __cluster_metadata is prohibited.");
        Map<Integer, List<Integer>> assignment = new TreeMap<>();
        for (CreatableReplicaAssignment replicas : topic.assignments()) {
            if (assignment.put(replicas.partitionIndex(), List.copyOf(replicas.brokerIds())) != null)
                throw new Refusal(
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        "Found multiple manual partition assignments for partition " + replicas.partitionIndex());
        }
        Map<String, String> set = new LinkedHashMap<>();
        for (CreatableTopicConfig config : topic.configs()) {
            if (config.value() == null)
                throw new Refusal(
                        Errors.INVALID_CONFIG, "Null value not supported for topic configs: " + config.name());
            set.put(config.name(), config.value().strip());
        }
        return new NewTopic(
                topic.name(), topic.numPartitions(), topic.replicationFactor(), assignment, set, Optional.empty());
    }

    private CreatableTopicResult result(String name, Answer<CreatedTopic> answer, boolean isReal) {
        return switch (answer) {
            case Answer.Refused<CreatedTopic> refused ->
                failed(name, Errors.forCode(refused.error().code()), refused.message());
            case Answer.Ok<CreatedTopic>(CreatedTopic created) -> {
                CreatableTopicResult result = new CreatableTopicResult()
                        .setName(name)
                        .setErrorMessage(null)
                        .setNumPartitions(created.partitions())
                        .setReplicationFactor((short) created.replicationFactor())
                        .setConfigs(effective(created));
                yield isReal ? result.setTopicId(TopicDescriptions.uuid(created.id())) : result;
            }
        };
    }

    private List<CreatableTopicConfigs> effective(CreatedTopic created) {
        Map<String, String> defaults = configs.now().topicDefaults();
        List<CreatableTopicConfigs> effective = new ArrayList<>();
        TopicConfigs.TABLE.keys().forEach((name, key) -> {
            String set = created.configs().get(name);
            if (key.isInternal() && set == null) return;
            effective.add(new CreatableTopicConfigs()
                    .setName(name)
                    .setValue(set != null ? key.normalized(set) : defaults.get(name))
                    .setConfigSource(
                            set != null
                                    ? ConfigSource.TOPIC.code()
                                    : configs.now().sourceOfDefault(key).code()));
        });
        return effective;
    }

    private static CreatableTopicResult failed(String name, Errors error, String message) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setNumPartitions(-1)
                .setReplicationFactor((short) -1)
                .setConfigs(List.of());
    }
}
