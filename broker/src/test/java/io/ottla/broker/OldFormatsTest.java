package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.NewRecord;
import io.ottla.partition.TestBatches;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Answers in old formats take memory: each is bounded, so are all together, and who does not take one cannot keep others waiting. */
class OldFormatsTest {
    private static final long T = TestBatches.TIMESTAMP_MS;

    private final DataPlane plane = new DataPlane();
    private final DataPlane.Client client = plane.client();

    private void produce(String topic, int partition, Codec codec, int valueBytes) {
        ByteBuffer batch = new BatchBuilder()
                .codec(codec)
                .append(NewRecord.of(T, ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap(new byte[valueBytes])))
                .build();
        var response = client.call(
                ApiMessageType.PRODUCE, 7, ProduceTest.request(1, topic, partition, batch), ProduceResponseData.class);
        assertThat(ProduceTest.only(response).errorCode()).isZero();
    }

    private static FetchRequestData fetch(String topic, int... partitions) {
        FetchRequestData request = FetchTest.request(0, 1);
        for (int partition : partitions) FetchTest.add(request, topic, partition, 0);
        return request;
    }

    private List<PartitionData> fetched(FetchRequestData request) {
        return client.call(ApiMessageType.FETCH, 3, request, FetchResponseData.class)
                .responses()
                .getFirst()
                .partitions();
    }

    /** 20 MB in 20 KB. */
    @Test
    void aBatchThatUnpacksToMoreThanAnAnswerMayBeIsAnErrorOfItsPartition() {
        plane.topic("t", 2);
        produce("t", 0, Codec.GZIP, 20 << 20);
        produce("t", 1, Codec.NONE, 1000);
        int told = 0;
        for (int round = 0; round < 4; round++) {
            List<PartitionData> found = fetched(fetch("t", 0, 1));
            // where another partition came first, it might yet fit into an answer of its own
            if (found.getFirst().errorCode() == Errors.MESSAGE_TOO_LARGE.code()) told++;
            else assertThat(found.getFirst().errorCode()).isZero();
            assertThat(found.getFirst().records().sizeInBytes()).isZero();
            assertThat(found.getLast().errorCode()).isZero();
            assertThat(found.getLast().records().sizeInBytes()).isGreaterThan(1000);
        }
        assertThat(told).isEqualTo(2);
    }

    @Test
    void whatDoesNotFitComesWithTheNextAnswer() {
        plane.topic("t", 3);
        for (int partition = 0; partition < 3; partition++)
            produce("t", partition, Codec.NONE, DataPlane.OLD_FORMAT_BYTES_MAX * 2 / 3);
        boolean[] seen = new boolean[3];
        for (int round = 0; round < 3; round++) {
            int served = 0;
            for (PartitionData each : fetched(fetch("t", 0, 1, 2))) {
                assertThat(each.errorCode()).isZero();
                if (each.records().sizeInBytes() == 0) continue;
                seen[each.partitionIndex()] = true;
                served++;
            }
            assertThat(served).isEqualTo(1);
        }
        assertThat(seen).containsOnly(true);
    }

    @Test
    void whoDoesNotTakeAnAnswerKeepsNobodyWaitingForEver() {
        plane.topic("t", 1);
        produce("t", 0, Codec.NONE, DataPlane.OLD_FORMAT_BYTES_MAX * 2 / 3);
        DataPlane.Client slow = plane.client();
        slow.connection.unsentBytes = 1;
        slow.send(ApiMessageType.FETCH, 3, fetch("t", 0));
        slow.send(ApiMessageType.FETCH, 3, fetch("t", 0));
        slow.send(ApiMessageType.FETCH, 3, fetch("t", 0));
        plane.clock.settle();
        assertThat(slow.connection.frames).as("two have room").hasSize(2);
        client.send(ApiMessageType.FETCH, 3, fetch("t", 0));
        plane.clock.advance(OldFormats.Limits.of(1).unsentMsMax() - 1);
        assertThat(client.hasReply()).isFalse();
        assertThat(slow.connection.closed).isFalse();
        plane.clock.advance(1);
        assertThat(slow.connection.closed).isTrue();
        slow.disconnect();
        plane.clock.settle();
        assertThat(client.receive(FetchResponseData.class).responses()).hasSize(1);
    }

    @Test
    void anAnswerThatLeavesInTimeMakesRoomForTheNext() {
        plane.topic("t", 1);
        produce("t", 0, Codec.NONE, DataPlane.OLD_FORMAT_BYTES_MAX * 2 / 3);
        DataPlane.Client slow = plane.client();
        for (int i = 0; i < 10; i++) {
            slow.connection.unsentBytes = 1;
            for (int sent = 0; sent < 3; sent++) slow.send(ApiMessageType.FETCH, 3, fetch("t", 0));
            plane.clock.settle();
            assertThat(slow.connection.frames).hasSize(i * 3 + 2);
            plane.clock.advance(10_000);
            slow.drain();
            plane.clock.settle();
            slow.drain();
            assertThat(slow.connection.frames).hasSize(i * 3 + 3);
        }
        plane.clock.advance(100_000);
        assertThat(slow.connection.closed).isFalse();
    }
}
