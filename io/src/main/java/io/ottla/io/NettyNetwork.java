package io.ottla.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.internal.PlatformDependent;
import io.ottla.base.Counter;
import io.ottla.base.Counters;
import io.ottla.base.FaultHandler;
import io.ottla.base.FrameRoom;
import io.ottla.base.Limits;
import io.ottla.base.LineBudget;
import io.ottla.base.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets, by Netty, on the one loop of a {@link LoopClock}.
 *
 * <p>Counters: {@code network.connections}, {@code network.accepted}, {@code network.dialled}, {@code network.refused},
 * {@code network.received_bytes}, {@code network.sent_bytes}, {@code network.closed_for_room}.
 */
public final class NettyNetwork implements Network, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NettyNetwork.class);

    /** One for all connections of the loop. Half of a usual second-level cache, so that what is read is still there when it is written on. */
    private static final int READ_BUFFER_BYTES = 256 * 1024;

    /** Of what is encrypted, what was read has to stay until its record is whole; then it is gone. */
    static final RecvByteBufAllocator ENCRYPTED_READS = new AdaptiveRecvByteBufAllocator(512, 1024, 64 * 1024);

    private static final int BACKLOG = 1024;
    private static final int LOG_LINES_PER_PERIOD = 5;
    private static final long LOG_PERIOD_MS = 10_000;

    // chunks of 8 KiB << 7 = 1 MiB; what is larger than a chunk comes from malloc and goes back to it
    private static final int PAGE_BYTES = 8 * 1024;
    private static final int CHUNK_ORDER = 7;

    private final LoopClock clock;
    private final RealDisk disk;
    private final FaultHandler faults;
    private final PooledByteBufAllocator allocator =
            new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, CHUNK_ORDER, 0, 0, false);
    private final ByteBuf readBuffer = allocator.directBuffer(READ_BUFFER_BYTES, READ_BUFFER_BYTES);
    private final FrameRoom frameRoom;
    private final LineBudget costLines = new LineBudget(LOG_LINES_PER_PERIOD, LOG_PERIOD_MS);
    private final Supplier<SslProvider> tlsProvider;
    private final Handshakes handshakes;
    private final NameLookups lookups;
    private Optional<TlsClients> tlsClients = Optional.empty();
    private final ArrayDeque<NettyConnection> toPump = new ArrayDeque<>();
    private boolean pumpScheduled;
    private long nextConnectionId = 1;

    private final Counter connections;
    private final Counter accepted;
    private final Counter dialled;
    private final Counter refused;
    private final Counter receivedBytes;
    private final Counter sentBytes;
    private final Counter closedForRoom;

    public NettyNetwork(LoopClock clock, RealDisk disk, Counters counters, FaultHandler faults, Limits limits) {
        // not a reference to the method: that would load the class, and what it is verified with
        this(clock, disk, counters, faults, limits, () -> TlsContext.best());
    }

    /** @param tlsProvider asked when TLS is first listened for, or dialled */
    NettyNetwork(
            LoopClock clock,
            RealDisk disk,
            Counters counters,
            FaultHandler faults,
            Limits limits,
            Supplier<SslProvider> tlsProvider) {
        this.tlsProvider = tlsProvider;
        this.clock = clock;
        this.disk = disk;
        this.faults = faults;
        handshakes = new Handshakes(clock, counters.counter("network.handshakes"));
        lookups = new NameLookups(clock);
        frameRoom = new FrameRoom(limits.unfinishedFrameBytes(), clock::after);
        connections = counters.counter("network.connections");
        accepted = counters.counter("network.accepted");
        dialled = counters.counter("network.dialled");
        refused = counters.counter("network.refused");
        receivedBytes = counters.counter("network.received_bytes");
        sentBytes = counters.counter("network.sent_bytes");
        closedForRoom = counters.counter("network.closed_for_room");
    }

    /** What buffers outside the heap may take in this process. */
    public static long directBytesMax() {
        return PlatformDependent.maxDirectMemory();
    }

    /** Any thread; off the loop, waits for the loop. */
    @Override
    public Listening listen(Listener listener, Acceptor acceptor) throws IOException {
        if (clock.onLoop()) return bind(listener, acceptor);
        CompletableFuture<Listening> bound = new CompletableFuture<>();
        clock.execute(() -> {
            try {
                bound.complete(bind(listener, acceptor));
            } catch (IOException e) {
                bound.completeExceptionally(e);
            }
        });
        try {
            return bound.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while binding " + listener.host() + ":" + listener.port(), e);
        }
    }

    private Listening bind(Listener listener, Acceptor acceptor) throws IOException {
        String where = (listener.host().isEmpty() ? "*" : listener.host()) + ":" + listener.port();
        InetSocketAddress address = listener.host().isEmpty()
                ? new InetSocketAddress(listener.port())
                : new InetSocketAddress(listener.host(), listener.port());
        if (address.isUnresolved()) throw new IOException("cannot listen on " + where + ": unknown host");
        Optional<TlsDoor> tls = listener.security() instanceof Security.Tls security
                ? Optional.of(new TlsDoor(security, clock, disk, tlsProvider.get()))
                : Optional.empty();
        ServerChannel channel = clock.transport().serverChannel();
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        channel.config().setAllocator(allocator);
        NettyListening listening = new NettyListening(this, listener, acceptor, channel, tls);
        channel.pipeline().addLast(listening);
        // on the loop both are done when the call returns
        Transport.register(clock.eventLoop(), channel);
        ChannelFuture bound = channel.bind(address);
        if (bound.isSuccess()) return listening;
        channel.unsafe().closeForcibly();
        tls.ifPresent(TlsDoor::close);
        Throwable cause = bound.cause();
        throw new IOException("cannot listen on " + where + ": " + reason(cause), cause);
    }

    /** The operating system's words, without the name of the call that Netty puts before them. */
    private static String reason(Throwable cause) {
        if (cause == null || cause.getMessage() == null) return "not bound";
        String message = cause.getMessage();
        return message.substring(message.indexOf("): ") < 0 ? 0 : message.indexOf("): ") + 3);
    }

    @Override
    public Dialing dial(Destination destination, Caller caller) {
        return new NettyDialing(this, destination, caller).start();
    }

    NettyConnection accepted(NettyConnection.Origin origin, SocketChannel channel) {
        accepted.add(1);
        return connection(origin, channel);
    }

    NettyConnection dialled(NettyConnection.Origin origin, SocketChannel channel) {
        dialled.add(1);
        return connection(origin, channel);
    }

    private NettyConnection connection(NettyConnection.Origin origin, SocketChannel channel) {
        connections.add(1);
        channel.config().setAllocator(allocator);
        channel.config().setTcpNoDelay(true);
        channel.config().setKeepAlive(true);
        return new NettyConnection(this, origin, channel, nextConnectionId++);
    }

    NameLookups lookups() {
        return lookups;
    }

    /** Made when TLS is dialled first. */
    TlsClients tlsClients() {
        if (tlsClients.isEmpty()) tlsClients = Optional.of(new TlsClients(disk, tlsProvider.get()));
        return tlsClients.get();
    }

    /** Has the connection pumped at the end of this turn of the loop. */
    void pumpSoon(NettyConnection connection) {
        toPump.add(connection);
        if (pumpScheduled) return;
        pumpScheduled = true;
        clock.execute(() -> {
            pumpScheduled = false;
            for (int left = toPump.size(); left > 0; left--) toPump.remove().pump();
        });
    }

    void refused() {
        refused.add(1);
    }

    void gone() {
        connections.add(-1);
    }

    void received(int bytes) {
        receivedBytes.add(bytes);
    }

    void sent(int bytes) {
        sentBytes.add(bytes);
    }

    FrameRoom frameRoom() {
        return frameRoom;
    }

    /** A connection is closed for want of room for what it sends: one line for people, but not one for each of a thousand. */
    void logCost(Object remote, int port, String why) {
        closedForRoom.add(1);
        long suppressed = costLines.take(clock.nowMs());
        if (suppressed < 0) return;
        LOG.warn(
                "closing the connection of {} on port {}: {}{}",
                remote,
                port,
                why,
                suppressed == 0 ? "" : " (and " + suppressed + " others since the last line)");
    }

    void onLoop(Runnable task) {
        if (clock.onLoop()) task.run();
        else clock.execute(task);
    }

    /** An exception where none may be. */
    void fault(String doing, Throwable cause) {
        RuntimeException handled = faults.fault(doing, cause);
        if (handled == null) throw new IllegalStateException(doing, cause);
    }

    LoopClock clock() {
        return clock;
    }

    EventLoop eventLoop() {
        return clock.eventLoop();
    }

    Handshakes handshakes() {
        return handshakes;
    }

    RealDisk disk() {
        return disk;
    }

    /** Memory outside the heap that is taken for buffers, in use or kept for the next. */
    long bufferBytes() {
        return allocator.metric().usedDirectMemory();
    }

    ByteBuf readBuffer() {
        return readBuffer;
    }

    /** After the loop was closed. */
    @Override
    public void close() {
        handshakes.close();
        lookups.close();
        tlsClients.ifPresent(TlsClients::close);
        readBuffer.release();
    }
}
