package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicId;
import io.ottla.cluster.ConfigEntity;
import io.ottla.coordinator.GroupSettings;
import io.ottla.kafkamessages.DeleteGroupsRequestData;
import io.ottla.kafkamessages.DescribeGroupsRequestData;
import io.ottla.kafkamessages.DescribeGroupsResponseData;
import io.ottla.kafkamessages.FindCoordinatorRequestData;
import io.ottla.kafkamessages.FindCoordinatorResponseData;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupRequestData.JoinGroupRequestProtocol;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.LeaveGroupRequestData.MemberIdentity;
import io.ottla.kafkamessages.LeaveGroupResponseData;
import io.ottla.kafkamessages.ListGroupsRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestPartition;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestTopic;
import io.ottla.kafkamessages.OffsetDeleteRequestData;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import io.ottla.kafkamessages.OffsetFetchRequestData;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestTopic;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestTopics;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupRequestData.SyncGroupRequestAssignment;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The group APIs in every version, on real replicas. */
class GroupHandlersTest {
    private GroupNode node;

    @BeforeEach
    void start() throws Exception {
        node = new GroupNode();
        node.createTopic("t", 2);
    }

    private void makeOffsetsTopic() {
        find(4, (byte) 0, "g");
        node.clock.advance(1_000);
    }

    private static Errors error(short code) {
        return Errors.forCode(code);
    }

    // ---- FindCoordinator

