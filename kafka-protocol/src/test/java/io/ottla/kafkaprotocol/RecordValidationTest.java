package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkaprotocol.Validation.Invalid;
import io.ottla.kafkaprotocol.Validation.Validated;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of sound batches, as Kafka's own classes then read them. */
class RecordValidationTest {

    private static final long NOW = 50_000;
    private static final long END = 7_000_000_000L;
    private static final int EPOCH = 12;

    private final RecordValidation validation = new RecordValidation();

    @AfterEach
    void close() {
        validation.close();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void inPlace(Codec codec) {
        ByteBuffer sent = MessageSets.of((byte) 2, codec);
        byte[] body = Arrays.copyOfRange(sent.array(), BatchView.CRC, sent.limit());

        Validated valid = valid(validation.validate(sent, ValidationRules.DEFAULTS, END, EPOCH, NOW));

        assertThat(valid.isRewritten()).isFalse();
        assertThat(valid.bytes().array()).isSameAs(sent.array());
        assertThat(Arrays.copyOfRange(sent.array(), BatchView.CRC, sent.limit()))
                .isEqualTo(body);
        assertThat(valid.firstOffset()).isEqualTo(END);
        assertThat(valid.lastOffset()).isEqualTo(END + 2);
        assertThat(valid.maxTimestamp()).isEqualTo(1001);
        assertThat(valid.offsetOfMaxTimestamp()).isEqualTo(END + 1);
        assertThat(valid.recordCount()).isEqualTo(3);
        assertThat(MessageSets.read(valid.bytes())).isEqualTo(threeRecords());
        assertThat(onlyBatch(valid.bytes()).partitionLeaderEpoch()).isEqualTo(EPOCH);
    }

    @Test
    void inPlaceInTheMiddleOfADirectBuffer() {
        ByteBuffer sent = MessageSets.of((byte) 2, Codec.LZ4);
        ByteBuffer frame = ByteBuffer.allocateDirect(sent.limit() + 100).position(33);
        frame.put(sent).limit(frame.position()).position(33);

        Validated valid = valid(validation.validate(frame, ValidationRules.DEFAULTS, END, EPOCH, NOW));

        assertThat(valid.isRewritten()).isFalse();
        assertThat(MessageSets.read(valid.bytes())).isEqualTo(threeRecords());
        assertThat(frame.position()).isEqualTo(33);
        assertThat(frame.getLong(33)).isEqualTo(END);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void logAppendTime(Codec codec) {
        Validated valid =
                valid(validation.validate(MessageSets.of((byte) 2, codec), Rules.logAppendTime(), END, EPOCH, NOW));
        assertThat(valid.isRewritten()).isFalse();
        assertThat(valid.maxTimestamp()).isEqualTo(NOW);
        assertThat(valid.offsetOfMaxTimestamp()).isEqualTo(END);
        assertThat(MessageSets.read(valid.bytes()))
                .containsExactly(END + "@50000 k0=v0", END + 1 + "@50000 null=v1", END + 2 + "@50000 k2=null");
    }

    @Test
    void theHeadersMaximumTimestampIsPutRight() {
        RawBatch lying = RawBatch.with(b -> b.maxTimestamp = 99);
        Validated valid = valid(validation.validate(lying.bytes(), ValidationRules.DEFAULTS, END, EPOCH, NOW));
        assertThat(onlyBatch(valid.bytes()).maxTimestamp()).isEqualTo(1000);
        onlyBatch(valid.bytes()).ensureValid();
    }

    static Stream<Arguments> codecPairs() {
        return Stream.of(Codec.values())
                .flatMap(from -> Stream.of(Codec.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("codecPairs")
    void packsAsTheTopicWantsIt(Codec from, Codec to) {
        ByteBuffer sent = new BatchBuilder()
                .codec(from)
                .producer(9, (short) 1, 77)
                .transactional()
                .append(NewRecord.of(1000, "k0", "v0"))
                .append(NewRecord.keyless(1001, "v".repeat(150_000)))
                .build();
        ByteBuffer direct =
                ByteBuffer.allocateDirect(sent.limit()).put(sent.duplicate()).flip();

        Validated valid = valid(validation.validate(direct, Rules.compression(Compression.of(to)), END, EPOCH, NOW));

        assertThat(valid.isRewritten()).isEqualTo(from != to);
        RecordBatch batch = onlyBatch(valid.bytes());
        assertThat(batch.compressionType()).isEqualTo(CompressionType.forId(to.id()));
        assertThat(batch.producerId()).isEqualTo(9);
        assertThat(batch.baseSequence()).isEqualTo(77);
        assertThat(batch.isTransactional()).isTrue();
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(EPOCH);
        assertThat(MessageSets.read(valid.bytes()))
                .containsExactly(END + "@1000 k0=v0", END + 1 + "@1001 null=" + "v".repeat(150_000));
    }

    @Test
    void packedAnewWithLogAppendTime() {
        ValidationRules rules = new ValidationRules(
                false, TimestampType.LOG_APPEND_TIME, 0, 0, 1 << 20, Optional.of(Compression.of(Codec.SNAPPY)));
        Validated valid = valid(validation.validate(MessageSets.of((byte) 2, Codec.GZIP), rules, END, EPOCH, NOW));
        assertThat(valid.maxTimestamp()).isEqualTo(NOW);
        assertThat(MessageSets.read(valid.bytes())).hasSize(3).first().isEqualTo(END + "@50000 k0=v0");
    }

    @Test
    void levelsMatter() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) text.append(i * 7919 % 10_007).append(' ');
        ByteBuffer sent =
                new BatchBuilder().append(NewRecord.keyless(1, text.toString())).build();
        for (Codec codec : List.of(Codec.GZIP, Codec.LZ4, Codec.ZSTD)) {
            int fast = packedBytes(sent, new Compression(codec, 1));
            int small = packedBytes(sent, new Compression(codec, Compression.maxLevel(codec)));
            assertThat(small).as(codec.label()).isLessThan(fast);
        }
    }

    private int packedBytes(ByteBuffer sent, Compression compression) {
        ByteBuffer copy =
                ByteBuffer.allocate(sent.limit()).put(sent.duplicate()).flip();
        return valid(validation.validate(copy, Rules.compression(compression), 0, 0, NOW))
                .bytes()
                .remaining();
    }

    static Stream<Arguments> oldFormats() {
        return Stream.of((byte) 0, (byte) 1)
                .flatMap(magic -> Stream.of(Codec.NONE, Codec.GZIP, Codec.SNAPPY, Codec.LZ4)
                        .map(codec -> Arguments.of(magic, codec)));
    }

    @ParameterizedTest(name = "magic {0} {1}")
    @MethodSource("oldFormats")
    void takesOldFormats(byte magic, Codec codec) {
        Validated valid =
                valid(validation.validate(MessageSets.of(magic, codec), ValidationRules.DEFAULTS, END, EPOCH, NOW));

        assertThat(valid.isRewritten()).isTrue();
        assertThat(valid.recordCount()).isEqualTo(3);
        assertThat(valid.lastOffset()).isEqualTo(END + 2);
        assertThat(valid.maxTimestamp()).isEqualTo(magic == 0 ? -1 : 1001);
        assertThat(valid.offsetOfMaxTimestamp()).isEqualTo(magic == 0 ? -1 : END + 1);
        RecordBatch batch = onlyBatch(valid.bytes());
        assertThat(batch.magic()).isEqualTo((byte) 2);
        assertThat(batch.compressionType()).isEqualTo(CompressionType.forId(codec.id()));
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(EPOCH);
        assertThat(MessageSets.read(valid.bytes()))
                .isEqualTo(
                        magic == 0
                                ? List.of(END + "@-1 k0=v0", END + 1 + "@-1 null=v1", END + 2 + "@-1 k2=null")
                                : threeRecords());
    }

    @ParameterizedTest(name = "magic {0} {1}")
    @MethodSource("oldFormats")
    void oldFormatsGetTheTopicsCodecAndTime(byte magic, Codec codec) {
        Validated valid = valid(validation.validate(
                MessageSets.of(magic, codec), Rules.compression(Compression.of(Codec.ZSTD)), END, EPOCH, NOW));
        assertThat(onlyBatch(valid.bytes()).compressionType()).isEqualTo(CompressionType.forId(Codec.ZSTD.id()));
        assertThat(MessageSets.read(valid.bytes())).hasSize(3);

        Validated stamped =
                valid(validation.validate(MessageSets.of(magic, codec), Rules.logAppendTime(), END, EPOCH, NOW));
        assertThat(stamped.maxTimestamp()).isEqualTo(NOW);
        assertThat(MessageSets.read(stamped.bytes())).first().isEqualTo(END + "@50000 k0=v0");
    }

    @ParameterizedTest(name = "magic {0} {1}")
    @MethodSource("oldFormats")
    void oldFormatsAreCheckedToo(byte magic, Codec codec) {
        ByteBuffer damaged = MessageSets.of(magic, codec);
        damaged.put(damaged.limit() - 1, (byte) (damaged.get(damaged.limit() - 1) ^ 1));
        assertThat(error(damaged, ValidationRules.DEFAULTS)).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(error(MessageSets.of(magic, codec), Rules.compacted())).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(MessageSets.of(magic, codec), Rules.batchBytesMax(20))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        if (magic == 1)
            assertThat(error(MessageSets.of(magic, codec), Rules.timestampsWithin(10, 10)))
                    .isEqualTo(Errors.INVALID_TIMESTAMP);
        ByteBuffer both = ByteBuffer.allocate(1000)
                .put(MessageSets.of(magic, codec))
                .put(MessageSets.of((byte) (1 - magic), codec))
                .flip();
        assertThat(error(both, ValidationRules.DEFAULTS)).isEqualTo(Errors.INVALID_RECORD);
        ByteBuffer twice = ByteBuffer.allocate(1000)
                .put(MessageSets.of(magic, codec))
                .put(MessageSets.of(magic, codec))
                .flip();
        assertThat(error(twice, ValidationRules.DEFAULTS))
                .isEqualTo(codec == Codec.NONE ? Errors.NONE : Errors.INVALID_RECORD);
    }

    @Test
    void innerMessagesOfOldFormatsHaveChecksumsOfTheirOwn() {
        // unpacked, one byte of the last inner message's value flipped, packed again
        ByteBuffer inner = MessageSets.of((byte) 1, Codec.NONE);
        inner.put(60, (byte) (inner.get(60) ^ 1));
        ByteBuffer wrapper = MessageSets.wrap((byte) 1, Codec.GZIP, 2, inner);
        assertThat(error(wrapper, ValidationRules.DEFAULTS)).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(error(
                        MessageSets.wrap((byte) 1, Codec.GZIP, 2, MessageSets.of((byte) 1, Codec.GZIP)),
                        ValidationRules.DEFAULTS))
                .as("packed within packed")
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(
                        MessageSets.wrap((byte) 1, Codec.GZIP, 2, MessageSets.of((byte) 0, Codec.NONE)),
                        ValidationRules.DEFAULTS))
                .as("another magic within")
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(MessageSets.wrap((byte) 1, Codec.GZIP, 0, ByteBuffer.allocate(0)), ValidationRules.DEFAULTS))
                .as("nothing within")
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(
                        MessageSets.wrap((byte) 1, Codec.ZSTD, 2, MessageSets.of((byte) 1, Codec.NONE)),
                        ValidationRules.DEFAULTS))
                .as("zstd")
                .isEqualTo(Errors.INVALID_RECORD);
    }

