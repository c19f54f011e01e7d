package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.Controller;
import io.ottla.cluster.ErrorCode;
import io.ottla.cluster.TopicImage;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DeleteTopicsRequestData;
import io.ottla.kafkamessages.DeleteTopicsRequestData.DeleteTopicState;
import io.ottla.kafkamessages.DeleteTopicsResponseData;
import io.ottla.kafkamessages.DeleteTopicsResponseData.DeletableTopicResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteTopics 0–6.
 *
 * <ul>
 *   <li>3: TOPIC_DELETION_DISABLED; INVALID_REQUEST before
 *   <li>4: flexible
 *   <li>5: error messages
 *   <li>6: by id (KIP-516)
 * </ul>
 */
final class DeleteTopicsHandler implements RequestHandler<DeleteTopicsRequestData, DeleteTopicsResponseData> {
    /** Without it nothing is told of names. */
    private static final List<Need> NEEDS =
            List.of(Need.onEach(AclOperation.DELETE, Guarded.TOPIC), Need.onEach(AclOperation.DESCRIBE, Guarded.TOPIC));

    private static final short DISABLED_VERSION = 3;
    private static final short TOPIC_ID_VERSION = 6;

    private final ClusterFollower follower;
    private final Controller controller;

    DeleteTopicsHandler(ClusterFollower follower, Controller controller) {
        this.follower = follower;
        this.controller = controller;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DELETE_TOPICS;
    }

    @Override
    public List<Need> needs(DeleteTopicsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DeleteTopicsRequestData> request, Reply<DeleteTopicsResponseData> reply) {
        DeleteTopicsResponseData response = new DeleteTopicsResponseData();
        Map<String, Uuid> topics = resolved(asked(request), response);
        if (topics.isEmpty()) {
            reply.send(response);
            return;
        }
        boolean isById = request.version() >= TOPIC_ID_VERSION;
        controller.deleteTopics(List.copyOf(topics.keySet()), answers -> {
            answers.forEach((name, answer) -> {
                DeletableTopicResult result = new DeletableTopicResult().setName(name);
                if (isById) result.setTopicId(topics.get(name));
                if (answer instanceof Answer.Refused<TopicId> refused)
                    result.setErrorCode(code(refused.error(), request.version()))
                            .setErrorMessage(refused.message());
                response.responses().add(result);
            });
            reply.send(response);
        });
    }

    private static short code(ErrorCode error, short version) {
        return error == ErrorCode.TOPIC_DELETION_DISABLED && version < DISABLED_VERSION
                ? ErrorCode.INVALID_REQUEST.code()
                : error.code();
    }

    private static List<DeleteTopicState> asked(Request<DeleteTopicsRequestData> request) {
        if (request.version() >= TOPIC_ID_VERSION) return request.body().topics();
        return request.body().topicNames().stream()
                .map(name -> new DeleteTopicState().setName(name))
                .toList();
    }

    /** Names and ids of what is to be deleted; what cannot be goes into the response. */
    private Map<String, Uuid> resolved(List<DeleteTopicState> asked, DeleteTopicsResponseData response) {
        ClusterImage image = follower.image();
        Map<String, Integer> counts = new HashMap<>();
        Set<Uuid> seenIds = new HashSet<>();
        List<DeleteTopicState> sound = new ArrayList<>();
        for (DeleteTopicState topic : asked) {
            boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
            if (topic.name() != null && hasId)
                response.responses()
                        .add(failed(
                                topic, Errors.INVALID_REQUEST, "You may not specify both topic name and topic id."));
            else if (topic.name() == null && !hasId)
                response.responses()
                        .add(failed(topic, Errors.INVALID_REQUEST, "Neither topic name nor id were specified."));
            else if (hasId && !seenIds.add(topic.topicId()))
                response.responses().add(failed(topic, Errors.INVALID_REQUEST, "Duplicate topic id."));
            else sound.add(topic);
        }
        Map<String, Uuid> resolved = new LinkedHashMap<>();
        for (DeleteTopicState topic : sound) {
            Optional<TopicImage> found = topic.name() == null
                    ? image.topic(TopicDescriptions.topicId(topic.topicId()))
                    : image.topic(topic.name());
            if (found.isPresent()) {
                counts.merge(found.get().name(), 1, Integer::sum);
                resolved.put(
                        found.get().name(), TopicDescriptions.uuid(found.get().id()));
            } else if (topic.name() == null) {
                response.responses().add(failed(topic, Errors.UNKNOWN_TOPIC_ID, Errors.UNKNOWN_TOPIC_ID.message()));
            } else {
                response.responses()
                        .add(failed(
                                topic, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION.message()));
            }
        }
        counts.forEach((name, count) -> {
            if (count == 1) return;
            resolved.remove(name);
            response.responses()
                    .add(failed(new DeleteTopicState().setName(name), Errors.INVALID_REQUEST, "Duplicate topic name."));
        });
        return resolved;
    }

    private static DeletableTopicResult failed(DeleteTopicState topic, Errors error, String message) {
        return new DeletableTopicResult()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
