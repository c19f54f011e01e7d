package io.ottla.sim;

import io.ottla.sim.Observation.Cut;
import io.ottla.sim.Observation.Fetched;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Where a log starts once DeleteRecords was answered, it starts ever after, or higher; not above its high watermark, and
 * not above what somebody asked for. What was deleted without an answer, or by age, may come back with a power loss.
 */
final class LogStartChecker extends HistoryChecker<Observation> {
    private static final short FIRST_WITH_LOG_START = 5;

    private final LogStarts asked = new LogStarts();
    /** By the length of the history: the largest start that DeleteRecords had answered by then. */
    private final Map<Stream, NavigableMap<Integer, Long>> answered = new HashMap<>();

    LogStartChecker(History<Observation> history) {
        super("R17 the start of a log rises only, and not above the high watermark", history);
    }

    @Override
    void look(Observation observation) {
        asked.look(observation);
        switch (observation) {
            case Fetched fetched
            when fetched.version() >= FIRST_WITH_LOG_START -> {
                if (fetched.logStartOffset() > fetched.highWatermark())
                    throw broken("the log starts above its high watermark: %s", fetched);
                compare(fetched.sentAt(), fetched.stream(), fetched.logStartOffset(), fetched);
            }
            case Cut cut -> {
                if (cut.lowWatermark() < cut.offset()) throw broken("records below the asked offset remain: %s", cut);
                compare(cut.sentAt(), cut.stream(), cut.lowWatermark(), cut);
                answered(cut.stream(), cut.lowWatermark());
            }
            default -> {}
        }
    }

    private void compare(int sentAt, Stream stream, long start, Observation by) {
        Map.Entry<Integer, Long> before = of(stream).floorEntry(sentAt);
        if (before != null && start < before.getValue())
            throw broken("the log started at %d before: %s", before.getValue(), by);
        if (start > asked.mayBeginAt(stream))
            throw broken("nobody asked for more than %d: %s", asked.mayBeginAt(stream), by);
    }

    private void answered(Stream stream, long start) {
        NavigableMap<Integer, Long> starts = of(stream);
        if (starts.isEmpty() || starts.lastEntry().getValue() < start) starts.put(at() + 1, start);
    }

    private NavigableMap<Integer, Long> of(Stream stream) {
        return answered.computeIfAbsent(stream, absent -> new TreeMap<>());
    }
}
