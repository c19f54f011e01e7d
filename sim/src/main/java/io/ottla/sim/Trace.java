package io.ottla.sim;

import java.util.ArrayDeque;
import java.util.List;

/** What happened, as a hash over all of it and its last lines for people. The same seed gives the same hash (X6). */
public final class Trace {
    private static final int LINES_MAX = 2000;

    private final Agenda agenda;
    private final ArrayDeque<Line> lines = new ArrayDeque<>();
    private long hash = 0xCBF29CE484222325L; // FNV-1a

    private record Line(long atNs, String what) {}

    Trace(Agenda agenda) {
        this.agenda = agenda;
    }

    /** Adds an event, with the time. */
    public void event(String what) {
        mix(agenda.nowNs());
        for (int i = 0; i < what.length(); i++) mix(what.charAt(i));
        if (lines.size() == LINES_MAX) lines.removeFirst();
        lines.addLast(new Line(agenda.nowNs(), what));
    }

    private void mix(long value) {
        hash = (hash ^ value) * 0x100000001B3L;
    }

    public long hash() {
        return hash;
    }

    /** The last lines, oldest first. */
    public List<String> lines() {
        return lines.stream()
                .map(line -> "%,15d µs  %s".formatted(line.atNs() / 1000, line.what()))
                .toList();
    }
}
