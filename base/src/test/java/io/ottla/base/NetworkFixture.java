package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Network.ConnectionLimits;
import io.ottla.base.Network.Framing;
import io.ottla.base.Network.Payload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A world with a network, and what tests of it need: sessions that remember what they were told. */
abstract class NetworkFixture {
    private static final int FRAME_BYTES_MAX = 10_000_000;
    static final Framing FRAMING = prefix -> prefix < 0 || prefix > FRAME_BYTES_MAX ? Framing.CLOSE : prefix;
    static final ConnectionLimits LIMITS = new ConnectionLimits(100, 100, 0, 1 << 20);
    private static final long A_WHILE_MS = 50;

    WorldUnderTest world;
    final List<Session> sessions = new ArrayList<>();
    BiConsumer<Session, String> onFrame = (session, frame) -> {};

    /** @param limits what the network goes by */
    protected abstract WorldUnderTest open(Limits limits) throws IOException;

    /** What the listeners speak; the world's peers speak the same. */
    protected Network.Security security() {
        return Network.Security.PLAIN;
    }

    /** What is dialled with, against such listeners. */
    protected Network.DialSecurity dialSecurity() {
        return Network.DialSecurity.PLAIN;
    }

    @BeforeEach
    void openWorld() throws IOException {
        world = open(Limits.ROOMY);
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    /** The node's side of one connection, and what it was told. */
    final class Session implements Network.Receiver {
        final Network.Connection connection;
        final List<String> frames = new ArrayList<>();
        int drained;
        int ended;
        boolean owes;
        int closed;

        Session(Network.Connection connection) {
            this.connection = connection;
            sessions.add(this);
        }

        @Override
        public void received(int prefix, ByteBuffer frame) {
            assertThat(prefix).isEqualTo(frame.remaining());
            assertThat(closed).isZero();
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            String text = new String(bytes, StandardCharsets.US_ASCII);
            frames.add(text);
            onFrame.accept(this, text);
        }

        @Override
        public boolean ended() {
            ended++;
            return owes;
        }

        @Override
        public void drained() {
            drained++;
        }

        @Override
        public void closed() {
            closed++;
        }

        void send(String... parts) {
            connection.send(java.util.Arrays.stream(parts)
                    .<Payload>map(part -> new Payload.Bytes(bytes(part)))
                    .toList());
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] frames(String... contents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String content : contents) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(content.length()).array());
            out.writeBytes(content.getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    static String text(WorldUnderTest.Peer peer) {
        return new String(peer.received(), StandardCharsets.US_ASCII);
    }

    Network.Listening listen(ConnectionLimits limits) throws IOException {
        Network.Listening[] listening = new Network.Listening[1];
        world.onLoop(() -> listening[0] = world.network()
                .listen(new Network.Listener("127.0.0.1", 0, FRAMING, limits, security()), Session::new));
        return listening[0];
    }

    WorldUnderTest.Peer connect() throws IOException {
        int before = sessions.size();
        WorldUnderTest.Peer peer = world.connect(listen(LIMITS).port());
        world.await("the connection", () -> sessions.size() > before);
        return peer;
    }

    Session session() {
        return sessions.get(sessions.size() - 1);
    }

    void letAWhilePass() throws IOException {
        boolean[] passed = new boolean[1];
        world.onLoop(() -> world.clock().after(A_WHILE_MS, () -> passed[0] = true));
        world.await("a while", () -> passed[0]);
    }

    /** 6 MB for all, 4.5 of them for large ones. */
    void openWithLittleRoom() throws IOException {
        world.close();
        world = open(Limits.of(1 << 30, 8 << 20));
    }

    static byte[] begunFrame(int announcedBytes, int sentBytes) {
        return ByteBuffer.allocate(4 + sentBytes).putInt(announcedBytes).array();
    }
}
