package io.ottla.compat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** A connection to a client port that knows frames and nothing else. */
final class ZkSocket implements AutoCloseable {
    private static final int WAIT_MS_MAX = 15_000;
    private static final int FRAME_BYTES_MAX = 64 << 20;

    private final Socket socket;
    private final DataInputStream in;

    ZkSocket(int port) throws IOException {
        this(new Socket(), port);
    }

    /** @param socket that is not connected: a plain one, or one that speaks TLS */
    ZkSocket(Socket socket, int port) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MS_MAX);
        socket.connect(new InetSocketAddress("127.0.0.1", port), WAIT_MS_MAX);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Nothing is said if the server has closed already: reading tells. */
    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closed) {
            return;
        }
    }

    void sendFrame(byte[] frame) {
        send(ByteBuffer.allocate(4 + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array());
    }

    /** The next frame, or nothing if the server has closed. Throws if neither comes. */
    Optional<byte[]> receive() throws IOException {
        try {
            int length = in.readInt();
            if (length < 0 || length > FRAME_BYTES_MAX) throw new IOException("the server sent a length of " + length);
            byte[] frame = new byte[length];
            in.readFully(frame);
            return Optional.of(frame);
        } catch (EOFException | SocketException | SSLException closed) {
            return Optional.empty();
        }
    }

    /** Whether something has come before the time is over. */
    boolean comes(int withinMs) throws IOException {
        socket.setSoTimeout(withinMs);
        in.mark(1);
        try {
            boolean open = in.read() >= 0;
            if (open) in.reset();
            return open;
        } catch (SocketTimeoutException nothing) {
            return false;
        } finally {
            socket.setSoTimeout(WAIT_MS_MAX);
        }
    }

    /** All that comes until the server closes. */
    byte[] receiveAll() throws IOException {
        return in.readAllBytes();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            return;
        }
    }
}
