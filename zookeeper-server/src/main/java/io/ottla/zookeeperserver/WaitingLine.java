package io.ottla.zookeeperserver;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Who has sent a packet that there is no room for now: who came first is let in first. With too many bytes in line nobody is read from, so that what clients
 * send next stays with them.
 */
final class WaitingLine {
    private final InFlight inFlight;
    private final ServerStats stats;
    private final Collection<ClientConnection> connections;
    private final LinkedHashSet<ClientConnection> line = new LinkedHashSet<>();
    private boolean full;

    /** @param connections all that are open */
    WaitingLine(InFlight inFlight, ServerStats stats, Collection<ClientConnection> connections) {
        this.inFlight = inFlight;
        this.stats = stats;
        this.connections = connections;
    }

    int size() {
        return line.size();
    }

    void stand(ClientConnection client) {
        stats.throttleWaits++;
        line.addLast(client);
    }

    /** @param packets of it that nobody will look at any more */
    void leave(ClientConnection client, int packets) {
        line.remove(client);
        stats.staleRequestsDropped += packets;
    }

    void letIn() {
        while (!line.isEmpty() && line.getFirst().fits()) line.removeFirst().letIn();
    }

    /** @param more bytes of packets wait for their turn, or below 0, do no longer */
    void held(int more) {
        inFlight.held(more);
        if (!full && inFlight.isLineFull()) {
            full = true;
            for (ClientConnection client : connections) client.pause();
        } else if (full && inFlight.hasLineRoom()) {
            full = false;
            // one that is read from again may be the reason to stop again
            for (ClientConnection client : List.copyOf(connections)) client.progressed();
        }
    }

    boolean isFull() {
        return full;
    }
}
