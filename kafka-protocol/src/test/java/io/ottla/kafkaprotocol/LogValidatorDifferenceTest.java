package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.Validation.Invalid;
import io.ottla.kafkaprotocol.Validation.Validated;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xerial.snappy.SnappyError;

/**
 * The same changed batches given to {@link RecordValidation} and to Kafka's LogValidator. What ours takes, theirs takes,
 * and writes the same bytes but for codecs; what ours refuses, theirs refuses with the same error, fails on, or is known
 * to be laxer about. {@code -Dseed=…} and {@code -Drounds=…} as for {@link RecordFuzzTest}.
 */
class LogValidatorDifferenceTest {

    /** Kafka's takes time: it takes memory for whatever length it is told. */
    private static final int ROUNDS = RecordFuzzTest.ROUNDS / 4;

    private static final long FIRST_OFFSET = 1000;
    private static final int LEADER_EPOCH = 7;
    private static final long NOW = 5000;

    /** What ours refuses and Kafka takes. */
    private static final List<Pattern> STRICTER = Stream.of(
                    "record \\d+ of the batch has the offset delta",
                    "a record has the length",
                    "a record's (key|value|header value) has the length -",
                    "a record's length is not that of its fields",
                    "a record cannot have -?\\d+ headers",
                    "a field of \\d+ bytes reaches beyond its record",
                    "the producer id -\\d+ is none, nor is it -1",
                    "the epoch -\\d+ does not go with producer id",
                    "a transactional batch has no producer id",
                    "clients may not set a delete horizon",
                    "only brokers set log append time",
                    "\\d+ records are refused; the first: timestamp -",
                    "a message has a field of -",
                    "a message's length is not that of its fields",
                    "an inner message has the length",
                    "the batch ends within a record",
                    "the batch has more than",
                    "not a gzip stream")
            .map(Pattern::compile)
            .toList();

    static Stream<Arguments> kinds() {
        return RecordFuzzTest.kinds();
    }

    @ParameterizedTest(name = "magic {0} {1}")
    @MethodSource("kinds")
    void sameAsKafka(byte magic, Codec codec) {
        SeededRandom random = new SeededRandom(RecordFuzzTest.SEED + 17 + magic * 31L + codec.id());
        List<ValidationRules> rules = List.of(
                ValidationRules.DEFAULTS,
                Rules.compacted(),
                Rules.logAppendTime(),
                Rules.timestampsWithin(3800, 10),
                Rules.batchBytesMax(120),
                Rules.compression(io.ottla.kafkaprotocol.Compression.of(Codec.LZ4)),
                Rules.compression(io.ottla.kafkaprotocol.Compression.NONE));
        int accepted = 0;
        try (RecordValidation validation = new RecordValidation()) {
            for (int round = 0; round < ROUNDS; round++) {
                ByteBuffer bytes = RecordFuzzTest.sound(magic, codec, random);
                RecordFuzzTest.mutate(bytes, random);
                ValidationRules rule = rules.get(random.nextInt(rules.size()));
                String input = "round %d, %s, %s".formatted(round, rule, hex(bytes));
                Answer ours = ours(validation, copy(bytes), magic, rule);
                Answer theirs = theirs(copy(bytes), magic, rule);
                compare(ours, theirs, rule, input);
                if (ours.error() == Errors.NONE) accepted++;
            }
        }
        assertThat(accepted).isBetween(1, ROUNDS - 1);
    }

    /** @param bytes empty if refused */
    private record Answer(Errors error, String message, ByteBuffer bytes) {}

    private static void compare(Answer ours, Answer theirs, ValidationRules rules, String input) {
        String both = "%s\n ours   %s %s\n theirs %s %s"
                .formatted(input, ours.error(), ours.message(), theirs.error(), theirs.message());
        if (ours.error() == Errors.NONE) {
            // Kafka fails on making a batch of negative timestamps that nobody would see
            boolean fails = theirs.error() == Errors.UNKNOWN_SERVER_ERROR
                    && rules.timestampType() == TimestampType.LOG_APPEND_TIME;
            if (fails) return;
            assertThat(theirs.error()).as(both).isEqualTo(Errors.NONE);
            if (!ours.bytes().equals(theirs.bytes()))
                assertThat(MessageSets.read(ours.bytes())).as(both).isEqualTo(MessageSets.read(theirs.bytes()));
            return;
        }
        switch (theirs.error()) {
            case NONE ->
                assertThat(STRICTER)
                        .as(both)
                        .anyMatch(known -> known.matcher(ours.message()).lookingAt());
            // an exception that nobody foresaw
            case UNKNOWN_SERVER_ERROR -> {}
            // of several faults each finds another one first
            case CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP, MESSAGE_TOO_LARGE ->
                assertThat(ours.error())
                        .as(both)
                        .isIn(
                                Errors.CORRUPT_MESSAGE,
                                Errors.INVALID_RECORD,
                                Errors.INVALID_TIMESTAMP,
                                Errors.MESSAGE_TOO_LARGE);
            default -> assertThat(ours.error()).as(both).isEqualTo(theirs.error());
        }
    }

