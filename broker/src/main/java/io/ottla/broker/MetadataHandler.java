package io.ottla.broker;

import io.ottla.cluster.Answer;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.Controller;
import io.ottla.cluster.CreatedTopic;
import io.ottla.cluster.ErrorCode;
import io.ottla.cluster.NewTopic;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.TopicImage;
import io.ottla.cluster.TopicNames;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.MetadataRequestData;
import io.ottla.kafkamessages.MetadataRequestData.MetadataRequestTopic;
import io.ottla.kafkamessages.MetadataResponseData;
import io.ottla.kafkamessages.MetadataResponseData.MetadataResponseBroker;
import io.ottla.kafkamessages.MetadataResponseData.MetadataResponsePartition;
import io.ottla.kafkamessages.MetadataResponseData.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * Metadata 0–13: which brokers there are, and who leads what.
 *
 * <ul>
 *   <li>0: no topics named means all
 *   <li>1: null means all, none means none; racks, the controller, internal topics
 *   <li>2: the id of the cluster
 *   <li>4: whether topics that are not there shall come into being
 *   <li>5: offline replicas
 *   <li>7: leader epochs (KIP-320)
 *   <li>8: authorised operations (KIP-430); the cluster's until 10
 *   <li>9: flexible
 *   <li>10: topic ids; asking by them from 12 on (KIP-516)
 *   <li>13: an error for the whole, by which a client is told to bootstrap anew (KIP-1102)
 * </ul>
 *
 * <p>A topic that comes into being by this request is in its answer: the answer waits for the controller. Kafka answers at
 * once with an error that the client retries upon.
 */
final class MetadataHandler implements RequestHandler<MetadataRequestData, MetadataResponseData> {
    /** Of those that come into being. */
    private static final List<Need> NEEDS =
            List.of(Need.onEach(AclOperation.DESCRIBE, Guarded.TOPIC), Need.onEach(AclOperation.CREATE, Guarded.TOPIC));

    private static final short LISTENER_ERROR_VERSION = 6;
    private static final short TOPIC_ID_VERSION = 12;

    private final ClusterFollower follower;
    private final Controller controller;
    private final LiveConfigs configs;

    MetadataHandler(ClusterFollower follower, Controller controller, LiveConfigs configs) {
        this.follower = follower;
        this.controller = controller;
        this.configs = configs;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.METADATA;
    }

    @Override
    public List<Need> needs(MetadataRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<MetadataRequestData> request, Reply<MetadataResponseData> reply) {
        List<NewTopic> missing = missing(request);
        if (missing.isEmpty()) {
            reply.send(answer(request, Map.of()));
            return;
        }
        controller.createTopics(missing, false, created -> reply.send(answer(request, created)));
    }

    /** Topics that are to come into being; none if that is not wanted or not allowed. */
    private List<NewTopic> missing(Request<MetadataRequestData> request) {
        MetadataRequestData body = request.body();
        boolean isAllowed = body.allowAutoTopicCreation() && configs.now().flag("auto.create.topics.enable");
        if (!isAllowed || isAll(request) || hasIdsTooEarly(request)) return List.of();
        ClusterImage image = follower.image();
        Set<String> names = new LinkedHashSet<>();
        for (MetadataRequestTopic topic : body.topics()) {
            String name = topic.name();
            if (name != null && image.topic(name).isEmpty() && TopicNames.isValid(name)) names.add(name);
        }
        return names.stream()
                .map(name -> ImpliedTopics.newTopic(name, configs.now(), image))
                .toList();
    }

    private static boolean isAll(Request<MetadataRequestData> request) {
        List<MetadataRequestTopic> topics = request.body().topics();
        return topics == null || (request.version() == 0 && topics.isEmpty());
    }

