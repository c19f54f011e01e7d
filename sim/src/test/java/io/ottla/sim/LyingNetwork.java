package io.ottla.sim;

import io.ottla.base.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A network that alters the packets that a ZooKeeper server sends: as if the server had made the mistake. */
final class LyingNetwork implements Network {
    private static final int LENGTH_BYTES = 4;

    private final Network network;
    private final UnaryOperator<List<Packet>> alters;

    /** A packet of a server: the xid and the zxid of its header, and all of it. */
    record Packet(int xid, long zxid, byte[] bytes) {
        boolean isEvent() {
            return xid == -1;
        }
    }

    LyingNetwork(Network network, UnaryOperator<List<Packet>> alters) {
        this.network = network;
        this.alters = alters;
    }

    static Program.Environment under(Program.Environment environment, UnaryOperator<List<Packet>> alters) {
        return new Program.Environment(
                environment.clock(),
                environment.disk(),
                new LyingNetwork(environment.network(), alters),
                environment.limits(),
                environment.random(),
                environment.faultHandler());
    }

    @Override
    public Listening listen(Listener listener, Acceptor acceptor) throws IOException {
        return network.listen(listener, connection -> acceptor.accepted(new Lying(connection, alters)));
    }

    @Override
    public Dialing dial(Destination destination, Caller caller) {
        return network.dial(destination, caller);
    }

    private static final class Lying implements Connection {
        private final Connection connection;
        private final UnaryOperator<List<Packet>> alters;
        private boolean greeted;

        Lying(Connection connection, UnaryOperator<List<Packet>> alters) {
            this.connection = connection;
            this.alters = alters;
        }

        @Override
        public void send(List<Payload> parts) {
            List<Packet> packets = new ArrayList<>();
            for (Payload part : parts) {
                if (!(part instanceof Payload.Bytes(ByteBuffer buffer))) throw new AssertionError("a file is sent");
                ByteBuffer bytes = buffer.duplicate();
                while (bytes.hasRemaining()) packets.add(packet(bytes));
            }
            List<Payload> altered = new ArrayList<>();
            for (Packet packet : greeted ? alters.apply(packets) : packets)
                altered.add(new Payload.Bytes(ByteBuffer.wrap(packet.bytes)));
            greeted = true;
            if (!altered.isEmpty()) connection.send(altered);
        }

        private static Packet packet(ByteBuffer from) {
            byte[] bytes = new byte[LENGTH_BYTES + from.getInt(from.position())];
            from.get(bytes);
            ByteBuffer in = ByteBuffer.wrap(bytes);
            return new Packet(in.getInt(LENGTH_BYTES), in.getLong(2 * LENGTH_BYTES), bytes);
        }

        @Override
        public long id() {
            return connection.id();
        }

        @Override
        public InetSocketAddress remote() {
            return connection.remote();
        }

        @Override
        public InetSocketAddress local() {
            return connection.local();
        }

        @Override
        public long unsentBytes() {
            return connection.unsentBytes();
        }

        @Override
        public void reading(boolean on) {
            connection.reading(on);
        }

        @Override
        public void close(boolean flush) {
            connection.close(flush);
        }
    }
}
