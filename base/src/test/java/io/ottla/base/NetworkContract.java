package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Network.ConnectionLimits;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link Network} promises while nothing fails but the other side, for every implementation of it: whoever listens, and {@link DialContract}. */
public abstract class NetworkContract extends DialContract {
    // ---- listening

    @Test
    void aPortIsBoundOnce() throws IOException {
        int port = listen(LIMITS).port();
        assertThat(port).isBetween(1, 65535);
        world.onLoop(() -> assertThatThrownBy(() ->
                        world.network().listen(new Network.Listener("127.0.0.1", port, FRAMING, LIMITS), Session::new))
                .isInstanceOf(IOException.class));
    }

    @Test
    void eachConnectionKnowsItsEnds() throws IOException {
        Network.Listening listening = listen(LIMITS);
        world.connect(listening.port());
        world.connect(listening.port());
        world.await("both", () -> sessions.size() == 2);
        Network.Connection one = sessions.get(0).connection;
        Network.Connection other = sessions.get(1).connection;
        world.onLoop(() -> {
            assertThat(one.id()).isNotEqualTo(other.id());
            assertThat(one.local().getPort()).isEqualTo(listening.port());
            assertThat(one.remote().getAddress().isLoopbackAddress()).isTrue();
            assertThat(one.remote().getPort()).isNotEqualTo(other.remote().getPort());
        });
    }

    @Test
    void closedListeningAcceptsNoMoreAndKeepsWhatItHas() throws IOException {
        Network.Listening listening = listen(LIMITS);
        WorldUnderTest.Peer peer = world.connect(listening.port());
        world.await("the connection", () -> sessions.size() == 1);
        world.onLoop(listening::close);
        boolean refused = false;
        try {
            WorldUnderTest.Peer late = world.connect(listening.port());
            world.await("the refusal", late::isClosed);
            refused = true;
        } catch (IOException e) {
            refused = true;
        }
        assertThat(refused).isTrue();
        peer.send(frames("still here"));
        world.await("the frame", () -> session().frames.equals(List.of("still here")));
        assertThat(sessions).hasSize(1);
    }

    // ---- frames

