package io.ottla.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What is to happen, by virtual time: the one queue that drives a simulation. What is due at the same instant happens
 * in the order in which it was planned, so a run depends on nothing but its seed.
 */
public final class Agenda {
    /** So many events without time going on mean that something runs in circles. */
    private static final int EVENTS_PER_INSTANT_MAX = 1_000_000;

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long nowNs;
    private long planned;
    private long happened;
    private int atThisInstant;

    /** Something planned. */
    static final class Entry implements Comparable<Entry> {
        private long dueNs;
        private long number;
        private final Lane lane;
        private Runnable task;

        private Entry(Lane lane, Runnable task) {
            this.lane = lane;
            this.task = task;
        }

        /** Does nothing if it has happened. */
        void cancel() {
            task = null;
        }

        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(dueNs, other.dueNs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** What belongs together and can be stopped together: the loop of one node, or the world around the nodes. */
    static final class Lane {
        private enum State {
            RUNNING,
            PAUSED,
            DEAD
        }

        /** Is given what a task threw. */
        interface Thrown {
            void thrown(Throwable cause);
        }

        private final Thrown thrown;
        private final List<Entry> held = new ArrayList<>();
        private State state = State.RUNNING;

        Lane(Thrown thrown) {
            this.thrown = thrown;
        }

        boolean isDead() {
            return state == State.DEAD;
        }
    }

    /** Nanoseconds since the simulation began. */
    long nowNs() {
        return nowNs;
    }

    /** How many events have happened. */
    public long happened() {
        return happened;
    }

    Entry at(long dueNs, Lane lane, Runnable task) {
        Entry entry = new Entry(lane, task);
        plan(entry, Math.max(dueNs, nowNs));
        return entry;
    }

    Entry in(long delayNs, Lane lane, Runnable task) {
        return at(nowNs + delayNs, lane, task);
    }

    private void plan(Entry entry, long dueNs) {
        entry.dueNs = dueNs;
        entry.number = planned++;
        entries.add(entry);
    }

    /** What is due for a paused lane waits until it is resumed. */
    void pause(Lane lane) {
        if (lane.state == Lane.State.RUNNING) lane.state = Lane.State.PAUSED;
    }

    void resume(Lane lane) {
        if (lane.state != Lane.State.PAUSED) return;
        lane.state = Lane.State.RUNNING;
        for (Entry entry : lane.held) plan(entry, nowNs);
        lane.held.clear();
    }

    /** Nothing of a dead lane happens any more. */
    void kill(Lane lane) {
        lane.state = Lane.State.DEAD;
        lane.held.clear();
    }

    /** When the next event is due; {@link Long#MAX_VALUE} if there is none. */
    long nextNs() {
        return entries.isEmpty() ? Long.MAX_VALUE : entries.peek().dueNs;
    }

    /** Lets the next event happen; false if there is none. */
    boolean step() {
        while (!entries.isEmpty()) {
            Entry entry = entries.poll();
            if (entry.task == null || entry.lane.isDead()) continue;
            if (entry.lane.state == Lane.State.PAUSED) {
                entry.lane.held.add(entry);
                continue;
            }
            happen(entry);
            return true;
        }
        return false;
    }

    private void happen(Entry entry) {
        if (entry.dueNs > nowNs) atThisInstant = 0;
        nowNs = entry.dueNs;
        happened++;
        if (++atThisInstant > EVENTS_PER_INSTANT_MAX)
            throw new IllegalStateException("time stands still at " + nowNs + " ns: something runs in circles");
        Runnable task = entry.task;
        entry.task = null;
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            entry.lane.thrown.thrown(e);
        }
    }

    /** Lets time go on to an instant at which nothing else may be due. */
    void idleUntil(long untilNs) {
        nowNs = Math.max(nowNs, untilNs);
    }
}
