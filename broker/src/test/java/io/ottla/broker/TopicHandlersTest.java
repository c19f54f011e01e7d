package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import io.ottla.kafkamessages.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import io.ottla.kafkamessages.AlterPartitionReassignmentsResponseData;
import io.ottla.kafkamessages.CreatePartitionsRequestData;
import io.ottla.kafkamessages.CreatePartitionsRequestData.CreatePartitionsTopic;
import io.ottla.kafkamessages.CreatePartitionsResponseData;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableReplicaAssignment;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableTopic;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableTopicConfig;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import io.ottla.kafkamessages.CreateTopicsResponseData.CreatableTopicResult;
import io.ottla.kafkamessages.DeleteTopicsRequestData;
import io.ottla.kafkamessages.DeleteTopicsRequestData.DeleteTopicState;
import io.ottla.kafkamessages.DeleteTopicsResponseData;
import io.ottla.kafkamessages.DescribeClusterRequestData;
import io.ottla.kafkamessages.DescribeClusterResponseData;
import io.ottla.kafkamessages.DescribeTopicPartitionsRequestData;
import io.ottla.kafkamessages.DescribeTopicPartitionsRequestData.Cursor;
import io.ottla.kafkamessages.DescribeTopicPartitionsRequestData.TopicRequest;
import io.ottla.kafkamessages.DescribeTopicPartitionsResponseData;
import io.ottla.kafkamessages.ElectLeadersRequestData;
import io.ottla.kafkamessages.ElectLeadersResponseData;
import io.ottla.kafkamessages.MetadataRequestData;
import io.ottla.kafkamessages.MetadataRequestData.MetadataRequestTopic;
import io.ottla.kafkamessages.MetadataResponseData;
import io.ottla.kafkamessages.MetadataResponseData.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topics and the cluster, as clients see and change them. */
class TopicHandlersTest {
    private final ClusterWorld world = new ClusterWorld(Map.of());

