package io.ottla.kafkaprotocol;

import static io.ottla.kafkaprotocol.RawBatch.field;
import static io.ottla.kafkaprotocol.RawBatch.pack;
import static io.ottla.kafkaprotocol.RawBatch.record;
import static io.ottla.kafkaprotocol.RawBatch.recordWith;
import static io.ottla.kafkaprotocol.RawBatch.records;
import static io.ottla.kafkaprotocol.RawBatch.with;
import static org.apache.kafka.common.protocol.Errors.CORRUPT_MESSAGE;
import static org.apache.kafka.common.protocol.Errors.INVALID_RECORD;
import static org.apache.kafka.common.protocol.Errors.INVALID_TIMESTAMP;
import static org.apache.kafka.common.protocol.Errors.MESSAGE_TOO_LARGE;
import static org.apache.kafka.common.protocol.Errors.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.ottla.kafkaprotocol.Validation.Invalid;
import io.ottla.kafkaprotocol.Validation.Validated;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What may come instead of a sound batch of magic 2, and the error that answers it. */
class BadBatchesTest {

    private static final long NOW = 1_000_000_000L;

    static Stream<Arguments> headers() {
        return Stream.of(
                bad("nothing wrong", NONE, b -> {}),
                bad("length below the header's", CORRUPT_MESSAGE, b -> b.lengthError = -100),
                bad("length negative", CORRUPT_MESSAGE, b -> b.lengthError = -1000),
                bad("length 2^31 − 1", CORRUPT_MESSAGE, b -> b.lengthError = Integer.MAX_VALUE - 60),
                bad("length one less than there is", CORRUPT_MESSAGE, b -> b.lengthError = -1),
                bad("magic 3", CORRUPT_MESSAGE, b -> b.magic = 3),
                bad("magic −1", CORRUPT_MESSAGE, b -> b.magic = -1),
                bad("checksum", CORRUPT_MESSAGE, b -> b.hasWrongCrc = true),
                bad("base offset", INVALID_RECORD, b -> b.baseOffset = 1),
                bad("count 0", INVALID_RECORD, b -> b.count = 0),
                bad("count negative", INVALID_RECORD, b -> b.count = -1),
                bad("count above the records", INVALID_RECORD, b -> b.count = 2),
                bad("count 2^31 − 1", INVALID_RECORD, b -> b.count = Integer.MAX_VALUE),
                bad(
                        "count below the records",
                        INVALID_RECORD,
                        b -> b.records = records(r -> {
                            record(r, 0);
                            record(r, 1);
                        })),
                bad("last offset delta not that of the count", INVALID_RECORD, b -> b.lastOffsetDelta = 1),
                bad("last offset delta negative", INVALID_RECORD, b -> b.lastOffsetDelta = -1),
                bad("control", INVALID_RECORD, b -> b.attributes = 0x20),
                bad("transactional without producer id", INVALID_RECORD, b -> b.attributes = 0x10),
                bad("producer id without sequence", INVALID_RECORD, b -> {
                    b.producerId = 5;
                    b.producerEpoch = 0;
                }),
                bad("producer id −2", INVALID_RECORD, b -> b.producerId = -2),
                bad("producer id without epoch", INVALID_RECORD, b -> {
                    b.producerId = 5;
                    b.baseSequence = 0;
                }),
                bad("producer id, epoch and sequence", NONE, b -> {
                    b.producerId = 5;
                    b.producerEpoch = 0;
                    b.baseSequence = 0;
                }),
                bad("delete horizon", INVALID_RECORD, b -> b.attributes = 0x40),
                bad("log append time", INVALID_TIMESTAMP, b -> b.attributes = 0x08),
                bad("codec 5", INVALID_RECORD, b -> b.attributes = 5),
                bad("codec 7", INVALID_RECORD, b -> b.attributes = 7),
                bad("bits of no meaning", NONE, b -> b.attributes = 0x80));
    }

