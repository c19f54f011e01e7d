package io.ottla.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.ottla.base.FrameRoom;
import io.ottla.base.Network;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: what comes goes through a {@link FrameReader} to the receiver, what is sent through a
 * {@link SendQueue} to the socket. Everything on the loop.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter
        implements Network.Connection, FrameReader.Frames, FrameRoom.Holder, SendQueue.Progress {
    private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

    /**
     * What the kernel holds for one connection (it takes twice as much). With a quarter of it, as Kafka has it, the loop is woken twice as
     * often for a consumer that reads much. Left to grow by itself it takes megabytes that are out of the processor's caches by
     * the time the reader comes: a fifth more system time for a consumer on the same machine.
     */
    private static final int SEND_BUFFER_BYTES = 400 * 1024;

    /** How long what was sent before {@code close(true)} may take to leave. */
    private static final long FLUSH_BEFORE_CLOSE_MS_MAX = 5_000;

    private enum Phase {
        OPEN,
        /** Nothing is read any more; what was sent leaves. */
        FLUSHING,
        CLOSED
    }

    /** Where it came from: it was accepted, or dialled. */
    interface Origin {
        Network.Framing framing();

        /** Whether it may be, or is, encrypted. */
        boolean isSecured();

        long unsentBytesMax();

        void gone(NettyConnection connection);
    }

    private final NettyNetwork network;
    private final Origin origin;
    private final SocketChannel channel;
    private final long id;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final FrameReader reader;
    private final SendQueue sending;

    private final boolean secured;

    private Optional<SSLSession> session = Optional.empty();
    private Network.Receiver receiver;

    private Phase phase = Phase.OPEN;
    private boolean readingWanted = true;
    private boolean readingPaused;
    private boolean handshakeWaits;
    private boolean handing;
    private boolean resumeDue;
    private boolean pumpDue;
    private boolean inputEnded;
    private boolean reportedEnded;
    private boolean reportedGone;

    private long seenReadProgress;
    private long seenWriteProgress;
    private long lastTrafficNs;

    NettyConnection(NettyNetwork network, Origin origin, SocketChannel channel, long id) {
        this.network = network;
        this.origin = origin;
        this.channel = channel;
        this.id = id;
        remote = channel.remoteAddress();
        local = channel.localAddress();
        reader = new FrameReader(
                origin.framing(),
                network.readBuffer(),
                channel.alloc(),
                network.frameRoom(),
                new FrameRoom.Part(this),
                this);
        secured = origin.isSecured();
        sending = new SendQueue(channel, network.disk(), this, secured);
        lastTrafficNs = network.clock().monotonicNs();
        channel.config().setRecvByteBufAllocator(secured ? NettyNetwork.ENCRYPTED_READS : reader);
        channel.config().setAllowHalfClosure(true);
        channel.config().setSendBufferSize(SEND_BUFFER_BYTES);
    }

    /** Before the first byte is read. */
    void receiver(Network.Receiver to) {
        receiver = to;
    }

    /** Of a connection that stands already, and has a receiver: what comes is read from now on. */
    void begin() {
        adjustReading();
    }

    // ---- what the node asks ----

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public boolean isEncrypted() {
        return session.isPresent();
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        if (session.isEmpty()) return List.of();
        try {
            List<X509Certificate> certificates = new ArrayList<>();
            for (Certificate certificate : session.get().getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) certificates.add(x509);
            }
            return certificates;
        } catch (SSLPeerUnverifiedException showedNone) {
            return List.of();
        }
    }

    @Override
    public void send(List<Payload> parts) {
        sending.add(parts); // lets go of them if the connection is gone
        if (phase == Phase.CLOSED) return;
        adjustReading();
        pumpSoon();
    }

    @Override
    public long unsentBytes() {
        return sending.unsentBytes();
    }

    @Override
    public void reading(boolean on) {
        readingWanted = on;
        adjustReading();
    }

    @Override
    public void close(boolean flush) {
        if (phase == Phase.CLOSED) return;
        if (!flush) {
            closeNow();
        } else if (sending.unsentBytes() == 0) {
            closeInOrder();
        } else if (phase == Phase.OPEN) {
            phase = Phase.FLUSHING;
            reader.close();
            channel.config().setAutoRead(false);
            network.clock().after(FLUSH_BEFORE_CLOSE_MS_MAX, this::closeNow);
            pumpSoon();
        }
    }

    private void closeNow() {
        if (phase == Phase.CLOSED) return;
        phase = Phase.CLOSED;
        reader.close();
        sending.close();
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /** As {@link #closeNow}, but if it is encrypted the other side is told that nothing was cut off (RFC 8446 §6.1). */
    private void closeInOrder() {
        if (session.isEmpty() || phase == Phase.CLOSED) {
            closeNow();
            return;
        }
        phase = Phase.CLOSED;
        reader.close();
        sending.close();
        channel.close().addListener(closed -> LOG.trace("connection {} from {} closed in order", id, remote));
    }

    // ---- what stands before TLS tells ----

    /** While its handshake waits for its turn nothing is read. */
    void handshakeWaits(boolean waits) {
        handshakeWaits = waits;
        adjustReading();
    }

    void secured(SSLSession by) {
        session = Optional.of(by);
    }

    void handshakeFailed(Throwable cause) {
        if (phase == Phase.CLOSED || cause instanceof ClosedChannelException) return;
        network.handshakes().logFailure(remote, local.getPort(), HandshakeFailure.sentence(cause));
    }

    /** This is no connection for this listener. */
    void refuse(String why) {
        network.handshakes().logFailure(remote, local.getPort(), why);
        closeNow();
    }

    // ---- what the socket tells ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            int fresh = secured ? bytes.readableBytes() : reader.lastBytesRead();
            network.received(fresh);
            handing = true;
            reader.read(bytes, fresh);
            handing = false;
            tellEnded(); // a proper end of TLS comes before the last bytes are handed over
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (pumpDue) pump();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean saidGoodbye = secured && event == SslCloseCompletionEvent.SUCCESS;
        if (!saidGoodbye && event != ChannelInputShutdownEvent.INSTANCE) return;
        inputEnded = true;
        tellEnded();
    }

    /** The other side will send no more: once all that it sent is handed on, what it is owed may leave. */
    private void tellEnded() {
        if (!inputEnded || reportedEnded || phase != Phase.OPEN || reader.hasWholeFrame()) return;
        reportedEnded = true;
        reader.close(); // half a frame stays one
        guarded("telling that no more comes", () -> {
            if (!receiver.ended()) close(true);
            else network.clock().after(Network.HALF_CLOSED_MS_MAX, () -> close(true));
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof SSLException)
            LOG.debug("connection {} from {}: {}", id, remote, cause.getMessage());
        else if (cause instanceof OutOfMemoryError || cause.getCause() instanceof OutOfMemoryError) noMemory();
        else network.fault("serving a connection", cause);
        closeNow();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        phase = Phase.CLOSED;
        reader.close();
        sending.close();
        if (reportedGone) return;
        reportedGone = true;
        origin.gone(this);
        guarded("telling that a connection is gone", receiver::closed);
    }

    // ---- what the reader tells ----

    @Override
    public boolean paused() {
        return phase != Phase.OPEN || !readingWanted || readingPaused;
    }

    @Override
    public void frame(int prefix, ByteBuffer body) {
        guarded("receiving a frame", () -> receiver.received(prefix, body));
    }

    @Override
    public void refused(int prefix) {
        if (!secured && (prefix & 0xffffff00) == FirstByte.HELLO_PREFIX)
            network.handshakes().logFailure(remote, local.getPort(), "it speaks TLS, which this port does not");
        else LOG.debug("connection {} from {} closed: {} is no length of a frame", id, remote, prefix);
        close(true);
    }

    @Override
    public void tooLarge(long frameBytes) {
        cost("its frame of %d KB is larger than the %d KB that one frame may have; a larger heap (-Xmx) has more room"
                .formatted(frameBytes >> 10, network.frameRoom().frameBytesMax() >> 10));
    }

    @Override
    public void noMemory() {
        cost("there is no memory for what it sends");
    }

    @Override
    public void roomChanged() {
        adjustReading();
    }

    @Override
    public void roomCame() {
        reader.roomCame();
    }

    @Override
    public boolean isUnfinished() {
        return reader.heldBytes() > 0 && !reader.hasWholeFrame();
    }

    @Override
    public void evicted(String why) {
        cost(why);
    }

    /** Running out of room for a peer's bytes costs that peer. */
    private void cost(String why) {
        if (phase == Phase.CLOSED) return;
        network.logCost(remote, local.getPort(), why);
        closeNow();
    }

    // ---- what the send queue tells ----

    @Override
    public void sent(int bytes) {
        network.sent(bytes);
        adjustReading();
        if (sending.unsentBytes() > 0) return;
        if (phase == Phase.FLUSHING) closeInOrder();
        else guarded("telling that all has been sent", receiver::drained);
    }

    @Override
    public void failed(IOException cause) {
        LOG.debug("connection {} from {}: sending failed: {}", id, remote, cause.getMessage());
        closeNow();
    }

    // ---- flow ----

    /** While more waits to be sent than the limit, nothing is read; once half of that has left, reading goes on. */
    private void adjustReading() {
        if (phase != Phase.OPEN) return;
        long unsentBytesMax = origin.unsentBytesMax();
        readingPaused = sending.unsentBytes() > (readingPaused ? unsentBytesMax / 2 : unsentBytesMax);
        boolean on = readingWanted && !readingPaused && !handshakeWaits && !reader.waitsForRoom();
        if (on && reader.heldBytes() > 0) resumeSoon();
        // there is nothing to read after the end, and epoll knows the socket's input no more
        if (!inputEnded && channel.config().isAutoRead() != on) channel.config().setAutoRead(on);
    }

    private void resumeSoon() {
        if (resumeDue || handing) return;
        resumeDue = true;
        network.clock().execute(() -> {
            resumeDue = false;
            handing = true;
            reader.resume();
            handing = false;
            tellEnded();
        });
    }

    private void pumpSoon() {
        if (pumpDue) return;
        pumpDue = true;
        network.pumpSoon(this);
    }

    /** Sends what was queued in this turn of the loop, with one flush. */
    void pump() {
        pumpDue = false;
        sending.pump();
    }

    private void guarded(String doing, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            network.fault(doing, e);
            closeNow();
        }
    }

    /** Closes if there was no traffic for longer than {@code idleNsMax}; to be asked every so often. */
    void closeIfIdle(long nowNs, long idleNsMax) {
        ChannelOutboundBuffer leaving = channel.unsafe().outboundBuffer();
        long writeProgress = leaving == null ? 0 : leaving.currentProgress() + sending.unsentBytes();
        if (reader.progress() != seenReadProgress || writeProgress != seenWriteProgress) {
            seenReadProgress = reader.progress();
            seenWriteProgress = writeProgress;
            lastTrafficNs = nowNs;
        } else if (nowNs - lastTrafficNs > idleNsMax) {
            LOG.debug("connection {} from {} closed: idle", id, remote);
            closeNow();
        }
    }
}