    @Test
    void framesComeWholeAndInOrder() throws IOException {
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("one", "", "three"));
        world.await("three frames", () -> session().frames.size() == 3);
        assertThat(session().frames).containsExactly("one", "", "three");
    }

    @Test
    void framesMayComeInPieces() throws IOException {
        WorldUnderTest.Peer peer = connect();
        for (byte piece : frames("one", "two")) {
            peer.send(new byte[] {piece});
            world.onLoop(() -> {});
        }
        world.await("two frames", () -> session().frames.size() == 2);
        assertThat(session().frames).containsExactly("one", "two");
    }

    @Test
    void aLargeFrameComesWhole() throws IOException {
        WorldUnderTest.Peer peer = connect();
        String large = "0123456789".repeat(300_000);
        peer.send(frames("before", large, "after"));
        world.await("three frames", () -> session().frames.size() == 3);
        assertThat(session().frames.get(1).equals(large)).isTrue();
        assertThat(session().frames.get(2)).isEqualTo("after");
    }

    @Test
    void aPrefixThatIsRefusedClosesWithoutAnAnswer() throws IOException {
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("good"));
        peer.send("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
        assertThat(session().frames).containsExactly("good");
        assertThat(peer.received()).isEmpty();
    }

    @Test
    void halfAFrameIsNoFrame() throws IOException {
        WorldUnderTest.Peer peer = connect();
        peer.send(new byte[] {0, 0, 0, 10, 1, 2, 3});
        peer.close();
        world.await("the close", () -> session().closed == 1);
        assertThat(session().frames).isEmpty();
    }

    @Test
    void whatCameBeforeACloseIsDelivered() throws IOException {
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("last words"));
        peer.close();
        world.await("the close", () -> session().closed == 1);
        assertThat(session().frames).containsExactly("last words");
    }

    // ---- sending

    @Test
    void partsLeaveInOrderAsTheyAre() throws IOException {
        WorldUnderTest.Peer peer = connect();
        world.onLoop(() -> {
            session().send("one ", "", "two ");
            session().send("three ");
            ByteBuffer part = bytes("..four..").position(2).limit(6);
            session().connection.send(List.of(new Payload.Bytes(part)));
        });
        world.await("all of it", () -> text(peer).equals("one two three four"));
    }

    @Test
    void rangesOfFilesLeaveBetweenOtherBytes() throws IOException {
        WorldUnderTest.Peer peer = connect();
        String content = "0123456789".repeat(50_000);
        DiskFile file = world.disk().open(world.directory().resolve("file"), Disk.OpenMode.CREATE);
        file.write(0, bytes(content));
        world.onLoop(() -> {
            file.retain();
            file.retain();
            session()
                    .connection
                    .send(List.of(
                            new Payload.Bytes(bytes("<")),
                            new Payload.FileRange(file, 7, content.length() - 7),
                            new Payload.Bytes(bytes("|")),
                            new Payload.FileRange(file, 3, 4),
                            new Payload.Bytes(bytes(">"))));
            file.release();
        });
        String expected = "<" + content.substring(7) + "|3456>";
        world.await("all of it", () -> peer.receivedBytes() == expected.length());
        assertThat(text(peer).equals(expected)).isTrue();
    }

    @Test
    void whoSentMuchIsToldWhenItHasLeft() throws IOException {
        WorldUnderTest.Peer peer = connect();
        String much = "x".repeat(20_000_000);
        peer.reading(false);
        world.onLoop(() -> {
            session().send(much);
            assertThat(session().connection.unsentBytes()).isPositive();
        });
        letAWhilePass();
        assertThat(session().drained).isZero();
        peer.reading(true);
        world.await("all of it", () -> peer.receivedBytes() == much.length());
        world.await(
                "drained", () -> session().drained > 0 && session().connection.unsentBytes() == 0);
    }

    @Test
    void repliesKeepComingWithinTheCallOfAFrame() throws IOException {
        onFrame = (session, frame) -> session.send("re:" + frame + ";");
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("a", "b", "c"));
        world.await("all replies", () -> text(peer).equals("re:a;re:b;re:c;"));
    }

    // ---- flow

    @Test
    void whileReadingIsOffNothingComes() throws IOException {
        onFrame = (session, frame) -> session.connection.reading(false);
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("first"));
        world.await("the first frame", () -> session().frames.size() == 1);
        peer.send(frames("second"));
        letAWhilePass();
        assertThat(session().frames).containsExactly("first");
        world.onLoop(() -> session().connection.reading(true));
        world.await("the second frame", () -> session().frames.size() == 2);
        assertThat(session().frames).containsExactly("first", "second");
    }

    @Test
    void whoDoesNotReadRepliesIsNotReadFrom() throws IOException {
        String large = "y".repeat(1 << 18);
        onFrame = (session, frame) -> session.send(large);
        WorldUnderTest.Peer peer = connect();
        peer.reading(false);
        int requests = 200;
        for (int i = 0; i < requests; i++) {
            peer.send(frames("request " + i));
            world.onLoop(() -> {});
        }
        letAWhilePass();
        assertThat(session().frames).hasSizeLessThan(requests);
        peer.reading(true);
        world.await("all replies", () -> peer.receivedBytes() == requests * large.length());
        assertThat(session().frames).hasSize(requests);
    }

    // ---- closing

    @Test
    void closingWithAFlushLetsAllLeaveFirst() throws IOException {
        WorldUnderTest.Peer peer = connect();
        String much = "z".repeat(3_000_000);
        world.onLoop(() -> {
            session().send(much);
            session().connection.close(true);
        });
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
        assertThat(peer.received()).hasSize(much.length());
    }

    @Test
    void closingWithoutAFlush() throws IOException {
        WorldUnderTest.Peer peer = connect();
        world.onLoop(() -> session().connection.close(false));
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
    }

    @Test
    void afterTheEndMethodsDoNothing() throws IOException {
        WorldUnderTest.Peer peer = connect();
        peer.close();
        world.await("the close", () -> session().closed == 1);
        world.onLoop(() -> {
            session().send("too late");
            session().connection.reading(false);
            session().connection.reading(true);
            session().connection.close(true);
            session().connection.close(false);
            assertThat(session().connection.unsentBytes()).isZero();
        });
        letAWhilePass();
        assertThat(session().closed).isEqualTo(1);
    }

    // ---- the end of what comes

    @Test
    void whoSendsNoMoreAndIsOwedNothingIsLetGo() throws IOException {
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("last words"));
        peer.sendNoMore();
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
        assertThat(session().frames).containsExactly("last words");
        assertThat(session().ended).isEqualTo(1);
    }

    @Test
    void whatIsOwedToWhoSendsNoMoreIsSent() throws IOException {
        assumePlain();
        WorldUnderTest.Peer peer = connect();
        world.onLoop(() -> session().owes = true);
        peer.send(frames("question"));
        peer.sendNoMore();
        world.await("the end", () -> session().ended == 1);
        letAWhilePass();
        assertThat(session().closed).isZero();
        world.onLoop(() -> {
            session().send("late ", "answer");
            session().connection.close(true);
        });
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
        assertThat(text(peer)).isEqualTo("late answer");
    }

    @Test
    void theEndIsToldWhileReadingIsOff() throws IOException {
        assumePlain();
        onFrame = (session, frame) -> session.connection.reading(false);
        WorldUnderTest.Peer peer = connect();
        world.onLoop(() -> session().owes = true);
        peer.send(frames("conf"));
        world.await("the frame", () -> session().frames.size() == 1);
        peer.sendNoMore();
        letAWhilePass();
        assertThat(session().closed).isZero();
        world.onLoop(() -> {
            session().send("the configuration");
            session().connection.close(true);
        });
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
        assertThat(text(peer)).isEqualTo("the configuration");
    }

    @Test
    void theEndComesAfterAllFramesHoweverSlowlyTheyAreTaken() throws IOException {
        onFrame = (session, frame) -> session.connection.reading(false);
        WorldUnderTest.Peer peer = connect();
        peer.send(frames("one", "two", "three"));
        peer.sendNoMore();
        for (int taken = 1; taken <= 3; taken++) {
            int now = taken;
            world.await("frame " + now, () -> session().frames.size() == now);
            letAWhilePass();
            if (now == 3) break;
            assertThat(session().ended).isZero();
            world.onLoop(() -> session().connection.reading(true));
        }
        world.onLoop(() -> session().connection.reading(true));
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
        assertThat(session().frames).containsExactly("one", "two", "three");
    }

    /** A library that ends TLS in one direction may end it in both. */
    private void assumePlain() {
        org.junit.jupiter.api.Assumptions.assumeTrue(security().equals(Network.Security.PLAIN));
    }

    // ---- room for frames that are not whole

    @Test
    void framesWithoutTheirEndKeepNobodyFromBeingServed() throws IOException {
        openWithLittleRoom();
        int port = listen(LIMITS).port();
        for (int i = 0; i < 8; i++) world.connect(port).offer(begunFrame(4_000_000, 3_000_000));
        WorldUnderTest.Peer good = world.connect(port);
        world.await("all", () -> sessions.size() == 9);
        onFrame = (session, frame) -> session.send("re:" + frame.length() + ";");
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            String content = "x".repeat(1 + 1_800 * i);
            good.send(frames(content));
            expected.append("re:").append(content.length()).append(';');
            world.await("reply " + i, () -> text(good).equals(expected.toString()));
        }
        world.await(
                "the large ones to be closed, but for one",
                () -> sessions.stream().filter(session -> session.closed == 1).count() >= 7);
        String large = "y".repeat(4_000_000);
        good.offer(frames(large));
        world.await("the large frame", () -> text(good).endsWith("re:4000000;"));
    }

    @Test
    void whoWaitsForRoomGetsItInTurn() throws IOException {
        openWithLittleRoom();
        int port = listen(LIMITS).port();
        onFrame = (session, frame) -> session.send("re:" + frame.length() + ";");
        List<WorldUnderTest.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 6; i++) peers.add(world.connect(port));
        for (WorldUnderTest.Peer peer : peers) peer.offer(frames("z".repeat(3_000_000)));
        for (WorldUnderTest.Peer peer : peers)
            world.await("a reply", () -> text(peer).equals("re:3000000;"));
    }

    @Test
    void aFrameLargerThanAllRoomClosesAsSoonAsItBegins() throws IOException {
        openWithLittleRoom();
        WorldUnderTest.Peer peer = connect();
        peer.send(begunFrame(9_000_000, 10));
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
    }

    // ---- limits

    @Test
    void oneConnectionTooManyIsClosedAtOnce() throws IOException {
        assertLimitIsTwo(listen(new ConnectionLimits(2, 100, 0, 1 << 20)));
    }

    @Test
    void oneConnectionTooManyOfOneAddressIsClosedAtOnce() throws IOException {
        assertLimitIsTwo(listen(new ConnectionLimits(100, 2, 0, 1 << 20)));
    }

    private void assertLimitIsTwo(Network.Listening listening) throws IOException {
        WorldUnderTest.Peer first = world.connect(listening.port());
        WorldUnderTest.Peer second = world.connect(listening.port());
        world.await("two connections", () -> sessions.size() == 2);
        WorldUnderTest.Peer third = world.connect(listening.port());
        world.await("the refusal", third::isClosed);
        assertThat(sessions).hasSize(2);
        first.close();
        world.await("room", () -> sessions.stream().anyMatch(session -> session.closed == 1));
        world.connect(listening.port());
        world.await("one more", () -> sessions.size() == 3);
        assertThat(second.isClosed()).isFalse();
    }

    @Test
    void anIdleConnectionIsClosed() throws IOException {
        Network.Listening listening = listen(new ConnectionLimits(100, 100, 100, 1 << 20));
        WorldUnderTest.Peer peer = world.connect(listening.port());
        world.await("the connection", () -> sessions.size() == 1);
        world.await("the close", () -> session().closed == 1 && peer.isClosed());
    }
}
