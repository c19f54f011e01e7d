package io.ottla.kafkaprotocol;

import io.ottla.kafkaprotocol.Validation.Invalid;
import io.ottla.kafkaprotocol.Validation.Validated;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * Judges what clients want to append, and makes it what is written: assigns offsets, leader epoch and log append time,
 * packs it as the topic wants it, turns magic 0 and 1 into 2. What needs no other bytes is changed in place, and the
 * checksum is computed anew only where something under it changed; base offset and leader epoch are not.
 *
 * <p>Memory: constants per codec ({@link Unpacker}), and what is written anew, which ends at
 * {@link ValidationRules#batchBytesMax}. Belongs to one loop, for it keeps buffers from call to call.
 *
 * <p>Source: LogValidator, UnifiedLog.analyzeAndValidateRecords and ProduceRequest.validateRecords of Kafka 4.3. Stricter
 * than those, which no known client notices: offset deltas must be 0, 1, 2…; lengths, timestamps, producer ids and epochs
 * below −1, a transactional batch without producer id and a delete horizon are refused; and so is log append time set by
 * a client, also where the topic has create time.
 */
public final class RecordValidation implements AutoCloseable {

    /** How many records of a batch are named one by one when they are refused. */
    public static final int RECORD_ERRORS_MAX = 100;
    /**
     * A batch may unpack to so many times {@link ValidationRules#batchBytesMax}; what comes to more is not data but a bomb. The error is
     * {@link Errors#MESSAGE_TOO_LARGE}: a producer whose many records are only packed too well cuts the batch and sends the parts.
     */
    public static final int UNPACKED_RATIO_MAX = 128;
    /** It may always unpack to so much. */
    public static final long UNPACKED_BYTES_ALWAYS = 16L * 1024 * 1024;

    private final BatchView batch = new BatchView();
    private final RecordChecks checks = new RecordChecks();
    private final QuickWalk quickWalk = new QuickWalk();
    private final RecordReader reader = new RecordReader();
    private final Repacker repacker = new Repacker();
    private final UpConversion conversion = new UpConversion(reader);
    private final int heldBytesMax;

    public RecordValidation() {
        this(RecordReader.HELD_BYTES_MAX);
    }

    /** @param heldBytesMax as {@link RecordReader#RecordReader(long, int)} has it */
    public RecordValidation(int heldBytesMax) {
        this.heldBytesMax = heldBytesMax;
    }

    /**
     * What a produce request of a version may carry at all. Magic 2 is alone in its request from version 3 on; a torn
     * batch after it is cut off, as in Kafka.
     *
     * @param records as they stand in the request for one partition
     * @return why not
     */
    public static Optional<Invalid> checkForProduce(int apiVersion, ByteBuffer records) {
        if (apiVersion < 3) return Optional.empty();
        int size = Batches.nextSize(records);
        if (size == Batches.CORRUPT) return Optional.of(corrupt("a batch cannot begin like this"));
        if (size == Batches.INCOMPLETE)
            return invalid("produce version %d must bring a whole record batch".formatted(apiVersion));
        BatchView first = new BatchView().wrap(records, records.position());
        if (first.magic() != 2)
            return invalid("produce version %d takes only record batches of magic 2".formatted(apiVersion));
        if (apiVersion < 7 && first.codecId() == Codec.ZSTD.id())
            return Optional.of(new Invalid(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "produce version %d does not know zstd".formatted(apiVersion)));
        int rest = Batches.sizeAt(records, first.endPosition());
        if (rest == Batches.CORRUPT) return Optional.of(corrupt("the bytes after the first batch are no batch"));
        if (rest != Batches.INCOMPLETE)
            return invalid("produce version %d takes only one record batch".formatted(apiVersion));
        return Optional.empty();
    }

    /**
     * Judges and prepares a client's batches. Bytes after the last whole batch are left out.
     *
     * @param batches from position to limit; written into
     * @param firstOffset what the first record gets: the log's end
     * @param leaderEpoch what batches get as theirs
     */
    public Validation validate(
            ByteBuffer batches, ValidationRules rules, long firstOffset, int leaderEpoch, long nowMs) {
        int size = Batches.nextSize(batches);
        if (size == Batches.CORRUPT) return corrupt("a batch cannot begin like this");
        if (size == Batches.INCOMPLETE)
            return new Validated(batches.slice(batches.position(), 0), firstOffset, firstOffset - 1, -1, -1, 0, false);
        batch.wrap(batches, batches.position());
        long unpackedBytesMax = Math.max(UNPACKED_BYTES_ALWAYS, (long) rules.batchBytesMax() * UNPACKED_RATIO_MAX);
        reader.limits(unpackedBytesMax, heldBytesMax);
        repacker.limits(unpackedBytesMax, heldBytesMax);
        if (batch.magic() == 2) return validateBatch(rules, firstOffset, leaderEpoch, nowMs);
        return conversion.convert(batches, rules, checks, firstOffset, leaderEpoch, nowMs);
    }

    /**
     * Prepares batches of magic 2 that this node itself made: offsets, leader epoch, and the topic's timestamp type.
     * Nothing is judged.
     */
    public Validated prepareOwn(
            ByteBuffer batches, ValidationRules rules, long firstOffset, int leaderEpoch, long nowMs) {
        Own own = new Own(firstOffset);
        int walked = Batches.forEach(batches, each -> {
            each.setBaseOffset(own.nextOffset);
            each.setLeaderEpoch(leaderEpoch);
            if (rules.timestampType() == TimestampType.LOG_APPEND_TIME) {
                each.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, nowMs);
                each.updateCrc();
            }
            own.add(each);
        });
        return new Validated(
                batches.slice(batches.position(), walked),
                firstOffset,
                own.nextOffset - 1,
                own.maxTimestamp,
                own.offsetOfMaxTimestamp,
                own.recordCount,
                false);
    }

    private static final class Own {
        long nextOffset;
        long maxTimestamp = BatchView.NO_TIMESTAMP;
        long offsetOfMaxTimestamp = -1;
        int recordCount;

        Own(long firstOffset) {
            nextOffset = firstOffset;
        }

        void add(BatchView batch) {
            if (batch.maxTimestamp() > maxTimestamp) {
                maxTimestamp = batch.maxTimestamp();
                offsetOfMaxTimestamp = batch.baseOffset();
            }
            recordCount += batch.recordCount();
            nextOffset = batch.nextOffset();
        }
    }

    private Validation validateBatch(ValidationRules rules, long firstOffset, int leaderEpoch, long nowMs) {
        Optional<Invalid> refused = checkHeader(rules);
        if (refused.isPresent()) return refused.get();
        checks.begin(rules, firstOffset, nowMs);
        if (!batch.isCompressed() && quickWalk.isSound(batch, rules.isCompacted()) && checks.admit(quickWalk))
            return prepare(rules, firstOffset, leaderEpoch, nowMs);
        RecordReader.Step step = reader.skim(batch).next();
        long expected = 0;
        while (step == RecordReader.Step.RECORD) {
            if (reader.offset() != expected)
                return new Invalid(
                        Errors.INVALID_RECORD,
                        "record %d of the batch has the offset delta %d".formatted(expected, reader.offset()));
            checks.check(reader);
            expected++;
            step = reader.next();
        }
        if (step == RecordReader.Step.CORRUPT) return new Invalid(reader.error(), reader.problem());
        if (checks.hasErrors()) return checks.invalid();
        return prepare(rules, firstOffset, leaderEpoch, nowMs);
    }

    private Validation prepare(ValidationRules rules, long firstOffset, int leaderEpoch, long nowMs) {
        boolean logAppendTime = rules.timestampType() == TimestampType.LOG_APPEND_TIME;
        long maxTimestamp = logAppendTime ? nowMs : checks.maxTimestamp();
        boolean isCrcStale = batch.maxTimestamp() != maxTimestamp || batch.timestampType() != rules.timestampType();
        if (isCrcStale) batch.setMaxTimestamp(rules.timestampType(), maxTimestamp);
        batch.setBaseOffset(firstOffset);
        batch.setLeaderEpoch(leaderEpoch);

        Compression target = rules.compression().orElse(Compression.NONE);
        boolean isRewritten = rules.compression().isPresent() && target.codec() != batch.codec();
        if (isRewritten) {
            Optional<ByteBuffer> rewritten = repacker.repack(batch, target, rules.batchBytesMax());
            if (rewritten.isEmpty())
                return tooLarge("the batch, packed as the topic wants it, is larger than " + rules.batchBytesMax());
            batch.wrap(rewritten.get(), 0);
        } else if (isCrcStale) {
            batch.updateCrc();
        }
        return new Validated(
                batch.slice(),
                firstOffset,
                batch.lastOffset(),
                maxTimestamp,
                logAppendTime ? firstOffset : checks.offsetOfMaxTimestamp(),
                batch.recordCount(),
                isRewritten);
    }

    /** What the header alone tells, in Kafka's order. */
    private Optional<Invalid> checkHeader(ValidationRules rules) {
        ByteBuffer batches = batch.buffer();
        int count = batch.recordCount();
        if (batch.baseOffset() != 0) return invalid("the base offset must be 0, not " + batch.baseOffset());
        if (batch.sizeBytes() > rules.batchBytesMax())
            return Optional.of(
                    tooLarge("the batch has %d bytes, above %d".formatted(batch.sizeBytes(), rules.batchBytesMax())));
        if (!batch.isCrcValid())
            return Optional.of(
                    corrupt("the checksum is %d, that of the bytes %d".formatted(batch.crc(), batch.computeCrc())));
        int next = Batches.sizeAt(batches, batch.endPosition());
        if (next == Batches.CORRUPT) return Optional.of(corrupt("the bytes after the first batch are no batch"));
        if (next != Batches.INCOMPLETE) return invalid("only one batch is taken at a time");
        if (batch.lastOffsetDelta() < 0) return invalid("the last offset delta is " + batch.lastOffsetDelta());
        if (count <= 0) return invalid("the record count is " + count);
        if (count - 1 != batch.lastOffsetDelta())
            return invalid(
                    "%d records do not go with a last offset delta of %d".formatted(count, batch.lastOffsetDelta()));
        if (batch.isControl()) return invalid("clients may not write control records");
        if (batch.producerId() < BatchView.NO_PRODUCER_ID)
            return invalid("the producer id %d is none, nor is it -1".formatted(batch.producerId()));
        if (batch.hasProducerId() && batch.producerEpoch() < 0)
            return invalid("the epoch %d does not go with producer id %d"
                    .formatted(batch.producerEpoch(), batch.producerId()));
        if (batch.hasProducerId() && batch.baseSequence() < 0)
            return invalid("the sequence %d does not go with producer id %d"
                    .formatted(batch.baseSequence(), batch.producerId()));
        if (batch.isTransactional() && !batch.hasProducerId())
            return invalid("a transactional batch has no producer id");
        if (batch.deleteHorizonMs().isPresent()) return invalid("clients may not set a delete horizon");
        if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) return Optional.of(setByBrokersOnly());
        if (Codec.of(batch.codecId()).isEmpty()) return invalid("codec %d is not known".formatted(batch.codecId()));
        return Optional.empty();
    }

    private static Optional<Invalid> invalid(String message) {
        return Optional.of(new Invalid(Errors.INVALID_RECORD, message));
    }

    static Invalid setByBrokersOnly() {
        return new Invalid(Errors.INVALID_TIMESTAMP, "only brokers set log append time");
    }

    static Invalid corrupt(String message) {
        return new Invalid(Errors.CORRUPT_MESSAGE, message);
    }

    static Invalid tooLarge(String message) {
        return new Invalid(Errors.MESSAGE_TOO_LARGE, message);
    }

    /** Frees the memory of the codecs. */
    @Override
    public void close() {
        reader.close();
        repacker.close();
    }
}
