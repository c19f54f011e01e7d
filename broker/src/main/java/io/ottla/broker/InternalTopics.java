package io.ottla.broker;

import io.ottla.cluster.Answer;
import io.ottla.cluster.Controller;
import io.ottla.cluster.CreatedTopic;
import io.ottla.cluster.ErrorCode;
import io.ottla.cluster.NewTopic;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the topics that the broker itself needs, when they are needed for the first time. */
public final class InternalTopics {
    private static final Logger LOG = LoggerFactory.getLogger(InternalTopics.class);

    private final Controller controller;
    private final Function<String, Optional<NewTopic>> wanted;
    private final Set<String> underWay = new HashSet<>();

    /** @param wanted how a topic of that name is to be; empty if it is none of the broker's own */
    public InternalTopics(Controller controller, Function<String, Optional<NewTopic>> wanted) {
        this.controller = controller;
        this.wanted = wanted;
    }

    /** Asks for the topic. It will be in the image, or somebody asks again. */
    void create(String name) {
        Optional<NewTopic> topic = wanted.apply(name);
        if (topic.isEmpty() || !underWay.add(name)) return;
        controller.createTopics(List.of(topic.get()), false, answers -> {
            underWay.remove(name);
            report(name, answers);
        });
    }

    private static void report(String name, Map<String, Answer<CreatedTopic>> answers) {
        switch (answers.get(name)) {
            case Answer.Ok<CreatedTopic>(CreatedTopic created) ->
                LOG.info("created {} with {} partitions", name, created.partitions());
            case Answer.Refused<CreatedTopic>(ErrorCode error, String message) -> {
                if (error != ErrorCode.TOPIC_ALREADY_EXISTS) LOG.warn("cannot create {}: {}", name, message);
            }
        }
    }
}
