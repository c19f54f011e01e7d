package io.ottla.broker;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Network.Payload;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Lets the replies of one connection leave in the order of its requests, in whatever order they become ready. This is
 * the one place that knows the rule.
 */
final class ReplyOrder {

    /** Takes what leaves, in order. */
    interface Outlet {
        /** @param left runs once, when they have left or never will */
        void send(List<Payload> parts, Runnable left);

        /** Nothing comes after this. */
        void close();
    }

    /** The place of one request's reply. */
    final class Place {
        private Ready ready;

        private void fill(Ready with) {
            invariant(ready == null, "a request was answered twice");
            ready = with;
            leave();
        }

        /** Sends, when the turn comes. If the connection has ended by then, files are let go. */
        void send(List<Payload> parts) {
            send(parts, NOTHING);
        }

        /** @param left runs once, when they have left or never will */
        void send(List<Payload> parts, Runnable left) {
            if (ended) {
                release(parts);
                left.run();
                return;
            }
            fill(new Ready.Parts(parts, left));
        }

        /** Gives up the turn: there is nothing to send. */
        void skip() {
            if (!ended) fill(new Ready.Parts(List.of(), NOTHING));
        }

        /** Closes the connection, when the turn comes. */
        void close() {
            if (!ended) fill(new Ready.Close());
        }
    }

    private sealed interface Ready {
        record Parts(List<Payload> parts, Runnable left) implements Ready {}

        record Close() implements Ready {}
    }

    private static final Runnable NOTHING = () -> {};

    private final Outlet outlet;
    private final ArrayDeque<Place> places = new ArrayDeque<>(4);
    private boolean ended;

    ReplyOrder(Outlet outlet) {
        this.outlet = outlet;
    }

    /** The place behind all that were taken before. */
    Place next() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    /** The connection is gone: whatever is ready or becomes so is dropped. */
    void end() {
        if (ended) return;
        ended = true;
        List<Place> dropped = List.copyOf(places);
        places.clear();
        for (Place place : dropped) {
            if (!(place.ready instanceof Ready.Parts(List<Payload> parts, Runnable left))) continue;
            release(parts);
            left.run();
        }
    }

    private void leave() {
        while (!places.isEmpty() && places.peek().ready != null) {
            switch (places.remove().ready) {
                case Ready.Parts(List<Payload> parts, Runnable left) -> {
                    if (!parts.isEmpty()) outlet.send(parts, left);
                }
                case Ready.Close() -> {
                    end();
                    outlet.close();
                }
            }
        }
    }

    private static void release(List<Payload> parts) {
        for (Payload part : parts) if (part instanceof Payload.FileRange(var file, var at, var length)) file.release();
    }
}
