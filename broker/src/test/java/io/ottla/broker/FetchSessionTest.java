package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchRequestData.ForgottenTopic;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.partition.TestBatches;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetch sessions (KIP-227), from frame to reply. */
class FetchSessionTest {
    private final DataPlane plane = new DataPlane(2);
    private final DataPlane.Client producer = plane.client();
    private final DataPlane.Client client = plane.client();
    private int version = 12;

    private void produce(String topic, int partition, String... values) {
        var response = producer.call(
                ApiMessageType.PRODUCE,
                7,
                ProduceTest.request(1, topic, partition, TestBatches.of(values)),
                ProduceResponseData.class);
        assertThat(ProduceTest.only(response).errorCode()).isZero();
    }

    private FetchRequestData request(int sessionId, int epoch) {
        return FetchTest.request(500, 1).setSessionId(sessionId).setSessionEpoch(epoch);
    }

    private FetchResponseData fetch(FetchRequestData request) {
        return client.call(ApiMessageType.FETCH, version, request, FetchResponseData.class);
    }

    /** Each partition told, with its batches or its error. */
    private static List<String> told(FetchResponseData response) {
        List<String> told = new ArrayList<>();
        for (var topic : response.responses())
            for (PartitionData data : topic.partitions())
                told.add(data.partitionIndex() + ":"
                        + (data.errorCode() == 0 ? FetchTest.batches(data) : FetchTest.error(data)));
        return told;
    }

