package io.ottla.node;

import io.ottla.base.Completion;
import io.ottla.base.Network;
import io.ottla.base.Network.ConnectionLimits;
import io.ottla.base.Network.Framing;
import io.ottla.base.Network.Listener;
import io.ottla.base.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The listeners of a node. They are bound at the beginning of a start, so that a port in use is found out at once and the ports to
 * advertise are known; who connects before the node is ready waits, unread.
 */
final class Doors {
    private final Network network;
    private final ConnectionQuota quota;
    private final Map<String, Network.Listening> bound = new TreeMap<>();
    private final Map<String, Address> addresses = new TreeMap<>();
    private final List<Early> early = new ArrayList<>();
    private Optional<Function<String, Network.Acceptor>> acceptors = Optional.empty();

    Doors(Network network, ConnectionQuota quota) {
        this.network = network;
        this.quota = quota;
    }

    /**
     * @param security by name of the listener
     * @param advertised by name of the listener
     * @return {@code advertised} with the ports bound, where a listener left that to the operating system
     * @throws IOException if an address cannot be bound
     */
    Map<String, ListenerConfig> bind(
            List<ListenerConfig> listeners,
            Map<String, Network.Security> security,
            Map<String, ListenerConfig> advertised,
            ConnectionLimits limits,
            Framing framing)
            throws IOException {
        Map<String, ListenerConfig> known = new TreeMap<>(advertised);
        for (ListenerConfig listener : listeners) {
            Network.Listening listening = network.listen(
                    new Listener(listener.host(), listener.port(), framing, limits, security.get(listener.name())),
                    connection -> admit(listener.name(), connection));
            bound.put(listener.name(), listening);
            addresses.put(listener.name(), new Address(listener.host(), listening.port()));
            ListenerConfig told = known.get(listener.name());
            if (told.port() == 0) known.put(listener.name(), told.withPort(listening.port()));
        }
        return known;
    }

    /** What the listeners are bound to, by their names. */
    Map<String, Address> addresses() {
        return addresses;
    }

    /**
     * Binds the coordination service's port; its connections are counted by its own limits.
     *
     * @param name of which {@link #open} is told
     * @return the port bound
     */
    int bindUncounted(String name, Listener listener) throws IOException {
        Network.Listening listening = network.listen(listener, connection -> accept(name, connection));
        bound.put(name, listening);
        return listening.port();
    }

    private Network.Receiver admit(String listener, Network.Connection connection) {
        InetAddress ip = connection.remote().getAddress();
        if (!quota.admit(ip)) {
            connection.close(false);
            return new TurnedAway();
        }
        return new Counted(accept(listener, connection), ip);
    }

    private Network.Receiver accept(String listener, Network.Connection connection) {
        if (acceptors.isPresent()) return acceptors.get().apply(listener).accepted(connection);
        connection.reading(false);
        Early waiting = new Early(listener, connection);
        early.add(waiting);
        return waiting;
    }

    /** @param byListener who takes the connections of a listener, by its name */
    void open(Function<String, Network.Acceptor> byListener) {
        acceptors = Optional.of(byListener);
        early.forEach(waiting -> waiting.letIn(byListener));
        early.clear();
    }

    /** As {@link Network.Listening#renew}; nothing happens if it is closed. */
    void renew(String listener, TlsSettings settings, Completion<Void> completion) {
        if (bound.containsKey(listener)) bound.get(listener).renew(settings, completion);
    }

    /** As {@link Network.Listening#check}; nothing happens if it is closed. */
    void check(String listener, TlsSettings settings, Completion<Void> completion) {
        if (bound.containsKey(listener)) bound.get(listener).check(settings, completion);
    }

    /** Accepts nobody any more, and sends those away who still wait. */
    void close() {
        bound.values().forEach(Network.Listening::close);
        bound.clear();
        List.copyOf(early).forEach(waiting -> waiting.connection.close(false));
    }

    /** Nothing of it is heard. */
    private static final class TurnedAway implements Network.Receiver {
        @Override
        public void received(int prefix, ByteBuffer frame) {}

        @Override
        public void closed() {}
    }

    /** A connection that counts until it is gone. */
    private final class Counted implements Network.Receiver {
        private final Network.Receiver receiver;
        private final InetAddress ip;

        Counted(Network.Receiver receiver, InetAddress ip) {
            this.receiver = receiver;
            this.ip = ip;
        }

        @Override
        public void received(int prefix, ByteBuffer frame) {
            receiver.received(prefix, frame);
        }

        @Override
        public boolean ended() {
            return receiver.ended();
        }

        @Override
        public void drained() {
            receiver.drained();
        }

        @Override
        public void closed() {
            quota.leave(ip);
            receiver.closed();
        }
    }

    /** Somebody who came before the node was ready. Nothing is read from the connection until then. */
    private final class Early implements Network.Receiver {
        private final String listener;
        private final Network.Connection connection;
        private Optional<Network.Receiver> receiver = Optional.empty();

        Early(String listener, Network.Connection connection) {
            this.listener = listener;
            this.connection = connection;
        }

        void letIn(Function<String, Network.Acceptor> byListener) {
            receiver = Optional.of(byListener.apply(listener).accepted(connection));
            connection.reading(true);
        }

        @Override
        public void received(int prefix, ByteBuffer frame) {
            receiver.orElseThrow().received(prefix, frame);
        }

        /** Nothing has been asked before somebody took it. */
        @Override
        public boolean ended() {
            return receiver.isPresent() && receiver.get().ended();
        }

        @Override
        public void drained() {
            receiver.ifPresent(Network.Receiver::drained);
        }

        @Override
        public void closed() {
            receiver.ifPresentOrElse(Network.Receiver::closed, () -> early.remove(this));
        }
    }
}
