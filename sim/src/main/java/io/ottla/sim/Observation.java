package io.ottla.sim;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that a client did or was told. {@code sentAt} is the length of the history when the request was sent:
 * what had been observed by then had happened before the node served it.
 */
sealed interface Observation {

    /** A record as it was produced. A record's value begins with its producer's name and its sequence number. */
    record Written(String producer, int sequence, String key, Optional<String> value, long timestampMs) {}

    private static String summary(List<Written> records) {
        return records.size() + " records of " + records.getFirst().producer() + " from sequence number "
                + records.getFirst().sequence() + " on";
    }

    /** A record as it was read; old formats tell less. */
    record Read(
            long offset,
            Optional<String> key,
            Optional<String> value,
            OptionalLong timestampMs,
            OptionalLong sequence) {}

    // ---- records

    /** A batch was sent for the first time. */
    record Produced(Stream stream, List<Written> records) implements Observation {
        @Override
        public String toString() {
            return "sends " + stream + " " + summary(records);
        }
    }

    /** A batch was answered without an error. */
    record Acknowledged(Stream stream, OptionalLong baseOffset, List<Written> records) implements Observation {
        @Override
        public String toString() {
            return "has in " + stream + " at " + baseOffset + " " + summary(records);
        }
    }

    /** @param isLegacy a message set, in which gaps of compressed sets do not show */
    record Fetched(
            int sentAt,
            String client,
            Stream stream,
            short version,
            boolean readCommitted,
            long fetchOffset,
            long highWatermark,
            long lastStableOffset,
            long logStartOffset,
            List<Read> records)
            implements Observation {

        @Override
        public String toString() {
            String what = records.isEmpty()
                    ? "nothing"
                    : records.size() + " records, " + records.getFirst().offset() + " to "
                            + records.getLast().offset() + ", hash " + Integer.toHexString(records.hashCode());
            return "%s (version %d%s) fetches %s from %d: %s; start %d, stable %d, high watermark %d"
                    .formatted(
                            client,
                            version,
                            readCommitted ? ", committed" : "",
                            stream,
                            fetchOffset,
                            what,
                            logStartOffset,
                            lastStableOffset,
                            highWatermark);
        }
    }

    record OutOfRange(int sentAt, String client, Stream stream, long fetchOffset) implements Observation {}

    /** @param offset −1 for none */
    record Listed(int sentAt, String client, Stream stream, long askedMs, long timestampMs, long offset)
            implements Observation {}

    /** From now on the partition may begin at an offset up to this one. */
    record CutAsked(Stream stream, long offset) implements Observation {}

    record Cut(int sentAt, String client, Stream stream, long offset, long lowWatermark) implements Observation {}

    /** From now on the log may give up old segments, or the older of two records of a key. */
    record MayForget(Stream stream, boolean byTime, boolean byKey) implements Observation {}

    // ---- groups

    record Joined(int sentAt, String group, String member, int generation) implements Observation {}

    /** @param owner the instance id of a static member, the member id of another */
    record Assigned(int sentAt, String group, String owner, String member, int generation, List<Integer> partitions)
            implements Observation {}

    record CommitSent(int number, String group, String member, int generation, Map<Integer, Long> offsets)
            implements Observation {}

    /** What became of a commit. Nothing is observed if that is not known. */
    record CommitAnswered(
            int number, int sentAt, String group, int generation, Map<Integer, Long> offsets, boolean taken)
            implements Observation {}

    /** @param offsets −1 for none */
    record OffsetsFetched(int sentAt, String group, Map<Integer, Long> offsets) implements Observation {}
}
