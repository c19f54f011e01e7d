package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.LogLevels;
import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.AlterConfigsRequestData;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.CreatePartitionsRequestData;
import io.ottla.kafkamessages.CreatePartitionsRequestData.CreatePartitionsTopic;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableTopic;
import io.ottla.kafkamessages.DeleteTopicsRequestData;
import io.ottla.kafkamessages.DeleteTopicsRequestData.DeleteTopicState;
import io.ottla.kafkamessages.DescribeClusterRequestData;
import io.ottla.kafkamessages.DescribeConfigsRequestData;
import io.ottla.kafkamessages.DescribeConfigsRequestData.DescribeConfigsResource;
import io.ottla.kafkamessages.DescribeTopicPartitionsRequestData;
import io.ottla.kafkamessages.DescribeTopicPartitionsRequestData.TopicRequest;
import io.ottla.kafkamessages.ElectLeadersRequestData;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData;
import io.ottla.kafkamessages.ListConfigResourcesRequestData;
import io.ottla.kafkamessages.ListPartitionReassignmentsRequestData;
import io.ottla.kafkamessages.MetadataRequestData;
import io.ottla.kafkamessages.MetadataRequestData.MetadataRequestTopic;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/** Every API about the cluster, in every version: what is answered, good news or bad, can be written in that version. */
class ClusterVersionsTest {
    private final ClusterWorld world = new ClusterWorld(Map.of());

    @Test
    void everyVersionIsAnswered() {
        Map<ApiMessageType, IntFunction<ApiMessage>> requests = requests();
        Set<ApiMessageType> served = new HashSet<>();
        for (RequestHandler<?, ?> handler : ClusterHandlers.of(
                world.member,
                world.configs,
                world.passwords,
                ListenerKeyCheck.NONE,
                new SeededRandom(2),
                LogLevels.ofNobody())) {
            served.add(handler.api());
            for (int version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                ApiMessage request = requests.get(handler.api()).apply(version);
                world.call(version, request, ApiMessage.class);
                // once more: what was made is there now, what was deleted is not
                world.call(version, request, ApiMessage.class);
            }
        }
        assertThat(served).isEqualTo(requests.keySet());
    }

    private static Map<ApiMessageType, IntFunction<ApiMessage>> requests() {
        Map<ApiMessageType, IntFunction<ApiMessage>> requests = new EnumMap<>(ApiMessageType.class);
        requests.put(
                ApiMessageType.METADATA,
                version -> new MetadataRequestData()
                        .setTopics(List.of(
                                new MetadataRequestTopic().setName("m" + version),
                                new MetadataRequestTopic().setName("bad/"),
                                new MetadataRequestTopic().setName("t")))
                        .setIncludeTopicAuthorizedOperations(version >= 8)
                        .setIncludeClusterAuthorizedOperations(version >= 8 && version <= 10));
        requests.put(
                ApiMessageType.DESCRIBE_CLUSTER,
                version -> new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
        requests.put(
                ApiMessageType.DESCRIBE_TOPIC_PARTITIONS,
                version -> new DescribeTopicPartitionsRequestData()
                        .setTopics(List.of(new TopicRequest().setName("t"), new TopicRequest().setName("absent")))
                        .setResponsePartitionLimit(1));
        requests.put(ApiMessageType.CREATE_TOPICS, version -> {
            CreateTopicsRequestData request = new CreateTopicsRequestData();
            request.topics().add(topic("t"));
            request.topics().add(topic("c" + version));
            request.topics().add(topic("bad/"));
            return request;
        });
        requests.put(ApiMessageType.DELETE_TOPICS, version -> {
            DeleteTopicsRequestData request = new DeleteTopicsRequestData();
            if (version < 6) return request.setTopicNames(List.of("c" + version, "absent"));
            request.topics().add(new DeleteTopicState().setName("c" + version));
            request.topics().add(new DeleteTopicState().setName("absent"));
            return request;
        });
        requests.put(ApiMessageType.CREATE_PARTITIONS, version -> {
            CreatePartitionsRequestData request = new CreatePartitionsRequestData();
            request.topics().add(new CreatePartitionsTopic().setName("t").setCount(2 + version));
            return request;
        });
        requests.put(ApiMessageType.ELECT_LEADERS, version -> new ElectLeadersRequestData().setTopicPartitions(null));
        requests.put(ApiMessageType.ALTER_PARTITION_REASSIGNMENTS, version -> {
            AlterPartitionReassignmentsRequestData request = new AlterPartitionReassignmentsRequestData();
            for (String name : List.of("t", "absent"))
                request.topics()
                        .add(new ReassignableTopic()
                                .setName(name)
                                .setPartitions(List.of(new ReassignablePartition().setReplicas(List.of(7)))));
            return request;
        });
        requests.put(
                ApiMessageType.LIST_PARTITION_REASSIGNMENTS, version -> new ListPartitionReassignmentsRequestData());
        requests.put(ApiMessageType.LIST_CONFIG_RESOURCES, version -> new ListConfigResourcesRequestData());
        requests.put(
                ApiMessageType.DESCRIBE_CONFIGS,
                version -> new DescribeConfigsRequestData()
                        .setResources(List.of(
                                resource(ResourceType.TOPIC, "t"),
                                resource(ResourceType.TOPIC, "absent"),
                                resource(ResourceType.BROKER, "7"),
                                resource(ResourceType.BROKER, ""),
                                resource(ResourceType.GROUP, "g"),
                                resource(ResourceType.BROKER_LOGGER, "7")))
                        .setIncludeSynonyms(version >= 1)
                        .setIncludeDocumentation(version >= 3));
        requests.put(ApiMessageType.ALTER_CONFIGS, version -> {
            AlterConfigsRequestData request = new AlterConfigsRequestData();
            for (String name : List.of("t", "absent"))
                request.resources()
                        .add(new AlterConfigsRequestData.AlterConfigsResource()
                                .setResourceType(ResourceType.TOPIC.code())
                                .setResourceName(name));
            return request;
        });
        requests.put(ApiMessageType.INCREMENTAL_ALTER_CONFIGS, version -> {
            IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
            for (String name : List.of("t", "absent"))
                request.resources()
                        .add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                                .setResourceType(ResourceType.TOPIC.code())
                                .setResourceName(name));
            return request;
        });
        return requests;
    }

    private static CreatableTopic topic(String name) {
        return new CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1);
    }

    private static DescribeConfigsResource resource(ResourceType type, String name) {
        return new DescribeConfigsResource().setResourceType(type.code()).setResourceName(name);
    }
}
