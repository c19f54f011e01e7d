package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Counters;
import io.ottla.base.Network;
import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ApiVersionsRequestData;
import io.ottla.kafkamessages.ApiVersionsResponseData;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkaprotocol.RequestEncoder;
import io.ottla.kafkaprotocol.ResponseDecoder;
import io.ottla.partition.VirtualClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of a request: frames in, replies out. */
class BrokerTest {
    private final VirtualClock clock = new VirtualClock();
    private final Counters counters = new Counters();
    private final Held held = new Held();
    private Identity.Features features = Identity.Features.NONE;
    private final Identity identity = new Identity() {
        @Override
        public String clusterId() {
            return "cluster-a";
        }

        @Override
        public int nodeId() {
            return 7;
        }

        @Override
        public Features features() {
            return features;
        }
    };

    private Broker broker = broker(new BrokerLimits(1000, 4, 300));

    private Broker broker(BrokerLimits limits) {
        return new Broker(
                List.of(held),
                identity,
                clock,
                limits,
                (doing, cause) -> new IllegalStateException(doing, cause),
                counters);
    }

    /** Heartbeat, answered when the test says so. */
    private static final class Held implements RequestHandler<HeartbeatRequestData, HeartbeatResponseData> {
        final List<Request<HeartbeatRequestData>> requests = new ArrayList<>();
        final List<Reply<HeartbeatResponseData>> replies = new ArrayList<>();

        @Override
        public ApiMessageType api() {
            return ApiMessageType.HEARTBEAT;
        }

        @Override
        public List<Need> needs(HeartbeatRequestData body) {
            return List.of(Need.onGroup(AclOperation.READ, body.groupId()));
        }

        @Override
        public short minVersion() {
            return 1;
        }

        @Override
        public void handle(Request<HeartbeatRequestData> request, Reply<HeartbeatResponseData> reply) {
            requests.add(request);
            replies.add(reply);
        }
    }

    /** A client that sends frames by hand. */
    private final class Client {
        final FakeConnection connection;
        final Network.Receiver receiver;

        Client(long id) {
            connection = new FakeConnection(id);
            receiver = broker.acceptor("PLAINTEXT").accepted(connection);
        }

        void heartbeat(int correlationId, int version) {
            send(ApiMessageType.HEARTBEAT, version, correlationId, new HeartbeatRequestData().setGroupId("g"));
        }

        void send(ApiMessageType api, int version, int correlationId, ApiMessage body) {
            ByteBuffer frame = FakeConnection.bytes(
                    RequestEncoder.encode(api, (short) version, correlationId, "client " + correlationId, body));
            frame.getInt();
            receiver.received(frame.remaining(), frame.slice());
        }

        void raw(String hex) {
            ByteBuffer frame = ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
            receiver.received(frame.remaining(), frame);
        }

        List<Integer> correlationIds() {
            return connection.frames.stream()
                    .map(ResponseDecoder::correlationId)
                    .toList();
        }

        ApiVersionsResponseData apiVersions(int version) {
            ByteBuffer frame = connection.frames.removeLast();
            return (ApiVersionsResponseData) ResponseDecoder.decode(ApiMessageType.API_VERSIONS, (short) version, frame)
                    .body();
        }
    }

