package io.ottla.kafkaprotocol;

import java.util.Optional;

/** Variations of {@link ValidationRules#DEFAULTS}. */
final class Rules {
    private Rules() {}

    private static final ValidationRules D = ValidationRules.DEFAULTS;

    static ValidationRules compacted() {
        return new ValidationRules(
                true,
                D.timestampType(),
                D.timestampBeforeMaxMs(),
                D.timestampAfterMaxMs(),
                D.batchBytesMax(),
                D.compression());
    }

    static ValidationRules logAppendTime() {
        return new ValidationRules(
                false,
                TimestampType.LOG_APPEND_TIME,
                D.timestampBeforeMaxMs(),
                D.timestampAfterMaxMs(),
                D.batchBytesMax(),
                D.compression());
    }

    static ValidationRules batchBytesMax(int bytes) {
        return new ValidationRules(
                false, D.timestampType(), D.timestampBeforeMaxMs(), D.timestampAfterMaxMs(), bytes, D.compression());
    }

    static ValidationRules compression(Compression compression) {
        return new ValidationRules(
                false,
                D.timestampType(),
                D.timestampBeforeMaxMs(),
                D.timestampAfterMaxMs(),
                D.batchBytesMax(),
                Optional.of(compression));
    }

    static ValidationRules timestampsWithin(long beforeMs, long afterMs) {
        return new ValidationRules(false, D.timestampType(), beforeMs, afterMs, D.batchBytesMax(), D.compression());
    }
}