    static Stream<Arguments> recordBytes() {
        return Stream.of(
                bad("no record", INVALID_RECORD, b -> b.records = new byte[0]),
                bad("record length negative", INVALID_RECORD, b -> b.records = records(r -> r.putVarint(-1))),
                bad("record length 0", INVALID_RECORD, b -> b.records = records(r -> r.putVarint(0))),
                bad("record length beyond the batch", INVALID_RECORD, b -> b.records[0] = (byte) (b.records[0] + 2)),
                bad(
                        "record length 2^31 − 1",
                        INVALID_RECORD,
                        b -> b.records = records(r -> {
                            r.putVarint(Integer.MAX_VALUE);
                            r.skip(20);
                        })),
                bad("record length below its fields'", INVALID_RECORD, b -> b.records[0] = (byte) (b.records[0] - 2)),
                bad(
                        "record longer than its fields",
                        INVALID_RECORD,
                        b -> b.records = recordWith(r -> {
                            field(r, "k");
                            field(r, "v");
                            r.putVarint(0);
                            r.put((byte) 0);
                        })),
                bad("integer of 6 bytes", INVALID_RECORD, b -> b.records = filled(30, 0x80)),
                bad("integer cut off", INVALID_RECORD, b -> b.records = new byte[] {(byte) 0x80}),
                bad(
                        "timestamp of 11 bytes",
                        INVALID_RECORD,
                        b -> b.records = records(r -> RawBatch.sized(r, body -> body.put(filled(20, 0x80))))),
                bad("offset delta 1 first", INVALID_RECORD, b -> b.records = records(r -> record(r, 1))),
                bad("offset delta −1", INVALID_RECORD, b -> b.records = records(r -> record(r, -1))),
                bad("offset delta twice", INVALID_RECORD, b -> {
                    b.count = 2;
                    b.records = records(r -> {
                        record(r, 0);
                        record(r, 0);
                    });
                }),
                bad(
                        "key length −2",
                        INVALID_RECORD,
                        b -> b.records = recordWith(r -> {
                            r.putVarint(-2);
                            r.putVarint(-1);
                            r.putVarint(0);
                        })),
                bad(
                        "key length beyond the record",
                        INVALID_RECORD,
                        b -> b.records = recordWith(r -> {
                            r.putVarint(100);
                            r.skip(10);
                        })),
                bad(
                        "value length −2",
                        INVALID_RECORD,
                        b -> b.records = recordWith(r -> {
                            r.putVarint(-1);
                            r.putVarint(-2);
                            r.putVarint(0);
                        })),
                bad(
                        "value length 2^31 − 1",
                        INVALID_RECORD,
                        b -> b.records = recordWith(r -> {
                            r.putVarint(-1);
                            r.putVarint(Integer.MAX_VALUE);
                            r.putVarint(0);
                        })),
                bad(
                        "null key, null value",
                        NONE,
                        b -> b.records = recordWith(r -> {
                            r.putVarint(-1);
                            r.putVarint(-1);
                            r.putVarint(0);
                        })),
                badHeader("header count negative", INVALID_RECORD, r -> r.putVarint(-1)),
                badHeader("header count beyond the record", INVALID_RECORD, r -> {
                    r.putVarint(3);
                    r.skip(2);
                }),
                badHeader("header count 2^31 − 1", INVALID_RECORD, r -> r.putVarint(Integer.MAX_VALUE)),
                badHeader("header key null", INVALID_RECORD, r -> {
                    r.putVarint(1);
                    r.putVarint(-1);
                    r.putVarint(-1);
                }),
                badHeader("header key beyond the record", INVALID_RECORD, r -> {
                    r.putVarint(1);
                    r.putVarint(50);
                    r.skip(4);
                }),
                badHeader("header value length −2", INVALID_RECORD, r -> {
                    r.putVarint(1);
                    field(r, "h");
                    r.putVarint(-2);
                }),
                badHeader("header value beyond the record", INVALID_RECORD, r -> {
                    r.putVarint(1);
                    field(r, "h");
                    r.putVarint(50);
                }),
                badHeader("header empty, value null", NONE, r -> {
                    r.putVarint(1);
                    field(r, "");
                    r.putVarint(-1);
                }),
                bad("timestamp −2", INVALID_TIMESTAMP, b -> b.records = records(r -> record(r, 0, -1002))),
                bad("timestamp −1", NONE, b -> b.records = records(r -> record(r, 0, -1001))),
                bad(
                        "timestamp wraps around",
                        INVALID_TIMESTAMP,
                        b -> b.records = records(r -> record(r, 0, Long.MAX_VALUE))),
                bad(
                        "timestamp an hour ahead",
                        NONE,
                        b -> b.records = records(r -> record(r, 0, NOW + 3_600_000 - 1000))),
                bad(
                        "timestamp more than an hour ahead",
                        INVALID_TIMESTAMP,
                        b -> b.records = records(r -> record(r, 0, NOW + 3_600_001 - 1000))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("headers")
    void headerFields(String what, Errors expected, RawBatch batch) {
        expect(batch.bytes(), expected);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("recordBytes")
    void plainRecords(String what, Errors expected, RawBatch batch) {
        expect(batch.bytes(), expected);
    }

    @ParameterizedTest(name = "packed, {0}: {1}")
    @MethodSource("recordBytes")
    void packedRecords(String what, Errors expected, RawBatch batch) {
        byte[] plain = batch.records;
        for (Codec codec : Codec.values()) {
            if (codec != Codec.NONE)
                expect(batch.packed(codec, pack(codec, plain)).bytes(), expected);
        }
    }

    static Stream<Arguments> packedStreams() {
        byte[] sound = records(r -> record(r, 0));
        List<Arguments> rows = new ArrayList<>();
        for (Codec codec : Codec.values()) {
            if (codec == Codec.NONE) continue;
            byte[] packed = pack(codec, sound);
            rows.add(stream("empty", codec, new byte[0]));
            rows.add(stream("one byte", codec, new byte[] {packed[0]}));
            for (int cut = 1; cut < packed.length; cut++) {
                byte[] begun = Arrays.copyOf(packed, cut);
                // the end mark of an lz4 frame is not missed: all records were there
                boolean isWhole = codec == Codec.LZ4 && cut >= packed.length - 4;
                if (!isWhole) rows.add(stream("cut to " + cut, codec, begun));
            }
            rows.add(stream("another codec's bytes", codec, pack(other(codec), sound)));
            rows.add(stream("no codec's bytes", codec, sound));
            rows.add(stream("packed twice", codec, pack(codec, packed)));
            byte[] bombed = pack(codec, bomb(16 * 1024 * 1024));
            rows.add(stream("bomb", codec, bombed));
            rows.add(stream("bomb of zeros", codec, pack(codec, new byte[16 * 1024 * 1024])));
        }
        rows.add(stream("flood of empty members", Codec.GZIP, repeat(pack(Codec.GZIP, new byte[0]), 50_000)));
        rows.add(stream("wrong checksum", Codec.GZIP, flip(pack(Codec.GZIP, sound), -8)));
        rows.add(stream("wrong size", Codec.GZIP, flip(pack(Codec.GZIP, sound), -4)));
        rows.add(stream("dictionary", Codec.GZIP, bytes("1f8b0800000000000000ff78bb0000000000000000")));
        rows.add(stream("extra field beyond the end", Codec.GZIP, bytes("1f8b08040000000000ffffff0300")));
        rows.add(stream("name without end", Codec.GZIP, bytes("1f8b08080000000000ff41414141")));
        rows.add(stream(
                "block of 2^31 − 1, framed", Codec.SNAPPY, bytes("82534e41505059000000000100000001 7fffffff 00")));
        rows.add(stream("block of −1, framed", Codec.SNAPPY, bytes("82534e41505059000000000100000001 ffffffff 00")));
        rows.add(stream("unpacks to 2^32 − 1", Codec.SNAPPY, bytes("ffffffff0f 00 41")));
        rows.add(stream("unpacks to 2^31 − 1", Codec.SNAPPY, bytes("ffffffff07 00 41")));
        rows.add(stream(
                "unpacks to 2^30, framed",
                Codec.SNAPPY,
                bytes("82534e41505059000000000100000001 00000007 8080808004 00 41")));
        rows.add(stream(
                "flood of empty blocks",
                Codec.SNAPPY,
                join(bytes("82534e41505059000000000100000001"), repeat(bytes("0000000100"), 200_000))));
        rows.add(stream("header only", Codec.SNAPPY, bytes("82534e41505059000000000100000001")));
        // flags and block size, with the header's check
        rows.add(stream("version 2", Codec.LZ4, lz4Frame(0xa0, 0x40)));
        rows.add(stream("blocks that depend on each other", Codec.LZ4, lz4Frame(0x40, 0x40)));
        rows.add(stream("reserved flag", Codec.LZ4, lz4Frame(0x62, 0x40)));
        rows.add(stream("dictionary", Codec.LZ4, lz4Frame(0x61, 0x40)));
        rows.add(stream("block size 3", Codec.LZ4, lz4Frame(0x60, 0x30)));
        rows.add(stream("block size 8", Codec.LZ4, lz4Frame(0x60, 0xc0)));
        rows.add(stream("header's check", Codec.LZ4, flip(lz4Frame(0x60, 0x40), 6)));
        rows.add(stream("content size cut off", Codec.LZ4, lz4Frame(0x68, 0x40)));
        rows.add(stream("block above 64 KiB", Codec.LZ4, join(lz4Frame(0x60, 0x40), bytes("01000100 00"))));
        rows.add(stream("block of 2^31 − 1", Codec.LZ4, join(lz4Frame(0x60, 0x40), bytes("ffffff7f 00"))));
        rows.add(stream(
                "flood of empty blocks", Codec.LZ4, join(lz4Frame(0x60, 0x70), repeat(bytes("01000000 00"), 200_000))));
        rows.add(stream(
                "wrong block check", Codec.LZ4, join(lz4Frame(0x70, 0x40), bytes("01000080 41 00000000 00000000"))));
        rows.add(stream(
                "flood of empty frames", Codec.LZ4, repeat(join(lz4Frame(0x60, 0x70), bytes("00000000")), 90_000)));
        rows.add(stream("window of 3.75 TiB", Codec.ZSTD, bytes("28b52ffd 00 ff 010000")));
        rows.add(stream("window of 256 MiB", Codec.ZSTD, bytes("28b52ffd 00 90 010000")));
        rows.add(stream("one segment of 2^63", Codec.ZSTD, bytes("28b52ffd e0 00000000000000ff 010000")));
        rows.add(stream("reserved block type", Codec.ZSTD, bytes("28b52ffd 00 58 070000")));
        rows.add(stream("dictionary", Codec.ZSTD, bytes("28b52ffd 03 58 01020304 010000")));
        rows.add(stream("flood of empty frames", Codec.ZSTD, repeat(bytes("28b52ffd 2000 010000"), 100_000)));
        rows.add(stream("flood of skippable frames", Codec.ZSTD, repeat(bytes("502a4d18 00000000"), 100_000)));
        rows.add(stream("flood of large windows", Codec.ZSTD, repeat(bytes("28b52ffd 00 88 010000"), 20_000)));
        return rows.stream();
    }

    @ParameterizedTest(name = "{1}, {0}")
    @MethodSource("packedStreams")
    void packedStream(String what, Codec codec, byte[] packed) {
        ByteBuffer bytes = new RawBatch().packed(codec, packed).bytes();
        try (RecordValidation validation = new RecordValidation()) {
            // the codec's own fixed buffers come with the first use
            validation.validate(new RawBatch().pack(codec).bytes(), ValidationRules.DEFAULTS, 0, 0, NOW);
            long before = allocatedBytes();
            Validation result = validation.validate(bytes, ValidationRules.DEFAULTS, 0, 0, NOW);
            long allocated = allocatedBytes() - before;
            assertThat(errorOf(result)).as("%s %s", codec, what).isEqualTo(INVALID_RECORD);
            // an lz4 block is unpacked whole, as much as its frame allows
            long fixed = codec == Codec.LZ4 ? 9L << 20 : 256 * 1024;
            assertThat(allocated).as("%s %s", codec, what).isLessThan(fixed + 8L * bytes.limit());
        }
        // a reader that wants the records themselves gives up as well, if perhaps later
        try (RecordReader reader = new RecordReader(1 << 20, 1 << 20)) {
            reader.open(new BatchView().wrap(bytes, 0));
            RecordReader.Step step = reader.next();
            while (step == RecordReader.Step.RECORD) step = reader.next();
            assertThat(step).isEqualTo(RecordReader.Step.CORRUPT);
            assertThat(reader.error()).isIn(INVALID_RECORD, MESSAGE_TOO_LARGE);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"GZIP", "LZ4", "ZSTD"})
    void bomb(Codec codec) {
        byte[] value = new byte[20 << 20];
        ByteBuffer bytes = new BatchBuilder()
                .codec(codec)
                .append(new NewRecord(1000, Optional.empty(), Optional.of(ByteBuffer.wrap(value)), List.of()))
                .build();
        assertThat(bytes.remaining()).isLessThan(100_000);
        try (RecordValidation validation = new RecordValidation()) {
            validation.validate(new RawBatch().pack(codec).bytes(), Rules.batchBytesMax(100_000), 0, 0, NOW);
            long before = allocatedBytes();
            Validation result = validation.validate(bytes, Rules.batchBytesMax(100_000), 0, 0, NOW);
            assertThat(allocatedBytes() - before).isLessThan(1 << 20);
            assertThat(result).isInstanceOfSatisfying(Invalid.class, invalid -> {
                assertThat(invalid.message()).contains("unpack to more than 16777216 bytes");
                // a producer of many records cuts its batch
                assertThat(invalid.error()).isEqualTo(MESSAGE_TOO_LARGE);
            });
        }
    }

    @Test
    void aLargeRecordThatPacksWellIsNoBomb() {
        ByteBuffer bytes = new BatchBuilder()
                .codec(Codec.ZSTD)
                .append(NewRecord.keyless(1000, "0".repeat(15_000_000)))
                .build();
        assertThat(bytes.remaining()).isLessThan(2000);
        expect(bytes, NONE);
    }

    @Test
    void tooLarge() {
        ByteBuffer bytes = new RawBatch().bytes();
        int size = bytes.remaining();
        assertThat(errorOf(validate(bytes.duplicate(), Rules.batchBytesMax(size))))
                .isEqualTo(NONE);
        assertThat(errorOf(validate(new RawBatch().bytes(), Rules.batchBytesMax(size - 1))))
                .isEqualTo(MESSAGE_TOO_LARGE);
    }

    @Test
    void tooLargeOnceItIsUnpacked() {
        ByteBuffer bytes = new BatchBuilder()
                .codec(Codec.ZSTD)
                .append(NewRecord.keyless(1000, "0".repeat(10_000_000)))
                .build();
        long before = allocatedBytes();
        assertThat(errorOf(validate(bytes, Rules.compression(Compression.NONE))))
                .isEqualTo(MESSAGE_TOO_LARGE);
        assertThat(allocatedBytes() - before).isLessThan(8L << 20);
    }

    @Test
    void twoBatches() {
        byte[] one = new RawBatch().bytes().array();
        expect(ByteBuffer.wrap(join(one, one)), INVALID_RECORD);
        byte[] corrupt = one.clone();
        corrupt[16] = 9;
        expect(ByteBuffer.wrap(join(one, corrupt)), CORRUPT_MESSAGE);
        // a rest that is no whole batch is left out, as Kafka does
        ByteBuffer trailing = ByteBuffer.wrap(join(one, Arrays.copyOf(one, 20)));
        assertThat(validate(trailing, ValidationRules.DEFAULTS))
                .isInstanceOfSatisfying(
                        Validated.class,
                        valid -> assertThat(valid.bytes().remaining()).isEqualTo(one.length));
    }

    @Test
    void refusedRecordsAreNamed() {
        ByteBuffer bytes = new BatchBuilder()
                .append(NewRecord.of(1000, "k", "v"))
                .append(NewRecord.keyless(1000, "v"))
                .append(NewRecord.keyless(1000, "v"))
                .build();
        assertThat(validate(bytes, Rules.compacted())).isInstanceOfSatisfying(Invalid.class, invalid -> {
            assertThat(invalid.error()).isEqualTo(INVALID_RECORD);
            assertThat(invalid.records()).extracting(RecordError::batchIndex).containsExactly(1, 2);
            assertThat(invalid.message()).contains("2 records").contains("without key");
        });
    }

    @Test
    void namedRecordsAreLimited() {
        BatchBuilder builder = new BatchBuilder();
        for (int i = 0; i < 1000; i++) builder.append(NewRecord.keyless(1000, "v"));
        assertThat(validate(builder.build(), Rules.compacted()))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.records()).hasSize(RecordValidation.RECORD_ERRORS_MAX));
    }

    static Stream<Arguments> produceVersions() {
        byte[] one = new RawBatch().bytes().array();
        byte[] zstd = new RawBatch().pack(Codec.ZSTD).bytes().array();
        byte[] corrupt = one.clone();
        corrupt[16] = 9;
        byte[] old = MessageSets.of((byte) 1, Codec.NONE).array();
        return Stream.of(
                arguments("magic 2", 3, one, NONE),
                arguments("magic 1", 2, old, NONE),
                arguments("magic 1", 3, old, INVALID_RECORD),
                arguments("nothing", 2, new byte[0], NONE),
                arguments("nothing", 3, new byte[0], INVALID_RECORD),
                arguments("less than it says", 9, Arrays.copyOf(one, one.length - 1), INVALID_RECORD),
                arguments("two", 3, join(one, one), INVALID_RECORD),
                arguments("two of zstd", 6, join(zstd, zstd), Errors.UNSUPPORTED_COMPRESSION_TYPE),
                arguments("a torn one behind", 9, join(one, Arrays.copyOf(one, one.length - 1)), NONE),
                arguments("a few bytes behind", 9, join(one, new byte[11]), NONE),
                arguments("zeros behind", 9, join(one, new byte[40]), CORRUPT_MESSAGE),
                arguments("magic 9 behind", 9, join(one, corrupt), CORRUPT_MESSAGE),
                arguments("magic 9", 3, corrupt, CORRUPT_MESSAGE),
                arguments("zstd", 6, zstd, Errors.UNSUPPORTED_COMPRESSION_TYPE),
                arguments("zstd", 7, zstd, NONE));
    }

    @ParameterizedTest(name = "{0} with version {1}: {3}")
    @MethodSource("produceVersions")
    void produceVersion(String what, int version, byte[] bytes, Errors expected) {
        assertThat(RecordValidation.checkForProduce(version, ByteBuffer.wrap(bytes))
                        .map(Invalid::error)
                        .orElse(NONE))
                .isEqualTo(expected);
        // before 3 is no more in Kafka 4
        if (version >= 3)
            assertThat(kafkas(version, bytes)).as("what Kafka says").isEqualTo(expected);
    }

    private static Errors kafkas(int version, byte[] bytes) {
        try {
            ProduceRequest.validateRecords((short) version, MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)));
            return NONE;
        } catch (RuntimeException e) {
            return Errors.forException(e);
        }
    }

