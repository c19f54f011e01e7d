package io.ottla.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The ways between machines, each direction for itself. What is sent where a way is cut is not lost: as TCP does, it is sent again until it arrives,
 * which is once the way is healed. Connections stay, and nobody is told; whoever waits has to notice the silence.
 */
public final class Links {
    /** Between those of the world and machines, and within a machine: never cut. */
    static final Link OPEN = new Link();

    private final Agenda agenda;
    private final Agenda.Lane lane;
    private final Trace trace;
    private final TreeMap<String, Link> links = new TreeMap<>();

    Links(Agenda agenda, Agenda.Lane lane, Trace trace) {
        this.agenda = agenda;
        this.lane = lane;
        this.trace = trace;
    }

    /** One direction between two machines. */
    static final class Link {
        private final List<Runnable> waiting = new ArrayList<>();
        private boolean isCut;

        boolean isCut() {
            return isCut;
        }

        /** Runs {@code then} in the world's lane once the way is healed. */
        void whenHealed(Runnable then) {
            waiting.add(then);
        }
    }

    Link between(Machine from, Machine to) {
        return from.name().equals(to.name()) ? OPEN : links.computeIfAbsent(key(from, to), absent -> new Link());
    }

    private static String key(Machine from, Machine to) {
        return from.name() + " to " + to.name();
    }

    /** From now on nothing of what {@code from} sends reaches {@code to}. */
    public void cutOneWay(Machine from, Machine to) {
        if (from.name().equals(to.name())) throw new IllegalArgumentException("a machine always reaches itself");
        Link link = between(from, to);
        if (link.isCut) return;
        link.isCut = true;
        trace.event("way cut: " + key(from, to));
    }

    public void cut(Machine one, Machine other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    public void heal(Machine one, Machine other) {
        heal(key(one, other));
        heal(key(other, one));
    }

    public void healAll() {
        List.copyOf(links.keySet()).forEach(this::heal);
    }

    private void heal(String key) {
        Link link = links.get(key);
        if (link == null || !link.isCut) return;
        link.isCut = false;
        trace.event("way healed: " + key);
        List<Runnable> waiting = List.copyOf(link.waiting);
        link.waiting.clear();
        waiting.forEach(each -> agenda.in(0, lane, each));
    }
}
