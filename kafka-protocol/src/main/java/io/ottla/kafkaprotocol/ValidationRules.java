package io.ottla.kafkaprotocol;

import java.util.Optional;

/**
 * What a topic's configuration asks of the batches that clients append.
 *
 * @param isCompacted {@code cleanup.policy} has compact: records need keys
 * @param timestampType {@code message.timestamp.type}; not {@link TimestampType#NONE}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}: how far a timestamp may lie in the past
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}: how far in the future
 * @param batchBytesMax {@code max.message.bytes}: the size of a batch, as it comes and as it is written
 * @param compression {@code compression.type}; empty for {@code producer}: as it comes
 */
public record ValidationRules(
        boolean isCompacted,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        int batchBytesMax,
        Optional<Compression> compression) {

    /** With what Kafka 4.3 has by default. */
    public static final ValidationRules DEFAULTS = new ValidationRules(
            false, TimestampType.CREATE_TIME, Long.MAX_VALUE, 60 * 60 * 1000L, 1024 * 1024 + 12, Optional.empty());

    public ValidationRules {
        if (timestampType == TimestampType.NONE) throw new IllegalArgumentException("a topic has a timestamp type");
    }
}