    private static void expect(ByteBuffer bytes, Errors expected) {
        byte[] before = Arrays.copyOf(bytes.array(), bytes.limit());
        Validation result = validate(bytes, ValidationRules.DEFAULTS);
        if (bytes.limit() > 16 && bytes.getInt(BatchView.LENGTH) > bytes.limit() && expected == CORRUPT_MESSAGE) {
            // whether more is to come only checkForProduce knows
            assertThat(RecordValidation.checkForProduce(9, bytes)).isPresent();
        } else {
            assertThat(errorOf(result)).isEqualTo(expected);
        }
        if (expected != NONE)
            assertThat(Arrays.copyOf(bytes.array(), bytes.limit())).isEqualTo(before);
    }

    private static Validation validate(ByteBuffer bytes, ValidationRules rules) {
        try (RecordValidation validation = new RecordValidation()) {
            return validation.validate(bytes, rules, 0, 0, NOW);
        }
    }

    static Errors errorOf(Validation result) {
        return switch (result) {
            case Validated valid -> NONE;
            case Invalid invalid -> {
                assertThat(invalid.message()).isNotBlank();
                yield invalid.error();
            }
        };
    }

    private static Arguments bad(String what, Errors expected, Consumer<RawBatch> change) {
        return arguments(what, expected, with(change));
    }

