package io.ottla.broker;

import io.ottla.base.Network;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A connection that keeps what is sent, as whole frames without their lengths. */
final class FakeConnection implements Network.Connection {
    private final long id;
    final List<ByteBuffer> frames = new ArrayList<>();
    boolean reading = true;
    boolean closed;
    /** What is said to have been sent and not to have left. */
    long unsentBytes;

    FakeConnection(long id) {
        this.id = id;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetSocketAddress remote() {
        return InetSocketAddress.createUnresolved("client-" + id, 1000);
    }

    @Override
    public InetSocketAddress local() {
        return InetSocketAddress.createUnresolved("broker", 9092);
    }

    @Override
    public void send(List<Payload> parts) {
        if (closed) throw new IllegalStateException("sent after close");
        ByteBuffer frame = bytes(parts);
        int length = frame.getInt();
        if (length != frame.remaining()) throw new IllegalStateException("length " + length + " lies");
        frames.add(frame);
    }

    /** The content of the parts; gives up the hold of their files. */
    static ByteBuffer bytes(List<Payload> parts) {
        ByteBuffer all =
                ByteBuffer.allocate(parts.stream().mapToInt(Payload::sizeBytes).sum());
        for (Payload part : parts) {
            switch (part) {
                case Payload.Bytes(ByteBuffer buffer) -> all.put(buffer.duplicate());
                case Payload.FileRange(var file, var position, var length) -> {
                    try {
                        ByteBuffer slice = all.slice(all.position(), length);
                        if (file.read(position, slice) != length) throw new IllegalStateException("the file is short");
                        all.position(all.position() + length);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } finally {
                        file.release();
                    }
                }
            }
        }
        return all.flip();
    }

    @Override
    public long unsentBytes() {
        return unsentBytes;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
    }

    @Override
    public void close(boolean flush) {
        closed = true;
    }
}
