package io.ottla.log;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What became of batches that somebody wanted to append. */
public sealed interface Append {

    /**
     * They are in the page cache, and readable.
     *
     * @param logAppendTimeMs the timestamp that all records got; −1 if they keep their own
     * @param logStartOffset of the log now
     * @param maxTimestampMs the largest timestamp among the records; −1 if they have none
     */
    record Appended(long firstOffset, long lastOffset, long logAppendTimeMs, long logStartOffset, long maxTimestampMs)
            implements Append {}

    /** An idempotent producer sent again what is in the log already, at these offsets; nothing was appended. */
    record Duplicate(long firstOffset, long lastOffset, long logAppendTimeMs, long logStartOffset) implements Append {}

    /**
     * Nothing was appended.
     *
     * @param message for the client
     * @param records which of them were at fault, if single ones were
     */
    record Rejected(Errors error, String message, List<RecordFault> records) implements Append {}

    /** @param batchIndex the number of the record in its batch, from 0 */
    record RecordFault(int batchIndex, String message) {}
}
