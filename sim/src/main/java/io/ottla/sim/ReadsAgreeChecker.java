package io.ottla.sim;

import io.ottla.sim.Observation.Acknowledged;
import io.ottla.sim.Observation.Fetched;
import io.ottla.sim.Observation.MayForget;
import io.ottla.sim.Observation.OutOfRange;
import io.ottla.sim.Observation.Read;
import io.ottla.sim.Observation.Written;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What was acknowledged or read at an offset is what every later read there returns; and it is not missing, unless
 * somebody asked for it to be deleted, or the log may forget. In terms of offsets alone: the high watermark that a
 * later read is told lies above.
 */
final class ReadsAgreeChecker extends HistoryChecker<Observation> {
    private final Map<Stream, Known> streams = new HashMap<>();
    private final LogStarts starts = new LogStarts();

    private static final class Known {
        final NavigableMap<Long, Read> records = new TreeMap<>();
        /** By the length of the history: the end of what was known then. */
        final NavigableMap<Integer, Long> ends = new TreeMap<>();

        boolean forgetsByKey;

        long endAt(int length) {
            Map.Entry<Integer, Long> entry = ends.floorEntry(length);
            return entry == null ? 0 : entry.getValue();
        }
    }

    ReadsAgreeChecker(History<Observation> history) {
        super("R4 a record that was acknowledged or read at an offset is what every later read there returns", history);
    }

    @Override
    void look(Observation observation) {
        starts.look(observation);
        switch (observation) {
            case MayForget(Stream stream, boolean byTime, boolean byKey) -> of(stream).forgetsByKey |= byKey;
            case Acknowledged acknowledged
            when acknowledged.baseOffset().isPresent() -> {
                long offset = acknowledged.baseOffset().getAsLong();
                for (Written record : acknowledged.records())
                    learn(acknowledged.stream(), read(offset++, record), acknowledged);
            }
            case Fetched fetched -> {
                mustNotMiss(fetched);
                for (Read record : fetched.records()) learn(fetched.stream(), record, fetched);
            }
            case OutOfRange(int sentAt, String client, Stream stream, long fetchOffset) -> {
                if (fetchOffset >= starts.mayBeginAt(stream)
                        && fetchOffset <= of(stream).endAt(sentAt))
                    throw broken(
                            "%s is told that %d of %s is out of range; it ends at %d or after, and nothing was deleted"
                                    + " from %d on",
                            client, fetchOffset, stream, of(stream).endAt(sentAt), starts.mayBeginAt(stream));
            }
            default -> {}
        }
    }

    private Known of(Stream stream) {
        return streams.computeIfAbsent(stream, absent -> new Known());
    }

    private static Read read(long offset, Written written) {
        return new Read(
                offset,
                java.util.Optional.of(written.key()),
                written.value(),
                OptionalLong.of(written.timestampMs()),
                OptionalLong.of(written.sequence()));
    }

    private void learn(Stream stream, Read record, Observation from) {
        Known known = of(stream);
        Read before = known.records.get(record.offset());
        if (before != null && !isSame(before, record))
            throw broken("%s of %s was %s; now: %s", record, stream, before, from);
        if (before == null || before.sequence().isEmpty()) known.records.put(record.offset(), record);
        if (record.offset() >= known.endAt(at())) known.ends.put(at() + 1, record.offset() + 1);
    }

    private static boolean isSame(Read one, Read other) {
        return one.key().equals(other.key())
                && one.value().equals(other.value())
                && isSame(one.timestampMs(), other.timestampMs())
                && isSame(one.sequence(), other.sequence());
    }

    /** Formats that do not tell agree with all. */
    private static boolean isSame(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || other.isEmpty() || one.equals(other);
    }

    private void mustNotMiss(Fetched fetched) {
        Known known = of(fetched.stream());
        long end = known.endAt(fetched.sentAt());
        if (fetched.highWatermark() < end)
            throw broken("records up to %d were known, and the high watermark is below: %s", end, fetched);
        if (known.forgetsByKey || fetched.records().isEmpty()) return;
        long first = fetched.records().getFirst().offset();
        if (first > Math.max(fetched.fetchOffset(), starts.mayBeginAt(fetched.stream()))
                && first != fetched.logStartOffset())
            throw broken("%d is missing in %s", fetched.fetchOffset(), fetched);
    }
}
