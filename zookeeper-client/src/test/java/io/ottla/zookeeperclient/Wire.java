package io.ottla.zookeeperclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes bytes on between a client and a server, until it is cut or one direction is muted. */
final class Wire implements AutoCloseable {
    private final ServerSocket entrance;
    private volatile int server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean isMuted;
    private volatile boolean isShut;

    Wire(int server) throws IOException {
        this.server = server;
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket in = entrance.accept();
                if (isShut) {
                    in.close();
                    continue;
                }
                Socket out = new Socket(InetAddress.getLoopbackAddress(), server);
                sockets.add(in);
                sockets.add(out);
                thread(() -> pass(in, out, false));
                thread(() -> pass(out, in, true));
            } catch (IOException e) {
                continue; // closed, or the server is
            }
        }
    }

    private void pass(Socket from, Socket to, boolean isAnswer) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!isAnswer || !isMuted) out.write(buffer, 0, read);
            }
        } catch (IOException cut) {
            // on purpose
        }
        close(from);
        close(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What the server says no longer arrives. */
    void mute() {
        isMuted = true;
    }

    /** All connections break; new ones lead elsewhere. */
    void leadTo(int other) {
        server = other;
        cut(true);
    }

    /** All connections break; new ones are let through if {@code reopens}. */
    void cut(boolean reopens) {
        isShut = !reopens;
        isMuted = false;
        sockets.forEach(Wire::close);
        sockets.clear();
    }

    void open() {
        isShut = false;
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        cut(false);
    }
}
