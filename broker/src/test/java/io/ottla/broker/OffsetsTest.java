package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DeleteRecordsRequestData;
import io.ottla.kafkamessages.DeleteRecordsRequestData.DeleteRecordsPartition;
import io.ottla.kafkamessages.DeleteRecordsRequestData.DeleteRecordsTopic;
import io.ottla.kafkamessages.DeleteRecordsResponseData;
import io.ottla.kafkamessages.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import io.ottla.kafkamessages.ListOffsetsRequestData;
import io.ottla.kafkamessages.ListOffsetsRequestData.ListOffsetsPartition;
import io.ottla.kafkamessages.ListOffsetsRequestData.ListOffsetsTopic;
import io.ottla.kafkamessages.ListOffsetsResponseData;
import io.ottla.kafkamessages.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import io.ottla.kafkamessages.OffsetForLeaderEpochResponseData;
import io.ottla.kafkamessages.OffsetForLeaderEpochResponseData.EpochEndOffset;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import io.ottla.partition.TestBatches;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ListOffsets, OffsetForLeaderEpoch and DeleteRecords, from frame to reply. */
class OffsetsTest {
    private static final long T = TestBatches.TIMESTAMP_MS;

    private final DataPlane plane = new DataPlane();
    private final DataPlane.Client client = plane.client();

    /** Offsets 0 to 3 with the times T+10, T+30, T+20, T+40, in epoch 0; then 4 with T+5 in epoch 2. */
    @BeforeEach
    void fill() {
        plane.topic("t", 1);
        produce(batch(10, 30));
        produce(batch(20, 40));
        plane.put("t", 1, 1, 2);
        produce(batch(5));
    }

    private static ByteBuffer batch(long... times) {
        BatchBuilder builder = new BatchBuilder();
        for (long time : times) builder.append(NewRecord.of(T + time, "k", "v"));
        return builder.build();
    }

    private void produce(ByteBuffer batch) {
        var response = client.call(
                ApiMessageType.PRODUCE, 7, ProduceTest.request(1, "t", 0, batch), ProduceResponseData.class);
        assertThat(ProduceTest.only(response).errorCode()).isZero();
    }