    private static Arguments badHeader(String what, Errors expected, Consumer<RecordBytes> headers) {
        return bad(
                what,
                expected,
                b -> b.records = recordWith(r -> {
                    field(r, "k");
                    field(r, "v");
                    headers.accept(r);
                }));
    }

    private static Arguments stream(String what, Codec codec, byte[] packed) {
        return arguments(what, codec, packed);
    }

    private static Codec other(Codec codec) {
        return codec == Codec.GZIP ? Codec.LZ4 : Codec.GZIP;
    }

    /** One record that says it has as many bytes as there are zeros, and they do come. */
    private static byte[] bomb(int bytes) {
        byte[] head = records(r -> {
            r.putVarint(bytes);
            r.put((byte) 0);
            r.putVarlong(0);
            r.putVarint(0);
            r.putVarint(bytes - 20);
        });
        return Arrays.copyOf(head, bytes - 40);
    }

    private static byte[] lz4Frame(int flags, int blockSize) {
        byte[] header = {(byte) flags, (byte) blockSize};
        int check = net.jpountz.xxhash.XXHashFactory.safeInstance().hash32().hash(header, 0, 2, 0) >> 8;
        return new byte[] {0x04, 0x22, 0x4d, 0x18, header[0], header[1], (byte) check};
    }

    private static byte[] flip(byte[] bytes, int at) {
        bytes[at < 0 ? bytes.length + at : at] ^= 0x55;
        return bytes;
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] bytes(String hex) {
        return java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] repeat(byte[] bytes, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) out.writeBytes(bytes);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }

    static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
