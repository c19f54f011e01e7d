package io.ottla.sim;

import io.ottla.sim.Observation.CutAsked;
import io.ottla.sim.Observation.MayForget;
import java.util.HashMap;
import java.util.Map;

/** Up to which offset somebody has asked for a partition's records to be deleted, so that they may be gone. */
final class LogStarts {
    private final Map<Stream, Long> asked = new HashMap<>();

    void look(Observation observation) {
        switch (observation) {
            case CutAsked(Stream stream, long offset) -> asked.merge(stream, offset, Math::max);
            case MayForget(Stream stream, boolean byTime, boolean byKey)
            when byTime -> asked.put(stream, Long.MAX_VALUE);
            default -> {}
        }
    }

    long mayBeginAt(Stream stream) {
        return asked.getOrDefault(stream, 0L);
    }
}
