package io.ottla.bench;

import io.ottla.base.Network.Payload;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.Decoded;
import io.ottla.kafkaprotocol.RequestDecoder;
import io.ottla.kafkaprotocol.RequestEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A frame becomes a request: proven sound, then read. The records of a produce request stay bytes. */
public class DecodeBenchmark extends LoopBenchmark {
    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 12;
    private static final int BATCH_BYTES = 16 * 1024;

    /** How many partitions the request names. */
    @Param({"1", "100"})
    public int partitions;

    private final RequestDecoder decoder = new RequestDecoder(RequestDecoder.Served.allStable());
    private ByteBuffer produce;
    private ByteBuffer fetch;

    @Setup
    public void encode() {
        List<ProduceRequestData.PartitionProduceData> data = new ArrayList<>();
        List<FetchRequestData.FetchPartition> wanted = new ArrayList<>();
        ByteBuffer batch = SampleBatches.batch(Codec.NONE, 1000, BATCH_BYTES / partitions);
        for (int p = 0; p < partitions; p++) {
            data.add(new ProduceRequestData.PartitionProduceData()
                    .setIndex(p)
                    .setRecords(MemoryRecords.readableRecords(batch.duplicate())));
            wanted.add(new FetchRequestData.FetchPartition()
                    .setPartition(p)
                    .setFetchOffset(1000)
                    .setPartitionMaxBytes(1 << 20));
        }
        ProduceRequestData produceRequest =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        produceRequest
                .topicData()
                .add(new ProduceRequestData.TopicProduceData().setName("orders").setPartitionData(data));
        produce = frame(ApiMessageType.PRODUCE, PRODUCE_VERSION, produceRequest);
        FetchRequestData fetchRequest =
                new FetchRequestData().setMaxWaitMs(500).setMinBytes(1).setMaxBytes(1 << 20);
        fetchRequest
                .topics()
                .add(new FetchRequestData.FetchTopic().setTopic("orders").setPartitions(wanted));
        fetch = frame(ApiMessageType.FETCH, FETCH_VERSION, fetchRequest);
    }

    /** Behind its length, in a direct buffer, as it comes from the network. */
    private static ByteBuffer frame(ApiMessageType api, short version, ApiMessage message) {
        List<Payload> parts = RequestEncoder.encode(api, version, 1, "bench", message);
        ByteBuffer all = ByteBuffer.allocateDirect(
                parts.stream().mapToInt(Payload::sizeBytes).sum());
        for (Payload part : parts)
            if (part instanceof Payload.Bytes bytes) all.put(bytes.buffer().duplicate());
        return all.flip().position(Integer.BYTES).slice();
    }

    @Benchmark
    public Decoded produce() {
        return request(produce);
    }

    @Benchmark
    public Decoded fetch() {
        return request(fetch);
    }

    private Decoded request(ByteBuffer frame) {
        Decoded decoded = decoder.decode(frame.position(0));
        if (!(decoded instanceof Decoded.Request)) throw new IllegalStateException(decoded.toString());
        return decoded;
    }
}