    private static Answer ours(RecordValidation validation, ByteBuffer bytes, byte magic, ValidationRules rules) {
        Optional<Invalid> refused = RecordValidation.checkForProduce(apiVersion(magic), bytes);
        Validation result = refused.isPresent()
                ? refused.get()
                : validation.validate(bytes, rules, FIRST_OFFSET, LEADER_EPOCH, NOW);
        return switch (result) {
            case Validated valid -> new Answer(Errors.NONE, "", valid.bytes());
            case Invalid invalid -> new Answer(invalid.error(), invalid.message(), ByteBuffer.allocate(0));
        };
    }

    private static int apiVersion(byte magic) {
        return magic == 2 ? 9 : 2;
    }

    private static Answer theirs(ByteBuffer bytes, byte magic, ValidationRules rules) {
        try {
            return new Answer(Errors.NONE, "", validateAsKafka(bytes, magic, rules));
        } catch (RecordValidationException e) {
            return new Answer(Errors.forException(e.invalidException()), e.toString(), ByteBuffer.allocate(0));
        } catch (RuntimeException | SnappyError | OutOfMemoryError e) {
            // it believes a record of 2 GiB
            return new Answer(Errors.forException(e), e.toString(), ByteBuffer.allocate(0));
        }
    }

    /** What ProduceRequest, UnifiedLog.analyzeAndValidateRecords and LogValidator do in turn. */
    private static ByteBuffer validateAsKafka(ByteBuffer bytes, byte magic, ValidationRules rules) {
        MemoryRecords records = MemoryRecords.readableRecords(bytes);
        if (magic == 2) ProduceRequest.validateRecords((short) apiVersion(magic), records);
        CompressionType source = CompressionType.NONE;
        int wholeBytes = 0;
        for (MutableRecordBatch batch : records.batches()) {
            if (batch.magic() >= 2 && batch.baseOffset() != 0) throw new InvalidRecordException("base offset");
            if (batch.sizeInBytes() > rules.batchBytesMax()) throw new RecordTooLargeException("size");
            if (!batch.isValid()) throw new CorruptRecordException("checksum");
            if (batch.compressionType() != CompressionType.NONE) source = batch.compressionType();
            wholeBytes += batch.sizeInBytes();
        }
        if (wholeBytes == 0) return ByteBuffer.allocate(0);
        Codec target = rules.compression()
                .map(io.ottla.kafkaprotocol.Compression::codec)
                .orElse(Codec.of(source.id).orElseThrow());
        MemoryRecords validated = new LogValidator(
                        MemoryRecords.readableRecords(bytes.slice(0, wholeBytes)),
                        new TopicPartition("t", 0),
                        new StandingTime(),
                        source,
                        Compression.of(target.label()).build(),
                        rules.isCompacted(),
                        (byte) 2,
                        rules.timestampType() == TimestampType.CREATE_TIME
                                ? org.apache.kafka.common.record.TimestampType.CREATE_TIME
                                : org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME,
                        rules.timestampBeforeMaxMs(),
                        rules.timestampAfterMaxMs(),
                        LEADER_EPOCH,
                        AppendOrigin.CLIENT)
                .validateMessagesAndAssignOffsets(
                        PrimitiveRef.ofLong(FIRST_OFFSET), new NoMetrics(), BufferSupplier.NO_CACHING)
                .validatedRecords();
        if (validated.sizeInBytes() > rules.batchBytesMax()) throw new RecordTooLargeException("size when written");
        return validated.buffer();
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.limit())
                .put(bytes.slice(0, bytes.limit()))
                .flip();
    }

    private static String hex(ByteBuffer bytes) {
        return HexFormat.of().formatHex(bytes.array(), 0, bytes.limit());
    }

    private static final class StandingTime implements Time {
        @Override
        public long milliseconds() {
            return NOW;
        }

        @Override
        public long nanoseconds() {
            return NOW * 1_000_000;
        }

        @Override
        public void sleep(long ms) {}

        @Override
        public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {}
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
