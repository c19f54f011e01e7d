package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DeleteRecordsRequestData;
import io.ottla.kafkamessages.DeleteRecordsRequestData.DeleteRecordsPartition;
import io.ottla.kafkamessages.DeleteRecordsRequestData.DeleteRecordsTopic;
import io.ottla.kafkamessages.DescribeLogDirsRequestData;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.InitProducerIdRequestData;
import io.ottla.kafkamessages.ListOffsetsRequestData;
import io.ottla.kafkamessages.ListOffsetsRequestData.ListOffsetsPartition;
import io.ottla.kafkamessages.ListOffsetsRequestData.ListOffsetsTopic;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import io.ottla.kafkamessages.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.RequestEncoder;
import io.ottla.partition.TestBatches;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/**
 * Whatever a client sends is answered or closes its connection. An exception would stop the node, and here fails the
 * test. The data of a good client stays as it is, and no file is left open.
 */
class DataPlaneFuzzTest {
    private static final int SEEDS = 60;
    private static final int REQUESTS = 120;

    private static final Map<ApiMessageType, Integer> LAST_VERSION = Map.of(
            ApiMessageType.PRODUCE, 13,
            ApiMessageType.FETCH, 18,
            ApiMessageType.LIST_OFFSETS, 11,
            ApiMessageType.OFFSET_FOR_LEADER_EPOCH, 4,
            ApiMessageType.DELETE_RECORDS, 2,
            ApiMessageType.INIT_PRODUCER_ID, 5,
            ApiMessageType.DESCRIBE_LOG_DIRS, 5);

    private static final List<ApiMessageType> APIS =
            LAST_VERSION.keySet().stream().sorted().toList();

    private static final long[] ODD = {
        0, 1, -1, 2, -2, -3, -6, 5, 7, 100, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
    };

