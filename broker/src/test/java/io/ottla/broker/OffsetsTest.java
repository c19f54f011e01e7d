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
import java.util.stream.Stream;
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

    /** The one segment was written now; the log has offsets 0 to 4. */
    @ParameterizedTest
    @CsvSource({
        "-1,10,'5,0'",
        "-1,2,'5,0'",
        "-1,1,5",
        "-1,0,",
        "-1,-3,",
        "-2,10,0",
        "-2,0,",
        "-3,10,",
        "-5,10,",
        "-9,10,",
        "0,10,",
        "now-1,10,",
        "now,10,'5,0'",
        "now,1,5",
        "now+1,10,'5,0'",
        "now+3600000,10,'5,0'",
        "max,10,'5,0'",
        "max,1,5"
    })
    void version0GivesWhereSegmentsBeginAndTheLogEndsTheNewestFirst(String time, int most, String offsets) {
        assertThat(version0(time, most)).isEqualTo(numbers(offsets));
    }

    /** A segment for each batch, one second apart: they begin at 0, 2, 4 and were written 3, 2, 1 seconds ago. */
    @ParameterizedTest
    @CsvSource({
        "now-3001,10,", "now-3000,10,0", "now-2001,10,0", "now-2000,10,'2,0'", "now-2000,1,2", "now-1000,10,'4,2,0'",
        "now-1,10,'4,2,0'", "now-1,2,'4,2'", "now-1,1,4", "now,10,'6,4,2,0'", "now,3,'6,4,2'", "now+5,1,6"
    })
    void version0GivesAllThatIsNotYounger(String time, int most, String offsets) {
        segmentEachSecond();
        assertThat(version0(time, most)).isEqualTo(numbers(offsets));
    }

    @ParameterizedTest
    @CsvSource({"now-1,10,'4,3'", "now,10,'6,4,3'", "-2,10,3", "-1,10,'6,4,3'", "now-3001,10,"})
    void version0KnowsNothingBeforeTheLogStart(String time, int most, String offsets) {
        segmentEachSecond();
        plane.replica(asked, 0).deleteRecordsBefore(3);
        assertThat(version0(time, most)).isEqualTo(numbers(offsets));
    }

    @Test
    void version0OfAnEmptyPartition() {
        plane.topic("empty", 1);
        for (long time : new long[] {-1, -2, plane.clock.nowMs() + 1})
            assertThat(list(0, askOf("empty", time, 10)).oldStyleOffsets()).containsExactly(0L);
    }

    @Test
    void version0AnswersAPartitionAsOftenAsItIsNamed() {
        ListOffsetsRequestData request = ask(-1);
        request.topics().getFirst().setPartitions(List.of(new ListOffsetsPartition(), new ListOffsetsPartition()));
        var response = client.call(ApiMessageType.LIST_OFFSETS, 0, request, ListOffsetsResponseData.class);
        assertThat(response.topics().getFirst().partitions()).hasSize(2).allMatch(each -> each.errorCode() == 0);
    }

    private String asked = "t";

    private List<Long> version0(String time, int most) {
        return list(0, askOf(asked, time(time), most)).oldStyleOffsets();
    }

    private void segmentEachSecond() {
        asked = "segments";
        plane.topic(asked, 1, "segment.bytes", "100");
        for (int i = 0; i < 3; i++) {
            var request = ProduceTest.request(1, asked, 0, batch(10, 30));
            client.call(ApiMessageType.PRODUCE, 7, request, ProduceResponseData.class);
            plane.clock.advance(1_000);
        }
    }

    private long time(String time) {
        if (time.equals("max")) return Long.MAX_VALUE;
        if (!time.startsWith("now")) return Long.parseLong(time);
        String rest = time.substring(3);
        return plane.clock.nowMs() + (rest.isEmpty() ? 0 : Long.parseLong(rest));
    }

    private static List<Long> numbers(String text) {
        return text == null
                ? List.of()
                : Stream.of(text.split(",")).map(Long::valueOf).toList();
    }

    private static ListOffsetsRequestData askOf(String topic, long timestamp, int most) {
        ListOffsetsRequestData request = ask(timestamp);
        request.topics().getFirst().setName(topic).partitions().getFirst().setMaxNumOffsets(most);
        return request;
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
