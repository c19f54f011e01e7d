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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The network as one run of a node sees it, and the way in for simulated clients and for other machines. */
public final class VirtualNetwork implements Network {
    private static final int FIRST_FREE_PORT = 30_000;

    private final World world;
    private final Machine machine;
    private final Agenda agenda;
    private final Agenda.Lane nodeLane;
    private final Agenda.Lane worldLane;
    private final SeededRandom random;
    private final NetworkTiming timing;
    private final Trace trace;
    private final FrameRoom frameRoom;
    private final TreeMap<Integer, Bound> bound = new TreeMap<>();
    private final Set<VirtualConnection> connections = new LinkedHashSet<>();
    private final Set<VirtualDialing> dialings = new LinkedHashSet<>();

    /** The kernel has taken these, and the process has not let them in yet. */
    private final Set<Arrival> backlog = new LinkedHashSet<>();

    private long lastConnectionId;
    private int lastClientPort = 50_000;

    /** A port that is listened on, with those who came in by it and are not gone. */
    private static final class Bound {
        final Listener listener;
        final Acceptor acceptor;
        final Set<VirtualConnection> connections = new LinkedHashSet<>();

        Bound(Listener listener, Acceptor acceptor) {
            this.listener = listener;
            this.acceptor = acceptor;
        }

        boolean admits(InetAddress from) {
            connections.removeIf(VirtualConnection::isGone);
            long fromThere = connections.stream()
                    .filter(connection -> connection.remote().getAddress().equals(from))
                    .count();
            return connections.size() < listener.limits().connectionsMax()
                    && fromThere < listener.limits().connectionsPerIpMax();
        }
    }

    VirtualNetwork(
            World world,
            Machine machine,
            Agenda.Lane nodeLane,
            SeededRandom random,
            NetworkTiming timing,
            Limits limits) {
        this.world = world;
        this.machine = machine;
        agenda = world.agenda();
        this.nodeLane = nodeLane;
        worldLane = world.lane();
        this.random = random;
        this.timing = timing;
        trace = world.trace();
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
        if (nodeLane.isDead()) {
            toClient.breakOff();
        } else {
            Arrival arrival = new Arrival(new InetSocketAddress(loopback(), port), from, toNode, toClient);
            toNode.open(arrival::accept);
        }
        return peer;
    }

    /** The node's end of a connection, from before it was accepted. */
    private final class Arrival implements Pipe.Sink {
        private final InetSocketAddress local;
        private final InetSocketAddress remote;
        private final Pipe toNode;
        private final Pipe toPeer;
        private Optional<VirtualConnection> connection = Optional.empty();

        Arrival(InetSocketAddress local, InetSocketAddress remote, Pipe toNode, Pipe toPeer) {
            this.local = local;
            this.remote = remote;
            this.toNode = toNode;
            this.toPeer = toPeer;
            toNode.sink(this);
            backlog.add(this);
        }

        void accept() {
            backlog.remove(this);
            connection = accepted(local, remote, toNode, toPeer);
            if (connection.isPresent()) return;
            // taken and closed, as a listener does that has no room
            toPeer.finish();
            toNode.silence();
        }

        /** The process is gone. */
        void reset() {
            toPeer.breakOff();
            toNode.refuse();
        }

        /** The power went. */
        void silence() {
            toPeer.silence();
            toNode.silence();
        }

        @Override
        public void arrived(byte[] bytes) {
            connection.ifPresent(accepted -> accepted.arrived(bytes));
        }

        @Override
        public void ended(boolean broken) {
            connection.ifPresent(accepted -> accepted.ended(broken));
        }
    }

    /** A connection that came in, if somebody listens there who takes one more. The receiver has it then. */
    private Optional<VirtualConnection> accepted(
            InetSocketAddress local, InetSocketAddress remote, Pipe toNode, Pipe toPeer) {
        Bound at = bound.get(local.getPort());
        if (at == null || !at.admits(remote.getAddress())) {
            trace.event("network refuses " + remote);
            return Optional.empty();
        }
        VirtualConnection connection = new VirtualConnection(
                this, ++lastConnectionId, VirtualConnection.Terms.of(at.listener), local, remote, toNode, toPeer);
        at.connections.add(connection);
        connections.add(connection);
        trace.event("network accepts " + remote);
        toPeer.onRoom(connection::pump);
        connection.open(at.acceptor.accepted(connection));
        return Optional.of(connection);
    }

    // ---- what nodes do among each other

    @Override
    public Dialing dial(Destination to, Caller caller) {
        VirtualDialing dialing = new VirtualDialing(this, to, caller);
        dialings.add(dialing);
        dialing.start();
        return dialing;
    }

    /** Whether somebody listens on that port for those who come from another machine, or from this one. */
    boolean listensFor(Machine from, int port) {
        Bound at = bound.get(port);
        if (at == null) return false;
        String host = at.listener.host();
        return from.name().equals(machine.name())
                || host.isEmpty()
                || host.equals("0.0.0.0")
                || host.equals(machine.name())
                || host.equals(machine.address().getHostAddress());
    }

    /** One from another machine, or this one, has knocked: it is let in, or not, in the program's next turn. */
    void knocked(int port, InetSocketAddress remote, Pipe toNode, Pipe toPeer) {
        InetAddress own = remote.getAddress().isLoopbackAddress() ? loopback() : machine.address();
        Arrival arrival = new Arrival(new InetSocketAddress(own, port), remote, toNode, toPeer);
        soon(arrival::accept);
    }

    /** A connection that this node dialled stands. */
    VirtualConnection dialled(Destination to, InetSocketAddress local, InetSocketAddress remote, Pipe in, Pipe out) {
        VirtualConnection connection =
                new VirtualConnection(this, ++lastConnectionId, VirtualConnection.Terms.of(to), local, remote, in, out);
        connections.add(connection);
        out.onRoom(connection::pump);
        trace.event("network of " + machine.name() + " is connected to " + to);
        return connection;
    }

    void over(VirtualDialing dialing) {
        dialings.remove(dialing);
    }

    /** From this machine, as {@code other} sees it. */
    InetSocketAddress nextAddress(Machine other) {
        InetAddress own = other.name().equals(machine.name()) ? loopback() : machine.address();
        return new InetSocketAddress(own, ++lastClientPort);
    }

    static InetAddress loopback() {
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
        for (VirtualDialing dialing : List.copyOf(dialings)) dialing.reset();
        backlog.forEach(Arrival::reset);
        backlog.clear();
        for (VirtualConnection connection : List.copyOf(connections)) connection.cut();
    }

    /** The machine is gone: clients hear nothing. */
    void silence() {
        for (VirtualDialing dialing : dialings) dialing.silence();
        dialings.clear();
        backlog.forEach(Arrival::silence);
        backlog.clear();
        for (VirtualConnection connection : connections) connection.silence();
        connections.clear();
    }

    public int connectionsOpen() {
        return connections.size();
    }

    // ---- for connections and attempts

    World world() {
        return world;
    }

    Machine machine() {
        return machine;
    }

    Agenda.Lane lane() {
        return nodeLane;
    }

    SeededRandom random() {
        return random;
    }

    NetworkTiming timing() {
        return timing;
    }

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
