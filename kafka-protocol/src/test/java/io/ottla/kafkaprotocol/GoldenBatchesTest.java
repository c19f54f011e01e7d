package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Bytes as they lie on disk and on the wire, written down once. */
class GoldenBatchesTest {

    private static final NewRecord RECORD = new NewRecord(
            1_700_000_000_000L,
            Optional.of(ByteBuffer.wrap(new byte[] {'k'})),
            Optional.of(ByteBuffer.wrap(new byte[] {'v', 'w'})),
            List.of(Header.of("h", "x"), new Header("n", Optional.empty())));

    @Test
    void magic2() {
        ByteBuffer batch = new BatchBuilder()
                .baseOffset(0x1122334455667788L)
                .leaderEpoch(9)
                .producer(0x0102030405060708L, (short) 0x0a0b, 0x0c0d0e0f)
                .transactional()
                .append(RECORD)
                .append(NewRecord.tombstone(1_700_000_000_500L, ByteBuffer.wrap(new byte[] {'t'})))
                .build();
        expect(
                batch,
                // base offset, length, leader epoch, magic, checksum
                "1122334455667788 0000004b 00000009 02 e9f90706",
                // attributes, last offset delta, base and maximum timestamp
                "0010 00000001 0000018bcfe56800 0000018bcfe569f4",
                // producer id, epoch, sequence; count
                "0102030405060708 0a0b 0c0d0e0f 00000002",
                // length, attributes, timestamp, offset, key, value, two headers
                "20 00 00 00 026b 047677 04 0268 0278 026e 01",
                "10 00 e807 02 0274 01 00");
    }

    @Test
    void endOfTransaction() {
        expect(
                new EndTxnMarker(true, 3).batch(5, 2, 1_700_000_000_000L, 4000, (short) 1),
                "0000000000000005 00000042 00000002 02 db9b9b4c",
                "0030 00000000 0000018bcfe56800 0000018bcfe56800",
                "0000000000000fa0 0001 ffffffff 00000001",
                "20 00 00 00 08 00000001 0c 000000000003 00");
    }

    @Test
    void magic1And0() {
        ByteBuffer batch = new BatchBuilder().baseOffset(7).append(RECORD).build();
        try (RecordConversion conversion =
                new RecordConversion(RecordReader.UNPACKED_BYTES_MAX, RecordReader.HELD_BYTES_MAX)) {
            expect(
                    ((RecordConversion.Converted.Messages) conversion.toMagic(batch, (byte) 1, 0, Integer.MAX_VALUE))
                            .bytes(),
                    "0000000000000007 00000019 a1ccf2d1 01 00 0000018bcfe56800 00000001 6b 00000002 7677");
            expect(
                    ((RecordConversion.Converted.Messages) conversion.toMagic(batch, (byte) 0, 0, Integer.MAX_VALUE))
                            .bytes(),
                    "0000000000000007 00000011 feefb082 00 00 00000001 6b 00000002 7677");
        }
    }

    private static void expect(ByteBuffer actual, String... hex) {
        byte[] bytes = new byte[actual.remaining()];
        actual.get(actual.position(), bytes);
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(String.join("", hex).replace(" ", ""));
    }
}
