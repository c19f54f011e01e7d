package io.ottla.io;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.function.Supplier;

/**
 * Which of Netty's transports the loop runs on: Linux's epoll called directly, or, where that library does not load,
 * Java's own selectors.
 */
public enum Transport {
    EPOLL(EpollIoHandler::newFactory, EpollServerSocketChannel::new, EpollSocketChannel::new),
    NIO(NioIoHandler::newFactory, NioServerSocketChannel::new, NioSocketChannel::new);

    private final Supplier<IoHandlerFactory> handlers;
    private final Supplier<? extends ServerChannel> servers;
    private final Supplier<? extends SocketChannel> sockets;

    Transport(
            Supplier<IoHandlerFactory> handlers,
            Supplier<? extends ServerChannel> servers,
            Supplier<? extends SocketChannel> sockets) {
        this.handlers = handlers;
        this.servers = servers;
        this.sockets = sockets;
    }

    /** The best that this machine has. */
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    IoHandlerFactory handlerFactory() {
        return handlers.get();
    }

    ServerChannel serverChannel() {
        return servers.get();
    }

    /** To connect with. */
    SocketChannel socketChannel() {
        return sockets.get();
    }

    /** Puts a channel on the loop, at once if called there. */
    static void register(EventLoop loop, Channel channel) {
        loop.register(channel).addListener(registered -> {
            if (!registered.isSuccess()) channel.unsafe().closeForcibly();
        });
    }
}
