package io.ottla.io;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.ottla.base.Clock;
import io.ottla.base.Network;
import io.ottla.base.Network.DialFailure;
import io.ottla.base.Network.DialFailure.Reason;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to connect, then where the connection came from: the name is looked up, its addresses are tried in their order, then the handshake
 * of TLS. On the loop.
 */
final class NettyDialing implements Network.Dialing, NettyConnection.Origin {
    private static final Logger LOG = LoggerFactory.getLogger(NettyDialing.class);
    private static final long SWEEP_MS_MIN = 10;
    private static final long SWEEP_MS_MAX = 5_000;

    private final NettyNetwork network;
    private final Network.Destination to;
    private final Network.Caller caller;
    private final ArrayDeque<InetAddress> addresses = new ArrayDeque<>();
    private Optional<SocketChannel> connecting = Optional.empty();
    private Optional<Clock.Timer> deadline = Optional.empty();

    /** Of the addresses tried so far, the one that says most. */
    private Optional<DialFailure> failure = Optional.empty();

    private String stage = "looking its name up";
    private boolean isOver;
    private boolean isGone;

    NettyDialing(NettyNetwork network, Network.Destination to, Network.Caller caller) {
        this.network = network;
        this.to = to;
        this.caller = caller;
    }

    NettyDialing start() {
        long connectMsMax = to.limits().connectMsMax();
        deadline = Optional.of(network.clock()
                .after(
                        connectMsMax,
                        () -> failed(
                                Reason.TIMED_OUT,
                                to + " did not answer within " + connectMsMax + " ms, while " + stage)));
        network.lookups().find(to.host(), this::found);
        return this;
    }

    private void found(Outcome<List<InetAddress>> outcome) {
        if (isOver) return;
        switch (outcome) {
            case Outcome.Done<List<InetAddress>>(List<InetAddress> all) -> {
                addresses.addAll(all);
                connect();
            }
            case Outcome.Failed<List<InetAddress>>(IOException cause) -> {
                boolean isBusy = cause instanceof NameLookups.BusyException;
                failed(
                        isBusy ? Reason.NO_ROOM : Reason.UNKNOWN_HOST,
                        isBusy ? to + ": " + cause.getMessage() : "the host " + to.host() + " is not known");
            }
        }
    }

