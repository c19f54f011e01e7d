package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Connections on which nothing happens, after the first exchange that every client has: what each keeps, and what all cost. */
final class ConnectionsRow implements Row {
    private static final long CONNECTIONS = 2000;
    private static final double SETTLE_S = 5;
    private static final double WINDOW_S = 20;
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    @Override
    public String name() {
        return "connections";
    }

    @Override
    public String about() {
        return "2,000 idle connections: memory of each, server CPU";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        int count = (int) turn.scaled(CONNECTIONS);
        List<SocketChannel> channels = new ArrayList<>();
        try (ServerProcess server = turn.start(Map.of("connections.max.idle.ms", "3600000"))) {
            // what the first connections make the server load is not the connections' own
            for (int i = 0; i < 20; i++) connect(server.port()).close();
            turn.pass(SETTLE_S);
            double before = server.figures().rssMb();
            double idleCpuS = Window.cpuS(turn, server, turn.seconds(WINDOW_S));
            for (int i = 0; i < count; i++) channels.add(connect(server.port()));
            turn.pass(SETTLE_S);
            turn.less("memory per connection KB", (server.figures().rssMb() - before) * 1000 / count);
            double cpuS = Window.cpuS(turn, server, turn.seconds(WINDOW_S));
            turn.less("server CPU %", 100 * cpuS / turn.seconds(WINDOW_S));
            turn.note("server CPU without them %", 100 * idleCpuS / turn.seconds(WINDOW_S));
        } finally {
            for (SocketChannel channel : channels) channel.close();
        }
    }

    /** A connection that has asked for ApiVersions, and been answered. */
    private static SocketChannel connect(int port) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        ByteBuffer request = ByteBuffer.allocate(14);
        request.putInt(10)
                .putShort((short) 18)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) -1)
                .flip();
        while (request.hasRemaining()) channel.write(request);
        int length = read(channel, 4).getInt();
        if (length < 4 || length > ANSWER_BYTES_MAX) throw new IOException("an answer of " + length + " bytes");
        read(channel, length);
        return channel;
    }

    private static ByteBuffer read(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining())
            if (channel.read(buffer) < 0) throw new EOFException("the server closed the connection");
        return buffer.flip();
    }
}
