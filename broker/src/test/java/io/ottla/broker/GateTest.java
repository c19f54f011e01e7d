package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Counters;
import io.ottla.base.Network;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeLogDirsRequestData;
import io.ottla.kafkamessages.DescribeLogDirsResponseData;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.RequestEncoder;
import io.ottla.kafkaprotocol.ResponseDecoder;
import io.ottla.partition.VirtualClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request passes before its handler, and a response before it leaves. */
class GateTest {
    private static final String THROTTLE_TIME = "throttle_time_ms";

    private final List<String> asked = new ArrayList<>();
    private final List<ApiMessageType> handled = new ArrayList<>();
    private boolean isAllowed = true;
    private int throttleTimeMs;

    private final Identity identity = new Identity() {
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
    };

    private final Broker broker = new Broker(
            List.of(
                    new Recording(ApiMessageType.HEARTBEAT, Need.onGroup(AclOperation.READ, "g")),
                    new Recording(ApiMessageType.DESCRIBE_LOG_DIRS, Need.onCluster(AclOperation.DESCRIBE)),
                    new Recording(ApiMessageType.LIST_GROUPS, Need.onEach(AclOperation.DESCRIBE, Guarded.GROUP)),
                    new Recording(ApiMessageType.PRODUCE, Need.onTransactionalId(AclOperation.WRITE, "t"))),
            new Gate(
                    (request, operation, resource, name) -> {
                        asked.add(request.principal() + " as " + request.clientId() + ": " + operation + " on "
                                + resource + " " + name);
                        return isAllowed;
                    },
                    request -> throttleTimeMs),
            identity,
            new VirtualClock(),
            BrokerLimits.DEFAULTS,
            (doing, cause) -> new IllegalStateException(doing, cause),
            new Counters());
    private final FakeConnection connection = new FakeConnection(1);
    private final Network.Receiver receiver = broker.acceptor("PLAINTEXT").accepted(connection);

    /** Answers with nothing in it. */
    private final class Recording implements RequestHandler<ApiMessage, ApiMessage> {
        private final ApiMessageType api;
        private final Need need;

        Recording(ApiMessageType api, Need need) {
            this.api = api;
            this.need = need;
        }

        @Override
        public ApiMessageType api() {
            return api;
        }

        @Override
        public List<Need> needs(ApiMessage body) {
            return List.of(need);
        }

        @Override
        public void handle(Request<ApiMessage> request, Reply<ApiMessage> reply) {
            handled.add(api);
            reply.send(api.newResponse());
        }
    }

    private <R extends ApiMessage> R ask(ApiMessageType api, int version, ApiMessage body, Class<R> response) {
        send(api, version, body);
        return response.cast(ResponseDecoder.decode(api, (short) version, connection.frames.removeLast())
                .body());
    }

    private void send(ApiMessageType api, int version, ApiMessage body) {
        ByteBuffer frame = FakeConnection.bytes(RequestEncoder.encode(api, (short) version, 1, "app", body));
        frame.getInt();
        receiver.received(frame.remaining(), frame.slice());
    }

    private HeartbeatResponseData heartbeat(int version) {
        return ask(
                ApiMessageType.HEARTBEAT,
                version,
                new HeartbeatRequestData().setGroupId("g"),
                HeartbeatResponseData.class);
    }

    @Test
    void whoMayIsServed() {
        assertThat(heartbeat(4).errorCode()).isZero();
        assertThat(asked).containsExactly("User:ANONYMOUS as app: READ on GROUP g");
        assertThat(handled).containsExactly(ApiMessageType.HEARTBEAT);
    }

