package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.Validation.Invalid;
import io.ottla.kafkaprotocol.Validation.Validated;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sound batches with some bytes changed, from a seed ({@code -Dseed=…} for another, {@code -Drounds=…} for more): nothing
 * is thrown, what is accepted is sound to Kafka's classes too, and memory stays within bounds.
 */
class RecordFuzzTest {

    static final long SEED = Long.getLong("seed", 20260101);
    static final int ROUNDS = Integer.getInteger("rounds", 2000);
    /** The codecs' own buffers, and what a packed record may take as a whole. */
    private static final long FIXED_BYTES = 12L << 20;

    static Stream<Arguments> kinds() {
        return RecordReaderTest.magicsAndCodecs()
                .filter(row -> (boolean) row.get()[2])
                .map(row -> Arguments.of(row.get()[0], row.get()[1]));
    }

    @ParameterizedTest(name = "magic {0} {1}")
    @MethodSource("kinds")
    void changedBytes(byte magic, Codec codec) {
        SeededRandom random = new SeededRandom(SEED + magic * 31L + codec.id());
        try (RecordValidation validation = new RecordValidation();
                RecordReader reader = new RecordReader(4 << 20, 4 << 20);
                RecordConversion conversion =
                        new RecordConversion(RecordReader.UNPACKED_BYTES_MAX, RecordReader.HELD_BYTES_MAX)) {
            // a codec's native library is unpacked at its first use
            for (Codec each : Codec.values())
                validation.validate(sound((byte) 2, each, random), ValidationRules.DEFAULTS, 0, 0, 5000);
            int accepted = 0;
            for (int round = 0; round < ROUNDS; round++) {
                ByteBuffer bytes = sound(magic, codec, random);
                mutate(bytes, random);
                byte[] input = new byte[bytes.limit()];
                bytes.get(0, input);
                try {
                    if (tryAll(bytes, validation, reader, conversion, random)) accepted++;
                } catch (RuntimeException | Error e) {
                    fail(
                            "seed " + SEED + " round " + round + ": "
                                    + java.util.HexFormat.of().formatHex(input),
                            e);
                }
            }
            // the mutations are not all the same
            assertThat(accepted).isBetween(1, ROUNDS - 1);
        }
    }

