package io.ottla.base;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Connections that carry frames: a four-byte big-endian length and as many bytes, as both Kafka and ZooKeeper speak. They come in where a node
 * listens, or go out where it dials; from then on both are the same.
 *
 * <p>All callbacks run on the loop of {@link Clock} and must not block.
 */
public interface Network {

    /** What a peer is owed that has said it sends no more is sent within this; then the connection is closed. */
    long HALF_CLOSED_MS_MAX = 30_000;

    /**
     * Listens for connections.
     *
     * @throws IOException if the address cannot be bound (in use, not local, not allowed), or keys cannot be read; the
     *     message is a sentence for people
     */
    Listening listen(Listener listener, Acceptor acceptor) throws IOException;

    /**
     * Connects to another process. Does not block and does not throw: {@code caller} is told, once, on the loop, after this call has returned. To be
     * called on the loop. There is one attempt; whoever wants another, dials again.
     *
     * @return by which the attempt can be given up
     */
    Dialing dial(Destination destination, Caller caller);

    /**
     * One address to listen on.
     *
     * @param host the address to bind; empty for all
     * @param port 0 for any free one
     * @param framing decides on the length prefix
     * @param limits what one listener may use
     * @param security what stands between the socket and the frames
     */
    record Listener(String host, int port, Framing framing, ConnectionLimits limits, Security security) {
        public Listener(String host, int port, Framing framing, ConnectionLimits limits) {
            this(host, port, framing, limits, Security.PLAIN);
        }
    }

