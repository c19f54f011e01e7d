package io.ottla.sim;

import java.util.ArrayList;
import java.util.List;

/** What all clients of a simulation saw, in the order in which they saw it. Kept outside the machines; part of the trace. */
final class History {
    private final Trace trace;
    private final List<Observation> observations = new ArrayList<>();

    History(Trace trace) {
        this.trace = trace;
    }

    void add(Observation observation) {
        observations.add(observation);
        trace.event(observation.toString());
    }

    int size() {
        return observations.size();
    }

    Observation get(int index) {
        return observations.get(index);
    }
}
