package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Counters;
import io.ottla.base.FaultHandler;
import io.ottla.base.Network;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DeleteTopicsRequestData;
import io.ottla.kafkamessages.DescribeGroupsRequestData;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FindCoordinatorRequestData;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.ListOffsetsRequestData;
import io.ottla.kafkamessages.MetadataRequestData;
import io.ottla.kafkamessages.OffsetFetchRequestData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkaprotocol.RequestEncoder;
import io.ottla.kafkaprotocol.ResponseDecoder;
import io.ottla.kafkaprotocol.ResponseEncoder;
import io.ottla.partition.VirtualClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What an exception that nobody expected costs: a request, or the node. */
class ContainmentTest {
    private static final int VERSION = 4;

    private final Counters counters = new Counters();
    private final List<String> contained = new ArrayList<>();
    private final Planted planted = new Planted();
    private final Broker broker = new Broker(
            List.of(planted),
            new Identity() {
                @Override
                public String clusterId() {
                    return "c";
                }

                @Override
                public int nodeId() {
                    return 0;
                }

                @Override
                public Features features() {
                    return Features.NONE;
                }
            },
            new VirtualClock(),
            BrokerLimits.DEFAULTS,
            new FaultHandler() {
                @Override
                public RuntimeException fault(String doing, Throwable cause) {
                    return new IllegalStateException("the node stops", cause);
                }

                @Override
                public void contained(String doing, Throwable cause) {
                    contained.add(doing + ": " + cause.getMessage());
                }
            },
            counters);

    private final FakeConnection connection = new FakeConnection(1);
    private final Network.Receiver receiver = broker.acceptor("PLAINTEXT").accepted(connection);

    /** A handler with a mistake in it, which a group's name chooses. */
    private static final class Planted implements RequestHandler<HeartbeatRequestData, HeartbeatResponseData> {
        Reply<HeartbeatResponseData> kept;

        @Override
        public ApiMessageType api() {
            return ApiMessageType.HEARTBEAT;
        }

        @Override
        public List<Need> needs(HeartbeatRequestData body) {
            return List.of(Need.onGroup(AclOperation.READ, body.groupId()));
        }

        @Override
        public void handle(Request<HeartbeatRequestData> request, Reply<HeartbeatResponseData> reply) {
            switch (request.body().groupId()) {
                case "before" -> throw new IllegalStateException("before anything");
                case "after" -> {
                    reply.send(new HeartbeatResponseData());
                    throw new IllegalStateException("after the answer");
                }
                case "keeps" -> {
                    kept = reply;
                    throw new IllegalStateException("answers later too");
                }
                case "within" ->
                    BrokenTransition.orStop(() -> {
                        throw new IllegalStateException("half done");
                    });
                default -> reply.send(new HeartbeatResponseData());
            }
        }
    }

    private void ask(int correlationId, String group) {
        ByteBuffer frame = FakeConnection.bytes(RequestEncoder.encode(
                ApiMessageType.HEARTBEAT,
                (short) VERSION,
                correlationId,
                "c",
                new HeartbeatRequestData().setGroupId(group).setMemberId("m")));
        frame.getInt();
        receiver.received(frame.remaining(), frame.slice());
    }

    private List<Integer> errors() {
        return connection.frames.stream()
                .map(frame -> (int) ((HeartbeatResponseData)
                                ResponseDecoder.decode(ApiMessageType.HEARTBEAT, (short) VERSION, frame)
                                        .body())
                        .errorCode())
                .toList();
    }

    @Test
    void aRequestThatFailsIsAnsweredAndTheNextIsServed() {
        ask(1, "good");
        ask(2, "before");
        ask(3, "good");
        assertThat(errors()).containsExactly(0, -1, 0);
        assertThat(contained).hasSize(1).first().asString().contains("Heartbeat", "before anything");
        assertThat(counters.counter("broker.failed_requests").value()).isEqualTo(1);
        assertThat(counters.counter("broker.in_flight_bytes").value()).isZero();
    }

