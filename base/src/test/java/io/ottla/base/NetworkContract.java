package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Network.ConnectionLimits;
import io.ottla.base.Network.DialLimits;
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
import org.junit.jupiter.api.Test;

/** What {@link Network} promises while nothing fails but the other side, for every implementation of it. */
public abstract class NetworkContract {
    private static final int FRAME_BYTES_MAX = 10_000_000;
    private static final Framing FRAMING = prefix -> prefix < 0 || prefix > FRAME_BYTES_MAX ? Framing.CLOSE : prefix;
    private static final ConnectionLimits LIMITS = new ConnectionLimits(100, 100, 0, 1 << 20);
    private static final long A_WHILE_MS = 50;

    private WorldUnderTest world;
    private final List<Session> sessions = new ArrayList<>();
    private BiConsumer<Session, String> onFrame = (session, frame) -> {};

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
    private final class Session implements Network.Receiver {
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

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frames(String... contents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String content : contents) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(content.length()).array());
            out.writeBytes(content.getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static String text(WorldUnderTest.Peer peer) {
        return new String(peer.received(), StandardCharsets.US_ASCII);
    }

    private Network.Listening listen(ConnectionLimits limits) throws IOException {
        Network.Listening[] listening = new Network.Listening[1];
        world.onLoop(() -> listening[0] = world.network()
                .listen(new Network.Listener("127.0.0.1", 0, FRAMING, limits, security()), Session::new));
        return listening[0];
    }

    private WorldUnderTest.Peer connect() throws IOException {
        int before = sessions.size();
        WorldUnderTest.Peer peer = world.connect(listen(LIMITS).port());
        world.await("the connection", () -> sessions.size() > before);
        return peer;
    }

    private Session session() {
        return sessions.get(sessions.size() - 1);
    }

    private void letAWhilePass() throws IOException {
        boolean[] passed = new boolean[1];
        world.onLoop(() -> world.clock().after(A_WHILE_MS, () -> passed[0] = true));
        world.await("a while", () -> passed[0]);
    }

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

    /** 6 MB for all, 4.5 of them for large ones. */
    private void openWithLittleRoom() throws IOException {
        world.close();
        world = open(Limits.of(1 << 30, 8 << 20));
    }

    private static byte[] begunFrame(int announcedBytes, int sentBytes) {
        return ByteBuffer.allocate(4 + sentBytes).putInt(announcedBytes).array();
    }

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

    // ---- dialling

    private static final DialLimits DIAL_LIMITS = new DialLimits(20_000, 0, 1 << 20);

    /** Who dials, and what it was told. */
    private final class Dialler implements Network.Caller {
        Network.Dialing dialing;
        Session session;
        final List<Network.DialFailure> failures = new ArrayList<>();

        Dialler dial(Network.Destination to) throws IOException {
            world.onLoop(() -> {
                dialing = world.network().dial(to, this);
                assertThat(session == null && failures.isEmpty())
                        .as("nothing is told within the call")
                        .isTrue();
            });
            return this;
        }

        Dialler dial(int port) throws IOException {
            return dial(port, DIAL_LIMITS);
        }

        Dialler dial(int port, DialLimits limits) throws IOException {
            return dial(new Network.Destination("localhost", port, FRAMING, limits, dialSecurity()));
        }

        Network.DialFailure.Reason failure() {
            world.await("the failure", () -> !failures.isEmpty());
            assertThat(session).isNull();
            assertThat(failures).hasSize(1);
            assertThat(failures.getFirst().why()).isNotBlank();
            return failures.getFirst().reason();
        }

        @Override
        public Network.Receiver connected(Network.Connection connection) {
            session = new Session(connection);
            sessions.remove(session); // those are the listener's
            return session;
        }

        @Override
        public void failed(Network.DialFailure failure) {
            failures.add(failure);
        }
    }

    private Dialler dialled() throws IOException {
        Dialler dialler = new Dialler().dial(listen(LIMITS).port());
        world.await("both ends", () -> dialler.session != null && sessions.size() == 1);
        return dialler;
    }

    private static String framed(String... contents) {
        return new String(frames(contents), StandardCharsets.ISO_8859_1);
    }

    @Test
    void whoDialsAndWhoListensAreTheSameFromThenOn() throws IOException {
        Dialler dialler = dialled();
        onFrame = (session, frame) -> {
            if (session == session()) session.send(framed("re:" + frame));
        };
        world.onLoop(() -> dialler.session.send(framed("one", "", "three")));
        world.await("the answers", () -> dialler.session.frames.size() == 3);
        assertThat(session().frames).containsExactly("one", "", "three");
        assertThat(dialler.session.frames).containsExactly("re:one", "re:", "re:three");
        world.onLoop(() -> {
            Network.Connection here = dialler.session.connection;
            Network.Connection there = session().connection;
            assertThat(here.id()).isNotEqualTo(there.id());
            assertThat(here.remote().getPort()).isEqualTo(there.local().getPort());
            assertThat(here.local()).isEqualTo(there.remote());
            assertThat(here.isEncrypted()).isEqualTo(!dialSecurity().equals(Network.DialSecurity.PLAIN));
        });
    }

    @Test
    void whoListensMaySpeakFirst() throws IOException {
        Network.Listening[] listening = new Network.Listening[1];
        world.onLoop(() -> listening[0] = world.network()
                .listen(new Network.Listener("127.0.0.1", 0, FRAMING, LIMITS, security()), connection -> {
                    Session session = new Session(connection);
                    session.owes = true;
                    return session;
                }));
        Dialler dialler = new Dialler().dial(listening[0].port());
        world.await("both ends", () -> dialler.session != null && sessions.size() == 1);
        world.onLoop(() -> session().send(framed("welcome")));
        world.await("the greeting", () -> dialler.session.frames.equals(List.of("welcome")));
    }

    @Test
    void whicheverSideClosesBothHearOfIt() throws IOException {
        Dialler dialler = dialled();
        world.onLoop(() -> {
            dialler.session.send(framed("last words"));
            dialler.session.connection.close(true);
        });
        world.await("the close", () -> dialler.session.closed == 1 && session().closed == 1);
        assertThat(session().frames).containsExactly("last words");
        sessions.clear();
        Dialler other = dialled();
        world.onLoop(() -> session().connection.close(false));
        world.await("the close", () -> other.session.closed == 1 && session().closed == 1);
    }

    @Test
    void nobodyListens() throws IOException {
        Network.Listening listening = listen(LIMITS);
        world.onLoop(listening::close);
        assertThat(new Dialler().dial(listening.port()).failure()).isEqualTo(Network.DialFailure.Reason.REFUSED);
    }

    @Test
    void noSuchHost() throws IOException {
        Network.Destination nowhere = new Network.Destination("nosuch.invalid", 1, FRAMING, DIAL_LIMITS);
        assertThat(new Dialler().dial(nowhere).failure()).isEqualTo(Network.DialFailure.Reason.UNKNOWN_HOST);
    }

    @Test
    void whoAnswersNothingIsGivenUpInTime() throws IOException {
        Network.Destination silent = new Network.Destination(
                world.silentHost(), world.silentPort(), FRAMING, new DialLimits(200, 0, 1 << 20));
        assertThat(new Dialler().dial(silent).failure()).isEqualTo(Network.DialFailure.Reason.TIMED_OUT);
    }

    @Test
    void whoeverGivesUpIsToldNothing() throws IOException {
        int port = listen(LIMITS).port();
        Dialler dialler = new Dialler();
        world.onLoop(() -> {
            Network.Destination to =
                    new Network.Destination("localhost", port, FRAMING, new DialLimits(30, 0, 1 << 20), dialSecurity());
            world.network().dial(to, dialler).giveUp();
        });
        letAWhilePass();
        assertThat(dialler.session).isNull();
        assertThat(dialler.failures).isEmpty();
        Dialler late = dialled();
        world.onLoop(late.dialing::giveUp); // too late: it stays
        world.onLoop(() -> late.session.send(framed("still here")));
        world.await("the frame", () -> session().frames.equals(List.of("still here")));
    }

    @Test
    void anIdleConnectionThatWasDialledIsClosed() throws IOException {
        Dialler dialler = new Dialler().dial(listen(LIMITS).port(), new DialLimits(20_000, 100, 1 << 20));
        world.await("the close", () -> dialler.session != null && dialler.session.closed == 1);
    }

    @Test
    void whoDialsAndReadsNoAnswersIsNotReadFrom() throws IOException {
        String large = framed("y".repeat(1 << 18));
        onFrame = (session, frame) -> {
            if (session == session()) session.send(large);
        };
        Dialler dialler = dialled();
        int requests = 200;
        world.onLoop(() -> {
            dialler.session.connection.reading(false);
            for (int i = 0; i < requests; i++) dialler.session.send(framed("request " + i));
        });
        letAWhilePass();
        assertThat(session().frames).hasSizeLessThan(requests);
        world.onLoop(() -> dialler.session.connection.reading(true));
        world.await("all answers", () -> dialler.session.frames.size() == requests);
    }

    @Test
    void answersWithoutTheirEndCountAsWhatComesIn() throws IOException {
        openWithLittleRoom();
        int port = listen(LIMITS).port();
        List<Dialler> diallers = new ArrayList<>();
        for (int i = 0; i < 4; i++) diallers.add(new Dialler().dial(port));
        world.await("all", () -> sessions.size() == 4 && diallers.stream().allMatch(each -> each.session != null));
        world.onLoop(() -> {
            for (Session session : sessions)
                session.connection.send(List.of(new Payload.Bytes(ByteBuffer.wrap(begunFrame(4_000_000, 3_000_000)))));
        });
        world.await(
                "those without room to be closed",
                () -> diallers.stream().filter(each -> each.session.closed == 1).count() >= 3);
        Dialler good = new Dialler().dial(port);
        onFrame = (session, frame) -> {
            if (session == session()) session.send(framed("re:" + frame));
        };
        world.await("the good one", () -> good.session != null && sessions.size() == 5);
        world.onLoop(() -> good.session.send(framed("hello")));
        world.await("its answer", () -> good.session.frames.equals(List.of("re:hello")));
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