    private FindCoordinatorResponseData find(int version, byte type, String... keys) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData();
        if (version >= 4) request.setCoordinatorKeys(List.of(keys));
        else request.setKey(keys[0]);
        if (version >= 1) request.setKeyType(type);
        return node.call(new FindCoordinatorHandler(node::image, node.internalTopics, node.groups), version, request);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2", "3"})
    void theFirstWhoLooksForACoordinatorHasTheTopicMade(int version) {
        FindCoordinatorResponseData first = find(version, (byte) 0, "g");
        assertThat(error(first.errorCode())).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(first.nodeId()).isEqualTo(-1);
        node.clock.advance(1_000);
        FindCoordinatorResponseData second = find(version, (byte) 0, "g");
        assertThat(error(second.errorCode())).isEqualTo(Errors.NONE);
        assertThat(second.nodeId()).isEqualTo(1);
        assertThat(second.host()).isEqualTo("localhost");
        assertThat(second.port()).isEqualTo(9092);
        assertThat(node.image().topic(GroupHost.TOPIC).orElseThrow().partitions())
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"4", "5", "6"})
    void severalKeysAreFoundAtOnce(int version) {
        makeOffsetsTopic();
        FindCoordinatorResponseData found = find(version, (byte) 0, "g", "h");
        assertThat(found.coordinators()).hasSize(2).allSatisfy(coordinator -> {
            assertThat(error(coordinator.errorCode())).isEqualTo(Errors.NONE);
            assertThat(coordinator.nodeId()).isEqualTo(1);
        });
        assertThat(found.coordinators().get(1).key()).isEqualTo("h");
    }

    @ParameterizedTest
    @CsvSource({"1, CLUSTER_AUTHORIZATION_FAILED", "2, INVALID_REQUEST", "7, INVALID_REQUEST"})
    void otherCoordinatorsAreNotHere(byte type, Errors error) {
        assertThat(error(find(6, type, "k").coordinators().getFirst().errorCode()))
                .isEqualTo(error);
        assertThat(error(find(3, type, "k").errorCode())).isEqualTo(error);
    }

    /** What Apache's producer shows of it, at once: the sentence. */
    @ParameterizedTest
    @CsvSource({"1", "3", "4", "6"})
    void whoeverWantsTransactionsIsToldThatThereAreNone(int version) {
        FindCoordinatorResponseData found = find(version, (byte) 1, "tx");
        String said = version < 4
                ? found.errorMessage()
                : found.coordinators().getFirst().errorMessage();
        assertThat(said).contains("does not serve transactions yet");
    }

    /** Fifty partitions are not read at once when a node starts; but what a client looks for is. */
    @Test
    void whatSomebodyLooksForIsLoadedFirst() throws Exception {
        makeOffsetsTopic();
        commit(9, 5, "t", 0);
        node.restart(0);
        assertThat(fetch(7, false, "t", 0)).containsExactly(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(fetch(7, false, "t", 0)).containsExactly(5L);
        node.restart(0);
        find(4, (byte) 0, "g");
        assertThat(fetch(7, false, "t", 0)).containsExactly(5L);
        node.restart(10_000);
        assertThat(fetch(7, false, "t", 0)).containsExactly(5L);
    }

    private List<FindCoordinatorResponseData> findWhileTheDiskIsHeld() throws Exception {
        makeOffsetsTopic();
        commit(9, 5, "t", 0);
        node.restart(0);
        node.disk.isHeld = true;
        FindCoordinatorRequestData request = new FindCoordinatorRequestData().setCoordinatorKeys(List.of("g", "h"));
        return node.send(new FindCoordinatorHandler(node::image, node.internalTopics, node.groups), 4, request);
    }

    /** Whoever finds a coordinator asks it at once; commitAsync takes COORDINATOR_LOAD_IN_PROGRESS for a failure. */
    @Test
    void aCoordinatorIsToldOnceItCanBeAsked() throws Exception {
        List<FindCoordinatorResponseData> answers = findWhileTheDiskIsHeld();
        node.clock.advance(GroupHost.LOAD_WAIT_MAX_MS - 1);
        assertThat(answers).isEmpty();
        node.disk.isHeld = false;
        node.disk.letGo();
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().coordinators())
                .allSatisfy(coordinator -> assertThat(coordinator.nodeId()).isEqualTo(1));
        node.clock.advance(GroupHost.LOAD_WAIT_MAX_MS);
        assertThat(answers).hasSize(1);
        assertThat(fetch(7, false, "t", 0)).containsExactly(5L);
    }

    @Test
    void aCoordinatorThatTakesLongToLoadIsToldAllTheSame() throws Exception {
        List<FindCoordinatorResponseData> answers = findWhileTheDiskIsHeld();
        node.clock.advance(GroupHost.LOAD_WAIT_MAX_MS);
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().coordinators())
                .allSatisfy(coordinator -> assertThat(coordinator.nodeId()).isEqualTo(1));
        node.disk.isHeld = false;
        node.disk.letGo();
        assertThat(answers).hasSize(1);
    }

    // ---- membership

    private List<JoinGroupResponseData> join(int version, String memberId) {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId("g")
                .setMemberId(memberId)
                .setProtocolType("consumer")
                .setSessionTimeoutMs(10_000);
        if (version >= 1) request.setRebalanceTimeoutMs(20_000);
        request.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {0, 0}));
        return node.send(new JoinGroupHandler(node.groups), version, request);
    }

    /** @return the answer of the one member of the group, in its first generation */
    private JoinGroupResponseData joinAlone(int version) {
        List<JoinGroupResponseData> answers = join(version, "");
        if (version >= 4) {
            assertThat(error(answers.getFirst().errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
            answers = join(version, answers.getFirst().memberId());
        }
        assertThat(answers).isEmpty();
        node.clock.advance(3_100);
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    private SyncGroupResponseData sync(int version, JoinGroupResponseData joined) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId("g")
                .setMemberId(joined.memberId())
                .setGenerationId(joined.generationId());
        if (version >= 5) request.setProtocolName("range").setProtocolType("consumer");
        request.assignments()
                .add(new SyncGroupRequestAssignment()
                        .setMemberId(joined.memberId())
                        .setAssignment(new byte[] {7}));
        return node.call(new SyncGroupHandler(node.groups), version, request);
    }

    static IntStream joinVersions() {
        return IntStream.rangeClosed(0, 9);
    }

    @ParameterizedTest
    @MethodSource("joinVersions")
    void aMemberLivesItsLifeInEveryVersion(int version) {
        makeOffsetsTopic();
        JoinGroupResponseData joined = joinAlone(version);
        assertThat(error(joined.errorCode())).isEqualTo(Errors.NONE);
        assertThat(joined.generationId()).isEqualTo(1);
        assertThat(joined.protocolName()).isEqualTo("range");
        assertThat(joined.leader()).isEqualTo(joined.memberId()).startsWith("app-");
        assertThat(joined.members()).hasSize(1);
        SyncGroupResponseData synced = sync(Math.min(version, 5), joined);
        assertThat(error(synced.errorCode())).isEqualTo(Errors.NONE);
        assertThat(synced.assignment()).containsExactly(7);

        HeartbeatRequestData heartbeat = new HeartbeatRequestData()
                .setGroupId("g")
                .setMemberId(joined.memberId())
                .setGenerationId(1);
        int heartbeatVersion = Math.min(version, 4);
        var beaten = node.call(new HeartbeatHandler(node.groups), heartbeatVersion, heartbeat);
        assertThat(error(beaten.errorCode())).isEqualTo(Errors.NONE);

        var described = describe(Math.min(version, 6), "g", "nobody");
        assertThat(described.groups().getFirst().groupState()).isEqualTo("Stable");
        var member = described.groups().getFirst().members().getFirst();
        assertThat(member.clientHost()).isEqualTo("/10.1.2.3");
        assertThat(member.clientId()).isEqualTo("app");
        assertThat(member.memberAssignment()).containsExactly(7);
        assertThat(described.groups().get(1).groupState()).isEqualTo("Dead");

        LeaveGroupResponseData left = leave(Math.min(version, 5), joined.memberId());
        assertThat(error(left.errorCode())).isEqualTo(Errors.NONE);
        LeaveGroupResponseData again = leave(Math.min(version, 5), joined.memberId());
        boolean isBatch = version >= 3;
        assertThat(error(isBatch ? again.members().getFirst().errorCode() : again.errorCode()))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    private DescribeGroupsResponseData describe(int version, String... groupIds) {
        DescribeGroupsRequestData request = new DescribeGroupsRequestData().setGroups(List.of(groupIds));
        if (version >= 3) request.setIncludeAuthorizedOperations(true);
        return node.call(new DescribeGroupsHandler(node.groups), version, request);
    }

    private LeaveGroupResponseData leave(int version, String memberId) {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId("g");
        if (version >= 3) request.members().add(new MemberIdentity().setMemberId(memberId));
        else request.setMemberId(memberId);
        return node.call(new LeaveGroupHandler(node.groups), version, request);
    }

    @Test
    void syncOfVersion5MustNameTheProtocol() {
        makeOffsetsTopic();
        SyncGroupRequestData request = new SyncGroupRequestData().setGroupId("g");
        var answer = node.call(new SyncGroupHandler(node.groups), 5, request);
        assertThat(error(answer.errorCode())).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void anOldClientIsNotToldANullProtocol() {
        makeOffsetsTopic();
        assertThat(join(6, "?").getFirst().protocolName()).isEmpty();
        assertThat(join(7, "?").getFirst().protocolName()).isNull();
    }

    @Test
    void whileTheTopicIsNotThereNobodyIsCoordinator() {
        assertThat(error(join(5, "").getFirst().errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
    }

    @Test
    void settingsChangeWhileRunning() {
        makeOffsetsTopic();
        node.settings = new GroupSettings(20_000, 30_000, 0, 10, 10, 10, 10);
        node.createTopic("other", 1);
        node.cluster.controller().alterConfigs(List.of(), false, ignored -> {});
        node.groups.changed(
                node.image(),
                node.image(),
                new io.ottla.cluster.ImageDelta(
                        java.util.Map.of(),
                        java.util.Set.of(ConfigEntity.brokers()),
                        java.util.Set.of(),
                        java.util.Set.of(),
                        false));
        assertThat(error(join(5, "").getFirst().errorCode())).isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
    }

    /** Strings of the protocol have 32767 bytes; what is made of one must fit too. */
    @Test
    void namesOfTheGreatestLengthDoNoHarm() {
        makeOffsetsTopic();
        String longest = "x".repeat(32_767);
        node.clientId = longest;
        String memberId = join(9, "").getFirst().memberId();
        List<JoinGroupResponseData> joined = join(9, memberId);
        node.clock.advance(3_100);
        assertThat(error(sync(5, joined.getFirst()).errorCode())).isEqualTo(Errors.NONE);
        assertThat(error(describe(6, longest).groups().getFirst().errorCode())).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(longest)
                .setGroupInstanceId(longest)
                .setProtocolType(longest)
                .setSessionTimeoutMs(10_000);
        request.protocols().add(new JoinGroupRequestProtocol().setName(longest).setMetadata(new byte[0]));
        List<JoinGroupResponseData> answers = node.send(new JoinGroupHandler(node.groups), 9, request);
        node.clock.advance(3_100);
        assertThat(error(answers.getFirst().errorCode())).isEqualTo(Errors.NONE);
    }

    // ---- offsets

    private Uuid id(String topic) {
        TopicId id = node.topicId(topic);
        return new Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }

    private List<Errors> commit(int version, long offset, String topic, int... partitions) {
        OffsetCommitRequestTopic asked = new OffsetCommitRequestTopic();
        if (version >= 10) asked.setTopicId(topic.equals("none") ? new Uuid(9, 9) : id(topic));
        else asked.setName(topic);
        for (int partition : partitions)
            asked.partitions()
                    .add(new OffsetCommitRequestPartition()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(offset)
                            .setCommittedMetadata("m"));
        var response = node.call(
                new OffsetCommitHandler(node.groups, node::image),
                version,
                new OffsetCommitRequestData().setGroupId("g").setTopics(List.of(asked)));
        assertThat(response.topics()).hasSize(1);
        if (version >= 10) assertThat(response.topics().getFirst().topicId()).isEqualTo(asked.topicId());
        else assertThat(response.topics().getFirst().name()).isEqualTo(topic);
        return response.topics().getFirst().partitions().stream()
                .map(partition -> error(partition.errorCode()))
                .toList();
    }

    /** Offsets, or errors. */
    private List<Object> fetch(int version, boolean all, String topic, int... partitions) {
        OffsetFetchRequestData request = new OffsetFetchRequestData();
        List<Integer> indexes = IntStream.of(partitions).boxed().toList();
        var handler = new OffsetFetchHandler(node.groups, node::image);
        List<Object> found = new ArrayList<>();
        if (version < 8) {
            request.setGroupId("g")
                    .setTopics(
                            all
                                    ? null
                                    : List.of(new OffsetFetchRequestTopic()
                                            .setName(topic)
                                            .setPartitionIndexes(indexes)));
            var response = node.call(handler, version, request);
            if (response.errorCode() != 0) return List.of(error(response.errorCode()));
            response.topics()
                    .forEach(answer -> answer.partitions()
                            .forEach(partition -> found.add(
                                    partition.errorCode() == 0
                                            ? partition.committedOffset()
                                            : error(partition.errorCode()))));
            return found;
        }
        OffsetFetchRequestTopics asked = new OffsetFetchRequestTopics().setPartitionIndexes(indexes);
        if (version >= 10) asked.setTopicId(topic.equals("none") ? new Uuid(9, 9) : id(topic));
        else asked.setName(topic);
        request.setGroups(List.of(
                new OffsetFetchRequestGroup().setGroupId("g").setTopics(all ? null : List.of(asked)),
                new OffsetFetchRequestGroup().setGroupId("another").setTopics(null)));
        var response = node.call(handler, version, request);
        assertThat(response.groups().get(1).groupId()).isEqualTo("another");
        var group = response.groups().getFirst();
        if (group.errorCode() != 0) return List.of(error(group.errorCode()));
        group.topics()
                .forEach(answer -> answer.partitions()
                        .forEach(partition -> found.add(
                                partition.errorCode() == 0
                                        ? partition.committedOffset()
                                        : error(partition.errorCode()))));
        return found;
    }

    static IntStream offsetVersions() {
        return IntStream.rangeClosed(0, 10);
    }

    @ParameterizedTest
    @MethodSource("offsetVersions")
    void whatIsCommittedIsFetchedInEveryVersion(int version) {
        makeOffsetsTopic();
        assertThat(commit(version, 42, "t", 0, 5)).containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(commit(version, 42, "none", 0))
                .containsExactly(version >= 10 ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
        Object absent = version == 0 ? Errors.UNKNOWN_TOPIC_OR_PARTITION : (Object) (-1L);
        assertThat(fetch(version, false, "t", 0, 1)).containsExactly(42L, absent);
        Object ofNoTopic = version >= 10 ? Errors.UNKNOWN_TOPIC_ID : absent;
        assertThat(fetch(version, false, "none", 0)).containsExactly(ofNoTopic);
        if (version >= 2) assertThat(fetch(version, true, "t")).containsExactly(42L);
    }

    @ParameterizedTest
    @MethodSource("offsetVersions")
    void anErrorOfTheGroupIsToldWhereTheVersionHasAPlaceForIt(int version) {
        assertThat(fetch(version, false, "t", 0)).containsExactly(Errors.NOT_COORDINATOR);
        assertThat(commit(version, 42, "t", 0)).containsExactly(Errors.NOT_COORDINATOR);
    }

    @Test
    void aRestartForgetsNothing() throws Exception {
        makeOffsetsTopic();
        JoinGroupResponseData joined = joinAlone(9);
        sync(5, joined);
        assertThat(commit(9, 5, "t", 1)).containsExactly(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit(9, 5, "t", 1, 1)).containsExactly(Errors.UNKNOWN_MEMBER_ID, Errors.UNKNOWN_MEMBER_ID);
        leave(5, joined.memberId());
        assertThat(commit(9, 5, "t", 1)).containsExactly(Errors.NONE);
        node.restart(10_000);
        assertThat(fetch(7, false, "t", 0, 1)).containsExactly(-1L, 5L);
        assertThat(describe(6, "g").groups().getFirst().groupState()).isEqualTo("Empty");
        assertThat(describe(6, "g").groups().getFirst().authorizedOperations()).isEqualTo(3400);
    }

    @Test
    void aTopicThatIsDeletedTakesItsOffsetsAlong() {
        makeOffsetsTopic();
        commit(9, 5, "t", 0, 1);
        node.deleteTopic("t");
        assertThat(fetch(7, true, "t")).isEmpty();
        node.createTopic("t", 1);
        assertThat(fetch(10, false, "t", 0)).containsExactly(-1L);
    }

    @Test
    void offsetsAreDeleted() {
        makeOffsetsTopic();
        commit(9, 5, "t", 0);
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId("g");
        request.topics().add(topic("t", 0, 7));
        request.topics().add(topic("none", 0));
        var response = node.call(new OffsetDeleteHandler(node.groups, node::image), 0, request);
        List<String> results = new ArrayList<>();
        response.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> results.add(
                                topic.name() + partition.partitionIndex() + " " + error(partition.errorCode()))));
        assertThat(results)
                .containsExactly("t0 NONE", "t7 UNKNOWN_TOPIC_OR_PARTITION", "none0 UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(fetch(7, true, "t")).isEmpty();
    }

    private static OffsetDeleteRequestTopic topic(String name, int... partitions) {
        OffsetDeleteRequestTopic topic = new OffsetDeleteRequestTopic().setName(name);
        for (int partition : partitions)
            topic.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
        return topic;
    }

    // ---- administration

    @ParameterizedTest
    @CsvSource({"0", "1", "2", "3", "4", "5"})
    void groupsAreListedAcrossPartitions(int version) {
        makeOffsetsTopic();
        commit(9, 5, "t", 0);
        joinGroupOf("h");
        ListGroupsRequestData request = new ListGroupsRequestData();
        var response = node.call(new ListGroupsHandler(node.groups), version, request);
        assertThat(response.groups()).extracting(group -> group.groupId()).containsExactlyInAnyOrder("g", "h");
        if (version >= 4) {
            request.setStatesFilter(List.of("PreparingRebalance"));
            var filtered = node.call(new ListGroupsHandler(node.groups), version, request);
            assertThat(filtered.groups()).extracting(group -> group.groupId()).containsExactly("h");
        }
    }

    /** Clients such as kafka-python take COORDINATOR_LOAD_IN_PROGRESS in ListGroups for an error. */
    @Test
    void groupsAreListedRightAfterAStart() throws Exception {
        makeOffsetsTopic();
        commit(9, 5, "t", 0);
        node.restart(0);
        var response = node.call(new ListGroupsHandler(node.groups), 5, new ListGroupsRequestData());
        assertThat(error(response.errorCode())).isEqualTo(Errors.NONE);
        assertThat(response.groups()).extracting(group -> group.groupId()).containsExactly("g");
    }

    private void joinGroupOf(String groupId) {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(groupId)
                .setProtocolType("consumer")
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(20_000);
        request.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        node.send(new JoinGroupHandler(node.groups), 3, request);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void groupsAreDeletedAcrossPartitions(int version) {
        makeOffsetsTopic();
        commit(9, 5, "t", 0);
        joinGroupOf("h");
        DeleteGroupsRequestData request = new DeleteGroupsRequestData().setGroupsNames(List.of("g", "h", "i", "g"));
        var response = node.call(new DeleteGroupsHandler(node.groups), version, request);
        assertThat(response.results())
                .extracting(result -> result.groupId() + " " + error(result.errorCode()))
                .containsExactlyInAnyOrder("g NONE", "h NON_EMPTY_GROUP", "i GROUP_ID_NOT_FOUND");
        assertThat(fetch(7, true, "t")).isEmpty();
    }

    @Test
    void everyApiServesTheVersionsThatItsSchemaHas() {
        List<RequestHandler<?, ?>> handlers = List.of(
                new FindCoordinatorHandler(node::image, node.internalTopics, node.groups),
                new JoinGroupHandler(node.groups),
                new OffsetFetchHandler(node.groups, node::image));
        assertThat(handlers).extracting(handler -> (int) handler.minVersion()).containsOnly(0);
        assertThat(Optional.of(handlers.get(1).maxVersion())).contains((short) 9);
    }
}