    private void connect() {
        stage = "connecting";
        InetSocketAddress address = new InetSocketAddress(addresses.remove(), to.port());
        SocketChannel channel;
        try {
            channel = network.clock().transport().socketChannel();
        } catch (RuntimeException noSocket) {
            failed(
                    Reason.NO_ROOM,
                    "cannot open a socket to " + to + ": "
                            + HandshakeFailure.deepest(noSocket).getMessage());
            return;
        }
        connecting = Optional.of(channel);
        channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0); // one bound holds for the whole attempt
        channel.config().setAutoRead(false); // until somebody takes what comes
        Transport.register(network.eventLoop(), channel);
        ChannelFuture connected = channel.connect(address);
        connected.addListener(done -> {
            if (isOver) channel.unsafe().closeForcibly();
            else if (done.isSuccess()) secure(channel);
            else refused(channel, address, done.cause());
        });
    }

    private void refused(SocketChannel channel, InetSocketAddress address, Throwable cause) {
        channel.unsafe().closeForcibly();
        connecting = Optional.empty();
        LOG.debug("{} at {}: {}", to, address, words(cause));
        DialFailure here = failure(cause);
        // that a machine answered says more than that another of its addresses leads nowhere
        if (here.reason() == Reason.REFUSED || failure.isEmpty()) failure = Optional.of(here);
        if (addresses.isEmpty()) failed(failure.get().reason(), failure.get().why());
        else connect();
    }

    private DialFailure failure(Throwable cause) {
        String words = words(cause);
        if (cause instanceof NoRouteToHostException || words.contains("unreachable"))
            return new DialFailure(Reason.UNREACHABLE, "there is no way to " + to + ": " + words);
        if (words.contains("timed out")) return new DialFailure(Reason.TIMED_OUT, to + " did not answer: " + words);
        if (words.contains("assign") || words.contains("open files"))
            return new DialFailure(Reason.NO_ROOM, "cannot connect to " + to + ": " + words);
        // a refusal is evidence that a process is gone, so nothing else may pass for one
        return words.contains("refused")
                ? new DialFailure(Reason.REFUSED, "nobody listens at " + to)
                : new DialFailure(Reason.UNREACHABLE, "cannot reach " + to + ": " + words);
    }

    private static String words(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private void secure(SocketChannel channel) {
        switch (to.security()) {
            case Network.DialSecurity.Plain plain -> connected(channel, Optional.empty());
            case Network.DialSecurity.Tls(var settings) -> {
                stage = "reading the keys to show it";
                network.tlsClients().find(settings, outcome -> {
                    if (isOver) return;
                    switch (outcome) {
                        case Outcome.Done<TlsContext>(TlsContext context) -> handshake(channel, context);
                        case Outcome.Failed<TlsContext>(IOException cause) ->
                            failed(Reason.NOT_SECURED, to + ": " + cause.getMessage());
                    }
                });
            }
        }
    }

    private void handshake(SocketChannel channel, TlsContext context) {
        stage = "agreeing on TLS";
        SslHandler handler =
                context.handler(channel.alloc(), to, network.handshakes().calculations());
        handler.setHandshakeTimeoutMillis(0); // as above
        handler.handshakeFuture().addListener(finished -> {
            if (isOver) return;
            if (finished.isSuccess()) connected(channel, Optional.of(handler));
            else failed(Reason.NOT_SECURED, to + ": " + HandshakeFailure.sentence(finished.cause()));
        });
        channel.pipeline().addLast("tls", handler);
    }

    private void connected(SocketChannel channel, Optional<SslHandler> tls) {
        over();
        NettyConnection connection = network.dialled(this, channel);
        tls.ifPresent(handler -> connection.secured(handler.engine().getSession()));
        try {
            connection.receiver(caller.connected(connection));
        } catch (RuntimeException | Error e) {
            channel.unsafe().closeForcibly();
            network.gone();
            network.fault("telling that a connection stands", e);
            return;
        }
        channel.pipeline().addLast(connection);
        connection.begin();
        long idleMsMax = to.limits().idleMsMax();
        if (idleMsMax > 0) sweepEvery(Math.clamp(idleMsMax / 8, SWEEP_MS_MIN, SWEEP_MS_MAX), idleMsMax, connection);
    }

    private void sweepEvery(long everyMs, long idleMsMax, NettyConnection connection) {
        network.clock().after(everyMs, () -> {
            if (isGone) return;
            connection.closeIfIdle(network.clock().monotonicNs(), TimeUnit.MILLISECONDS.toNanos(idleMsMax));
            sweepEvery(everyMs, idleMsMax, connection);
        });
    }

    private void failed(Reason reason, String why) {
        if (isOver) return;
        giveUp();
        try {
            caller.failed(new DialFailure(reason, why));
        } catch (RuntimeException | Error e) {
            network.fault("telling that there is no connection", e);
        }
    }

    @Override
    public void giveUp() {
        if (isOver) return;
        over();
        connecting.ifPresent(channel -> channel.unsafe().close(channel.unsafe().voidPromise()));
    }

    private void over() {
        isOver = true;
        deadline.ifPresent(Clock.Timer::cancel);
    }

    // ---- as where the connection came from

    @Override
    public Network.Framing framing() {
        return to.framing();
    }

    @Override
    public boolean isSecured() {
        return !(to.security() instanceof Network.DialSecurity.Plain);
    }

    @Override
    public long unsentBytesMax() {
        return to.limits().unsentBytesMax();
    }

    @Override
    public void gone(NettyConnection connection) {
        isGone = true;
        network.gone();
    }
}