    @Test
    void noRequestIsAnsweredTwice() {
        ask(1, "after");
        ask(2, "keeps");
        planted.kept.send(new HeartbeatResponseData());
        ask(3, "good");
        assertThat(errors()).containsExactly(0, -1, 0);
        assertThat(counters.counter("broker.in_flight_bytes").value()).isZero();
    }

    @Test
    void whatBreaksACoreStopsTheNode() {
        assertThatThrownBy(() -> ask(1, "within")).hasMessage("the node stops").hasRootCauseMessage("half done");
        assertThat(contained).isEmpty();
    }

    /** There is an answer, or it is known that there can be none, for each request there is. */
    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void eachAnswerCanBeMadeInEachVersion(ApiMessageType api) {
        for (short version = api.lowestSupportedVersion(); version <= api.highestSupportedVersion(true); version++) {
            if (api.requestSchemas()[version] == null) continue;
            Optional<ApiMessage> answer =
                    ErrorAnswers.answer(api, version, api.newRequest(), Errors.UNKNOWN_SERVER_ERROR);
            if (answer.isEmpty()) continue;
            assertThat(ResponseEncoder.encode(api, version, 1, answer.get())).isNotEmpty();
        }
    }

    static Stream<Arguments> parts() {
        ProduceRequestData produce = new ProduceRequestData();
        produce.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName("t")
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setIndex(7))));
        FetchRequestData fetch = new FetchRequestData()
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new FetchRequestData.FetchPartition().setPartition(7)))));
        ListOffsetsRequestData offsets = new ListOffsetsRequestData()
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(
                                List.of(new ListOffsetsRequestData.ListOffsetsPartition().setPartitionIndex(7)))));
        OffsetFetchRequestData committed = new OffsetFetchRequestData()
                .setGroupId("g")
                .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                        .setName("t")
                        .setPartitionIndexes(List.of(7))));
        MetadataRequestData metadata = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName("t")));
        return Stream.of(
                Arguments.of(ApiMessageType.PRODUCE, 3, produce, "name='t'.*index=7, errorCode=-1"),
                Arguments.of(ApiMessageType.FETCH, 4, fetch, "topic='t'.*partitionIndex=7, errorCode=-1"),
                Arguments.of(ApiMessageType.LIST_OFFSETS, 5, offsets, "name='t'.*partitionIndex=7, errorCode=-1"),
                Arguments.of(ApiMessageType.OFFSET_FETCH, 1, committed, "name='t'.*partitionIndex=7.*errorCode=-1"),
                Arguments.of(ApiMessageType.METADATA, 5, metadata, "errorCode=-1, name='t'"),
                Arguments.of(
                        ApiMessageType.DELETE_TOPICS,
                        4,
                        new DeleteTopicsRequestData().setTopicNames(List.of("t")),
                        "name='t'.*errorCode=-1"),
                Arguments.of(
                        ApiMessageType.DESCRIBE_GROUPS,
                        5,
                        new DescribeGroupsRequestData().setGroups(List.of("g")),
                        "errorCode=-1.*groupId='g'"),
                Arguments.of(
                        ApiMessageType.FIND_COORDINATOR,
                        4,
                        new FindCoordinatorRequestData().setCoordinatorKeys(List.of("g")),
                        "key='g'.*errorCode=-1"));
    }

    /** Where the error has its place with each part, each part that was asked for is in the answer. */
    @ParameterizedTest
    @MethodSource("parts")
    void eachPartThatWasAskedForIsAnswered(ApiMessageType api, int version, ApiMessage request, String wanted) {
        assertThat(ErrorAnswers.answer(api, (short) version, request, Errors.UNKNOWN_SERVER_ERROR)
                        .orElseThrow()
                        .toString())
                .containsPattern(wanted);
    }
}
