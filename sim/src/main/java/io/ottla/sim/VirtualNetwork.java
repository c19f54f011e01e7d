package io.ottla.sim;

import io.ottla.base.FrameRoom;
import io.ottla.base.Limits;
import io.ottla.base.Network;
import io.ottla.base.SeededRandom;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The network as one run of a node sees it, and the way in for simulated clients. */
public final class VirtualNetwork implements Network {
    private static final int FIRST_FREE_PORT = 30_000;

    private final Agenda agenda;
    private final Agenda.Lane nodeLane;
    private final Agenda.Lane worldLane;
    private final SeededRandom random;
    private final NetworkTiming timing;
    private final Trace trace;
    private final FrameRoom frameRoom;
    private final TreeMap<Integer, Bound> bound = new TreeMap<>();
    private final Set<VirtualConnection> connections = new LinkedHashSet<>();
    private long lastConnectionId;
    private int lastClientPort = 50_000;

    private record Bound(Listener listener, Acceptor acceptor) {}

    VirtualNetwork(
            Agenda agenda,
            Agenda.Lane nodeLane,
            Agenda.Lane worldLane,
            SeededRandom random,
            NetworkTiming timing,
            Limits limits,
            Trace trace) {
        this.agenda = agenda;
        this.nodeLane = nodeLane;
        this.worldLane = worldLane;
        this.random = random;
        this.timing = timing;
        this.trace = trace;
        frameRoom = new FrameRoom(limits.unfinishedFrameBytes(), (delayMs, task) -> after(delayMs * 1_000_000, task));
    }

    @Override
    public Listening listen(Listener listener, Acceptor acceptor) throws IOException {
        if (listener.security() instanceof Security.Tls) throw new IOException("only plain connections are simulated");
        int port = listener.port();
        if (port == 0) for (port = FIRST_FREE_PORT; bound.containsKey(port); ) port++;
        if (bound.containsKey(port)) throw new BindException("Address already in use: " + port);
        bound.put(port, new Bound(listener, acceptor));
        int chosen = port;
        return new Listening() {
            @Override
            public int port() {
                return chosen;
            }

            @Override
            public void close() {
                bound.remove(chosen);
            }
        };
    }

    // ---- what clients do

    /**
     * Connects from outside, from 127.0.0.1; the client hears of a refusal as of a close.
     *
     * @param port that the node listens on, or does not
     */
    public VirtualPeer connect(int port, VirtualPeer.Listener client) {
        InetSocketAddress from = new InetSocketAddress(loopback(), ++lastClientPort);
        Pipe toNode = new Pipe(agenda, random, timing, worldLane, nodeLane);
        Pipe toClient = new Pipe(agenda, random, timing, nodeLane, worldLane);
        VirtualPeer peer = new VirtualPeer(from, toNode);
        peer.attach(toClient, client);
        Arrival arrival = new Arrival(port, peer, toNode, toClient);
        toNode.sink(arrival);
        if (nodeLane.isDead()) toClient.cut();
        else toNode.open(arrival::accept);
        return peer;
    }

    /** The node's end of a connection, from before it was accepted. */
    private final class Arrival implements Pipe.Sink {
        private final int port;
        private final VirtualPeer peer;
        private final Pipe toNode;
        private final Pipe toClient;
        private VirtualConnection connection;

        Arrival(int port, VirtualPeer peer, Pipe toNode, Pipe toClient) {
            this.port = port;
            this.peer = peer;
            this.toNode = toNode;
            this.toClient = toClient;
        }

        void accept() {
            Bound at = bound.get(port);
            if (at == null || isFull(at.listener())) {
                trace.event("network refuses " + peer.address());
                toClient.finish();
                toNode.silence();
                return;
            }
            InetSocketAddress local = new InetSocketAddress(loopback(), port);
            connection = new VirtualConnection(
                    VirtualNetwork.this, ++lastConnectionId, at.listener(), local, peer.address(), toNode, toClient);
            connections.add(connection);
            trace.event("network accepts " + peer.address());
            toClient.onRoom(connection::pump);
            connection.open(at.acceptor().accepted(connection));
        }

        @Override
        public void arrived(byte[] bytes) {
            if (connection != null) connection.arrived(bytes);
        }

        @Override
        public void ended(boolean broken) {
            if (connection != null) connection.ended(broken);
        }
    }

    private boolean isFull(Listener listener) {
        // everybody comes from 127.0.0.1, so that both limits count the same
        long open = connections.stream()
                .filter(connection -> connection.listener().equals(listener))
                .count();
        return open >= listener.limits().connectionsMax()
                || open >= listener.limits().connectionsPerIpMax();
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are an address
        }
    }

    // ---- what faults do

    /** Cuts one of the connections, by the seed. */
    public void cutOne() {
        if (connections.isEmpty()) return;
        VirtualConnection chosen = connections.stream()
                .skip(random.nextInt(connections.size()))
                .findFirst()
                .orElseThrow();
        trace.event("network cuts " + chosen.remote());
        chosen.cut();
    }

    /** The process is gone: its connections are reset. */
    void reset() {
        for (VirtualConnection connection : List.copyOf(connections)) connection.cut();
    }

    /** The machine is gone: clients hear nothing. */
    void silence() {
        for (VirtualConnection connection : connections) connection.silence();
        connections.clear();
    }

    public int connectionsOpen() {
        return connections.size();
    }

    // ---- for connections

    FrameRoom frameRoom() {
        return frameRoom;
    }

    void event(String what) {
        trace.event(what);
    }

    void forget(VirtualConnection connection) {
        connections.remove(connection);
    }

    void soon(Runnable task) {
        agenda.in(0, nodeLane, task);
    }

    void after(long delayNs, Runnable task) {
        agenda.in(delayNs, nodeLane, task);
    }

    long nowNs() {
        return agenda.nowNs();
    }
}
