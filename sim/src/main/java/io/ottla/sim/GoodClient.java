package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ApiVersionsRequestData;
import io.ottla.kafkamessages.ApiVersionsResponseData;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import io.ottla.kafkamessages.DeleteTopicsRequestData;
import io.ottla.kafkamessages.DeleteTopicsResponseData;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;

/** A client as most are: makes a topic, writes, reads what it wrote, removes the topic. Whatever others do to the node, it must succeed. */
final class GoodClient {
    /** Of its topics, which nobody else speaks of. */
    static final String PREFIX = "good-";

    private static final int TRIES = 20;
    private static final int RECORDS = 3;
    private static final long ANSWER_MS_MAX = 60_000;

    /** So that nothing that others have set as a default touches it. */
    private static final Map<String, String> CONFIGS = Map.of(
            "cleanup.policy", "delete",
            "compression.type", "producer",
            "retention.ms", "-1",
            "retention.bytes", "-1",
            "segment.bytes", "1048576",
            "max.message.bytes", "1000000",
            "min.insync.replicas", "1",
            "message.timestamp.type", "CreateTime",
            "message.timestamp.before.max.ms", "9223372036854775807",
            "message.timestamp.after.max.ms", "9223372036854775807");

    private final World world;
    private final SeededRandom random;
    private final KafkaClient client;
    private int topics;

    GoodClient(World world, Machine machine) {
        this.world = world;
        random = world.random();
        client = new KafkaClient(world, machine, NodeProgram.PORT, "good");
    }

    private interface Check<R> {
        /** The error; NONE if it is as it should be. */
        Errors look(R response);
    }

    /** Asks, again while nothing comes or {@code check} finds an error, and says the first error if it stays. */
    @SuppressWarnings("unchecked") // who asks knows what is answered
    private <R extends ApiMessage> R ask(ApiMessageType api, int version, ApiMessage request, Check<R> check) {
        Errors last = Errors.NETWORK_EXCEPTION;
        for (int i = 0; i < TRIES; i++) {
            List<Optional<ApiMessage>> answer = new ArrayList<>();
            client.send(api, (short) version, request, answer::add);
            world.until("a good client is answered " + api.name, ANSWER_MS_MAX, () -> !answer.isEmpty());
            if (answer.getFirst().isPresent()) {
                R response = (R) answer.getFirst().get();
                last = check.look(response);
                if (last == Errors.NONE) return response;
            }
            world.run(200);
        }
        throw new AssertionError("a good client is answered " + last + " to " + request);
    }

    List<HostileKafkaClient.ServedApi> served() {
        ApiVersionsResponseData versions = ask(
                ApiMessageType.API_VERSIONS,
                3,
                new ApiVersionsRequestData().setClientSoftwareName("good").setClientSoftwareVersion("1"),
                (ApiVersionsResponseData response) -> Errors.forCode(response.errorCode()));
        return versions.apiKeys().stream()
                .map(key -> new HostileKafkaClient.ServedApi(
                        ApiMessageType.fromApiKey(key.apiKey()), key.minVersion(), key.maxVersion()))
                .toList();
    }

    /** @param isDeletable whether topics can be deleted */
    void works(boolean isDeletable) {
        String topic = PREFIX + topics++ + "-" + random.nextInt(1 << 30);
        create(topic);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            values.add(topic + "/" + i);
            produce(topic, values.get(i), i);
        }
        List<String> read = fetch(topic);
        if (!read.equals(values)) throw new AssertionError("a good client wrote " + values + " and reads " + read);
        if (isDeletable) delete(topic);
        client.close();
    }

    private void delete(String topic) {
        ask(
                ApiMessageType.DELETE_TOPICS,
                5,
                new DeleteTopicsRequestData().setTopicNames(List.of(topic)).setTimeoutMs(5000),
                (DeleteTopicsResponseData response) ->
                        error(response.responses().iterator().next().errorCode(), Errors.UNKNOWN_TOPIC_OR_PARTITION));
    }

    private static Errors error(short code, Errors asGood) {
        return Errors.forCode(code) == asGood ? Errors.NONE : Errors.forCode(code);
    }

    private void create(String topic) {
        var wanted = new CreateTopicsRequestData.CreatableTopic()
                .setName(topic)
                .setNumPartitions(1)
                .setReplicationFactor((short) 1);
        CONFIGS.forEach((key, value) -> wanted.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName(key)
                        .setValue(value)));
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(5000);
        request.topics().add(wanted);
        ask(
                ApiMessageType.CREATE_TOPICS,
                7,
                request,
                (CreateTopicsResponseData response) ->
                        error(response.topics().iterator().next().errorCode(), Errors.TOPIC_ALREADY_EXISTS));
    }

    private void produce(String topic, String value, int offset) {
        ByteBuffer batch = new BatchBuilder()
                .append(NewRecord.keyless(VirtualClock.EPOCH_MS + world.nowMs(), value))
                .build();
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(topic)
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(0)
                                .setRecords(MemoryRecords.readableRecords(batch)))));
        ask(ApiMessageType.PRODUCE, 9, request, (ProduceResponseData response) -> {
            var partition =
                    response.responses().iterator().next().partitionResponses().getFirst();
            if (partition.errorCode() == 0 && partition.baseOffset() != offset)
                throw new AssertionError("record " + offset + " of " + topic + " is at " + partition.baseOffset());
            return Errors.forCode(partition.errorCode());
        });
    }

    private List<String> fetch(String topic) {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(100)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(0)
                                .setPartitionMaxBytes(1 << 20)))));
        FetchResponseData fetched = ask(
                ApiMessageType.FETCH,
                12,
                request,
                (FetchResponseData response) -> response.errorCode() != 0
                        ? Errors.forCode(response.errorCode())
                        : Errors.forCode(response.responses()
                                .getFirst()
                                .partitions()
                                .getFirst()
                                .errorCode()));
        List<String> values = new ArrayList<>();
        MemoryRecords records = (MemoryRecords)
                fetched.responses().getFirst().partitions().getFirst().records();
        for (Record record : records.records())
            values.add(java.nio.charset.StandardCharsets.UTF_8
                    .decode(record.value())
                    .toString());
        return values;
    }
}
