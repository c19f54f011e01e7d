package io.ottla.sim;

import java.util.ArrayList;
import java.util.List;

/** What all ZooKeeper clients of a simulation saw, in the order in which they saw it. */
final class ZookeeperHistory {
    private final Trace trace;
    private final List<ZookeeperObservation> observations = new ArrayList<>();
    private long highestZxid;

    ZookeeperHistory(Trace trace) {
        this.trace = trace;
    }

    void add(ZookeeperObservation observation) {
        observations.add(observation);
        if (observation instanceof ZookeeperObservation.Answered answered)
            highestZxid = Math.max(highestZxid, answered.zxid());
        trace.event(observation.toString());
    }

    int size() {
        return observations.size();
    }

    ZookeeperObservation get(int index) {
        return observations.get(index);
    }

    /** That anybody has seen. */
    long highestZxid() {
        return highestZxid;
    }

    /** An invariant over it: looks at each observation once, right after the event that brought it. */
    abstract static class Invariant implements Checker {
        private final String name;
        private final ZookeeperHistory history;
        private int looked;

        Invariant(String name, ZookeeperHistory history) {
            this.name = name;
            this.history = history;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final void check() {
            for (; looked < history.size(); looked++) look(history.get(looked));
        }

        abstract void look(ZookeeperObservation observation);

        static AssertionError broken(String format, Object... arguments) {
            return new AssertionError(format.formatted(arguments));
        }
    }
}
