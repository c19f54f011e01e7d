package io.ottla.kafkaprotocol;

import io.ottla.kafkaprotocol.Validation.Invalid;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What a topic asks of each record, and what is found on the way: the errors and the largest timestamp. */
final class RecordChecks {
    private ValidationRules rules = ValidationRules.DEFAULTS;
    private long firstOffset;
    private long nowMs;
    private boolean checksTimestamps;

    private final List<RecordError> errors = new ArrayList<>();
    private int errorCount;
    private boolean hasTimestampError;
    private long maxTimestamp;
    private long offsetOfMaxTimestamp;

    void begin(ValidationRules rules, long firstOffset, long nowMs) {
        this.rules = rules;
        this.firstOffset = firstOffset;
        this.nowMs = nowMs;
        checksTimestamps = rules.timestampType() == TimestampType.CREATE_TIME;
        errors.clear();
        errorCount = 0;
        hasTimestampError = false;
        maxTimestamp = BatchView.NO_TIMESTAMP;
        offsetOfMaxTimestamp = -1;
    }

    /** Looks at the reader's current record, which is to get the offset {@code firstOffset + index}. */
    void check(RecordReader record) {
        check(record, record.index());
    }

    /** @param index the place among all records of the request, where that is not the reader's */
    void check(RecordReader record, int index) {
        if (rules.isCompacted() && !record.hasKey()) add(index, "a compacted topic takes no record without key");
        long timestamp = record.timestampMs();
        if (timestamp == BatchView.NO_TIMESTAMP) return;
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            offsetOfMaxTimestamp = firstOffset + index;
        }
        if (checksTimestamps && (timestamp < 0 || !isInRange(timestamp))) {
            hasTimestampError = true;
            add(index, "timestamp %d is not within [%d, %d]".formatted(timestamp, least(), most()));
        }
    }

    /** Whether all records of a walk are as the topic wants them; if so, they count as checked. */
    boolean admit(QuickWalk walk) {
        if (checksTimestamps && !(isInRange(walk.minTimestamp()) && isInRange(walk.maxTimestamp()))) return false;
        maxTimestamp = walk.maxTimestamp();
        offsetOfMaxTimestamp = firstOffset + walk.indexOfMaxTimestamp();
        return true;
    }

    boolean hasErrors() {
        return errorCount > 0;
    }

    Invalid invalid() {
        Errors error = hasTimestampError ? Errors.INVALID_TIMESTAMP : Errors.INVALID_RECORD;
        String message = "%d records are refused; the first: %s"
                .formatted(errorCount, errors.getFirst().message());
        return new Invalid(error, message, List.copyOf(errors));
    }

    /** {@link BatchView#NO_TIMESTAMP} if no record had one. */
    long maxTimestamp() {
        return maxTimestamp;
    }

    /** The first record's that has it; −1 if none has. */
    long offsetOfMaxTimestamp() {
        return offsetOfMaxTimestamp;
    }

    private boolean isInRange(long timestamp) {
        // both are 0 or more here, so that the difference does not overflow
        long ageMs = nowMs - timestamp;
        return ageMs <= rules.timestampBeforeMaxMs() && -ageMs <= rules.timestampAfterMaxMs();
    }

    private long least() {
        return Math.max(0, nowMs - rules.timestampBeforeMaxMs());
    }

    private long most() {
        long sum = nowMs + rules.timestampAfterMaxMs();
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private void add(int index, String message) {
        errorCount++;
        if (errors.size() < RecordValidation.RECORD_ERRORS_MAX) errors.add(new RecordError(index, message));
    }
}
