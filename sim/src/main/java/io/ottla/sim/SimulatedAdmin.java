package io.ottla.sim;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** Creates topics, asking until it is answered. */
final class SimulatedAdmin {
    private static final long CREATED_MS_MAX = 60_000;

    private final World world;
    private final KafkaClient client;
    private boolean created;

    private SimulatedAdmin(World world, Machine machine) {
        this.world = world;
        this.client = new KafkaClient(world, machine, NodeProgram.PORT, "admin");
    }

    /** Creates a topic of one partition, and goes on until it is there. */
    static void createTopic(World world, Machine machine, String name, Map<String, String> configs) {
        SimulatedAdmin admin = new SimulatedAdmin(world, machine);
        admin.ask(request(name, configs));
        world.until("the topic is created", CREATED_MS_MAX, () -> admin.created);
        admin.client.close();
    }

    private static CreateTopicsRequestData request(String name, Map<String, String> configs) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        var topic = new CreateTopicsRequestData.CreatableTopic()
                .setName(name)
                .setNumPartitions(1)
                .setReplicationFactor((short) 1);
        configs.forEach((key, value) -> topic.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName(key)
                        .setValue(value)));
        request.topics().add(topic);
        return request;
    }

    private void ask(CreateTopicsRequestData request) {
        client.send(ApiMessageType.CREATE_TOPICS, (short) 7, request, answer -> {
            if (answer.isEmpty()) {
                world.after(10, () -> ask(request));
                return;
            }
            var topic = ((CreateTopicsResponseData) answer.get())
                    .topics()
                    .iterator()
                    .next();
            Errors error = Errors.forCode(topic.errorCode());
            if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS)
                throw new AssertionError("the topic is not created: " + error + ", " + topic.errorMessage());
            created = true;
        });
    }
}
