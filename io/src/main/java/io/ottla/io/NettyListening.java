package io.ottla.io;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Network;
import io.ottla.base.TlsSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One bound address: accepts connections within its limits and closes those that are idle. On the loop. */
final class NettyListening extends ChannelInboundHandlerAdapter implements Network.Listening, NettyConnection.Origin {
    private static final Logger LOG = LoggerFactory.getLogger(NettyListening.class);

    /** After accepting failed (no more open files, for one), how long to wait. */
    private static final long ACCEPT_PAUSE_MS = 1_000;

    private static final long SWEEP_MS_MIN = 10;
    private static final long SWEEP_MS_MAX = 5_000;

    private final NettyNetwork network;
    private final Network.Listener listener;
    private final Network.Acceptor acceptor;
    private final ServerChannel channel;
    private final Optional<TlsDoor> tls;
    private final Set<NettyConnection> connections = new LinkedHashSet<>();
    private final Map<InetAddress, Integer> connectionsByIp = new HashMap<>();
    private boolean closed;

    NettyListening(
            NettyNetwork network,
            Network.Listener listener,
            Network.Acceptor acceptor,
            ServerChannel channel,
            Optional<TlsDoor> tls) {
        this.tls = tls;
        this.network = network;
        this.listener = listener;
        this.acceptor = acceptor;
        this.channel = channel;
        long idleMsMax = listener.limits().idleMsMax();
        if (idleMsMax > 0) sweepEvery(Math.clamp(idleMsMax / 8, SWEEP_MS_MIN, SWEEP_MS_MAX), idleMsMax);
    }

    /** Its keys; empty if it is plain. */
    Optional<TlsDoor> tls() {
        return tls;
    }

    @Override
    public Network.Framing framing() {
        return listener.framing();
    }

    @Override
    public boolean isSecured() {
        return tls.isPresent();
    }

    @Override
    public long unsentBytesMax() {
        return listener.limits().unsentBytesMax();
    }

    @Override
    public void renew(TlsSettings settings, Completion<Void> completion) {
        TlsDoor door = tls.orElseThrow(() -> new IllegalStateException("a plain listener has no keys"));
        network.onLoop(() -> door.renew(settings, completion));
    }

    @Override
    public void check(TlsSettings settings, Completion<Void> completion) {
        TlsDoor door = tls.orElseThrow(() -> new IllegalStateException("a plain listener has no keys"));
        network.onLoop(() -> door.check(settings, completion));
    }

    @Override
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void close() {
        network.onLoop(() -> {
            closed = true;
            tls.ifPresent(TlsDoor::close);
            channel.unsafe().close(channel.unsafe().voidPromise());
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        SocketChannel accepted = (SocketChannel) message;
        // the other side may be gone already
        InetSocketAddress remote = accepted.remoteAddress();
        if (closed || remote == null || !admits(remote.getAddress())) {
            accepted.unsafe().closeForcibly();
            return;
        }
        NettyConnection connection = network.accepted(this, accepted);
        connections.add(connection);
        connectionsByIp.merge(remote.getAddress(), 1, Integer::sum);
        connection.receiver(acceptor.accepted(connection));
        tls.ifPresent(door ->
                accepted.pipeline().addLast(FirstByte.NAME, new FirstByte(door, network.handshakes(), connection)));
        accepted.pipeline().addLast(connection);
        Transport.register(network.eventLoop(), accepted);
    }

    private boolean admits(InetAddress ip) {
        Network.ConnectionLimits limits = listener.limits();
        boolean admitted = connections.size() < limits.connectionsMax()
                && connectionsByIp.getOrDefault(ip, 0) < limits.connectionsPerIpMax();
        if (!admitted) {
            network.refused();
            LOG.debug("refused a connection from {}: {} are open in all", ip, connections.size());
        }
        return admitted;
    }

    @Override
    public void gone(NettyConnection connection) {
        if (!connections.remove(connection)) return;
        connectionsByIp.computeIfPresent(
                connection.remote().getAddress(), (ip, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        network.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.warn("accepting on port {} failed, next try in {} ms: {}", port(), ACCEPT_PAUSE_MS, cause.getMessage());
        channel.config().setAutoRead(false);
        network.clock().after(ACCEPT_PAUSE_MS, () -> channel.config().setAutoRead(true));
    }

    private void sweepEvery(long everyMs, long idleMsMax) {
        Clock clock = network.clock();
        clock.after(everyMs, () -> {
            long nowNs = clock.monotonicNs();
            for (NettyConnection connection : connections.toArray(NettyConnection[]::new))
                connection.closeIfIdle(nowNs, TimeUnit.MILLISECONDS.toNanos(idleMsMax));
            if (!closed || !connections.isEmpty()) sweepEvery(everyMs, idleMsMax);
        });
    }
}