    private static boolean hasIdsTooEarly(Request<MetadataRequestData> request) {
        if (isAll(request) || request.version() >= TOPIC_ID_VERSION) return false;
        return request.body().topics().stream()
                .anyMatch(topic -> topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID));
    }

    private MetadataResponseData answer(
            Request<MetadataRequestData> request, Map<String, Answer<CreatedTopic>> created) {
        ClusterImage image = follower.image();
        MetadataRequestData body = request.body();
        TopicDescriptions descriptions =
                new TopicDescriptions(image, request.client().listener());
        MetadataResponseData response = new MetadataResponseData()
                .setClusterId(image.clusterId().orElse(null))
                .setControllerId(image.controllerId());
        image.brokers()
                .forEach((id, broker) -> broker.endpoint(descriptions.listener())
                        .ifPresent(endpoint -> response.brokers()
                                .add(new MetadataResponseBroker()
                                        .setNodeId(id)
                                        .setHost(endpoint.host())
                                        .setPort(endpoint.port())
                                        .setRack(broker.rack().orElse(null)))));
        if (body.includeClusterAuthorizedOperations())
            response.setClusterAuthorizedOperations(AuthorizedOperations.ALL_ON_CLUSTER);
        for (MetadataResponseTopic topic : topics(request, descriptions, created)) {
            if (body.includeTopicAuthorizedOperations() && topic.errorCode() == Errors.NONE.code())
                topic.setTopicAuthorizedOperations(AuthorizedOperations.ALL_ON_TOPIC);
            response.topics().add(topic);
        }
        return response;
    }

    private static List<MetadataResponseTopic> topics(
            Request<MetadataRequestData> request,
            TopicDescriptions descriptions,
            Map<String, Answer<CreatedTopic>> created) {
        ClusterImage image = descriptions.image();
        List<MetadataResponseTopic> topics = new ArrayList<>();
        if (isAll(request)) {
            image.topics().forEach((name, topic) -> topics.add(topic(request.version(), topic, descriptions)));
            return topics;
        }
        boolean hasIdsTooEarly = hasIdsTooEarly(request);
        Set<String> named = new LinkedHashSet<>();
        for (MetadataRequestTopic asked : request.body().topics()) {
            Optional<TopicImage> found;
            if (hasIdsTooEarly) {
                topics.add(failed(asked, Errors.INVALID_REQUEST));
                continue;
            }
            boolean isById = !asked.topicId().equals(Uuid.ZERO_UUID);
            if (isById) found = image.topic(TopicDescriptions.topicId(asked.topicId()));
            else if (asked.name() == null) found = Optional.empty();
            else found = image.topic(asked.name());
            if (found.isPresent()) {
                if (named.add(found.get().name())) topics.add(topic(request.version(), found.get(), descriptions));
            } else if (isById || asked.name() == null) {
                topics.add(failed(asked, Errors.UNKNOWN_TOPIC_ID).setName(null));
            } else if (named.add(asked.name())) {
                topics.add(failed(asked, whyAbsent(asked.name(), Optional.ofNullable(created.get(asked.name())))));
            }
        }
        return topics;
    }

    private static Errors whyAbsent(String name, Optional<Answer<CreatedTopic>> created) {
        if (!TopicNames.isValid(name)) return Errors.INVALID_TOPIC_EXCEPTION;
        if (created.isPresent() && created.get() instanceof Answer.Refused<CreatedTopic> refused) {
            ErrorCode error = refused.error();
            boolean isWorthWaiting = error == ErrorCode.NOT_CONTROLLER
                    || error == ErrorCode.REQUEST_TIMED_OUT
                    || error == ErrorCode.TOPIC_ALREADY_EXISTS;
            return isWorthWaiting ? Errors.LEADER_NOT_AVAILABLE : Errors.forCode(error.code());
        }
        return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private static MetadataResponseTopic failed(MetadataRequestTopic asked, Errors error) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                // versions that cannot say null
                .setName(asked.name() == null ? "" : asked.name())
                .setTopicId(asked.topicId())
                .setIsInternal(asked.name() != null && TopicNames.isInternal(asked.name()));
    }

    private static MetadataResponseTopic topic(short version, TopicImage topic, TopicDescriptions descriptions) {
        MetadataResponseTopic described = new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(TopicDescriptions.uuid(topic.id()))
                .setIsInternal(TopicNames.isInternal(topic.name()));
        for (PartitionImage partition : topic.partitions())
            described.partitions().add(partition(version, partition, descriptions));
        return described;
    }

    private static MetadataResponsePartition partition(
            short version, PartitionImage partition, TopicDescriptions descriptions) {
        Errors error = descriptions.error(partition);
        if (error == Errors.LISTENER_NOT_FOUND && version < LISTENER_ERROR_VERSION) error = Errors.LEADER_NOT_AVAILABLE;
        return new MetadataResponsePartition()
                .setErrorCode(error.code())
                .setPartitionIndex(partition.partition())
                .setLeaderId(descriptions.leader(partition))
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(partition.replicas())
                .setIsrNodes(partition.isr())
                .setOfflineReplicas(descriptions.offline(partition));
    }
}