    private CreateTopicsResponseData create(int version, boolean validateOnly, CreatableTopic... topics) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setValidateOnly(validateOnly);
        for (CreatableTopic topic : topics) request.topics().mustAdd(topic);
        return world.call(version, request, CreateTopicsResponseData.class);
    }

    private static CreatableTopic topic(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    private MetadataResponseData metadata(int version, String... names) {
        List<MetadataRequestTopic> topics = new ArrayList<>(Arrays.stream(names)
                .map(name -> new MetadataRequestTopic().setName(name))
                .toList());
        return world.call(
                version,
                new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false),
                MetadataResponseData.class);
    }

    @Test
    void aTopicIsMadeWithItsConfigurationAndSeenAtOnce() {
        CreatableTopic wanted = topic("t", 3, 1);
        wanted.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue("1000"));
        CreatableTopicResult created = create(7, false, wanted).topics().find("t");
        assertThat(created.errorCode()).isZero();
        assertThat(created.numPartitions()).isEqualTo(3);
        assertThat(created.replicationFactor()).isEqualTo((short) 1);
        assertThat(created.configs())
                .filteredOn(config -> config.configSource() == ConfigSource.TOPIC.code())
                .singleElement()
                .satisfies(config -> assertThat(config.value()).isEqualTo("1000"));
        MetadataResponseTopic seen = metadata(12, "t").topics().find("t");
        assertThat(seen.topicId()).isEqualTo(created.topicId()).isNotEqualTo(Uuid.ZERO_UUID);
        assertThat(seen.partitions())
                .hasSize(3)
                .allMatch(p -> p.leaderId() == 7
                        && p.leaderEpoch() == 0
                        && p.errorCode() == 0
                        && p.isrNodes().equals(List.of(7))
                        && p.offlineReplicas().isEmpty());
        assertThat(world.tree.text("/config/topics/t"))
                .contains("{\"version\":1,\"config\":{\"retention.ms\":\"1000\"}}");
    }

    @Test
    void validationMakesNothing() {
        CreatableTopicResult result = create(7, true, topic("t", 3, 1)).topics().find("t");
        assertThat(result.errorCode()).isZero();
        assertThat(result.topicId()).isEqualTo(Uuid.ZERO_UUID);
        assertThat(metadata(12, "t").topics().find("t").errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void eachTopicOfARequestHasItsOwnFate() {
        CreatableTopic assigned = topic("assigned", -1, -1);
        assigned.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(7)));
        CreatableTopic nullConfig = topic("null", 1, 1);
        nullConfig
                .configs()
                .add(new CreatableTopicConfig().setName("retention.ms").setValue(null));
        CreateTopicsResponseData response = create(
                5,
                false,
                topic("twice", 1, 1),
                topic("twice", 1, 1),
                assigned,
                nullConfig,
                topic("many", 1, 2),
                topic("bad name", 1, 1),
                topic("defaults", -1, -1),
                topic("__cluster_metadata", 1, 1));
        Map<String, Errors> errors = new TreeMap<>();
        response.topics().forEach(topic -> errors.put(topic.name(), Errors.forCode(topic.errorCode())));
        assertThat(errors)
                .isEqualTo(Map.of(
                        "twice", Errors.INVALID_REQUEST,
                        "assigned", Errors.NONE,
                        "null", Errors.INVALID_CONFIG,
                        "many", Errors.INVALID_REPLICATION_FACTOR,
                        "bad name", Errors.INVALID_TOPIC_EXCEPTION,
                        "defaults", Errors.NONE,
                        "__cluster_metadata", Errors.INVALID_REQUEST));
    }

    @Test
    void topicsAreDeletedByNameAndById() {
        Uuid id = create(7, false, topic("a", 1, 1), topic("b", 1, 1))
                .topics()
                .find("a")
                .topicId();
        DeleteTopicsRequestData byId = new DeleteTopicsRequestData();
        byId.topics().add(new DeleteTopicState().setTopicId(id));
        byId.topics().add(new DeleteTopicState().setTopicId(new Uuid(1, 1)));
        byId.topics().add(new DeleteTopicState().setName("b").setTopicId(id));
        byId.topics().add(new DeleteTopicState());
        assertThat(world.call(6, byId, DeleteTopicsResponseData.class).responses())
                .extracting(result -> result.name() + " " + Errors.forCode(result.errorCode()))
                .containsExactlyInAnyOrder(
                        "a NONE", "null UNKNOWN_TOPIC_ID", "b INVALID_REQUEST", "null INVALID_REQUEST");
        DeleteTopicsRequestData byName = new DeleteTopicsRequestData().setTopicNames(List.of("b", "a"));
        assertThat(world.call(5, byName, DeleteTopicsResponseData.class).responses())
                .extracting(result -> result.name() + " " + Errors.forCode(result.errorCode()))
                .containsExactlyInAnyOrder("b NONE", "a UNKNOWN_TOPIC_OR_PARTITION");
        Uuid again = create(7, false, topic("a", 1, 1)).topics().find("a").topicId();
        assertThat(again).isNotEqualTo(id);
    }

    @Test
    void deletionCanBeForbidden() {
        ClusterWorld strict = new ClusterWorld(Map.of("delete.topic.enable", "false"));
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        request.topics().add(topic("t", 1, 1));
        strict.call(7, request, CreateTopicsResponseData.class);
        DeleteTopicsRequestData delete = new DeleteTopicsRequestData().setTopicNames(List.of("t"));
        assertThat(strict.call(3, delete, DeleteTopicsResponseData.class)
                        .responses()
                        .find("t")
                        .errorCode())
                .isEqualTo(Errors.TOPIC_DELETION_DISABLED.code());
        assertThat(strict.call(2, delete, DeleteTopicsResponseData.class)
                        .responses()
                        .find("t")
                        .errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void partitionsAreAdded() {
        create(7, false, topic("t", 1, 1));
        CreatePartitionsRequestData request = new CreatePartitionsRequestData();
        request.topics()
                .add(new CreatePartitionsTopic().setName("t").setCount(4).setAssignments(null));
        request.topics()
                .add(new CreatePartitionsTopic().setName("gone").setCount(4).setAssignments(null));
        assertThat(world.call(3, request, CreatePartitionsResponseData.class).results())
                .extracting(result -> result.name() + " " + Errors.forCode(result.errorCode()))
                .containsExactly("t NONE", "gone UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(metadata(12, "t").topics().find("t").partitions()).hasSize(4);
        assertThat(world.call(3, request, CreatePartitionsResponseData.class)
                        .results()
                        .getFirst()
                        .errorMessage())
                .isEqualTo("Topic already has 4 partition(s).");
    }

    @Test
    void metadataShowsTheBrokersThroughTheClientsListener() {
        MetadataRequestData request = new MetadataRequestData().setTopics(null);
        MetadataResponseData outside = world.call(13, request, MetadataResponseData.class);
        assertThat(outside.brokers().find(7).host()).isEqualTo("client.example");
        assertThat(outside.brokers().find(7).rack()).isEqualTo("r1");
        assertThat(outside.controllerId()).isEqualTo(7);
        assertThat(outside.clusterId()).hasSize(22);
        assertThat(outside.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        MetadataResponseData inside = world.call(13, request, MetadataResponseData.class, "INSIDE");
        assertThat(inside.brokers().find(7).port()).isEqualTo(9093);
        assertThat(world.call(13, request, MetadataResponseData.class, "OTHER").brokers())
                .isEmpty();
    }

    @Test
    void whatNoTopicsMeanDependsOnTheVersion() {
        create(7, false, topic("t", 1, 1));
        MetadataRequestData none = new MetadataRequestData().setTopics(List.of());
        assertThat(world.call(0, none, MetadataResponseData.class).topics()).hasSize(1);
        assertThat(world.call(1, none, MetadataResponseData.class).topics()).isEmpty();
        MetadataRequestData all = new MetadataRequestData().setTopics(null);
        assertThat(world.call(1, all, MetadataResponseData.class).topics()).hasSize(1);
    }

    @Test
    void topicsComeIntoBeingWhenAskedForIfThatIsAllowed() {
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName("new"),
                        new MetadataRequestTopic().setName("a/b"),
                        new MetadataRequestTopic().setName("__consumer_offsets")));
        MetadataResponseData response = world.call(9, request, MetadataResponseData.class);
        assertThat(response.topics().find("new").partitions()).hasSize(1);
        assertThat(response.topics().find("a/b").errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
        assertThat(response.topics().find("__consumer_offsets").isInternal()).isTrue();
        assertThat(response.topics().find("__consumer_offsets").partitions()).hasSize(50);
        assertThat(metadata(9, "other").topics().find("other").errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        ClusterWorld strict = new ClusterWorld(Map.of("auto.create.topics.enable", "false"));
        assertThat(strict.call(9, request, MetadataResponseData.class)
                        .topics()
                        .find("new")
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void topicsAreAskedForById() {
        Uuid id = create(7, false, topic("t", 1, 1)).topics().find("t").topicId();
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setTopicId(id).setName(null),
                        new MetadataRequestTopic().setTopicId(new Uuid(1, 1)).setName(null)));
        MetadataResponseData response = world.call(12, request, MetadataResponseData.class);
        assertThat(response.topics())
                .extracting(topic -> topic.name() + " " + Errors.forCode(topic.errorCode()))
                .containsExactly("t NONE", "null UNKNOWN_TOPIC_ID");
        assertThat(world.call(10, request, MetadataResponseData.class).topics())
                .allMatch(topic -> topic.errorCode() == Errors.INVALID_REQUEST.code());
    }

    @Test
    void authorisedOperationsAreToldWhenAskedFor() {
        create(7, false, topic("t", 1, 1));
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(null)
                .setIncludeTopicAuthorizedOperations(true)
                .setIncludeClusterAuthorizedOperations(true);
        MetadataResponseData response = world.call(8, request, MetadataResponseData.class);
        // as kafka.security.authorizer.AclEntry.supportedOperations
        assertThat(response.topics().find("t").topicAuthorizedOperations()).isEqualTo(0b110111111000);
        assertThat(response.clusterAuthorizedOperations()).isEqualTo(0b1111110100000);
    }

    @Test
    void theClusterIsDescribed() {
        DescribeClusterResponseData response = world.call(
                2,
                new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true),
                DescribeClusterResponseData.class);
        assertThat(response.errorCode()).isZero();
        assertThat(response.controllerId()).isEqualTo(7);
        assertThat(response.brokers().find(7).port()).isEqualTo(9092);
        assertThat(response.clusterAuthorizedOperations()).isEqualTo(AuthorizedOperations.ALL_ON_CLUSTER);
        assertThat(world.call(
                                1,
                                new DescribeClusterRequestData().setEndpointType((byte) 2),
                                DescribeClusterResponseData.class)
                        .errorCode())
                .isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
        assertThat(world.call(
                                1,
                                new DescribeClusterRequestData().setEndpointType((byte) 9),
                                DescribeClusterResponseData.class)
                        .errorCode())
                .isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE.code());
    }

    @Test
    void partitionsAreDescribedPieceByPiece() {
        create(7, false, topic("a", 3, 1), topic("b", 2, 1), topic("c", 1, 1));
        List<String> pieces = new ArrayList<>();
        Cursor cursor = null;
        do {
            DescribeTopicPartitionsResponseData piece = world.call(
                    0,
                    new DescribeTopicPartitionsRequestData()
                            .setResponsePartitionLimit(2)
                            .setCursor(cursor),
                    DescribeTopicPartitionsResponseData.class);
            StringBuilder text = new StringBuilder();
            piece.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(p -> text.append(topic.name()).append(p.partitionIndex())));
            pieces.add(text.toString());
            cursor = piece.nextCursor() == null
                    ? null
                    : new Cursor()
                            .setTopicName(piece.nextCursor().topicName())
                            .setPartitionIndex(piece.nextCursor().partitionIndex());
        } while (cursor != null);
        assertThat(pieces).containsExactly("a0a1", "a2b0", "b1c0");
    }

    @Test
    void absentTopicsAreNamedInDescriptions() {
        create(7, false, topic("a", 1, 1));
        DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData()
                .setTopics(List.of(
                        new TopicRequest().setName("z"),
                        new TopicRequest().setName("a"),
                        new TopicRequest().setName("b/")));
        assertThat(world.call(0, request, DescribeTopicPartitionsResponseData.class)
                        .topics())
                .extracting(topic -> topic.name() + " " + Errors.forCode(topic.errorCode()))
                .containsExactly("a NONE", "b/ INVALID_TOPIC_EXCEPTION", "z UNKNOWN_TOPIC_OR_PARTITION");
        request.setCursor(new Cursor().setTopicName("b").setPartitionIndex(0));
        assertThat(world.call(0, request, DescribeTopicPartitionsResponseData.class)
                        .topics())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | 0 | 7 | true | NONE",
                "a | 0 | 7 | false | NONE",
                "a | 0 | 8 | true | INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 8,"
                        + " but no such broker is registered.",
                "a | 0 | 7,7 | true | INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes the broker 7"
                        + " more than once.",
                "a | 0 | 7,8 | false | INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 8,"
                        + " but no such broker is registered.",
                "a | 0 | '' | true | INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes an empty"
                        + " replica list.",
                "a | 0 | cancel | true | NO_REASSIGNMENT_IN_PROGRESS: No partition reassignment is in progress.",
                "a | 1 | 7 | true | UNKNOWN_TOPIC_OR_PARTITION: Unable to find partition a:1.",
                "a | -1 | cancel | true | UNKNOWN_TOPIC_OR_PARTITION: Unable to find partition a:-1.",
                "b | 0 | 7 | true | UNKNOWN_TOPIC_OR_PARTITION: Unable to find a topic named b.",
            })
    void aPartitionMovesNowhereButToWhereItIs(
            String topic, int partition, String replicas, boolean allowsFactorChange, String expected) {
        create(7, false, topic("a", 1, 1));
        List<Integer> wanted = switch (replicas) {
            case "cancel" -> null;
            case "" -> List.of();
            default -> Stream.of(replicas.split(",", -1)).map(Integer::valueOf).toList();
        };
        AlterPartitionReassignmentsRequestData request =
                new AlterPartitionReassignmentsRequestData().setAllowReplicationFactorChange(allowsFactorChange);
        request.topics()
                .add(new ReassignableTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(wanted))));
        var response = world.call(1, request, AlterPartitionReassignmentsResponseData.class);
        assertThat(response.errorCode()).isZero();
        var result = response.responses().getFirst().partitions().getFirst();
        assertThat(result.partitionIndex()).isEqualTo(partition);
        assertThat(Errors.forCode(result.errorCode())
                        + (result.errorMessage() == null ? "" : ": " + result.errorMessage()))
                .isEqualTo(expected);
    }

    @Test
    void aNegativePartitionIsNotTheOneOfAnotherTopic() {
        create(7, false, topic("t-", 6, 1));
        ElectLeadersRequestData request = new ElectLeadersRequestData();
        request.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions().setTopic("t").setPartitions(List.of(-5)));
        request.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions()
                        .setTopic("t-")
                        .setPartitions(List.of(5)));
        assertThat(world.call(2, request, ElectLeadersResponseData.class).replicaElectionResults())
                .extracting(topic -> topic.topic() + " "
                        + topic.partitionResult().getFirst().partitionId() + " "
                        + Errors.forCode(topic.partitionResult().getFirst().errorCode()))
                .containsExactly("t -5 UNKNOWN_TOPIC_OR_PARTITION", "t- 5 ELECTION_NOT_NEEDED");
    }

    @Test
    void electionsAreNotNeededOnOneBroker() {
        create(7, false, topic("a", 1, 1));
        ElectLeadersRequestData request = new ElectLeadersRequestData();
        request.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions().setTopic("a").setPartitions(List.of(0, 5)));
        ElectLeadersResponseData response = world.call(2, request, ElectLeadersResponseData.class);
        assertThat(response.replicaElectionResults().getFirst().partitionResult())
                .extracting(result -> result.partitionId() + " " + Errors.forCode(result.errorCode()))
                .containsExactly("0 ELECTION_NOT_NEEDED", "5 UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(world.call(2, request.setTopicPartitions(null), ElectLeadersResponseData.class)
                        .replicaElectionResults())
                .isEmpty();
    }
}
