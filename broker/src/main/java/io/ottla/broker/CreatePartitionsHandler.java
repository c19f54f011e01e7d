package io.ottla.broker;

import io.ottla.cluster.Answer;
import io.ottla.cluster.Controller;
import io.ottla.cluster.NewPartitions;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.CreatePartitionsRequestData;
import io.ottla.kafkamessages.CreatePartitionsRequestData.CreatePartitionsAssignment;
import io.ottla.kafkamessages.CreatePartitionsRequestData.CreatePartitionsTopic;
import io.ottla.kafkamessages.CreatePartitionsResponseData;
import io.ottla.kafkamessages.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * CreatePartitions 0–3: more partitions for topics that are there.
 *
 * <ul>
 *   <li>2: flexible
 *   <li>3: quota errors, of which there are none yet
 * </ul>
 */
final class CreatePartitionsHandler
        implements RequestHandler<CreatePartitionsRequestData, CreatePartitionsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.ALTER, Guarded.TOPIC));

    private final Controller controller;

    CreatePartitionsHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.CREATE_PARTITIONS;
    }

    @Override
    public List<Need> needs(CreatePartitionsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<CreatePartitionsRequestData> request, Reply<CreatePartitionsResponseData> reply) {
        CreatePartitionsRequestData body = request.body();
        CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        Set<String> names = new LinkedHashSet<>();
        Set<String> twice = new LinkedHashSet<>();
        body.topics().forEach(topic -> {
            if (!names.add(topic.name())) twice.add(topic.name());
        });
        twice.forEach(name -> response.results()
                .add(new CreatePartitionsTopicResult()
                        .setName(name)
                        .setErrorCode(Errors.INVALID_REQUEST.code())
                        .setErrorMessage("Duplicate topic name.")));
        List<NewPartitions> growths = new ArrayList<>();
        for (CreatePartitionsTopic topic : body.topics()) {
            if (!twice.contains(topic.name()))
                growths.add(new NewPartitions(topic.name(), topic.count(), assignment(topic)));
        }
        if (growths.isEmpty()) {
            reply.send(response);
            return;
        }
        controller.createPartitions(growths, body.validateOnly(), answers -> {
            answers.forEach((name, answer) -> {
                CreatePartitionsTopicResult result = new CreatePartitionsTopicResult().setName(name);
                if (answer instanceof Answer.Refused<Integer> refused)
                    result.setErrorCode(refused.error().code()).setErrorMessage(refused.message());
                response.results().add(result);
            });
            reply.send(response);
        });
    }

    private static Optional<List<List<Integer>>> assignment(CreatePartitionsTopic topic) {
        if (topic.assignments() == null) return Optional.empty();
        return Optional.of(topic.assignments().stream()
                .map(CreatePartitionsAssignment::brokerIds)
                .map(List::copyOf)
                .toList());
    }
}
