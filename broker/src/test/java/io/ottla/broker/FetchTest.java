package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchRequestData.FetchPartition;
import io.ottla.kafkamessages.FetchRequestData.FetchTopic;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.partition.TestBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetch without sessions, from frame to reply. */
class FetchTest {
    private final DataPlane plane = new DataPlane();
    private final DataPlane.Client producer = plane.client();
    private final DataPlane.Client client = plane.client();

    /** Every hold of a file that a reply got is given up. */
    @AfterEach
    void filesAreLetGo() {
        plane.clock.settle();
        plane.logs.closeCleanly(-1, done -> {});
        plane.clock.settle();
        assertThat(plane.disk.holds).isZero();
    }

    void produce(String topic, int partition, String... values) {
        var response = producer.call(
                ApiMessageType.PRODUCE,
                7,
                ProduceTest.request(1, topic, partition, TestBatches.of(values)),
                ProduceResponseData.class);
        assertThat(ProduceTest.only(response).errorCode()).isZero();
    }

    static FetchRequestData request(int maxWaitMs, int minBytes) {
        return new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(minBytes)
                .setMaxBytes(Integer.MAX_VALUE)
                .setSessionEpoch(-1);
    }

    static FetchRequestData add(FetchRequestData request, String topic, int partition, long offset) {
        return add(request, topic, partition, offset, 1 << 20);
    }