    @Test
    void handlersAreCalledAtOnceAndRepliesLeaveInOrder() {
        broker = broker(BrokerLimits.DEFAULTS);
        for (long seed = 0; seed < 100; seed++) {
            SeededRandom random = new SeededRandom(seed);
            held.requests.clear();
            held.replies.clear();
            Client client = new Client(seed);
            int requests = 1 + random.nextInt(30);
            List<Integer> wanted = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                client.heartbeat(i, 1 + random.nextInt(4));
                wanted.add(i);
            }
            assertThat(held.requests).hasSize(requests);
            assertThat(client.connection.frames).isEmpty();
            while (!held.replies.isEmpty())
                held.replies.remove(random.nextInt(held.replies.size())).send(new HeartbeatResponseData());
            assertThat(client.correlationIds()).as("seed %d", seed).isEqualTo(wanted);
        }
    }

    @Test
    void aHandlerIsToldWhoAsksAndWhen() {
        Client client = new Client(5);
        client.heartbeat(9, 4);
        Request<HeartbeatRequestData> request = held.requests.getFirst();
        assertThat(request.client().id()).isEqualTo(5);
        assertThat(request.clientId()).isEqualTo("client 9");
        assertThat(request.client().listener()).isEqualTo("PLAINTEXT");
        assertThat(request.principal()).hasToString("User:ANONYMOUS");
        assertThat(request.client().software()).isEqualTo("unknown");
        assertThat(request.version()).isEqualTo((short) 4);
        assertThat(request.receivedMs()).isEqualTo(clock.nowMs());
        assertThat(request.body().groupId()).isEqualTo("g");
    }

    @Test
    void aRequestKeepsItsClientIdWhileTheConnectionGoesOn() {
        Client client = new Client(5);
        client.heartbeat(1, 4);
        client.heartbeat(2, 4);
        assertThat(held.requests).extracting(Request::clientId).containsExactly("client 1", "client 2");
    }

    @Test
    void readingStopsAtTheLimitOfUnansweredRequestsAndGoesOn() {
        Client client = new Client(1);
        for (int i = 0; i < 3; i++) client.heartbeat(i, 1);
        assertThat(client.connection.reading).isTrue();
        client.heartbeat(3, 1);
        assertThat(client.connection.reading).isFalse();
        held.replies.get(2).send(new HeartbeatResponseData());
        assertThat(client.connection.reading)
                .as("answered, though its turn has not come")
                .isTrue();
    }

    @Test
    void readingStopsWhenAllTogetherHoldTooManyBytes() {
        broker = broker(new BrokerLimits(1000, 100, 60));
        Client a = new Client(1);
        Client b = new Client(2);
        a.heartbeat(0, 1);
        a.heartbeat(1, 1);
        assertThat(a.connection.reading).isTrue();
        b.heartbeat(0, 1);
        assertThat(b.connection.reading).isFalse();
        a.heartbeat(2, 1);
        assertThat(a.connection.reading).isFalse();
        held.replies.get(0).send(new HeartbeatResponseData());
        assertThat(List.of(a.connection.reading, b.connection.reading)).containsOnly(false);
        held.replies.get(1).send(new HeartbeatResponseData());
        assertThat(List.of(a.connection.reading, b.connection.reading)).containsOnly(true);
    }

    @Test
    void whoSendsNoMoreIsAnsweredAllThatItAskedBefore() {
        Client client = new Client(1);
        for (int i = 0; i < 3; i++) client.heartbeat(i, 1);
        assertThat(client.receiver.ended()).as("it is owed answers").isTrue();
        held.replies.get(2).send(new HeartbeatResponseData());
        held.replies.get(0).send(new HeartbeatResponseData());
        assertThat(client.connection.closed).isFalse();
        held.replies.get(1).send(new HeartbeatResponseData());
        assertThat(client.correlationIds()).containsExactly(0, 1, 2);
        assertThat(client.connection.closed).isTrue();
    }

    @Test
    void whoSendsNoMoreAndAskedNothingIsOwedNothing() {
        assertThat(new Client(1).receiver.ended()).isFalse();
    }

    @Test
    void whatAConnectionHeldIsLetGoWhenItsHandlersAnswerEvenAfterItHasGone() {
        Client client = new Client(1);
        client.heartbeat(0, 1);
        assertThat(counters.counter("broker.in_flight_bytes").value()).isPositive();
        assertThat(counters.counter("broker.open_connections").value()).isEqualTo(1);
        client.receiver.closed();
        held.replies.getFirst().send(new HeartbeatResponseData());
        assertThat(counters.counter("broker.in_flight_bytes").value()).isZero();
        assertThat(counters.counter("broker.open_connections").value()).isZero();
        assertThat(client.connection.frames).isEmpty();
    }

    @Test
    void handlersLearnThatAConnectionHasGone() {
        Client client = new Client(1);
        client.heartbeat(0, 1);
        List<String> told = new ArrayList<>();
        ClientConnection connection = held.requests.getFirst().client();
        Runnable second = () -> told.add("second");
        connection.onClose(() -> told.add("first"));
        connection.onClose(second);
        connection.onClose(() -> told.add("third"));
        connection.notOnClose(second);
        client.receiver.closed();
        assertThat(told).containsExactly("first", "third");
        connection.onClose(() -> told.add("late"));
        assertThat(told).containsExactly("first", "third", "late");
    }

    @Test
    void aHandlerThatClosesDoesSoInTurn() {
        Client client = new Client(1);
        client.heartbeat(0, 1);
        client.heartbeat(1, 1);
        held.replies.get(1).close("no response can say what was wrong");
        assertThat(client.connection.closed).isFalse();
        assertThat(client.connection.reading).isFalse();
        held.replies.get(0).send(new HeartbeatResponseData());
        assertThat(client.correlationIds()).containsExactly(0);
        assertThat(client.connection.closed).isTrue();
        client.heartbeat(2, 1);
        assertThat(held.requests).hasSize(2);
    }

    @Test
    void noneSendsNothingAndHoldsNobodyUp() {
        Client client = new Client(1);
        client.heartbeat(0, 1);
        client.heartbeat(1, 1);
        held.replies.get(1).send(new HeartbeatResponseData());
        held.replies.get(0).none();
        assertThat(client.correlationIds()).containsExactly(1);
    }

    /** Invariants §4.4: what cannot be answered closes the connection, without an answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "000c 0001 0000", // correlation id cut
                "000c 0001 00000001 0005 61", // client id longer than the frame
                "000c 0001 00000001 8000", // client id of a length below −1
                "03e7 0000 00000001 ffff", // unknown API
                "ffff 0000 00000001 ffff",
                "0000 0003 00000001 ffff", // known, not served here
                "000c 0000 00000001 ffff 0001 67 00000001 0000", // a version below what the handler serves
                "000c 0063 00000001 ffff",
                "000c 0004 00000001 ffff ff ff ff ff ff 7f", // a count of tags that is no number
            })
    void garbageClosesTheConnection(String hex) {
        Client client = new Client(1);
        client.raw(hex);
        assertThat(client.connection.frames).isEmpty();
        assertThat(client.connection.closed).isTrue();
        assertThat(held.requests).isEmpty();
        assertThat(counters.counter("broker.malformed_requests").value()).isEqualTo(1);
    }

    @Test
    void whatWasAskedBeforeGarbageIsAnswered() {
        Client client = new Client(1);
        client.heartbeat(0, 1);
        client.raw("dead");
        assertThat(client.connection.closed).isFalse();
        held.replies.getFirst().send(new HeartbeatResponseData());
        assertThat(client.correlationIds()).containsExactly(0);
        assertThat(client.connection.closed).isTrue();
    }

    @Test
    void bytesAfterARequestAreIgnored() {
        Client client = new Client(1);
        client.raw("000c 0001 00000001 ffff 0001 67 00000001 0000 cafebabe");
        assertThat(held.requests).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"-1,-1", "0,0", "1,1", "1000,1000", "1001,-1", "369295616,-1", "1195725856,-1", "-2147483648,-1"})
    void aFrameIsRefusedByItsLengthAlone(int prefix, int bodyBytes) {
        assertThat(broker.framing().bodyBytes(prefix)).isEqualTo(bodyBytes);
    }

    @Test
    void anExceptionOfAHandlerIsAFault() {
        Client client = new Client(1);
        client.heartbeat(0, 1);
        held.replies.getFirst().none();
        assertThatThrownBy(() -> {
                    held.replies.getFirst().none();
                    client.heartbeat(1, 1);
                })
                .hasMessageContaining("answered twice");
    }

    @Test
    void stopClosesAllConnections() {
        Client a = new Client(1);
        Client b = new Client(2);
        a.heartbeat(0, 1);
        broker.stop();
        assertThat(List.of(a.connection.closed, b.connection.closed)).containsOnly(true);
    }

    // ApiVersions

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void apiVersionsTellsOfTheHandlersThatThereAre(int version) {
        Client client = new Client(1);
        client.send(ApiMessageType.API_VERSIONS, version, 1, software("test-client", "1.0"));
        ApiVersionsResponseData response = client.apiVersions(version);
        assertThat(response.errorCode()).isZero();
        assertThat(response.apiKeys()).hasSize(2);
        assertThat(response.apiKeys().find((short) 12).minVersion()).isEqualTo((short) 1);
        assertThat(response.apiKeys().find((short) 12).maxVersion()).isEqualTo((short) 4);
        assertThat(response.apiKeys().find((short) 18).minVersion()).isEqualTo((short) 0);
        assertThat(response.apiKeys().find((short) 18).maxVersion()).isEqualTo((short) 5);
    }

    @Test
    void anUnknownVersionOfApiVersionsIsAnsweredInVersion0() {
        Client client = new Client(1);
        client.raw("0012 0063 00000007 0001 61 00 cafe");
        ApiVersionsResponseData response = client.apiVersions(0);
        assertThat(response.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        assertThat(response.apiKeys()).hasSize(2);
        assertThat(client.connection.closed).isFalse();
    }

    private static ApiVersionsRequestData software(String name, String version) {
        return new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
    }

    @ParameterizedTest
    @CsvSource({"'',1.0", "a b,1.0", "-a,1.0", "a,1.0;x", "a,''"})
    void softwareMustBeAName(String name, String version) {
        Client client = new Client(1);
        client.send(ApiMessageType.API_VERSIONS, 3, 1, software(name, version));
        assertThat(client.apiVersions(3).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void softwareIsKnownToLaterRequests() {
        Client client = new Client(1);
        client.send(ApiMessageType.API_VERSIONS, 3, 1, software("apache-kafka-java", "4.4.0"));
        client.heartbeat(1, 1);
        assertThat(held.requests.getFirst().client().software()).isEqualTo("apache-kafka-java 4.4.0");
    }

    @Test
    void featuresFromVersion3AndThoseFromLevel0FromVersion4() {
        features = new Identity.Features(
                3,
                Map.of(
                        "from-0", new Identity.Levels((short) 0, (short) 2),
                        "from-1", new Identity.Levels((short) 1, (short) 1)),
                Map.of("from-1", (short) 1));
        Client client = new Client(1);
        client.send(ApiMessageType.API_VERSIONS, 3, 1, software("a", "1"));
        assertThat(client.apiVersions(3).supportedFeatures().find("from-0")).isNull();
        client.send(ApiMessageType.API_VERSIONS, 4, 1, software("a", "1"));
        ApiVersionsResponseData response = client.apiVersions(4);
        assertThat(response.supportedFeatures()).hasSize(2);
        assertThat(response.finalizedFeatures().find("from-1").maxVersionLevel())
                .isEqualTo((short) 1);
        assertThat(response.finalizedFeaturesEpoch()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null,-1,0", "null,9,0", "cluster-a,-1,0", "cluster-a,7,0", "cluster-a,8,129", "cluster-b,7,129"})
    void aClientThatMeansAnotherBrokerIsSentToBootstrapAnew(String cluster, int node, short error) {
        Client client = new Client(1);
        client.send(
                ApiMessageType.API_VERSIONS,
                5,
                1,
                software("a", "1").setClusterId(cluster).setNodeId(node));
        assertThat(client.apiVersions(5).errorCode()).isEqualTo(error);
    }
}