    @Test
    void wrongInnerOffsetsOfOldClientsArePutRight() {
        ByteBuffer inner =
                MessageSets.of((byte) 1, Codec.NONE, 0, org.apache.kafka.common.record.TimestampType.CREATE_TIME);
        for (int at = 0; at < inner.limit(); at += inner.getInt(at + 8) + 12) inner.putLong(at, 0);
        Validated valid = valid(validation.validate(
                MessageSets.wrap((byte) 1, Codec.GZIP, 0, inner), ValidationRules.DEFAULTS, END, EPOCH, NOW));
        assertThat(MessageSets.read(valid.bytes())).isEqualTo(threeRecords());
    }

    @Test
    void timestampsWithinBounds() {
        for (long timestamp : new long[] {NOW - 10, NOW + 20, -1})
            assertThat(errorAt(timestamp)).as("" + timestamp).isEqualTo(Errors.NONE);
        for (long timestamp : new long[] {NOW - 11, NOW + 21, 0, -2, Long.MIN_VALUE, Long.MAX_VALUE})
            assertThat(errorAt(timestamp)).as("" + timestamp).isEqualTo(Errors.INVALID_TIMESTAMP);
    }

    private Errors errorAt(long timestamp) {
        return error(RawBatch.with(b -> b.baseTimestamp = timestamp).bytes(), Rules.timestampsWithin(10, 20));
    }

