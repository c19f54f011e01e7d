package io.ottla.partition;

import io.ottla.log.Append;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What became of an append, once it is known. */
public sealed interface AppendAnswer {

    /**
     * The records are in the log, as safe as the writer asked for; or they were there already (a repeated request of an
     * idempotent producer), and these are the offsets of then.
     *
     * @param logAppendTimeMs the timestamp that the leader gave them; −1 if they kept their own
     */
    record Appended(long firstOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
            implements AppendAnswer {}

    /**
     * Not written, or not known to be safe (REQUEST_TIMED_OUT, NOT_ENOUGH_REPLICAS_AFTER_APPEND).
     *
     * @param message for people; empty if the error says it all
     * @param records which of the records were at fault, if that is known
     * @param logStartOffset −1 unless the log itself refused, and nothing was written
     */
    record Refused(Errors error, String message, List<Append.RecordFault> records, long logStartOffset)
            implements AppendAnswer {

        /** Whether it is certain that nothing was written: the log looked at the records, or has no space for them. */
        public boolean isByLog() {
            return logStartOffset >= 0;
        }

        public static Refused because(Errors error) {
            return new Refused(error, "", List.of(), -1);
        }

        public static Refused because(Errors error, String message) {
            return new Refused(error, message, List.of(), -1);
        }
    }
}