    @Test
    void whoMayNotIsToldSoAndNoHandlerIsCalled() {
        isAllowed = false;
        for (int version = 0; version <= 4; version++)
            assertThat(heartbeat(version).errorCode()).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED.code());
        assertThat(handled).isEmpty();
        assertThat(connection.closed).isFalse();
    }

    @Test
    void aVersionWithoutAnErrorForTheWholeGetsAnEmptyAnswer() {
        isAllowed = false;
        Map<Integer, Errors> errors =
                Map.of(2, Errors.NONE, 3, Errors.CLUSTER_AUTHORIZATION_FAILED, 4, Errors.CLUSTER_AUTHORIZATION_FAILED);
        errors.forEach((version, error) -> {
            DescribeLogDirsResponseData answer = ask(
                    ApiMessageType.DESCRIBE_LOG_DIRS,
                    version,
                    new DescribeLogDirsRequestData().setTopics(null),
                    DescribeLogDirsResponseData.class);
            assertThat(answer.errorCode()).isEqualTo(error.code());
            assertThat(answer.results()).isEmpty();
        });
    }

    @Test
    void aRefusedProduceIsAnsweredForEachPartitionOrClosesWhereNoAnswerIsWanted() {
        isAllowed = false;
        ProduceRequestData body = new ProduceRequestData().setAcks((short) 1).setTransactionalId("t");
        var topic = new ProduceRequestData.TopicProduceData().setName("a");
        topic.partitionData()
                .add(new ProduceRequestData.PartitionProduceData().setIndex(3).setRecords(null));
        body.topicData().add(topic);
        ProduceResponseData answer = ask(ApiMessageType.PRODUCE, 9, body, ProduceResponseData.class);
        var partition = answer.responses()
                .find("a", org.apache.kafka.common.Uuid.ZERO_UUID)
                .partitionResponses()
                .getFirst();
        assertThat(partition.index()).isEqualTo(3);
        assertThat(partition.errorCode()).isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code());
        send(ApiMessageType.PRODUCE, 9, body.setAcks((short) 0));
        assertThat(connection.frames).isEmpty();
        assertThat(connection.closed).isTrue();
    }

    @Test
    void whatIsRefusedSinglyIsLeftToTheHandler() {
        isAllowed = false;
        send(ApiMessageType.LIST_GROUPS, 4, ApiMessageType.LIST_GROUPS.newRequest());
        assertThat(handled).containsExactly(ApiMessageType.LIST_GROUPS);
        assertThat(asked).isEmpty();
    }

    @Test
    void servedRefusedAndUnknownVersionsAllTellTheThrottleTime() {
        throttleTimeMs = 70;
        assertThat(heartbeat(4).throttleTimeMs()).isEqualTo(70);
        isAllowed = false;
        assertThat(heartbeat(4).throttleTimeMs()).isEqualTo(70);
        assertThat(heartbeat(0).throttleTimeMs())
                .as("version 0 has no such field")
                .isZero();
    }

    static Stream<ApiMessageType> responsesOfBrokersWithThrottleTime() {
        return Arrays.stream(ApiMessageType.values())
                .filter(api -> api.listeners().contains(ApiMessageType.ListenerType.BROKER))
                .filter(api -> api.responseSchemas()[api.highestSupportedVersion(true)].get(THROTTLE_TIME) != null);
    }

    @ParameterizedTest
    @MethodSource("responsesOfBrokersWithThrottleTime")
    void everyResponseThatHasThrottleTimeIsToldIt(ApiMessageType api) {
        for (short version = api.lowestSupportedVersion(); version <= api.highestSupportedVersion(true); version++) {
            ApiMessage response = api.newResponse();
            ThrottleTime.set(response, 70);
            ObjectSerializationCache cache = new ObjectSerializationCache();
            ByteBuffer bytes = ByteBuffer.allocate(response.size(cache, version));
            response.write(new ByteBufferAccessor(bytes), cache, version);
            Schema schema = api.responseSchemas()[version];
            Struct read = schema.read(bytes.flip());
            if (schema.get(THROTTLE_TIME) != null)
                assertThat(read.getInt(THROTTLE_TIME)).as("version %d", version).isEqualTo(70);
        }
    }
}
