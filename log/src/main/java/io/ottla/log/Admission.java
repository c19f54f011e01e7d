package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.RecordValidation;
import io.ottla.kafkaprotocol.TimestampType;
import io.ottla.kafkaprotocol.Validation;
import io.ottla.kafkaprotocol.ValidationRules;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What was said of batches before they go into a log. */
sealed interface Admission {

    /**
     * As they will be written; empty if there was nothing in them.
     *
     * @param logAppendTimeMs −1 if the records keep their own time
     */
    record Admitted(ByteBuffer bytes, long firstOffset, long lastOffset, long maxTimestampMs, long logAppendTimeMs)
            implements Admission {}

    record Refused(Errors error, String message, List<Append.RecordFault> records) implements Admission {}

    /** Judges batches by who brings them. */
    static Admission of(
            RecordValidation validation,
            ValidationRules rules,
            ByteBuffer batches,
            AppendOrigin origin,
            long endOffset,
            int leaderEpoch,
            long nowMs) {
        if (origin == AppendOrigin.REPLICATION) return copied(batches, endOffset);
        Validation said = origin == AppendOrigin.CLIENT
                ? validation.validate(batches, rules, endOffset, leaderEpoch, nowMs)
                : validation.prepareOwn(batches, rules, endOffset, leaderEpoch, nowMs);
        return switch (said) {
            case Validation.Validated valid ->
                new Admitted(
                        valid.bytes(),
                        valid.firstOffset(),
                        valid.lastOffset(),
                        valid.maxTimestamp(),
                        rules.timestampType() == TimestampType.LOG_APPEND_TIME ? nowMs : -1);
            case Validation.Invalid(var error, var message, var records) ->
                new Refused(
                        error,
                        message,
                        records.stream()
                                .map(record -> new Append.RecordFault(record.batchIndex(), record.message()))
                                .toList());
        };
    }

    /** A copy of the leader's log: offsets rise, checksums hold, nothing is changed. A torn batch at the end is left out. */
    private static Admission copied(ByteBuffer batches, long endOffset) {
        long first = -1;
        long next = endOffset;
        long max = -1;
        BatchView batch = new BatchView();
        int at = batches.position();
        for (int size = Batches.sizeAt(batches, at); size > 0; size = Batches.sizeAt(batches, at)) {
            batch.wrap(batches, at);
            if (!batch.isCrcValid())
                return refused(
                        Errors.CORRUPT_MESSAGE, "the batch at offset " + batch.baseOffset() + " has a wrong checksum");
            if (batch.baseOffset() < next || batch.lastOffset() < batch.baseOffset())
                return refused(
                        Errors.OFFSET_OUT_OF_RANGE,
                        "a batch at offset " + batch.baseOffset() + " cannot follow on " + (next - 1));
            if (first < 0) first = batch.baseOffset();
            next = batch.nextOffset();
            max = Math.max(max, batch.maxTimestamp());
            at += size;
        }
        if (Batches.sizeAt(batches, at) == Batches.CORRUPT)
            return refused(Errors.CORRUPT_MESSAGE, "after offset " + (next - 1) + " comes no batch");
        ByteBuffer whole = batches.slice(batches.position(), at - batches.position());
        return new Admitted(whole, first < 0 ? endOffset : first, next - 1, max, -1);
    }

    private static Refused refused(Errors error, String message) {
        return new Refused(error, message, List.of());
    }
}