    private static ListOffsetsRequestData ask(long timestamp) {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsPartition().setTimestamp(timestamp)))));
    }

    private ListOffsetsPartitionResponse list(int version, ListOffsetsRequestData request) {
        var response = client.call(ApiMessageType.LIST_OFFSETS, version, request, ListOffsetsResponseData.class);
        return response.topics().getFirst().partitions().getFirst();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void firstAndLastInEveryVersion(int version) {
        var latest = list(version, ask(-1));
        assertThat(Errors.forCode(latest.errorCode())).isEqualTo(Errors.NONE);
        assertThat(latest.offset()).isEqualTo(5);
        assertThat(latest.timestamp()).isEqualTo(-1);
        assertThat(latest.leaderEpoch()).isEqualTo(version >= 4 ? 2 : -1);
        var earliest = list(version, ask(-2));
        assertThat(earliest.offset()).isZero();
        assertThat(earliest.leaderEpoch()).isEqualTo(version >= 4 ? 0 : -1);
    }

    @ParameterizedTest
    @CsvSource({"0,0,10", "10,0,10", "11,1,30", "30,1,30", "31,3,40", "40,3,40", "41,-1,"})
    void byTimeTheFirstRecordThatIsNotOlder(long after, long offset, Long time) {
        var found = list(5, ask(T + after));
        assertThat(found.errorCode()).isZero();
        assertThat(found.offset()).isEqualTo(offset);
        assertThat(found.timestamp()).isEqualTo(time == null ? -1 : T + time);
    }

    @ParameterizedTest
    @CsvSource({
        "6,-3,UNSUPPORTED_VERSION,-1", "7,-3,NONE,3", "7,-4,UNSUPPORTED_VERSION,-1", "8,-4,NONE,0",
        "8,-5,UNSUPPORTED_VERSION,-1", "9,-5,NONE,-1", "10,-6,UNSUPPORTED_VERSION,-1", "11,-6,NONE,-1",
        "11,-7,UNSUPPORTED_VERSION,-1", "1,-9223372036854775808,UNSUPPORTED_VERSION,-1"
    })
    void specialTimestamps(int version, long timestamp, Errors error, long offset) {
        var found = list(version, ask(timestamp));
        assertThat(Errors.forCode(found.errorCode())).isEqualTo(error);
        assertThat(found.offset()).isEqualTo(offset);
    }

    @ParameterizedTest
    @CsvSource({"1,FENCED_LEADER_EPOCH", "2,NONE", "3,UNKNOWN_LEADER_EPOCH"})
    void leaderEpochsAreChecked(int epoch, Errors error) {
        ListOffsetsRequestData request = ask(-1);
        request.topics().getFirst().partitions().getFirst().setCurrentLeaderEpoch(epoch);
        assertThat(Errors.forCode(list(4, request).errorCode())).isEqualTo(error);
    }

    @Test
    void version0GivesSeveralOffsetsTheNewestFirst() {
        ListOffsetsRequestData latest = ask(-1);
        latest.topics().getFirst().partitions().getFirst().setMaxNumOffsets(10);
        assertThat(list(0, latest).oldStyleOffsets()).containsExactly(5L, 0L);
        latest.topics().getFirst().partitions().getFirst().setMaxNumOffsets(1);
        assertThat(list(0, latest).oldStyleOffsets()).containsExactly(5L);
        assertThat(list(0, ask(-2)).oldStyleOffsets()).containsExactly(0L);
        assertThat(list(0, ask(plane.clock.nowMs())).oldStyleOffsets()).containsExactly(0L);
        assertThat(list(0, ask(plane.clock.nowMs() - 1)).oldStyleOffsets()).isEmpty();
        latest.topics().getFirst().partitions().getFirst().setMaxNumOffsets(-3);
        assertThat(list(0, latest).oldStyleOffsets()).isEmpty();
    }

    @Test
    void aPartitionNamedTwiceIsAnErrorForBoth() {
        ListOffsetsRequestData request = ask(-1);
        request.topics().getFirst().setPartitions(List.of(new ListOffsetsPartition(), new ListOffsetsPartition()));
        var response = client.call(ApiMessageType.LIST_OFFSETS, 5, request, ListOffsetsResponseData.class);
        assertThat(response.topics().getFirst().partitions())
                .hasSize(2)
                .allMatch(each -> each.errorCode() == Errors.INVALID_REQUEST.code());
    }

    @Test
    void whatIsNotHereIsToldByItsError() {
        plane.put("elsewhere", 1, 2, 9);
        ListOffsetsRequestData request = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(
                        new ListOffsetsTopic().setName("unknown").setPartitions(List.of(new ListOffsetsPartition())),
                        new ListOffsetsTopic()
                                .setName("elsewhere")
                                .setPartitions(List.of(new ListOffsetsPartition()))));
        var response = client.call(ApiMessageType.LIST_OFFSETS, 5, request, ListOffsetsResponseData.class);
        assertThat(response.topics().stream()
                        .map(topic ->
                                Errors.forCode(topic.partitions().getFirst().errorCode())))
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.NOT_LEADER_OR_FOLLOWER);
    }

    // OffsetForLeaderEpoch

    private EpochEndOffset endOf(int version, int epoch, int currentEpoch) {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setLeaderEpoch(epoch)
                                .setCurrentLeaderEpoch(currentEpoch))));
        var response = client.call(
                ApiMessageType.OFFSET_FOR_LEADER_EPOCH, version, request, OffsetForLeaderEpochResponseData.class);
        return response.topics().find("t").partitions().getFirst();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void epochsEndWhereTheNextBegins(int version) {
        assertThat(endOf(version, 0, -1).endOffset()).isEqualTo(4);
        assertThat(endOf(version, 2, -1).endOffset()).isEqualTo(5);
        EpochEndOffset between = endOf(version, 1, -1);
        assertThat(between.endOffset()).isEqualTo(4);
        assertThat(between.leaderEpoch()).isEqualTo(version >= 1 ? 0 : -1);
        assertThat(endOf(version, 7, -1).endOffset()).as("not known").isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"1,FENCED_LEADER_EPOCH", "2,NONE", "3,UNKNOWN_LEADER_EPOCH"})
    void theEpochOfTheOneWhoAsksIsChecked(int epoch, Errors error) {
        assertThat(Errors.forCode(endOf(2, 0, epoch).errorCode())).isEqualTo(error);
    }

    // DeleteRecords

    private DeleteRecordsPartitionResult delete(int version, String topic, long before) {
        DeleteRecordsRequestData request = new DeleteRecordsRequestData()
                .setTimeoutMs(1000)
                .setTopics(List.of(new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsPartition().setOffset(before)))));
        var response = client.call(ApiMessageType.DELETE_RECORDS, version, request, DeleteRecordsResponseData.class);
        return response.topics().find(topic).partitions().find(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theLogBeginsLater(int version) {
        assertThat(delete(version, "t", 3).lowWatermark()).isEqualTo(3);
        assertThat(list(5, ask(-2)).offset()).isEqualTo(3);
        assertThat(list(5, ask(T)).offset()).isEqualTo(3);
        assertThat(delete(version, "t", 1).lowWatermark()).as("never earlier").isEqualTo(3);
        assertThat(delete(version, "t", -1).lowWatermark())
                .as("the high watermark")
                .isEqualTo(5);
    }

    @Test
    void whatCannotBeDeletedIsToldByItsError() {
        plane.topic("compacted", 1, "cleanup.policy", "compact");
        plane.topic("__consumer_offsets", 1, "cleanup.policy", "compact,delete");
        assertThat(Errors.forCode(delete(2, "t", 6).errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(Errors.forCode(delete(2, "t", -2).errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(Errors.forCode(delete(2, "compacted", 0).errorCode())).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(Errors.forCode(delete(2, "__consumer_offsets", 0).errorCode()))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(Errors.forCode(delete(2, "unknown", 0).errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(delete(2, "unknown", 0).lowWatermark()).isEqualTo(-1);
    }
}