    static FetchRequestData add(FetchRequestData request, String topic, int partition, long offset, int maxBytes) {
        request.topics()
                .add(new FetchTopic()
                        .setTopic(topic)
                        .setTopicId(DataPlane.uuid(topic))
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(partition)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(maxBytes))));
        return request;
    }

    FetchResponseData fetch(int version, FetchRequestData request) {
        return client.call(ApiMessageType.FETCH, version, request, FetchResponseData.class);
    }

    static PartitionData only(FetchResponseData response) {
        assertThat(response.responses()).hasSize(1);
        assertThat(response.responses().getFirst().partitions()).hasSize(1);
        return response.responses().getFirst().partitions().getFirst();
    }

    static ByteBuffer bytes(PartitionData data) {
        return ((MemoryRecords) data.records()).buffer();
    }

    /** The first and last offset of each batch. */
    static List<String> batches(PartitionData data) {
        List<String> batches = new ArrayList<>();
        Batches.forEach(bytes(data), batch -> batches.add(batch.baseOffset() + ".." + batch.lastOffset()));
        return batches;
    }

    static Errors error(PartitionData data) {
        return Errors.forCode(data.errorCode());
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    void givesBatchesInEveryVersion(int version) {
        plane.topic("t", 1);
        produce("t", 0, "a", "b");
        produce("t", 0, "c");
        PartitionData data = only(fetch(version, add(request(0, 1), "t", 0, 1)));
        assertThat(error(data)).isEqualTo(Errors.NONE);
        assertThat(batches(data)).as("the batch that has the offset, whole").containsExactly("0..1", "2..2");
        assertThat(data.highWatermark()).isEqualTo(3);
        assertThat(data.lastStableOffset()).isEqualTo(3);
        assertThat(data.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
        assertThat(data.preferredReadReplica()).isEqualTo(-1);
        assertThat(data.abortedTransactions()).isNull();
        BatchView first = Batches.first(bytes(data)).orElseThrow();
        assertThat(first.magic()).isEqualTo((byte) 2);
        assertThat(first.isCrcValid()).isTrue();
        assertThat(first.leaderEpoch()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "2,1", "3,1"})
    void convertsForOldClients(int version, byte magic) {
        plane.topic("t", 1);
        produce("t", 0, "a", "b");
        PartitionData data = only(fetch(version, add(request(0, 1), "t", 0, 0)));
        assertThat(error(data)).isEqualTo(Errors.NONE);
        assertThat(batches(data)).containsExactly("0..0", "1..1");
        assertThat(Batches.first(bytes(data)).orElseThrow().magic()).isEqualTo(magic);
        assertThat(data.highWatermark()).isEqualTo(2);
    }

    @Test
    void upToVersion2AMessageThatIsTooLargeIsCut() {
        plane.topic("t", 1);
        produce("t", 0, "x".repeat(1000));
        PartitionData cut = only(fetch(2, add(request(0, 1), "t", 0, 0, 100)));
        assertThat(bytes(cut).remaining()).isEqualTo(100);
        PartitionData whole = only(fetch(3, add(request(0, 1), "t", 0, 0, 100)));
        assertThat(batches(whole)).containsExactly("0..0");
    }

    @Test
    void readCommittedGetsAListOfAbortedTransactions() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        PartitionData data = only(fetch(11, add(request(0, 1).setIsolationLevel((byte) 1), "t", 0, 0)));
        assertThat(data.abortedTransactions()).isEmpty();
        assertThat(batches(data)).containsExactly("0..0");
    }

    @Test
    void anOffsetWithinABatchGivesTheWholeBatchAndTheEndGivesNothing() {
        plane.topic("t", 1);
        produce("t", 0, "a", "b", "c");
        assertThat(batches(only(fetch(11, add(request(0, 1), "t", 0, 2))))).containsExactly("0..2");
        PartitionData end = only(fetch(11, add(request(0, 1), "t", 0, 3)));
        assertThat(error(end)).isEqualTo(Errors.NONE);
        assertThat(batches(end)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 2, Long.MAX_VALUE, Long.MIN_VALUE})
    void anOffsetThatTheLogDoesNotHaveIsOutOfRange(long offset) {
        plane.topic("t", 1);
        produce("t", 0, "a");
        PartitionData data = only(fetch(11, add(request(10_000, 1), "t", 0, offset)));
        assertThat(error(data)).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(data.highWatermark()).isEqualTo(-1);
    }

    @Test
    void waitsForDataAndIsWokenByIt() {
        plane.topic("t", 2);
        produce("t", 0, "a");
        client.send(ApiMessageType.FETCH, 11, add(add(request(500, 1), "t", 0, 1), "t", 1, 0));
        plane.clock.advance(499);
        assertThat(client.hasReply()).isFalse();
        produce("t", 1, "b");
        plane.clock.settle();
        FetchResponseData response = client.receive(FetchResponseData.class);
        List<PartitionData> partitions = response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        assertThat(partitions).hasSize(2);
        assertThat(batches(partitions.get(0))).isEmpty();
        assertThat(batches(partitions.get(1))).containsExactly("0..0");
        assertThat(plane.clock.armedTimers()).isZero();
    }

    @Test
    void theTimeIsUpWithWhatThereIs() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        client.send(ApiMessageType.FETCH, 11, add(request(500, 100_000), "t", 0, 0));
        plane.clock.advance(499);
        assertThat(client.hasReply()).isFalse();
        plane.clock.advance(1);
        assertThat(batches(only(client.receive(FetchResponseData.class)))).containsExactly("0..0");
    }

    @Test
    void minBytesAreWaitedFor() {
        plane.topic("t", 2);
        produce("t", 0, "x".repeat(200));
        client.send(ApiMessageType.FETCH, 11, add(add(request(60_000, 1800), "t", 0, 0), "t", 1, 0));
        for (int i = 0; i < 3; i++) {
            assertThat(client.hasReply()).isFalse();
            produce("t", i % 2, "x".repeat(200));
            plane.clock.settle();
        }
        assertThat(client.hasReply()).as("four batches of about 500 bytes").isTrue();
        var partitions = client.receive(FetchResponseData.class).responses();
        assertThat(partitions.stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .mapToInt(data -> bytes(data).remaining())
                        .sum())
                .isGreaterThanOrEqualTo(1800);
    }

    @Test
    void oneTurnOfTheLoopIsOneAnswer() {
        plane.topic("t", 3);
        for (int i = 0; i < 3; i++) produce("t", i, "a");
        client.send(ApiMessageType.FETCH, 11, add(add(add(request(500, 1), "t", 0, 1), "t", 1, 1), "t", 2, 1));
        plane.clock.settle();
        var request = ProduceTest.request(1, "t", 0, TestBatches.of("b"));
        ProduceTest.add(request, "t", 1, TestBatches.of("b"));
        ProduceTest.add(request, "t", 2, TestBatches.of("b"));
        producer.send(ApiMessageType.PRODUCE, 7, request);
        plane.clock.settle();
        var response = client.receive(FetchResponseData.class);
        assertThat(response.responses().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .map(FetchTest::batches))
                .containsOnly(List.of("1..1"));
    }

    @Test
    void aParkedFetchDoesNotKeepLaterRequestsFromBeingServed() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        client.send(ApiMessageType.FETCH, 11, add(request(500, 1), "t", 0, 1));
        client.send(ApiMessageType.PRODUCE, 7, ProduceTest.request(1, "t", 0, TestBatches.of("b")));
        plane.clock.settle();
        assertThat(batches(only(client.receive(FetchResponseData.class)))).containsExactly("1..1");
        assertThat(ProduceTest.only(client.receive(ProduceResponseData.class)).baseOffset())
                .isEqualTo(1);
    }

    @Test
    void aClientThatGoesLeavesNothingBehind() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        client.send(ApiMessageType.FETCH, 11, add(request(500, 1), "t", 0, 1));
        plane.clock.settle();
        assertThat(plane.clock.armedTimers()).isEqualTo(1);
        client.disconnect();
        assertThat(plane.clock.armedTimers()).isZero();
        produce("t", 0, "b");
        plane.clock.settle();
    }

    @Test
    void theFirstBatchIsGivenHoweverLargeAndThenTheLimitHolds() {
        plane.topic("t", 3);
        for (int i = 0; i < 3; i++) {
            produce("t", i, "x".repeat(5000));
            produce("t", i, "y");
        }
        FetchRequestData request = request(0, 1).setMaxBytes(100);
        for (int i = 0; i < 3; i++) add(request, "t", i, 0);
        var partitions = fetch(11, request).responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        assertThat(batches(partitions.get(0))).containsExactly("0..0");
        assertThat(batches(partitions.get(1))).isEmpty();
        assertThat(batches(partitions.get(2))).isEmpty();
        assertThat(partitions).allMatch(data -> data.highWatermark() == 2);
    }

    @Test
    void thePartitionsLimitHoldsAndTheBrokersToo() {
        plane.topic("t", 1);
        for (int i = 0; i < 3000; i++) produce("t", 0, "x".repeat(200));
        int batchBytes = TestBatches.of("x".repeat(200)).remaining();
        PartitionData limited = only(fetch(11, add(request(0, 1), "t", 0, 0, 10 * batchBytes + 5)));
        assertThat(batches(limited)).hasSize(10);
        PartitionData all = only(fetch(11, add(request(0, 1), "t", 0, 0, Integer.MAX_VALUE)));
        assertThat(bytes(all).remaining())
                .isLessThanOrEqualTo(DataPlane.FETCH_MAX_BYTES)
                .isGreaterThan(DataPlane.FETCH_MAX_BYTES - batchBytes);
    }

    /** Invariants §4.4: limits that make no sense do no harm. */
    @ParameterizedTest
    @CsvSource({
        "-1,1,1048576,1048576",
        "0,-5,1048576,1048576",
        "0,2147483647,1048576,1048576",
        "0,1,-1,1048576",
        "0,1,0,1048576",
        "0,1,2147483647,-1",
        "0,1,-2147483648,-2147483648"
    })
    void oddLimitsGiveAtLeastOneBatch(int maxWaitMs, int minBytes, int maxBytes, int partitionMaxBytes) {
        plane.topic("t", 1);
        produce("t", 0, "a");
        FetchRequestData request =
                add(request(maxWaitMs, minBytes).setMaxBytes(maxBytes), "t", 0, 0, partitionMaxBytes);
        assertThat(batches(only(fetch(11, request)))).containsExactly("0..0");
    }

    @Test
    void errorsAreToldAtOnce() {
        plane.topic("t", 1);
        plane.put("elsewhere", 1, 2, 9);
        FetchRequestData request = add(request(60_000, 1), "t", 0, 0);
        add(request, "unknown", 0, 0);
        add(request, "t", 8, 0);
        add(request, "elsewhere", 0, 0);
        FetchResponseData response = fetch(12, request);
        var partitions = response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        assertThat(partitions.stream().map(FetchTest::error))
                .containsExactly(
                        Errors.NONE,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(partitions.get(3).currentLeader().leaderId()).isEqualTo(2);
        assertThat(partitions.get(3).currentLeader().leaderEpoch()).isEqualTo(9);
    }

    @Test
    void fromVersion16TheLeadersAddressIsTold() {
        plane.put("elsewhere", 1, 2, 9);
        FetchResponseData response = fetch(16, add(request(60_000, 1), "elsewhere", 0, 0));
        assertThat(error(only(response))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(response.nodeEndpoints().find(2).host()).isEqualTo("node2");
    }

    @Test
    void unknownTopicIdsAreToldSo() {
        assertThat(error(only(fetch(13, add(request(60_000, 1), "unknown", 0, 0)))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @ParameterizedTest
    @CsvSource({"-1,NONE", "4,FENCED_LEADER_EPOCH", "5,NONE", "6,UNKNOWN_LEADER_EPOCH"})
    void leaderEpochsAreChecked(int clientEpoch, Errors expected) {
        plane.topic("t", 1);
        plane.put("t", 1, 1, 5);
        FetchRequestData request = add(request(0, 1), "t", 0, 0);
        request.topics().getFirst().partitions().getFirst().setCurrentLeaderEpoch(clientEpoch);
        assertThat(error(only(fetch(11, request)))).isEqualTo(expected);
    }

    @Test
    void oneThatFetchedInAnOlderEpochIsToldWhereItsLogParted() {
        plane.topic("t", 1);
        produce("t", 0, "a", "b");
        plane.put("t", 1, 1, 3);
        produce("t", 0, "c");
        FetchRequestData diverged = add(request(60_000, 1), "t", 0, 3);
        diverged.topics().getFirst().partitions().getFirst().setLastFetchedEpoch(0);
        PartitionData data = only(fetch(12, diverged));
        assertThat(error(data)).isEqualTo(Errors.NONE);
        assertThat(data.divergingEpoch().epoch()).isZero();
        assertThat(data.divergingEpoch().endOffset()).isEqualTo(2);
        assertThat(batches(data)).isEmpty();
        FetchRequestData same = add(request(0, 1), "t", 0, 2);
        same.topics().getFirst().partitions().getFirst().setLastFetchedEpoch(0);
        assertThat(batches(only(fetch(12, same)))).containsExactly("2..2");
    }

    @ParameterizedTest
    @CsvSource({"11,-1,NOT_LEADER_OR_FOLLOWER", "11,0,UNKNOWN_LEADER_EPOCH", "15,0,UNKNOWN_LEADER_EPOCH"})
    void aReplicaThatIsNoneIsRefused(int version, int clientEpoch, Errors expected) {
        plane.topic("t", 1);
        produce("t", 0, "a");
        FetchRequestData request = add(request(60_000, 1), "t", 0, 0);
        request.topics().getFirst().partitions().getFirst().setCurrentLeaderEpoch(clientEpoch);
        if (version < 15) request.setReplicaId(3);
        else request.setReplicaState(new FetchRequestData.ReplicaState().setReplicaId(3));
        assertThat(error(only(fetch(version, request)))).isEqualTo(expected);
    }

    @Test
    void aTopicThatIsDeletedWakesThoseWhoWait() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        client.send(ApiMessageType.FETCH, 13, add(request(60_000, 1), "t", 0, 1));
        plane.clock.settle();
        assertThat(client.hasReply()).isFalse();
        plane.delete("t");
        plane.clock.settle();
        assertThat(error(only(client.receive(FetchResponseData.class)))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void aLeaderThatGoesWakesThoseWhoWait() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        client.send(ApiMessageType.FETCH, 12, add(request(60_000, 1), "t", 0, 1));
        plane.clock.settle();
        plane.put("t", 1, 2, 1);
        plane.clock.settle();
        PartitionData data = only(client.receive(FetchResponseData.class));
        assertThat(error(data)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(data.currentLeader().leaderId()).isEqualTo(2);
    }

    @Test
    void theLogIsOpenedByItsFirstReader() {
        plane.topic("t", 1);
        client.send(ApiMessageType.FETCH, 11, add(request(0, 1), "t", 0, 0));
        assertThat(client.hasReply()).as("the disk is at it").isFalse();
        plane.clock.settle();
        assertThat(only(client.receive(FetchResponseData.class)).highWatermark())
                .isZero();
    }

    @Test
    void coldDataIsReadByADiskThread() {
        plane.topic("t", 2);
        produce("t", 0, "a");
        produce("t", 1, "b");
        plane.disk.isCold = true;
        client.send(ApiMessageType.FETCH, 11, add(add(request(0, 1), "t", 0, 0, 1000), "t", 1, 0, 1000));
        assertThat(client.hasReply()).isFalse();
        plane.clock.settle();
        var partitions = client.receive(FetchResponseData.class).responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        assertThat(partitions.stream().map(FetchTest::batches)).containsOnly(List.of("0..0"));
    }

    @Test
    void aTopicThatGoesDuringAColdRead() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        plane.disk.isCold = true;
        client.send(ApiMessageType.FETCH, 11, add(request(0, 1).setIsolationLevel((byte) 1), "t", 0, 0, 1000));
        plane.delete("t");
        plane.clock.settle();
        assertThat(error(only(client.receive(FetchResponseData.class)))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aClientThatGoesDuringAColdReadLeavesNoFileOpen() {
        plane.topic("t", 1);
        produce("t", 0, "a");
        plane.disk.isCold = true;
        client.send(ApiMessageType.FETCH, 11, add(request(0, 1), "t", 0, 0));
        client.disconnect();
        plane.clock.settle();
    }

    @Test
    void aRecordIsNotShownBeforeItIsDurableWhereThatIsAskedFor() {
        plane.topic("t", 1, "flush.messages", "1");
        produce("t", 0, "a");
        plane.disk.isHeld = true;
        producer.send(ApiMessageType.PRODUCE, 7, ProduceTest.request(1, "t", 0, TestBatches.of("b")));
        client.send(ApiMessageType.FETCH, 11, add(request(500, 1), "t", 0, 1));
        plane.clock.settle();
        assertThat(client.hasReply()).isFalse();
        plane.disk.letGo();
        assertThat(batches(only(client.receive(FetchResponseData.class)))).containsExactly("1..1");
    }

    @Test
    void zstdTopicsAreNotForClientsThatDoNotKnowIt() {
        plane.topic("t", 1, "compression.type", "zstd");
        assertThat(error(only(fetch(9, add(request(0, 1), "t", 0, 0))))).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(error(only(fetch(10, add(request(0, 1), "t", 0, 0))))).isEqualTo(Errors.NONE);
    }

    @Test
    void aFetchOfNothingIsAnsweredAtOnce() {
        assertThat(fetch(11, request(60_000, 1)).responses()).isEmpty();
    }
}
