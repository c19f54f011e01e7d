package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.ottla.base.Network.Payload;
import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every API in every version: sound requests come through unchanged, damaged ones as values, without waste. */
class RequestFuzzTest {
    private static final int REQUESTS_PER_VERSION = 6;
    private static final int DAMAGES_PER_REQUEST = 40;
    /** What an answer, the cursor and a header cost, however long the frame. */
    private static final long FIXED_ALLOCATION_BYTES = 2048;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final RequestDecoder decoder = new RequestDecoder(everything());

    private static RequestDecoder.Served everything() {
        return (api, version) ->
                version >= api.lowestSupportedVersion() && version <= api.highestSupportedVersion(true);
    }

    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void soundRequestsComeThroughUnchanged(ApiMessageType api) {
        forEachVersion(api, (version, random) -> {
            byte[] sent = sound(api, version, random, false);
            Decoded.Request decoded = (Decoded.Request) decoder.decode(ByteBuffer.wrap(sent));
            List<Payload> encoded = RequestEncoder.encode(
                    api,
                    version,
                    decoded.header().correlationId(),
                    decoded.header().clientId(),
                    decoded.body());
            ByteBuffer frame = Payloads.join(encoded);
            assertThat(frame.getInt()).isEqualTo(frame.remaining());
            Decoded.Request again = (Decoded.Request) decoder.decode(frame);
            assertThat(again.body()).isEqualTo(decoded.body());
            assertThat(again.header()).isEqualTo(decoded.header());
        });
    }

    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void unknownTagsAreSkipped(ApiMessageType api) {
        forEachVersion(
                api,
                (version, random) -> assertThat(decoder.decode(ByteBuffer.wrap(sound(api, version, random, true))))
                        .isInstanceOf(Decoded.Request.class));
    }

    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void everyPrefixIsMalformed(ApiMessageType api) {
        forEachVersion(api, (version, random) -> {
            byte[] sent = sound(api, version, random, false);
            for (int length = 0; length < sent.length; length += 1 + sent.length / 50)
                assertThat(decoder.decode(ByteBuffer.wrap(sent, 0, length)))
                        .as("%d of %d bytes", length, sent.length)
                        .isInstanceOf(Decoded.Malformed.class);
        });
    }

    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void damageIsAValueAndCostsLittle(ApiMessageType api) {
        forEachVersion(api, (version, random) -> {
            byte[] sound = sound(api, version, random, true);
            decoder.decode(ByteBuffer.wrap(sound)); // makes the shape, loads the classes
            decoder.decode(ByteBuffer.wrap(sound, 0, 6));
            for (int i = 0; i < DAMAGES_PER_REQUEST; i++) {
                byte[] damaged = damage(sound, random);
                long before = THREADS.getCurrentThreadAllocatedBytes();
                Decoded decoded = decoder.decode(ByteBuffer.wrap(damaged));
                long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
                if (decoded instanceof Decoded.Malformed(String why))
                    assertThat(allocated).as(why).isLessThan(8L * damaged.length + FIXED_ALLOCATION_BYTES);
            }
        });
    }

    /** What is proven sound must also be readable: the walk and the generated readers mean the same. */
    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void whatIsSoundCanBeRead(ApiMessageType api) {
        forEachVersion(api, (version, random) -> {
            WireShape shape = WireShape.of(api.responseSchemas(), version);
            byte[] sound = new RandomMessages(random, true).message(api.responseSchemas()[version]);
            for (int i = 0; i < DAMAGES_PER_REQUEST; i++) {
                byte[] bytes = i == 0 ? sound : damage(sound, random);
                try {
                    shape.walk(new WireCursor(ByteBuffer.wrap(bytes), RequestDecoder.ELEMENTS_MAX, 65536));
                } catch (MalformedException e) {
                    assertThat(i).as("an undamaged message").isPositive();
                    continue;
                }
                assertThatCode(() -> api.newResponse().read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version))
                        .doesNotThrowAnyException();
            }
        });
    }

    /** So a count that was checked against the bytes left bounds what is allocated. */
    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void noElementIsWithoutBytes(ApiMessageType api) {
        forEachVersion(api, (version, random) -> assertElements(WireShape.of(api.requestSchemas(), version)));
    }

    private static void assertElements(WireShape shape) {
        switch (shape) {
            case WireShape.Array array -> {
                assertThat(array.element().bytesMin()).isPositive();
                assertElements(array.element());
            }
            case WireShape.Struct struct -> struct.parts().forEach(RequestFuzzTest::assertElements);
            case WireShape.NullableStruct struct -> assertElements(struct.struct());
            case WireShape.Tagged tagged -> {
                for (WireShape known : tagged.known()) if (known != null) assertElements(known);
            }
            case WireShape.OfAnotherVersion none -> {}
            case WireShape.Fixed fixed -> {}
            case WireShape.Text text -> {}
            case WireShape.Blob blob -> {}
        }
    }

    private static byte[] sound(ApiMessageType api, short version, SeededRandom random, boolean unknownTags) {
        return new RandomMessages(random, unknownTags)
                .request(
                        api.apiKey(),
                        version,
                        RequestDecoder.headerVersion(api, version),
                        api.requestSchemas()[version]);
    }

    /** One to three of: a random byte, an extreme number in one, two or four bytes, a cut, an insertion. Key and version stay. */
    private static byte[] damage(byte[] sound, SeededRandom random) {
        byte[] bytes = sound.clone();
        for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
            if (bytes.length <= 8) return bytes;
            int at = 4 + random.nextInt(bytes.length - 4);
            int room = bytes.length - at;
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) 0xff;
                case 3 -> {
                    if (room >= 2)
                        ByteBuffer.wrap(bytes).putShort(at, random.chance(0.5) ? Short.MAX_VALUE : Short.MIN_VALUE);
                }
                case 4 -> {
                    if (room >= 4)
                        ByteBuffer.wrap(bytes)
                                .putInt(
                                        at,
                                        random.chance(0.3)
                                                ? Integer.MAX_VALUE
                                                : random.chance(0.5) ? Integer.MIN_VALUE : room - 4);
                }
                case 5 -> bytes = java.util.Arrays.copyOf(bytes, at);
                default -> {
                    byte[] longer = new byte[bytes.length + 5];
                    System.arraycopy(bytes, 0, longer, 0, at);
                    for (int i = 0; i < 5; i++) longer[at + i] = (byte) 0xff;
                    System.arraycopy(bytes, at, longer, at + 5, room);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private interface Case {
        void run(short version, SeededRandom random);
    }

    private static void forEachVersion(ApiMessageType api, Case body) {
        for (short version = api.lowestSupportedVersion(); version <= api.highestSupportedVersion(true); version++)
            for (int i = 0; i < REQUESTS_PER_VERSION; i++)
                body.run(version, new SeededRandom(api.apiKey() * 1000L + version * 10L + i));
    }
}