    /**
     * Whom to connect to.
     *
     * @param host a name, which is looked up anew each time, off the loop, and whose addresses are tried in their order; or an address
     * @param framing decides on the length prefix of what comes
     */
    record Destination(String host, int port, Framing framing, DialLimits limits, DialSecurity security) {
        public Destination(String host, int port, Framing framing, DialLimits limits) {
            this(host, port, framing, limits, DialSecurity.PLAIN);
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * @param connectMsMax so long an attempt takes at most: looking up the name, connecting, the TLS handshake
     * @param idleMsMax a connection without traffic for so long is closed; 0 for never
     * @param unsentBytesMax while more than this waits to be sent on a connection, nothing is read from it
     */
    record DialLimits(long connectMsMax, long idleMsMax, long unsentBytesMax) {}

    /** What is spoken below the frames with whom one dials. */
    sealed interface DialSecurity {
        DialSecurity PLAIN = new Plain();

        /** Frames as they are. */
        record Plain() implements DialSecurity {}

        /** The files that the settings name are read off the loop, again once they have changed. */
        record Tls(TlsClientSettings settings) implements DialSecurity {}
    }

    /** Is told how an attempt to connect ended: by one of the two methods, unless it was given up before. */
    interface Caller {
        /** The connection stands, with TLS once the other side has proved who it is. Says who gets its frames. */
        Receiver connected(Connection connection);

        void failed(DialFailure failure);
    }

    /**
     * Why there is no connection.
     *
     * @param why a sentence for people
     */
    record DialFailure(Reason reason, String why) {
        public enum Reason {
            /** No such name is known. */
            UNKNOWN_HOST,
            /** The machine says that nobody listens there: the process is gone, or not there yet. */
            REFUSED,
            /** There is no way to that machine. */
            UNREACHABLE,
            /** Nothing was heard in time: the machine is off, stuck or cut off. */
            TIMED_OUT,
            /** The TLS handshake failed, or one's own keys cannot be read. */
            NOT_SECURED,
            /** This machine cannot do it now: no more files may be open, too many names are looked up. */
            NO_ROOM
        }
    }

    /** An attempt to connect. */
    @FunctionalInterface
    interface Dialing {
        /** Gives it up: nothing is told any more, and no connection stays. Does nothing once the caller was told. On the loop. */
        void giveUp();
    }

    /** What a listener speaks below the frames. */
    sealed interface Security {
        Security PLAIN = new Plain();

        /** Frames as they are. */
        record Plain() implements Security {}

        /** @param orPlain whether a connection may also be plain; its first byte tells which it is */
        record Tls(TlsSettings settings, boolean orPlain) implements Security {}
    }

    /**
     * @param connectionsMax connections open at once; one more is closed at once
     * @param connectionsPerIpMax the same for one remote address
     * @param idleMsMax a connection without traffic for so long is closed; 0 for never
     * @param unsentBytesMax while more than this waits to be sent on a connection, nothing is read from it
     */
    record ConnectionLimits(int connectionsMax, int connectionsPerIpMax, long idleMsMax, long unsentBytesMax) {}

    /** Looks at the first four bytes of a frame. */
    @FunctionalInterface
    interface Framing {
        /** Close the connection without an answer. */
        int CLOSE = -1;

        /** How many bytes follow, for the length prefix {@code prefix} as received; or {@link #CLOSE}. */
        int bodyBytes(int prefix);
    }

    /** Is told of each new connection, and says who gets its frames. */
    @FunctionalInterface
    interface Acceptor {
        Receiver accepted(Connection connection);
    }

    /** Gets what one connection brings. */
    interface Receiver {
        /**
         * A whole frame, without its length prefix. The bytes are the receiver's only during this call: what is
         * needed later is copied. Memory for a frame grows with the bytes that arrive, not with the length announced, and
         * is bounded over all connections ({@link FrameRoom}): running out of it costs a connection, never the node.
         */
        void received(int prefix, ByteBuffer frame);

        /**
         * The other side will send no more, and all frames that it sent have been received. Called at most once.
         *
         * @return whether it is owed answers: then the receiver closes the connection when they are sent, within {@link
         *     #HALF_CLOSED_MS_MAX}; otherwise it is closed now
         */
        default boolean ended() {
            return false;
        }

        /** All that was sent so far has left; called only after {@link Connection#unsentBytes} was above 0. */
        default void drained() {}

        /** The connection is gone, by whichever side. The last call. */
        void closed();
    }

    /** One open connection. Methods are to be called on the loop; after the connection is gone they do nothing. */
    interface Connection {
        /** Unique within this process. */
        long id();

        InetSocketAddress remote();

        InetSocketAddress local();

        /** Whether it is encrypted; known when the first frame has come. */
        default boolean isEncrypted() {
            return false;
        }

        /**
         * What the other side has proved to be, by certificates that hold, its own first; known when the first frame has
         * come. Empty if it was not asked to, or did not.
         */
        default List<X509Certificate> peerCertificates() {
            return List.of();
        }

        /** Sends the parts as they are (no length prefix is added), in order, after what was sent before. Takes over one hold of every file. */
        void send(List<Payload> parts);

        /** Bytes handed to {@link #send} that have not left yet. */
        long unsentBytes();

        /** Stops or resumes reading; a frame that has been read already may still come. */
        void reading(boolean on);

        /** Closes; what was sent before leaves first if {@code flush}, within a bound of time. */
        void close(boolean flush);
    }

    /** What is sent. */
    sealed interface Payload {
        int sizeBytes();

        /** From position to limit; must not change until it has left. */
        record Bytes(ByteBuffer buffer) implements Payload {
            @Override
            public int sizeBytes() {
                return buffer.remaining();
            }
        }

        /** Bytes of a file, sent without passing through memory where possible. They are in the page cache or will be read off the loop. */
        record FileRange(DiskFile file, long position, int length) implements Payload {
            @Override
            public int sizeBytes() {
                return length;
            }
        }
    }

    /** A bound address. */
    interface Listening extends AutoCloseable {
        /** The port bound, also where 0 was asked for. */
        int port();

        /**
         * New connections go by these settings from now on, once their files have been read, off the loop; those that are
         * open stay as they are. If that fails, with a sentence for people, all stays as it was.
         *
         * @throws IllegalStateException if the listener is plain
         */
        default void renew(TlsSettings settings, Completion<Void> completion) {
            throw new IllegalStateException("a plain listener has no keys");
        }

        /**
         * Whether {@link #renew} could go by these settings: reads what they name, and changes nothing.
         *
         * @throws IllegalStateException if the listener is plain
         */
        default void check(TlsSettings settings, Completion<Void> completion) {
            throw new IllegalStateException("a plain listener has no keys");
        }

        /** Accepts no more; connections stay. */
        @Override
        void close();
    }
}
