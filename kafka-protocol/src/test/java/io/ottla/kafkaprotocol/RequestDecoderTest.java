package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ApiVersionsRequestData;
import io.ottla.kafkamessages.ControlledShutdownRequestData;
import io.ottla.kafkamessages.MetadataRequestData;
import io.ottla.kafkamessages.ProduceRequestData;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestDecoderTest {
    private final RequestDecoder decoder = new RequestDecoder(RequestDecoder.Served.allStable());

    private Decoded decode(String hex) {
        return decoder.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replaceAll("\\s", ""))));
    }

    private Decoded.Request request(String hex) {
        return (Decoded.Request) decode(hex);
    }

    @Test
    void apiVersionsOfAModernClient() {
        // key 18, version 3, correlation 7, client id "rdkafka", no tags; "librdkafka", "2.15.0", no tags
        Decoded.Request request =
                request("0012 0003 00000007 0007 72646b61666b61 00" + "0b 6c696272646b61666b61 07 322e31352e30 00");
        assertThat(request.api()).isEqualTo(ApiMessageType.API_VERSIONS);
        assertThat(request.header().correlationId()).isEqualTo(7);
        assertThat(request.header().clientId()).isEqualTo("rdkafka");
        assertThat(request.body())
                .isEqualTo(new ApiVersionsRequestData()
                        .setClientSoftwareName("librdkafka")
                        .setClientSoftwareVersion("2.15.0"));
    }

    @Test
    void metadataOfAnAncientClient() {
        // key 3, version 0, correlation 1, client id "py"; one topic, "a"
        Decoded.Request request = request("0003 0000 00000001 0002 7079 00000001 0001 61");
        assertThat(((MetadataRequestData) request.body()).topics())
                .extracting(MetadataRequestData.MetadataRequestTopic::name)
                .containsExactly("a");
    }

    @Test
    void aNullClientIdCountsAsEmpty() {
        assertThat(request("0003 0001 00000001 ffff ffffffff").header().clientId())
                .isEmpty();
    }

    @Test
    void theOneRequestWithoutClientId() {
        // ControlledShutdown version 0: correlation 9, broker 5
        Decoded.Request request = request("0007 0000 00000009 00000005");
        assertThat(request.header().correlationId()).isEqualTo(9);
        assertThat(request.body()).isEqualTo(new ControlledShutdownRequestData().setBrokerId(5));
    }

    @Test
    void recordsAreAViewOfTheFrame() {
        // Produce 3, no client id: no transactional id, acks -1, timeout 1000, topic "t", partition 0, 4 bytes
        byte[] frame = HexFormat.of()
                .parseHex("0000" + "0003" + "00000001" + "ffff" + "ffff" + "ffff" + "000003e8" + "00000001" + "0001"
                        + "74" + "00000001" + "00000000" + "00000004" + "01020304");
        Decoded.Request request = (Decoded.Request) decoder.decode(ByteBuffer.wrap(frame));
        var topic = ((ProduceRequestData) request.body()).topicData().iterator().next();
        ByteBuffer records = ((MemoryRecords) topic.partitionData().get(0).records()).buffer();
        frame[frame.length - 1] = 9;
        assertThat(records).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 9}));
    }

    @Test
    void trailingBytesAreIgnored() {
        assertThat(decode("0003 0001 00000001 ffff ffffffff deadbeef")).isInstanceOf(Decoded.Request.class);
    }

    @Test
    void theFrameMayLieAnywhereInItsBuffer() {
        byte[] frame = HexFormat.of().parseHex("000300010000000500027079" + "ffffffff");
        byte[] larger = new byte[frame.length + 20];
        Arrays.fill(larger, (byte) 0xee);
        System.arraycopy(frame, 0, larger, 7, frame.length);
        Decoded.Request request = (Decoded.Request) decoder.decode(ByteBuffer.wrap(larger, 7, frame.length));
        assertThat(request.header().correlationId()).isEqualTo(5);
    }

    /** KIP-511: whatever version it was, the client is to learn which ones are served. */
    @ParameterizedTest
    @CsvSource({"0006, 00", "7fff, 00", "ffff, ''"})
    void apiVersionsFromTheFuture(String version, String headerTags) {
        Decoded decoded = decode("0012" + version + "00000003 0002 7079" + headerTags + "cafe");
        assertThat(decoded).isInstanceOf(Decoded.UnsupportedApiVersions.class);
        assertThat(((Decoded.UnsupportedApiVersions) decoded).header().correlationId())
                .isEqualTo(3);
    }

    @Test
    void onlyWhatIsServedIsDecoded() {
        RequestDecoder few = new RequestDecoder((api, version) -> api == ApiMessageType.METADATA && version == 1);
        assertThat(few.decode(ByteBuffer.wrap(HexFormat.of().parseHex("0003000100000001ffffffffffff"))))
                .isInstanceOf(Decoded.Request.class);
        assertThat(few.decode(ByteBuffer.wrap(HexFormat.of().parseHex("0003000000000001ffffffffffff"))))
                .isEqualTo(new Decoded.Malformed("version 0 of Metadata is not served"));
        assertThat(few.decode(ByteBuffer.wrap(HexFormat.of().parseHex("0012000000000001ffff"))))
                .isInstanceOf(Decoded.UnsupportedApiVersions.class);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # what                                  | frame                                                    | why
        empty                                   | ''                                                       | no room for a request header
        no version                              | 0003 00                                                  | no room for a request header
        unknown key                             | 03e7 0000 00000001 ffff                                  | unknown API key 999
        negative key                            | ffff 0000 00000001 ffff                                  | unknown API key -1
        version too high                        | 0003 0063 00000001 ffff                                  | version 99 of Metadata is not served
        version negative                        | 0003 ffff 00000001 ffff                                  | version -1 of Metadata is not served
        unstable version                        | 0016 0006 00000001 ffff 00                               | version 6 of InitProducerId is not served
        a share group that never was stable     | 004e 0000 00000001 ffff 00                               | version 0 of ShareFetch is not served
        no correlation id                       | 0003 0000 0000                                           | Metadata v0: a field goes past the end of the frame
        client id longer than the frame         | 0003 0000 00000001 7fff 61                               | Metadata v0: a field goes past the end of the frame
        future ApiVersions, broken header       | 0012 0063 00000001 7fff 61                               | ApiVersions v99: a field goes past the end of the frame
        header tags never end                   | 0012 0003 00000001 ffff 8080808080                       | ApiVersions v3: a varint has more than 31 bits
        2^31 - 1 header tags                    | 0012 0003 00000001 ffff ffffffff07                       | ApiVersions v3: an array announces more elements than bytes follow
        varint of six bytes                     | 0012 0003 00000001 ffff 00 808080808000                  | ApiVersions v3: a varint has more than 31 bits
        varint that would be negative           | 0012 0003 00000001 ffff 00 ffffffff0f                    | ApiVersions v3: a varint has more than 31 bits
        varint cut                              | 0012 0003 00000001 ffff 00 80                            | ApiVersions v3: a field goes past the end of the frame
        compact null where none is allowed      | 0012 0003 00000001 ffff 00 00 0131 00                    | ApiVersions v3: a field that must not be null is
        null array where none is allowed        | 0003 0000 00000001 ffff ffffffff                         | Metadata v0: a field that must not be null is
        null string where none is allowed       | 0003 0000 00000001 ffff 00000001 ffff                    | Metadata v0: a field that must not be null is
        2^31 - 1 topics                         | 0003 0000 00000001 ffff 7fffffff 0001 61                 | Metadata v0: an array announces more elements than bytes follow
        more topics than could fit              | 0003 0000 00000001 ffff 00000002 0001 61                 | Metadata v0: an array announces more elements than bytes follow
        compact count 2^31 - 2                  | 0003 0009 00000001 ffff 00 ffffffff07 0261 00            | Metadata v9: an array announces more elements than bytes follow
        records longer than the frame           | 0000 0003 00000001 ffff ffff ffff 00000000 00000001 0001 74 00000001 00000000 7fffffff 01 | Produce v3: a field goes past the end of the frame
        a tag that lies about its size          | 0001 000c 00000001 ffff 00 ffffffff 00000000 00000000 7fffffff 00 00000000 00000000 01 01 01 01 00 03 0261 00 | Fetch v12: a tagged field is not as long as it says
        a tag of a later version                | 0001 000c 00000001 ffff 00 ffffffff 00000000 00000000 7fffffff 00 00000000 00000000 01 01 01 01 01 10 00 | Fetch v12: a tagged field of another version
        """)
    void malformed(String what, String frame, String why) {
        assertThat(decode(frame)).isEqualTo(new Decoded.Malformed(why));
    }

    @Test
    void aLongCompactStringIsMalformed() {
        // a client software name of 32768 bytes
        ByteBuffer frame = ByteBuffer.allocate(40000);
        frame.putShort((short) 18)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) -1)
                .put((byte) 0);
        frame.put(HexFormat.of().parseHex("818002"));
        assertThat(decoder.decode(frame.position(0)))
                .isEqualTo(new Decoded.Malformed("ApiVersions v3: a string is longer than 32767 bytes"));
    }

    @Test
    void unknownTagsAreSkippedUpToALimit() {
        assertThat(apiVersionsWithUnknownTag(RequestDecoder.UNKNOWN_TAG_BYTES_MAX))
                .isInstanceOf(Decoded.Request.class);
        assertThat(apiVersionsWithUnknownTag(RequestDecoder.UNKNOWN_TAG_BYTES_MAX + 1))
                .isEqualTo(new Decoded.Malformed("ApiVersions v3: too much in unknown tagged fields"));
    }

    private Decoded apiVersionsWithUnknownTag(int sizeBytes) {
        ByteBuffer frame = ByteBuffer.allocate(RequestDecoder.UNKNOWN_TAG_BYTES_MAX + 100);
        frame.putShort((short) 18)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) -1)
                .put((byte) 0);
        frame.put(new byte[] {2, 'a', 2, '1', 1, 99});
        org.apache.kafka.common.utils.ByteUtils.writeUnsignedVarint(sizeBytes, frame);
        return decoder.decode(frame.position(0));
    }

    /** As in Kafka's readers: tags in any order, the last of the same counts. */
    @Test
    void tagsInAnyOrder() {
        String beforeTags =
                "0001 000c 00000001 ffff 00 ffffffff 00000000 00000000 7fffffff 00 00000000 00000000 01 01 01";
        assertThat(decode(beforeTags + "03 05 00 00 02 0262 00 02 0261"))
                .isInstanceOfSatisfying(
                        Decoded.Request.class,
                        request -> assertThat(((io.ottla.kafkamessages.FetchRequestData) request.body()).clusterId())
                                .isEqualTo("a"));
    }

    @Test
    void moreElementsThanARequestMayHave() {
        int count = RequestDecoder.ELEMENTS_MAX + 1;
        ByteBuffer frame = ByteBuffer.allocate(14 + 2 * count);
        frame.putShort((short) 3)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) -1)
                .putInt(count);
        assertThat(decoder.decode(frame.position(0)))
                .isEqualTo(new Decoded.Malformed("Metadata v0: more elements than a request may have"));
    }

    /** What is read as U+FFFD is three times as long when it is written again, and an answer could not carry it. */
    @Test
    void aLongStringMustBeText() {
        byte[] name = new byte[WireShape.Text.ANY_BYTES_MAX + 1];
        assertThat(nameOf(name)).isInstanceOf(Decoded.Request.class);
        java.util.Arrays.fill(name, (byte) 0xFF);
        assertThat(nameOf(name))
                .isEqualTo(new Decoded.Malformed("FindCoordinator v0: a string of more than 10922 bytes is no UTF-8"));
        assertThat(nameOf(java.util.Arrays.copyOf(name, WireShape.Text.ANY_BYTES_MAX)))
                .isInstanceOf(Decoded.Request.class);
    }

    private static Decoded nameOf(byte[] name) {
        ByteBuffer frame = ByteBuffer.allocate(12 + name.length);
        frame.putShort((short) 10).putShort((short) 0).putInt(1).putShort((short) -1);
        frame.putShort((short) name.length).put(name).flip();
        return new RequestDecoder(RequestDecoder.Served.allStable()).decode(frame);
    }

    /** One key many times: a hash table with linear probing would take n² steps. */
    @Test
    @org.junit.jupiter.api.Timeout(20)
    void theSameKeyManyTimesCostsNoMoreThanManyKeys() {
        int count = 500_000;
        ByteBuffer frame = ByteBuffer.allocate(32 + count * 8);
        frame.putShort((short) 23)
                .putShort((short) 2)
                .putInt(1)
                .putShort((short) -1)
                .putInt(count);
        for (int i = 0; i < count; i++)
            frame.putShort((short) 1).put((byte) 't').putInt(0);
        frame.flip();
        Decoded.Request decoded = (Decoded.Request) new RequestDecoder(RequestDecoder.Served.allStable()).decode(frame);
        assertThat(((io.ottla.kafkamessages.OffsetForLeaderEpochRequestData) decoded.body()).topics())
                .hasSize(count);
    }
}
