package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.DiskFile;
import io.ottla.base.Network.Payload;
import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ApiVersionsResponseData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.ListOffsetsResponseData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResponseEncoderTest {

    private static String hex(List<Payload> parts) {
        ByteBuffer joined = Payloads.join(parts);
        return HexFormat.of().formatHex(joined.array(), 0, joined.limit());
    }

    @Test
    void inFlexibleVersionsTheHeaderHasTags() {
        HeartbeatResponseData response =
                new HeartbeatResponseData().setThrottleTimeMs(2).setErrorCode((short) 27);
        assertThat(hex(ResponseEncoder.encode(ApiMessageType.HEARTBEAT, (short) 0, 5, response)))
                .isEqualTo("00000006" + "00000005" + "001b");
        assertThat(hex(ResponseEncoder.encode(ApiMessageType.HEARTBEAT, (short) 4, 5, response)))
                .isEqualTo("0000000c" + "00000005" + "00" + "00000002" + "001b" + "00");
    }

    /** KIP-511: a client that does not know the version yet must be able to read the header. */
    @Test
    void apiVersionsNeverHasHeaderTags() {
        ApiVersionsResponseData response = new ApiVersionsResponseData().setErrorCode((short) 35);
        assertThat(hex(ResponseEncoder.encode(ApiMessageType.API_VERSIONS, (short) 0, 1, response)))
                .isEqualTo("0000000a" + "00000001" + "0023" + "00000000");
        assertThat(hex(ResponseEncoder.encode(ApiMessageType.API_VERSIONS, (short) 3, 1, response)))
                .isEqualTo("0000000c" + "00000001" + "0023" + "01" + "00000000" + "00");
    }

    @Test
    void theOldestListOffsets() {
        ListOffsetsResponseData response = new ListOffsetsResponseData()
                .setTopics(List.of(new ListOffsetsResponseData.ListOffsetsTopicResponse()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsResponseData.ListOffsetsPartitionResponse()
                                .setPartitionIndex(1)
                                .setOldStyleOffsets(List.of(7L))))));
        assertThat(hex(ResponseEncoder.encode(ApiMessageType.LIST_OFFSETS, (short) 0, 1, response)))
                .isEqualTo("00000021" + "00000001" + "00000001" + "000174" + "00000001" + "00000001" + "0000"
                        + "00000001" + "0000000000000007");
    }

    @Test
    void fileRangesGoOutUncopied() {
        DiskFile file = new BytesFile("0123456789");
        Payload.FileRange range = new Payload.FileRange(file, 2, 5);
        ByteBuffer memory = ByteBuffer.wrap("abc".getBytes(StandardCharsets.US_ASCII));
        FetchResponseData response =
                fetch(new FileRecords(List.of(range, new Payload.Bytes(memory))), FileRecords.EMPTY);

        List<Payload> parts = ResponseEncoder.encode(ApiMessageType.FETCH, (short) 12, 3, response);

        assertThat(parts).hasSize(4);
        assertThat(parts.get(1)).isSameAs(range);
        assertThat(((Payload.Bytes) parts.get(2)).buffer()).isEqualTo(memory);
        ByteBuffer frame = Payloads.join(parts);
        assertThat(frame.getInt()).isEqualTo(frame.remaining());
        FetchResponseData read = (FetchResponseData)
                ResponseDecoder.decode(ApiMessageType.FETCH, (short) 12, frame).body();
        var partitions = read.responses().get(0).partitions();
        assertThat(text(partitions.get(0))).isEqualTo("23456abc");
        assertThat(text(partitions.get(1))).isEmpty();
    }

    @Test
    void recordsInMemoryGoOutUncopiedToo() {
        byte[] bytes = "records".getBytes(StandardCharsets.US_ASCII);
        FetchResponseData response = fetch(MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)), null);
        List<Payload> parts = ResponseEncoder.encode(ApiMessageType.FETCH, (short) 4, 3, response);
        assertThat(((Payload.Bytes) parts.get(1)).buffer().array()).isSameAs(bytes);
    }

    @Test
    void aResponseThatTheVersionCannotSayIsAFault() {
        ListOffsetsResponseData response = new ListOffsetsResponseData()
                .setTopics(List.of(new ListOffsetsResponseData.ListOffsetsTopicResponse()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsResponseData.ListOffsetsPartitionResponse()
                                .setOldStyleOffsets(List.of(7L))))));
        assertThatThrownBy(() -> ResponseEncoder.encode(ApiMessageType.LIST_OFFSETS, (short) 5, 1, response))
                .isInstanceOf(UnsupportedVersionException.class);
    }

    /** Every response in every version: what is written is what is read, and exactly as long as computed. */
    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void whatIsWrittenIsRead(ApiMessageType api) {
        for (short version = api.lowestSupportedVersion(); version <= api.highestSupportedVersion(true); version++) {
            SeededRandom random = new SeededRandom(api.apiKey() * 100L + version);
            byte[] bytes = new RandomMessages(random, false).message(api.responseSchemas()[version]);
            ApiMessage response = api.newResponse();
            response.read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
            ByteBuffer frame = Payloads.join(ResponseEncoder.encode(api, version, 42, response));
            assertThat(frame.getInt()).isEqualTo(frame.remaining());
            assertThat(ResponseDecoder.correlationId(frame)).isEqualTo(42);
            ResponseDecoder.Response read = ResponseDecoder.decode(api, version, frame);
            assertThat(read.correlationId()).isEqualTo(42);
            assertThat(read.body()).isEqualTo(response);
        }
    }

    private static FetchResponseData fetch(
            org.apache.kafka.common.record.internal.BaseRecords first,
            org.apache.kafka.common.record.internal.BaseRecords second) {
        return new FetchResponseData()
                .setResponses(List.of(new FetchResponseData.FetchableTopicResponse()
                        .setTopic("t")
                        .setPartitions(List.of(
                                new FetchResponseData.PartitionData()
                                        .setPartitionIndex(0)
                                        .setRecords(first),
                                new FetchResponseData.PartitionData()
                                        .setPartitionIndex(1)
                                        .setRecords(second)))));
    }

    private static String text(FetchResponseData.PartitionData partition) {
        ByteBuffer buffer = ((MemoryRecords) partition.records()).buffer();
        return StandardCharsets.US_ASCII.decode(buffer.duplicate()).toString();
    }

    /** A file that is a string. */
    private record BytesFile(String content) implements DiskFile {
        @Override
        public long size() {
            return content.length();
        }

        @Override
        public int read(long position, ByteBuffer target) {
            int count = Math.min(target.remaining(), content.length() - (int) position);
            target.put(content.substring((int) position, (int) position + count).getBytes(StandardCharsets.US_ASCII));
            return count;
        }

        @Override
        public int readCached(long position, ByteBuffer target) {
            return read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() {}

        @Override
        public void retain() {}

        @Override
        public void release() {}
    }
}