    @Test
    void nothingIsNothing() {
        Validated valid =
                valid(validation.validate(ByteBuffer.allocate(10), ValidationRules.DEFAULTS, END, EPOCH, NOW));
        assertThat(valid.recordCount()).isZero();
        assertThat(valid.lastOffset()).isEqualTo(END - 1);
        assertThat(valid.bytes().hasRemaining()).isFalse();
    }

    @Test
    void ownBatchesAreNotJudged() {
        ByteBuffer own = ByteBuffer.allocate(1000)
                .put(new BatchBuilder()
                        .append(NewRecord.of(5, "a", "1"))
                        .append(NewRecord.of(9, "b", "2"))
                        .build())
                .put(new EndTxnMarker(false, 1).batch(0, 0, 7, 4, (short) 0))
                .flip();
        Validated prepared = validation.prepareOwn(own, Rules.compacted(), END, EPOCH, NOW);
        assertThat(prepared.lastOffset()).isEqualTo(END + 2);
        assertThat(prepared.recordCount()).isEqualTo(3);
        assertThat(prepared.maxTimestamp()).isEqualTo(9);
        assertThat(MessageSets.read(prepared.bytes())).hasSize(3).first().isEqualTo(END + "@5 a=1");
    }

    private static List<String> threeRecords() {
        return List.of(END + "@1000 k0=v0", END + 1 + "@1001 null=v1", END + 2 + "@999 k2=null");
    }

    private Errors error(ByteBuffer bytes, ValidationRules rules) {
        return BadBatchesTest.errorOf(validation.validate(bytes, rules, END, EPOCH, NOW));
    }

    private static Validated valid(Validation result) {
        return switch (result) {
            case Validated valid -> valid;
            case Invalid invalid -> throw new AssertionError(invalid.toString());
        };
    }

    private static RecordBatch onlyBatch(ByteBuffer bytes) {
        var batches = MemoryRecords.readableRecords(bytes.duplicate()).batches().iterator();
        RecordBatch only = batches.next();
        assertThat(batches.hasNext()).isFalse();
        return only;
    }
}
