package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.ottla.base.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xerial.snappy.Snappy;

/** What other clients' encoders make: all that the formats allow and Kafka reads. */
class ForeignStreamsTest {

    private static final byte[] SMALL = content(1000, 10);
    private static final byte[] LARGE = content(700_000, 10);
    private static final byte[] NOISE = content(200_000, 256);

    interface Encoder {
        byte[] encode(byte[] plain) throws IOException;
    }

    static java.util.stream.Stream<Arguments> encoders() {
        return java.util.stream.Stream.of(
                row(Codec.GZIP, "as the JDK writes it", plain -> gzip(plain)),
                row(Codec.GZIP, "two members", plain -> join(gzip(half(plain, 0)), gzip(half(plain, 1)))),
                row(
                        Codec.GZIP,
                        "an empty member between",
                        plain -> join(gzip(half(plain, 0)), gzip(new byte[0]), gzip(half(plain, 1)))),
                row(
                        Codec.GZIP,
                        "with extra field, name, comment and header check",
                        plain -> withAllHeaders(gzip(plain))),
                row(Codec.SNAPPY, "one bare block, as librdkafka", Snappy::compress),
                row(Codec.SNAPPY, "framed in one block", plain -> join(xerialHeader(), chunk(Snappy.compress(plain)))),
                row(
                        Codec.SNAPPY,
                        "framed, twice a header",
                        plain -> join(
                                xerialHeader(),
                                chunk(Snappy.compress(half(plain, 0))),
                                xerialHeader(),
                                chunk(Snappy.compress(half(plain, 1))))),
                row(
                        Codec.SNAPPY,
                        "framed with an empty block",
                        plain -> join(
                                xerialHeader(), chunk(Snappy.compress(new byte[0])), chunk(Snappy.compress(plain)))),
                row(Codec.LZ4, "blocks of 64 KiB", plain -> lz4(plain, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB)),
                row(
                        Codec.LZ4,
                        "blocks of 4 MiB, as many Go clients",
                        plain -> lz4(plain, LZ4FrameOutputStream.BLOCKSIZE.SIZE_4MB)),
                row(
                        Codec.LZ4,
                        "with the content's check",
                        plain -> lz4(
                                plain,
                                LZ4FrameOutputStream.BLOCKSIZE.SIZE_256KB,
                                LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM)),
                row(
                        Codec.LZ4,
                        "with checks of blocks",
                        plain -> lz4(
                                plain,
                                LZ4FrameOutputStream.BLOCKSIZE.SIZE_1MB,
                                LZ4FrameOutputStream.FLG.Bits.BLOCK_CHECKSUM)),
                row(Codec.LZ4, "with the content's size", plain -> lz4WithSize(plain)),
                row(
                        Codec.LZ4,
                        "something after the frame",
                        plain -> join(lz4(plain, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB), new byte[] {1, 2, 3})),
                row(Codec.ZSTD, "in one go, with size", Zstd::compress),
                row(Codec.ZSTD, "as a stream, with check", plain -> zstd(plain, 3, true)),
                row(Codec.ZSTD, "window of 128 MiB", ForeignStreamsTest::zstdWithLargestWindow),
                row(Codec.ZSTD, "level −5", plain -> zstd(plain, -5, false)),
                row(
                        Codec.ZSTD,
                        "two frames and one to skip",
                        plain -> join(
                                Zstd.compress(half(plain, 0)),
                                new byte[] {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9},
                                Zstd.compress(half(plain, 1)))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("encoders")
    void unpacks(Codec codec, String what, Encoder encoder) throws Exception {
        try (Unpacker unpacker = Unpacker.of(codec)) {
            for (byte[] plain : new byte[][] {SMALL, LARGE, NOISE, SMALL}) {
                byte[] packed = encoder.encode(plain);
                assertThat(unpack(unpacker, ByteBuffer.wrap(packed), 1000)).isEqualTo(plain);
                ByteBuffer direct = ByteBuffer.allocateDirect(packed.length + 3).position(3);
                direct.put(packed).position(3);
                assertThat(unpack(unpacker, direct.asReadOnlyBuffer(), 77_777)).isEqualTo(plain);
                assertThat(unpack(unpacker, ByteBuffer.wrap(packed).asReadOnlyBuffer(), 1 << 20))
                        .isEqualTo(plain);
                assertThat(direct.position()).isEqualTo(3);
            }
        }
    }

    @Test
    void lz4OfMagic0HasAHeaderCheckOfItsOwn() throws Exception {
        byte[] packed = lz4(SMALL, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB);
        packed[6] ^= 1;
        try (Unpacker unpacker = Unpacker.of(Codec.LZ4)) {
            unpacker.open(ByteBuffer.wrap(packed), (byte) 0, 1 << 26);
            byte[] seen = new byte[SMALL.length];
            assertThat(unpacker.read(seen, 0, seen.length)).isEqualTo(SMALL.length);
            assertThat(seen).isEqualTo(SMALL);
        }
    }

    private static byte[] unpack(Unpacker unpacker, ByteBuffer packed, int pieceBytes) throws CorruptRecords {
        unpacker.open(packed, (byte) 2, 1 << 26);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] piece = new byte[pieceBytes + 5];
        for (int count = 0; count != Unpacker.END; count = unpacker.read(piece, 5, pieceBytes)) {
            plain.write(piece, 5, count);
        }
        return plain.toByteArray();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static byte[] withAllHeaders(byte[] gzip) {
        byte[] header = Arrays.copyOf(gzip, 10);
        header[3] = 0x1f; // the text flag too
        byte[] fields = join(
                header,
                new byte[] {3, 0, 7, 7, 7},
                "name\0".getBytes(StandardCharsets.UTF_8),
                "comment\0".getBytes(StandardCharsets.UTF_8));
        CRC32 crc = new CRC32();
        crc.update(fields);
        byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        return join(fields, check, Arrays.copyOfRange(gzip, 10, gzip.length));
    }

    private static byte[] xerialHeader() {
        return ByteBuffer.allocate(16)
                .putLong(0x82534e4150505900L)
                .putInt(1)
                .putInt(1)
                .array();
    }

    private static byte[] chunk(byte[] block) {
        return ByteBuffer.allocate(4 + block.length)
                .putInt(block.length)
                .put(block)
                .array();
    }

    private static byte[] lz4(
            byte[] plain, LZ4FrameOutputStream.BLOCKSIZE blockSize, LZ4FrameOutputStream.FLG.Bits... more)
            throws IOException {
        LZ4FrameOutputStream.FLG.Bits[] flags = Arrays.copyOf(more, more.length + 1);
        flags[more.length] = LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE;
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new LZ4FrameOutputStream(packed, blockSize, flags)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static byte[] lz4WithSize(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new LZ4FrameOutputStream(
                packed,
                LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
                plain.length,
                LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
                LZ4FrameOutputStream.FLG.Bits.CONTENT_SIZE)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static byte[] zstd(byte[] plain, int level, boolean check) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(packed, level)) {
            out.setChecksum(check);
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static byte[] zstdWithLargestWindow(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(packed, 1)) {
            out.setLong(27);
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static byte[] half(byte[] plain, int which) {
        int middle = plain.length / 3;
        return which == 0 ? Arrays.copyOf(plain, middle) : Arrays.copyOfRange(plain, middle, plain.length);
    }

    private static byte[] content(int length, int symbols) {
        SeededRandom random = new SeededRandom(length);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte) random.nextInt(symbols);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }

    private static Arguments row(Codec codec, String what, Encoder encoder) {
        return Arguments.of(codec, what, encoder);
    }
}
