package io.ottla.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * What all clients of a simulation saw, in the order in which they saw it. Kept outside the machines; part of the trace.
 *
 * @param <O> what a client can see
 */
class History<O> {
    private final Trace trace;
    private final List<O> observations = new ArrayList<>();

    History(Trace trace) {
        this.trace = trace;
    }

    void add(O observation) {
        observations.add(observation);
        trace.event(observation.toString());
    }

    final int size() {
        return observations.size();
    }

    final O get(int index) {
        return observations.get(index);
    }
}
