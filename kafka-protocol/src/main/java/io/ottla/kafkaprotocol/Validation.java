package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What came of looking at batches that somebody wants to append. */
public sealed interface Validation {

    /**
     * They can be written as they are in {@code bytes}: offsets, leader epoch and timestamps are set.
     *
     * @param bytes whole batches of magic 2, from position to limit; the sender's own bytes unless {@code isRewritten}
     * @param firstOffset of the first record
     * @param lastOffset of the last record; {@code firstOffset − 1} if there is none, and then {@code bytes} is empty
     * @param maxTimestamp {@link BatchView#NO_TIMESTAMP} if no record has one
     * @param offsetOfMaxTimestamp the first record with it; −1 if there is none
     * @param isRewritten they were packed otherwise, or came in an older format
     */
    record Validated(
            ByteBuffer bytes,
            long firstOffset,
            long lastOffset,
            long maxTimestamp,
            long offsetOfMaxTimestamp,
            int recordCount,
            boolean isRewritten)
            implements Validation {}

    /**
     * They are refused as a whole.
     *
     * @param records what is wrong with single records, the first {@link RecordValidation#RECORD_ERRORS_MAX} of them; may be empty
     */
    record Invalid(Errors error, String message, List<RecordError> records) implements Validation {
        Invalid(Errors error, String message) {
            this(error, message, List.of());
        }
    }
}
