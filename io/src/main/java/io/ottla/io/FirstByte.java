package io.ottla.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * Before a connection on a TLS listener has said anything: who says nothing costs no more than a plain connection. The
 * first byte tells a TLS handshake (22, RFC 8446 §5.1) from a frame, whose length would be a third of a gigabyte with
 * that byte in front.
 */
final class FirstByte extends ChannelDuplexHandler {
    static final String NAME = "first-byte";
    private static final int HANDSHAKE = 22;

    /** What a TLS client begins with, read as the length of a frame; the fourth byte may be any. */
    static final int HELLO_PREFIX = HANDSHAKE << 24 | 3 << 16 | 1 << 8;

    private final TlsDoor door;
    private final Handshakes handshakes;
    private final NettyConnection connection;

    /** What came, while the handshake waits for its turn. */
    private ByteBuf held;

    private boolean gone;

    FirstByte(TlsDoor door, Handshakes handshakes, NettyConnection connection) {
        this.door = door;
        this.handshakes = handshakes;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (held != null) {
            held.writeBytes(bytes);
            bytes.release();
        } else if (bytes.getByte(bytes.readerIndex()) == HANDSHAKE) {
            held = bytes;
            handshakes.begin(() -> begin(context));
            if (held != null) connection.handshakeWaits(true);
        } else if (door.orPlain()) {
            context.pipeline().remove(this);
            context.fireChannelRead(bytes);
        } else {
            bytes.release();
            connection.refuse("it does not speak TLS, which this port wants");
        }
    }

    private void begin(ChannelHandlerContext context) {
        if (gone) {
            handshakes.done();
            return;
        }
        SslHandler handler = door.handler(context.channel(), handshakes);
        ByteBuf first = held;
        held = null;
        context.pipeline().replace(this, "tls", handler);
        handler.handshakeFuture().addListener(finished -> {
            handshakes.done();
            if (finished.isSuccess()) connection.secured(handler.engine().getSession());
            else connection.handshakeFailed(finished.cause()); // the handler sends an alert and closes
        });
        connection.handshakeWaits(false);
        context.fireChannelRead(first);
        context.fireChannelReadComplete();
    }

    /** Nothing leaves before it is known whether it has to be encrypted. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ReferenceCountUtil.release(message);
        promise.setFailure(new IOException("the TLS handshake has not begun"));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        gone = true;
        if (held != null) held.release();
        held = null;
    }
}