    @Test
    void nothingThatAClientSendsIsAFault() {
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                run(new SeededRandom(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void run(SeededRandom random) {
        DataPlane plane = new DataPlane(3);
        plane.topic("good", 1);
        plane.topic("t", 2, "segment.bytes", "3000");
        plane.topic("u", 1, "cleanup.policy", "compact", "flush.messages", "1", "compression.type", "gzip");
        DataPlane.Client good = plane.client();
        good.call(
                ApiMessageType.PRODUCE,
                9,
                ProduceTest.request(1, "good", 0, TestBatches.of("kept")),
                io.ottla.kafkamessages.ProduceResponseData.class);
        DataPlane.Client client = plane.client();
        for (int i = 0; i < REQUESTS; i++) {
            if (client.connection.closed) {
                client.disconnect();
                client = plane.client();
            }
            ApiMessageType api = APIS.get(random.nextInt(APIS.size()));
            short version = (short) random.nextInt(LAST_VERSION.get(api) + 1);
            ByteBuffer frame =
                    FakeConnection.bytes(RequestEncoder.encode(api, version, i, "fuzz", body(api, version, random)));
            frame.getInt();
            ByteBuffer bytes = frame.slice();
            if (random.chance(0.5)) damage(bytes, random);
            client.raw(bytes);
            if (random.chance(0.3)) plane.clock.settle();
            if (random.chance(0.1)) plane.clock.advance(random.nextInt(2000));
            if (random.chance(0.02)) client.connection.closed = true;
            if (random.chance(0.05)) plane.disk.isCold = !plane.disk.isCold;
        }
        client.disconnect();
        plane.disk.isCold = false;
        plane.clock.advance(100_000);
        FetchResponseData kept = good.call(
                ApiMessageType.FETCH,
                11,
                FetchTest.add(FetchTest.request(0, 1), "good", 0, 0),
                FetchResponseData.class);
        assertThat(FetchTest.batches(FetchTest.only(kept))).containsExactly("0..0");
        plane.logs.closeCleanly(-1, done -> {});
        plane.clock.settle();
        assertThat(plane.disk.holds).as("files held").isZero();
    }

    private static void damage(ByteBuffer bytes, SeededRandom random) {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            int at = 4 + random.nextInt(bytes.limit() - 4);
            bytes.put(at, (byte) (random.chance(0.5) ? random.nextLong() : ODD[random.nextInt(ODD.length)]));
        }
        // the good client's topic is not to be written to
        for (int i = 0; i + 4 <= bytes.limit(); i++) if (bytes.getInt(i) == 0x676f6f64) bytes.putInt(i, 0x62616421);
    }

    private static ApiMessage body(ApiMessageType api, int version, SeededRandom random) {
        String topic = random.chance(0.8) ? "t" : random.chance(0.8) ? "u" : "unknown";
        int partition = random.chance(0.9) ? random.nextInt(2) : (int) odd(random);
        long offset = random.chance(0.6) ? random.nextInt(20) : odd(random);
        return switch (api) {
            case PRODUCE ->
                ProduceTest.request(random.nextInt(3) - 1, topic, partition, records(version, random))
                        .setTimeoutMs((int) odd(random));
            case FETCH -> fetch(version, topic, partition, offset, random);
            case LIST_OFFSETS ->
                new ListOffsetsRequestData()
                        .setReplicaId(random.chance(0.8) ? -1 : (int) odd(random))
                        .setTopics(List.of(new ListOffsetsTopic()
                                .setName(topic)
                                .setPartitions(List.of(new ListOffsetsPartition()
                                        .setPartitionIndex(partition)
                                        .setTimestamp(random.chance(0.5) ? odd(random) : TestBatches.TIMESTAMP_MS)))));
            case OFFSET_FOR_LEADER_EPOCH -> {
                OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
                request.topics()
                        .add(new OffsetForLeaderTopic()
                                .setTopic(topic)
                                .setPartitions(List.of(new OffsetForLeaderPartition()
                                        .setPartition(partition)
                                        .setLeaderEpoch((int) odd(random)))));
                yield request;
            }
            case DELETE_RECORDS ->
                new DeleteRecordsRequestData()
                        .setTopics(List.of(new DeleteRecordsTopic()
                                .setName(topic)
                                .setPartitions(List.of(new DeleteRecordsPartition()
                                        .setPartitionIndex(partition)
                                        .setOffset(offset)))));
            case INIT_PRODUCER_ID ->
                new InitProducerIdRequestData().setTransactionalId(random.chance(0.7) ? null : "tx");
            default -> new DescribeLogDirsRequestData().setTopics(null);
        };
    }

    private static long odd(SeededRandom random) {
        return ODD[random.nextInt(ODD.length)];
    }

    private static ByteBuffer records(int version, SeededRandom random) {
        if (version < 3) return OldMessages.of((byte) (version < 2 ? 0 : 1), "a", "b");
        BatchBuilder builder = new BatchBuilder().codec(Codec.values()[random.nextInt(version < 7 ? 4 : 5)]);
        if (random.chance(0.3)) builder.producer(random.nextInt(3), (short) random.nextInt(2), random.nextInt(4));
        String[] values = new String[1 + random.nextInt(5)];
        for (int i = 0; i < values.length; i++) values[i] = "v".repeat(random.nextInt(300));
        ByteBuffer batch = TestBatches.fill(builder, values);
        if (random.chance(0.2)) batch.put(random.nextInt(batch.limit()), (byte) random.nextLong());
        return batch;
    }

    private static ApiMessage fetch(int version, String topic, int partition, long offset, SeededRandom random) {
        FetchRequestData request = FetchTest.add(
                FetchTest.request((int) odd(random), (int) odd(random)), topic, partition, offset, (int) odd(random));
        if (version >= 3) request.setMaxBytes((int) odd(random));
        if (version >= 4) request.setIsolationLevel((byte) random.nextInt(3));
        if (version >= 7) request.setSessionEpoch(random.nextInt(4) - 1);
        if (version >= 7 && random.chance(0.3)) request.setSessionId((int) odd(random));
        if (version >= 12 && random.chance(0.3))
            request.topics().getFirst().partitions().getFirst().setLastFetchedEpoch((int) odd(random));
        return request;
    }
}