    private int begin(int partitions, long offset) {
        FetchRequestData request = request(0, 0).setMaxWaitMs(0);
        for (int i = 0; i < partitions; i++) FetchTest.add(request, "t", i, offset);
        FetchResponseData response = fetch(request);
        assertThat(response.responses().stream()
                        .mapToInt(topic -> topic.partitions().size())
                        .sum())
                .as("the first answer tells of all")
                .isEqualTo(partitions);
        return response.sessionId();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 12, 13, 18})
    void afterTheFirstOnlyWhatHasChangedIsTold(int version) {
        this.version = version;
        plane.topic("t", 5);
        int id = begin(5, 0);
        assertThat(id).isPositive();
        client.send(ApiMessageType.FETCH, version, request(id, 1));
        plane.clock.settle();
        assertThat(client.hasReply()).isFalse();
        produce("t", 3, "a");
        plane.clock.settle();
        FetchResponseData response = client.receive(FetchResponseData.class);
        assertThat(response.sessionId()).isEqualTo(id);
        assertThat(told(response)).containsExactly("3:[0..0]");
    }

    @Test
    void whatTheClientHasNotMovedPastIsToldAgain() {
        plane.topic("t", 2);
        int id = begin(2, 0);
        produce("t", 0, "a");
        assertThat(told(fetch(request(id, 1)))).containsExactly("0:[0..0]");
        assertThat(told(fetch(request(id, 2)))).containsExactly("0:[0..0]");
        FetchRequestData moved = FetchTest.add(request(id, 3), "t", 0, 1);
        client.send(ApiMessageType.FETCH, version, moved);
        plane.clock.advance(500);
        assertThat(told(client.receive(FetchResponseData.class))).isEmpty();
    }

    @Test
    void partitionsAreAddedAndForgotten() {
        plane.topic("t", 3);
        for (int i = 0; i < 3; i++) produce("t", i, "a");
        int id = begin(1, 1);
        FetchRequestData added = FetchTest.add(request(id, 1), "t", 2, 0);
        assertThat(told(fetch(added))).containsExactly("2:[0..0]");
        FetchRequestData forgotten = request(id, 2)
                .setForgottenTopicsData(
                        List.of(new ForgottenTopic().setTopic("t").setPartitions(List.of(2))));
        client.send(ApiMessageType.FETCH, version, forgotten);
        plane.clock.advance(500);
        assertThat(told(client.receive(FetchResponseData.class))).isEmpty();
        produce("t", 2, "b");
        produce("t", 0, "b");
        assertThat(told(fetch(request(id, 3)))).containsExactly("0:[1..1]");
    }

    @Test
    void whatDidNotFitComesFirstNextTime() {
        plane.topic("t", 4);
        int id = begin(4, 0);
        for (int i = 0; i < 4; i++) produce("t", i, "x".repeat(1000));
        int epoch = 1;
        List<String> served = new ArrayList<>();
        for (int round = 0; round < 8; round++) {
            List<String> told = told(fetch(request(id, epoch++).setMaxBytes(100)));
            served.add(told.stream()
                    .filter(each -> each.contains("0..0"))
                    .findFirst()
                    .orElse("none"));
        }
        assertThat(served)
                .containsExactly(
                        "0:[0..0]", "1:[0..0]", "2:[0..0]", "3:[0..0]", "0:[0..0]", "1:[0..0]", "2:[0..0]", "3:[0..0]");
    }

    @Test
    void anErrorIsToldUntilItIsGone() {
        plane.topic("t", 1);
        int id = begin(1, 0);
        plane.put("t", 1, 2, 1);
        assertThat(told(fetch(request(id, 1)))).containsExactly("0:NOT_LEADER_OR_FOLLOWER");
        assertThat(told(fetch(request(id, 2)))).containsExactly("0:NOT_LEADER_OR_FOLLOWER");
        plane.put("t", 1, 1, 2);
        assertThat(told(fetch(request(id, 3).setMaxWaitMs(0))))
                .as("offsets are told anew")
                .containsExactly("0:[]");
        client.send(ApiMessageType.FETCH, version, request(id, 4));
        plane.clock.advance(500);
        assertThat(told(client.receive(FetchResponseData.class))).isEmpty();
    }

    @Test
    void aLogStartThatMovesIsTold() {
        plane.topic("t", 2);
        produce("t", 0, "a", "b");
        int id = begin(2, 0);
        assertThat(told(fetch(FetchTest.add(request(id, 1).setMaxWaitMs(0), "t", 0, 2))))
                .isEmpty();
        plane.replica("t", 0).deleteRecordsBefore(1);
        FetchResponseData response = fetch(request(id, 2).setMaxWaitMs(0));
        assertThat(told(response)).containsExactly("0:[]");
        assertThat(FetchTest.only(response).logStartOffset()).isEqualTo(1);
    }

    @Test
    void aWrongSessionOrEpochIsRefusedAsAWhole() {
        plane.topic("t", 1);
        int id = begin(1, 0);
        assertThat(fetch(request(id + 1, 1)).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(fetch(request(id, 2)).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(fetch(request(id, -7)).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        version = 13;
        assertThat(fetch(request(id, 1)).errorCode()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR.code());
        version = 12;
        produce("t", 0, "a");
        assertThat(told(fetch(request(id, 1)))).as("nothing was lost").containsExactly("0:[0..0]");
    }

    @Test
    void aRequestThatComesBeforeTheLastWasAnsweredTakesItsTurn() {
        plane.topic("t", 1);
        int id = begin(1, 0);
        client.send(ApiMessageType.FETCH, version, request(id, 1));
        DataPlane.Client other = plane.client();
        other.send(ApiMessageType.FETCH, version, request(id, 2));
        plane.clock.settle();
        assertThat(client.receive(FetchResponseData.class).errorCode())
                .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(other.hasReply()).isFalse();
        produce("t", 0, "a");
        plane.clock.settle();
        assertThat(told(other.receive(FetchResponseData.class))).containsExactly("0:[0..0]");
    }

    @Test
    void aSessionIsEndedByItsClient() {
        plane.topic("t", 1);
        int id = begin(1, 0);
        FetchResponseData last = fetch(FetchTest.add(request(id, -1).setMaxWaitMs(0), "t", 0, 0));
        assertThat(last.sessionId()).isZero();
        assertThat(told(last)).containsExactly("0:[]");
        assertThat(fetch(request(id, 1)).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void aSessionWithoutPartitionsEnds() {
        plane.topic("t", 1);
        int id = begin(1, 0);
        FetchRequestData forgotten = request(id, 1)
                .setForgottenTopicsData(
                        List.of(new ForgottenTopic().setTopic("t").setPartitions(List.of(0))));
        assertThat(fetch(forgotten).sessionId()).isZero();
        assertThat(fetch(request(id, 2)).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void thereIsRoomForSoManyAndOldOnesMakeRoom() {
        plane.topic("t", 3);
        int first = begin(1, 0);
        int second = begin(1, 0);
        assertThat(begin(1, 0)).as("no room").isZero();
        plane.clock.advance(120_001);
        assertThat(fetch(request(second, 1).setMaxWaitMs(0)).errorCode()).isZero();
        assertThat(begin(1, 0)).as("the first has not been used for a while").isPositive();
        assertThat(fetch(request(first, 1)).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(fetch(request(second, 2).setMaxWaitMs(0)).errorCode()).isZero();
    }

    @Test
    void aLargeSessionDrivesOutASmallOneThatHasHadItsWhile() {
        plane.topic("t", 3);
        int small = begin(1, 0);
        int large = begin(2, 0);
        plane.clock.advance(119_000);
        fetch(request(small, 1).setMaxWaitMs(0));
        fetch(request(large, 1).setMaxWaitMs(0));
        plane.clock.advance(2_000);
        assertThat(begin(1, 0)).as("no larger than the smallest").isZero();
        assertThat(begin(3, 0)).isPositive();
        assertThat(fetch(request(small, 2)).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(fetch(request(large, 2).setMaxWaitMs(0)).errorCode()).isZero();
    }

    @Test
    void aParkedFetchCostsWhatItsChangedPartitionsCost() {
        version = 13;
        plane.topic("t", 300);
        int id = begin(300, 0);
        client.send(ApiMessageType.FETCH, version, request(id, 1));
        plane.clock.settle();
        plane.imageReads = 0;
        produce("t", 234, "a");
        plane.clock.settle();
        assertThat(told(client.receive(FetchResponseData.class))).containsExactly("234:[0..0]");
        assertThat(plane.imageReads).as("one look, one read").isEqualTo(2);
        client.send(ApiMessageType.FETCH, version, FetchTest.add(request(id, 2), "t", 234, 1));
        plane.clock.settle();
        assertThat(plane.imageReads).as("the client moved one partition").isEqualTo(3);
    }

    @Test
    void epochsGoOnFromOneAfterTheLargest() {
        FetchSession session = new FetchSession(5, false, 0);
        assertThat(session.nextEpoch()).isEqualTo(1);
        session.advanceEpoch();
        assertThat(session.nextEpoch()).isEqualTo(2);
    }
}
