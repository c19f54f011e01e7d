package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceRequestData.PartitionProduceData;
import io.ottla.kafkamessages.ProduceRequestData.TopicProduceData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkamessages.ProduceResponseData.PartitionProduceResponse;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.NewRecord;
import io.ottla.partition.TestBatches;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Produce, from frame to reply. */
class ProduceTest {
    private final DataPlane plane = new DataPlane();
    private final DataPlane.Client client = plane.client();

    static ProduceRequestData request(int acks, String topic, int partition, ByteBuffer records) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(1000);
        add(request, topic, partition, records);
        return request;
    }

    static void add(ProduceRequestData request, String topic, int partition, ByteBuffer records) {
        var data = new PartitionProduceData().setIndex(partition);
        if (records != null) data.setRecords(MemoryRecords.readableRecords(records));
        // version 13 sends the id, others the name
        request.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setTopicId(DataPlane.uuid(topic))
                        .setPartitionData(List.of(data)));
    }

    private PartitionProduceResponse produce(int version, ProduceRequestData request) {
        return only(client.call(ApiMessageType.PRODUCE, version, request, ProduceResponseData.class));
    }

    static PartitionProduceResponse only(ProduceResponseData response) {
        assertThat(response.responses()).hasSize(1);
        return response.responses().iterator().next().partitionResponses().getFirst();
    }

    private static Errors error(PartitionProduceResponse response) {
        return Errors.forCode(response.errorCode());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void appendsABatchInEveryVersion(int version) {
        plane.topic("t", 2);
        for (int acks : new int[] {1, -1}) {
            var response = produce(version, request(acks, "t", 1, TestBatches.of("a", "b")));
            assertThat(error(response)).isEqualTo(Errors.NONE);
            assertThat(response.index()).isEqualTo(1);
            assertThat(response.baseOffset()).isEqualTo(acks == 1 ? 0 : 2);
            assertThat(response.logAppendTimeMs()).isEqualTo(-1);
            assertThat(response.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
        }
        assertThat(plane.replica("t", 1).partition().highWatermark()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void convertsOldMessageSets(int version) {
        plane.topic("t", 1);
        byte magic = (byte) (version < 2 ? 0 : 1);
        var response = produce(version, request(1, "t", 0, OldMessages.of(magic, "a", "b", "c")));
        assertThat(error(response)).isEqualTo(Errors.NONE);
        assertThat(response.baseOffset()).isZero();
        assertThat(plane.replica("t", 0).reader().endOffset()).isEqualTo(3);
    }

    @Test
    void tellsTheTimeWhereTheBrokerGivesIt() {
        plane.topic("t", 1, "message.timestamp.type", "LogAppendTime");
        var response = produce(7, request(1, "t", 0, TestBatches.of("a")));
        assertThat(response.logAppendTimeMs()).isEqualTo(plane.clock.nowMs());
    }

    @Test
    void requestsOfAConnectionAppendInTheirOrderAlsoWhileTheLogOpens() {
        plane.topic("t", 1);
        for (int i = 0; i < 5; i++) client.send(ApiMessageType.PRODUCE, 7, request(1, "t", 0, TestBatches.of("m" + i)));
        assertThat(client.hasReply()).isFalse();
        plane.clock.settle();
        for (int i = 0; i < 5; i++)
            assertThat(only(client.receive(ProduceResponseData.class)).baseOffset())
                    .isEqualTo(i);
    }

    @Test
    void aRequestThatWaitsForItsFsyncHoldsUpNobodyElseButItsOwnLaterReplies() {
        plane.topic("durable", 1, "flush.messages", "1");
        plane.topic("t", 1);
        produce(7, request(1, "durable", 0, TestBatches.of("a")));
        produce(7, request(1, "t", 0, TestBatches.of("a")));
        plane.disk.isHeld = true;
        client.send(ApiMessageType.PRODUCE, 7, request(1, "durable", 0, TestBatches.of("b")));
        client.send(ApiMessageType.PRODUCE, 7, request(1, "t", 0, TestBatches.of("b")));
        plane.clock.settle();
        assertThat(plane.replica("t", 0).reader().endOffset()).as("appended").isEqualTo(2);
        assertThat(client.hasReply()).as("but its turn has not come").isFalse();
        plane.disk.letGo();
        assertThat(client.receive(ProduceResponseData.class)
                        .responses()
                        .iterator()
                        .next()
                        .name())
                .isEqualTo("durable");
        assertThat(client.receive(ProduceResponseData.class)
                        .responses()
                        .iterator()
                        .next()
                        .name())
                .isEqualTo("t");
    }

    @Test
    void acks0IsNotAnswered() {
        plane.topic("t", 1);
        client.send(ApiMessageType.PRODUCE, 7, request(0, "t", 0, TestBatches.of("a")));
        client.send(ApiMessageType.PRODUCE, 7, request(1, "t", 0, TestBatches.of("b")));
        plane.clock.settle();
        assertThat(only(client.receive(ProduceResponseData.class)).baseOffset()).isEqualTo(1);
        assertThat(client.hasReply()).isFalse();
    }

    @Test
    void acks0ThatFailsClosesTheConnection() {
        client.send(ApiMessageType.PRODUCE, 7, request(0, "nobody-knows", 0, TestBatches.of("a")));
        plane.clock.settle();
        assertThat(client.hasReply()).isFalse();
        assertThat(client.connection.closed).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 2, 32767})
    void otherAcksAreRefused(int acks) {
        plane.topic("t", 1);
        var response = produce(7, request(acks, "t", 0, TestBatches.of("a")));
        assertThat(error(response)).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
        assertThat(response.baseOffset()).isEqualTo(-1);
        assertThat(plane.replica("t", 0).isOpen()).isFalse();
    }

    @Test
    void whatIsNotHereIsToldByItsError() {
        plane.topic("t", 1);
        plane.put("elsewhere", 1, 2, 9);
        ProduceRequestData request = request(1, "unknown", 0, TestBatches.of("a"));
        add(request, "t", 5, TestBatches.of("a"));
        add(request, "elsewhere", 0, TestBatches.of("a"));
        add(request, "t", 0, TestBatches.of("a"));
        var response = client.call(ApiMessageType.PRODUCE, 9, request, ProduceResponseData.class);
        assertThat(response.responses().stream()
                        .map(topic -> error(topic.partitionResponses().getFirst())))
                .containsExactly(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.NOT_LEADER_OR_FOLLOWER,
                        Errors.NONE);
    }

    @Test
    void anUnknownTopicIdIsToldSo() {
        assertThat(error(produce(13, request(1, "unknown", 0, TestBatches.of("a")))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void fromVersion10ClientsAreToldWhoLeads() {
        plane.put("elsewhere", 1, 2, 9);
        var response = client.call(
                ApiMessageType.PRODUCE, 10, request(1, "elsewhere", 0, TestBatches.of("a")), ProduceResponseData.class);
        assertThat(only(response).currentLeader().leaderId()).isEqualTo(2);
        assertThat(only(response).currentLeader().leaderEpoch()).isEqualTo(9);
        assertThat(response.nodeEndpoints()).hasSize(1);
        assertThat(response.nodeEndpoints().find(2).host()).isEqualTo("node2");
        assertThat(response.nodeEndpoints().find(2).rack()).isEqualTo("rack-b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state"})
    void internalTopicsAreNotForClients(String topic) {
        plane.topic(topic, 1);
        assertThat(error(produce(7, request(1, topic, 0, TestBatches.of("a")))))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void aRepeatedBatchOfAnIdempotentProducerGetsItsFirstOffsetsAndIsNotAppendedAgain() {
        plane.topic("t", 1);
        assertThat(produce(7, request(-1, "t", 0, TestBatches.of(5, 0, 0, "a", "b")))
                        .baseOffset())
                .isZero();
        assertThat(produce(7, request(-1, "t", 0, TestBatches.of(5, 0, 2, "c"))).baseOffset())
                .isEqualTo(2);
        var again = produce(7, request(-1, "t", 0, TestBatches.of(5, 0, 0, "a", "b")));
        assertThat(error(again)).isEqualTo(Errors.NONE);
        assertThat(again.baseOffset()).isZero();
        assertThat(plane.replica("t", 0).reader().endOffset()).isEqualTo(3);
        assertThat(error(produce(7, request(-1, "t", 0, TestBatches.of(5, 0, 9, "z")))))
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void aWriterThatWaitsTooLongIsToldSo() {
        plane.topic("durable", 1, "flush.messages", "1");
        produce(7, request(1, "durable", 0, TestBatches.of("a")));
        plane.disk.isHeld = true;
        client.send(ApiMessageType.PRODUCE, 7, request(1, "durable", 0, TestBatches.of("b")));
        plane.clock.advance(999);
        assertThat(client.hasReply()).isFalse();
        plane.clock.advance(1);
        assertThat(error(only(client.receive(ProduceResponseData.class)))).isEqualTo(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void recordsAtFaultAreNamedFromVersion8() {
        plane.topic("compacted", 1, "cleanup.policy", "compact");
        ByteBuffer keyless = new BatchBuilder()
                .append(NewRecord.of(TestBatches.TIMESTAMP_MS, "k", "v"))
                .append(NewRecord.keyless(TestBatches.TIMESTAMP_MS, "v"))
                .build();
        var response = produce(8, request(1, "compacted", 0, keyless.duplicate()));
        assertThat(error(response)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(response.recordErrors()).hasSize(1);
        assertThat(response.recordErrors().getFirst().batchIndex()).isEqualTo(1);
        assertThat(response.errorMessage()).isNotEmpty();
        var old = produce(7, request(1, "compacted", 0, keyless.duplicate()));
        assertThat(error(old)).isEqualTo(Errors.INVALID_RECORD);
    }

    private record BadInput(String what, int version, ByteBuffer records, Errors error) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** Invariants §4.4, as far as the request is concerned; what is wrong inside of a batch is RecordValidation's. */
    static List<BadInput> badInput() {
        ByteBuffer two = ByteBuffer.allocate(1000)
                .put(TestBatches.of("a"))
                .put(TestBatches.of("b"))
                .flip();
        ByteBuffer flipped = TestBatches.of("abcdef");
        flipped.put(flipped.limit() - 2, (byte) (flipped.get(flipped.limit() - 2) ^ 1));
        ByteBuffer magic3 = TestBatches.of("a");
        magic3.put(16, (byte) 3);
        ByteBuffer lies = TestBatches.of("a");
        lies.putInt(8, lies.getInt(8) + 1000);
        ByteBuffer tooSmall = TestBatches.of("a");
        tooSmall.putInt(8, 10);
        ByteBuffer negative = TestBatches.of("a");
        negative.putInt(8, -1);
        ByteBuffer transactional =
                TestBatches.fill(new BatchBuilder().producer(1, (short) 0, 0).transactional(), "a");
        ByteBuffer control =
                TestBatches.fill(new BatchBuilder().producer(1, (short) 0, 0).control(), "a");
        return List.of(
                new BadInput("nothing", 7, ByteBuffer.allocate(0), Errors.INVALID_RECORD),
                new BadInput("two batches", 7, two, Errors.INVALID_RECORD),
                new BadInput("a wrong checksum", 7, flipped, Errors.CORRUPT_MESSAGE),
                new BadInput("an unknown magic", 7, magic3, Errors.CORRUPT_MESSAGE),
                new BadInput("old messages in a new request", 7, OldMessages.of((byte) 1, "a"), Errors.INVALID_RECORD),
                new BadInput("a length beyond the end", 7, lies, Errors.INVALID_RECORD),
                new BadInput("a length below the header", 7, tooSmall, Errors.CORRUPT_MESSAGE),
                new BadInput("a negative length", 7, negative, Errors.CORRUPT_MESSAGE),
                new BadInput("half a header", 7, TestBatches.of("a").slice(0, 30), Errors.INVALID_RECORD),
                new BadInput(
                        "a transaction without its id", 7, transactional, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
                new BadInput("a control batch", 7, control, Errors.INVALID_RECORD),
                new BadInput(
                        "zstd before version 7",
                        6,
                        TestBatches.fill(new BatchBuilder().codec(Codec.ZSTD), "a"),
                        Errors.UNSUPPORTED_COMPRESSION_TYPE));
    }

    @ParameterizedTest
    @MethodSource("badInput")
    void badInputIsRefusedAndNothingAppended(BadInput bad) {
        plane.topic("t", 1);
        var response = produce(bad.version, request(1, "t", 0, bad.records.duplicate()));
        assertThat(error(response)).isEqualTo(bad.error);
        assertThat(response.baseOffset()).isEqualTo(-1);
        if (bad.error == Errors.CORRUPT_MESSAGE)
            assertThat(response.logStartOffset()).isEqualTo(-1);
        produce(7, request(1, "t", 0, TestBatches.of("good")));
        assertThat(plane.replica("t", 0).reader().endOffset()).isEqualTo(1);
    }

    @Test
    void aTransactionalIdIsRefusedWhileTransactionsAreNotServed() {
        plane.topic("t", 1);
        ByteBuffer batch =
                TestBatches.fill(new BatchBuilder().producer(1, (short) 0, 0).transactional(), "a");
        var response = produce(7, request(-1, "t", 0, batch).setTransactionalId("tx"));
        assertThat(error(response)).isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void aNullForRecordsIsRefused() {
        plane.topic("t", 1);
        assertThat(error(produce(9, request(1, "t", 0, null)))).isEqualTo(Errors.INVALID_RECORD);
    }

    @Test
    void afterTheDirectoryHasFailedNothingIsWritten() {
        plane.topic("t", 1);
        produce(7, request(1, "t", 0, TestBatches.of("a")));
        plane.disk.failsWrites = true;
        assertThat(error(produce(7, request(1, "t", 0, TestBatches.of("b"))))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        plane.disk.failsWrites = false;
        assertThat(error(produce(7, request(1, "t", 0, TestBatches.of("c"))))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(plane.isStopped()).isTrue();
    }
}
