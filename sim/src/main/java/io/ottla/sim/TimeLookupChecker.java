package io.ottla.sim;

import io.ottla.sim.Observation.Acknowledged;
import io.ottla.sim.Observation.Fetched;
import io.ottla.sim.Observation.Listed;
import io.ottla.sim.Observation.Read;
import io.ottla.sim.Observation.Written;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** ListOffsets by time finds the first record that is not older: nothing known before it, by a linear scan, is that. */
final class TimeLookupChecker extends HistoryChecker<Observation> {
    private final LogStarts starts = new LogStarts();
    private final Map<Stream, NavigableMap<Long, Timed>> streams = new HashMap<>();

    /** @param knownAt the length of the history that has it */
    private record Timed(int knownAt, long timestampMs) {}

    TimeLookupChecker(History<Observation> history) {
        super("R19 ListOffsets finds the first record at or after a time", history);
    }

    @Override
    void look(Observation observation) {
        starts.look(observation);
        switch (observation) {
            case Acknowledged acknowledged
            when acknowledged.baseOffset().isPresent() -> {
                long offset = acknowledged.baseOffset().getAsLong();
                for (Written record : acknowledged.records())
                    learn(acknowledged.stream(), offset++, record.timestampMs());
            }
            case Fetched fetched -> {
                for (Read record : fetched.records())
                    record.timestampMs()
                            .ifPresent(timestampMs -> learn(fetched.stream(), record.offset(), timestampMs));
            }
            case Listed listed -> look(listed);
            default -> {}
        }
    }

    private NavigableMap<Long, Timed> of(Stream stream) {
        return streams.computeIfAbsent(stream, absent -> new TreeMap<>());
    }

    private void learn(Stream stream, long offset, long timestampMs) {
        of(stream).putIfAbsent(offset, new Timed(at() + 1, timestampMs));
    }

    private void look(Listed listed) {
        NavigableMap<Long, Timed> records = of(listed.stream());
        long end = listed.offset() < 0 ? Long.MAX_VALUE : listed.offset();
        if (listed.offset() >= 0 && listed.timestampMs() < listed.askedMs()) throw broken("too old: %s", listed);
        Timed found = records.get(listed.offset());
        if (found != null && found.timestampMs() != listed.timestampMs())
            throw broken("the record there is of %d: %s", found.timestampMs(), listed);
        long from = starts.mayBeginAt(listed.stream());
        if (from >= end) return;
        records.subMap(from, end).forEach((offset, record) -> {
            if (record.knownAt() <= listed.sentAt() && record.timestampMs() >= listed.askedMs())
                throw broken("%d is of %d and comes before: %s", offset, record.timestampMs(), listed);
        });
    }
}