    private static boolean tryAll(
            ByteBuffer bytes,
            RecordValidation validation,
            RecordReader reader,
            RecordConversion conversion,
            SeededRandom random) {
        Batches.forEach(bytes, batch -> {
            QuickWalk quick = new QuickWalk();
            boolean isSound = batch.magic() == 2 && !batch.isCompressed() && quick.isSound(batch, random.chance(0.5));
            long max = Long.MIN_VALUE;
            long min = Long.MAX_VALUE;
            reader.open(batch);
            while (reader.next() == RecordReader.Step.RECORD) {
                reader.headers();
                reader.key();
                max = Math.max(max, reader.timestampMs());
                min = Math.min(min, reader.timestampMs());
                if (isSound) assertThat(reader.offset() - batch.baseOffset()).isEqualTo(reader.index());
            }
            if (random.chance(0.3)) skim(batch, reader, random);
            if (!isSound) return;
            assertThat(reader.error()).isEqualTo(Errors.NONE);
            if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) return;
            assertThat(quick.maxTimestamp()).isEqualTo(max);
            assertThat(quick.minTimestamp()).isEqualTo(min);
        });
        long before = BadBatchesTest.allocatedBytes();
        if (random.chance(0.2)) conversion.toMagic(bytes, (byte) random.nextInt(2), 0, Integer.MAX_VALUE);
        ValidationRules rules =
                random.chance(0.2) ? Rules.compression(Compression.of(Codec.SNAPPY)) : Rules.compacted();
        RecordValidation.checkForProduce(9, bytes);
        Validation result = validation.validate(bytes, rules, 1000, 1, 5000);
        assertThat(BadBatchesTest.allocatedBytes() - before).isLessThan(FIXED_BYTES + 50L * bytes.limit());
        return switch (result) {
            case Validated valid -> {
                assertThat(MessageSets.read(valid.bytes())).hasSize(valid.recordCount());
                yield true;
            }
            case Invalid invalid -> {
                assertThat(invalid.message()).isNotBlank();
                yield false;
            }
        };
    }

    /** Who only looks on sees as much as who holds the records, and what is left out leaves a sound batch. */
    private static void skim(BatchView batch, RecordReader reader, SeededRandom random) {
        int held = reader.open(batch).next() == RecordReader.Step.RECORD ? 1 : 0;
        while (held > 0 && reader.next() == RecordReader.Step.RECORD) held++;
        Errors error = reader.error();
        long kept = random.nextLong();
        var judge = new RecordFilterTest.Kept(index -> (kept >> (index & 63) & 1) == 0);
        try (RecordFilter filter = new RecordFilter(4 << 20, 4 << 20)) {
            switch (filter.look(batch, judge)) {
                case RecordFilter.Looked.Unreadable(Errors seen, String problem) ->
                    // of an old message that is held, the checksum is looked at before its lengths
                    assertThat(batch.isLegacy() ? error != Errors.NONE : error == seen)
                            .as("%s, %s: %s", error, seen, problem)
                            .isTrue();
                case RecordFilter.Looked.Judged judged -> {
                    assertThat(error).isEqualTo(Errors.NONE);
                    assertThat(judged.records()).isEqualTo(held);
                    if (batch.isLegacy() || judged.kept() == 0) return;
                    judge.again();
                    ByteBuffer thinned = filter.write(batch, judge, judged, OptionalLong.of(77), Integer.MAX_VALUE)
                            .orElseThrow();
                    assertThat(filter.look(new BatchView().wrap(thinned, 0), new RecordFilterTest.Kept(index -> true)))
                            .isInstanceOfSatisfying(
                                    RecordFilter.Looked.Judged.class,
                                    again -> assertThat(again.records()).isEqualTo(judged.kept()));
                }
            }
        }
    }

    static ByteBuffer sound(byte magic, Codec codec, SeededRandom random) {
        BatchBuilder builder = new BatchBuilder().codec(magic == 2 ? codec : Codec.NONE);
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            ByteBuffer value = ByteBuffer.allocate(random.nextInt(60));
            while (value.hasRemaining()) value.put((byte) random.nextInt(4));
            builder.append(new NewRecord(
                    1000 + random.nextInt(1000),
                    Optional.of(ByteBuffer.wrap(new byte[] {1, 2})),
                    random.chance(0.1) ? Optional.empty() : Optional.of(value.flip()),
                    random.chance(0.3) ? List.of(Header.of("h", "x")) : List.of()));
        }
        ByteBuffer batch = builder.build();
        if (magic == 2) return batch;
        try (RecordConversion conversion =
                new RecordConversion(RecordReader.UNPACKED_BYTES_MAX, RecordReader.HELD_BYTES_MAX)) {
            ByteBuffer plain = ((RecordConversion.Converted.Messages)
                            conversion.toMagic(batch, magic, 0, Integer.MAX_VALUE))
                    .bytes();
            return codec == Codec.NONE ? plain : MessageSets.wrap(magic, codec, count - 1, plain);
        }
    }

    /** Changes a few bytes; mostly puts the checksum right again, so that what is behind it is reached. */
    static void mutate(ByteBuffer bytes, SeededRandom random) {
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.limit());
            switch (random.nextInt(5)) {
                case 0 -> bytes.put(at, (byte) random.nextInt(256));
                case 1 -> bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
                case 2 -> bytes.put(at, (byte) (bytes.get(at) + (random.chance(0.5) ? 1 : -1)));
                case 3 -> bytes.put(at, (byte) 0xFF);
                default -> {
                    if (at > BatchView.HEADER_BYTES_V2) {
                        bytes.limit(at);
                        bytes.putInt(BatchView.LENGTH, at - BatchView.PREFIX_BYTES);
                    }
                }
            }
        }
        if (random.chance(0.95) && Batches.nextSize(bytes) > 0) Batches.forEach(bytes, BatchView::updateCrc);
    }
}
