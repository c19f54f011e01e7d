package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeLogDirsRequestData;
import io.ottla.kafkamessages.DescribeLogDirsRequestData.DescribableLogDirTopic;
import io.ottla.kafkamessages.DescribeLogDirsResponseData;
import io.ottla.kafkamessages.DescribeProducersRequestData;
import io.ottla.kafkamessages.DescribeProducersRequestData.TopicRequest;
import io.ottla.kafkamessages.DescribeProducersResponseData;
import io.ottla.kafkamessages.InitProducerIdRequestData;
import io.ottla.kafkamessages.InitProducerIdResponseData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.partition.TestBatches;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** InitProducerId, DescribeProducers and DescribeLogDirs, from frame to reply. */
class ProducersAndDirsTest {
    private final DataPlane plane = new DataPlane();
    private final DataPlane.Client client = plane.client();

    private InitProducerIdResponseData init(int version, InitProducerIdRequestData request) {
        return client.call(ApiMessageType.INIT_PRODUCER_ID, version, request, InitProducerIdResponseData.class);
    }

    private static InitProducerIdRequestData ask(String transactionalId) {
        return new InitProducerIdRequestData()
                .setTransactionalId(transactionalId)
                .setTransactionTimeoutMs(60_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void everyProducerGetsItsOwnId(int version) {
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 1500; i++) {
            var response = init(version, ask(null));
            assertThat(response.errorCode()).isZero();
            assertThat(response.producerEpoch()).isZero();
            assertThat(ids.add(response.producerId())).isTrue();
        }
        assertThat(ids).contains(0L, 999L, 1000L);
    }

    @Test
    void oneThatHadAnIdGetsANewOne() {
        init(5, ask(null));
        var response = init(5, ask(null).setProducerId(0).setProducerEpoch((short) 3));
        assertThat(response.producerId()).isEqualTo(1);
        assertThat(response.producerEpoch()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "'',-1,-1,INVALID_REQUEST",
                "null,5,-1,INVALID_REQUEST",
                "null,-1,5,INVALID_REQUEST",
                "tx,-1,-1,CLUSTER_AUTHORIZATION_FAILED"
            })
    void whatIsNotServedIsToldByItsError(String transactionalId, long id, short epoch, Errors error) {
        var response = init(5, ask(transactionalId).setProducerId(id).setProducerEpoch(epoch));
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(error);
        assertThat(response.producerId()).isEqualTo(-1);
        assertThat(response.producerEpoch()).isEqualTo((short) -1);
    }

    @Test
    void thePartitionsProducersAreKnown() {
        plane.topic("t", 1);
        client.call(
                ApiMessageType.PRODUCE,
                7,
                ProduceTest.request(1, "t", 0, TestBatches.of(42, 3, 0, "a", "b")),
                ProduceResponseData.class);
        var request = new DescribeProducersRequestData();
        request.topics().add(new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 9)));
        request.topics().add(new TopicRequest().setName("unknown").setPartitionIndexes(List.of(0)));
        var response = client.call(ApiMessageType.DESCRIBE_PRODUCERS, 0, request, DescribeProducersResponseData.class);
        var partition = response.topics().get(0).partitions().get(0);
        assertThat(partition.errorCode()).isZero();
        assertThat(partition.activeProducers()).hasSize(1);
        var producer = partition.activeProducers().getFirst();
        assertThat(producer.producerId()).isEqualTo(42);
        assertThat(producer.producerEpoch()).isEqualTo(3);
        assertThat(producer.lastSequence()).isEqualTo(1);
        assertThat(producer.currentTxnStartOffset()).isEqualTo(-1);
        assertThat(response.topics().get(0).partitions().get(1).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(response.topics().get(1).partitions().get(0).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void directoriesAndWhatIsInThem(int version) {
        plane.topic("t", 2);
        plane.topic("u", 1);
        for (int i = 0; i < 2; i++)
            client.call(
                    ApiMessageType.PRODUCE,
                    7,
                    ProduceTest.request(1, i == 0 ? "t" : "u", 0, TestBatches.of("a")),
                    ProduceResponseData.class);
        var all = client.call(
                ApiMessageType.DESCRIBE_LOG_DIRS,
                version,
                new DescribeLogDirsRequestData().setTopics(null),
                DescribeLogDirsResponseData.class);
        var dir = all.results().getFirst();
        assertThat(dir.logDir()).isEqualTo("/data");
        assertThat(dir.errorCode()).isZero();
        assertThat(dir.topics()).hasSize(2);
        assertThat(dir.topics().getFirst().partitions().getFirst().partitionSize())
                .isEqualTo(TestBatches.of("a").remaining());
        assertThat(dir.totalBytes()).isEqualTo(version >= 4 ? 1L << 41 : -1);
        DescribeLogDirsRequestData one = new DescribeLogDirsRequestData();
        one.topics().add(new DescribableLogDirTopic().setTopic("u").setPartitions(List.of(0, 1)));
        var some = client.call(ApiMessageType.DESCRIBE_LOG_DIRS, version, one, DescribeLogDirsResponseData.class);
        assertThat(some.results().getFirst().topics()).hasSize(1);
        assertThat(some.results().getFirst().topics().getFirst().name()).isEqualTo("u");
    }

    @Test
    void aPartitionIsToldFromItsCreationOnAndNotFromItsFirstRecord() {
        plane.topic("fresh", 2);
        var response = client.call(
                ApiMessageType.DESCRIBE_LOG_DIRS,
                4,
                new DescribeLogDirsRequestData().setTopics(null),
                DescribeLogDirsResponseData.class);
        var topic = response.results().getFirst().topics().getFirst();
        assertThat(topic.name()).isEqualTo("fresh");
        assertThat(topic.partitions())
                .extracting(partition -> partition.partitionIndex() + ":" + partition.partitionSize())
                .containsExactly("0:0", "1:0");
    }

    @Test
    void aFailedDirectoryIsToldByItsError() {
        plane.topic("t", 1);
        plane.disk.failsWrites = true;
        client.call(
                ApiMessageType.PRODUCE,
                7,
                ProduceTest.request(1, "t", 0, TestBatches.of("a")),
                ProduceResponseData.class);
        var all = client.call(
                ApiMessageType.DESCRIBE_LOG_DIRS,
                3,
                new DescribeLogDirsRequestData().setTopics(null),
                DescribeLogDirsResponseData.class);
        assertThat(all.results().getFirst().errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
        assertThat(all.results().getFirst().logDir()).isEqualTo("/data");
    }
}
