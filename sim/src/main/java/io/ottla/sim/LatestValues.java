package io.ottla.sim;

import io.ottla.sim.Observation.Acknowledged;
import io.ottla.sim.Observation.Produced;
import io.ottla.sim.Observation.Read;
import io.ottla.sim.Observation.Written;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The last record of each key survives compaction, and no older one outlives it; what was acknowledged is all there
 * without compaction. Each key has one producer, so that its records have an order. Asked at the end.
 */
final class LatestValues extends HistoryChecker<Observation> {
    private final Map<Stream, Known> streams = new HashMap<>();

    private static final class Known {
        final Set<Optional<String>> acknowledged = new HashSet<>();
        final Map<String, List<Written>> sentByKey = new HashMap<>();
        final Set<Written> answered = new HashSet<>();
        long end;
    }

    LatestValues(History<Observation> history) {
        super("R18 the last value of each key survives compaction", history);
    }

    @Override
    void look(Observation observation) {
        switch (observation) {
            case Produced(Stream stream, var records) -> {
                for (Written record : records)
                    of(stream)
                            .sentByKey
                            .computeIfAbsent(record.key(), absent -> new ArrayList<>())
                            .add(record);
            }
            case Acknowledged acknowledged -> {
                Known known = of(acknowledged.stream());
                known.answered.addAll(acknowledged.records());
                for (Written record : acknowledged.records()) known.acknowledged.add(record.value());
                acknowledged
                        .baseOffset()
                        .ifPresent(base -> known.end = Math.max(
                                known.end, base + acknowledged.records().size()));
            }
            default -> {}
        }
    }

    private Known of(Stream stream) {
        return streams.computeIfAbsent(stream, absent -> new Known());
    }

    /** The offset after the last record known to be in the stream. */
    long end(Stream stream) {
        return of(stream).end;
    }

    void mustBeAll(Stream stream, List<Read> all) {
        Set<Optional<String>> missing = new HashSet<>(of(stream).acknowledged);
        for (Read record : all) missing.remove(record.value());
        if (!missing.isEmpty()) throw broken("of %s is missing: %s", stream, missing);
    }

    void mustBeLatest(Stream stream, List<Read> all) {
        Map<String, Read> found = new HashMap<>();
        for (Read record : all) found.put(record.key().orElseThrow(), record);
        of(stream).sentByKey.forEach((key, sent) -> {
            int answered = sent.size() - 1;
            while (answered >= 0 && !of(stream).answered.contains(sent.get(answered))) answered--;
            if (answered < 0) return;
            Read last = found.get(key);
            boolean mayBeGone = sent.subList(answered, sent.size()).stream()
                    .anyMatch(record -> record.value().isEmpty());
            if (last == null && mayBeGone) return;
            if (last == null
                    || sent.subList(answered, sent.size()).stream()
                            .noneMatch(record -> record.value().equals(last.value())))
                throw broken("the last of key %s in %s is %s; written last was %s", key, stream, last, sent.getLast());
        });
    }
}
