package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import io.ottla.kafkamessages.DeleteRecordsRequestData;
import io.ottla.kafkamessages.DeleteRecordsResponseData;
import io.ottla.kafkamessages.DeleteTopicsRequestData;
import io.ottla.kafkamessages.DeleteTopicsResponseData;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData;
import io.ottla.kafkamessages.MetadataRequestData;
import io.ottla.kafkamessages.MetadataResponseData;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** An admin client, which asks until it is answered: for topics, configurations, records to be deleted. */
final class TopicAdmin {
    private static final byte TOPIC_RESOURCE = 2;
    private static final byte SET = 0;

    private final World world;
    private final History<Observation> history;
    private final String name;
    private final SeededRandom random;
    private final KafkaClient client;

    TopicAdmin(World world, Machine machine, History<Observation> history, String name) {
        this.world = world;
        this.history = history;
        this.name = name;
        random = world.random();
        client = new KafkaClient(world, machine, NodeProgram.PORT, name);
    }

    private void later(Runnable again) {
        world.after(5 + random.nextInt(50), again);
    }

    /** Creates a topic that is not there; what comes is its id. */
    void create(String topic, int partitions, Map<String, String> configs, Consumer<Uuid> created) {
        var wanted = new CreateTopicsRequestData.CreatableTopic()
                .setName(topic)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1);
        configs.forEach((key, value) -> wanted.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName(key)
                        .setValue(value)));
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        request.topics().add(wanted);
        client.send(ApiMessageType.CREATE_TOPICS, (short) 7, request, answer -> {
            Optional<CreateTopicsResponseData.CreatableTopicResult> told = answer.map(response ->
                    ((CreateTopicsResponseData) response).topics().iterator().next());
            Errors error =
                    told.map(result -> Errors.forCode(result.errorCode())).orElse(Errors.NETWORK_EXCEPTION);
            switch (error) {
                case NONE -> created.accept(told.orElseThrow().topicId());
                case TOPIC_ALREADY_EXISTS -> find(topic, found -> created.accept(found.orElseThrow()));
                default -> {
                    mustBeRetriable(error, "to create " + topic + told.map(result -> ": " + result.errorMessage()));
                    later(() -> create(topic, partitions, configs, created));
                }
            }
        });
    }

    /** The id of a topic, or nothing if there is none. */
    void find(String topic, Consumer<Optional<Uuid>> found) {
        MetadataRequestData request = new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
        client.send(ApiMessageType.METADATA, (short) 12, request, answer -> {
            if (answer.isEmpty()) {
                later(() -> find(topic, found));
                return;
            }
            var told = ((MetadataResponseData) answer.get()).topics().iterator().next();
            if (told.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code()) found.accept(Optional.empty());
            else found.accept(Optional.of(told.topicId()));
        });
    }

    /** Deletes an incarnation of a topic. */
    void delete(Uuid topicId, Runnable deleted) {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState()
                        .setName(null)
                        .setTopicId(topicId)));
        client.send(ApiMessageType.DELETE_TOPICS, (short) 6, request, answer -> {
            Errors error = answer.map(response -> Errors.forCode(((DeleteTopicsResponseData) response)
                            .responses()
                            .iterator()
                            .next()
                            .errorCode()))
                    .orElse(Errors.NETWORK_EXCEPTION);
            // unknown: an attempt that was not answered had done it
            if (error == Errors.NONE || error == Errors.UNKNOWN_TOPIC_ID) deleted.run();
            else {
                mustBeRetriable(error, "to delete " + topicId);
                later(() -> delete(topicId, deleted));
            }
        });
    }

    void alter(String topic, Map<String, String> configs, Runnable altered) {
        var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(TOPIC_RESOURCE)
                .setResourceName(topic);
        configs.forEach((key, value) -> resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(key)
                        .setConfigOperation(SET)
                        .setValue(value)));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        client.send(ApiMessageType.INCREMENTAL_ALTER_CONFIGS, (short) 1, request, answer -> {
            Errors error = answer.map(response -> Errors.forCode(((IncrementalAlterConfigsResponseData) response)
                            .responses()
                            .get(0)
                            .errorCode()))
                    .orElse(Errors.NETWORK_EXCEPTION);
            if (error == Errors.NONE) altered.run();
            else {
                mustBeRetriable(error, "to configure " + topic);
                later(() -> alter(topic, configs, altered));
            }
        });
    }

    /** @param offset of a record that is known, or the one after */
    void deleteRecords(Stream stream, long offset, Runnable deleted) {
        history.add(new Observation.CutAsked(stream, offset));
        askToDelete(stream, offset, deleted);
    }

    private void askToDelete(Stream stream, long offset, Runnable deleted) {
        var request = new DeleteRecordsRequestData()
                .setTimeoutMs(5_000)
                .setTopics(List.of(new DeleteRecordsRequestData.DeleteRecordsTopic()
                        .setName(stream.topic())
                        .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(stream.partition())
                                .setOffset(offset)))));
        int sentAt = history.size();
        client.send(ApiMessageType.DELETE_RECORDS, (short) 2, request, answer -> {
            Optional<DeleteRecordsResponseData.DeleteRecordsPartitionResult> told = answer.map(TopicAdmin::deletedOf);
            Errors error =
                    told.map(result -> Errors.forCode(result.errorCode())).orElse(Errors.NETWORK_EXCEPTION);
            if (error == Errors.NONE) {
                history.add(new Observation.Cut(
                        sentAt, name, stream, offset, told.orElseThrow().lowWatermark()));
                deleted.run();
            } else {
                mustBeRetriable(error, "to delete records of " + stream + " before " + offset);
                later(() -> askToDelete(stream, offset, deleted));
            }
        });
    }

    private static DeleteRecordsResponseData.DeleteRecordsPartitionResult deletedOf(ApiMessage response) {
        return ((DeleteRecordsResponseData) response)
                .topics()
                .iterator()
                .next()
                .partitions()
                .iterator()
                .next();
    }

    private void mustBeRetriable(Errors error, String asked) {
        if (!(error.exception() instanceof RetriableException))
            throw new AssertionError(name + " is told " + error + " when it asks " + asked);
    }
}
