package io.ottla.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What happened, as a hash over all of it and its last lines for people. The same seed gives the same hash (X6). */
public final class Trace {
    private static final int LINES_MAX = 2000;

    private final Agenda agenda;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private long hash = 0xCBF29CE484222325L; // FNV-1a

    Trace(Agenda agenda) {
        this.agenda = agenda;
    }

    /** Adds an event, with the time. */
    public void event(String what) {
        mix(agenda.nowNs());
        for (int i = 0; i < what.length(); i++) mix(what.charAt(i));
        if (lines.size() == LINES_MAX) lines.removeFirst();
        lines.addLast("%,15d µs  %s".formatted(agenda.nowNs() / 1000, what));
    }

    private void mix(long value) {
        hash = (hash ^ value) * 0x100000001B3L;
    }

    public long hash() {
        return hash;
    }

    /** The last lines, oldest first. */
    public List<String> lines() {
        return new ArrayList<>(lines);
    }
}
