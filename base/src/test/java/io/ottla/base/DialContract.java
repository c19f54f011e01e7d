package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Network.DialLimits;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link Network#dial} promises, for every implementation of it. */
abstract class DialContract extends NetworkFixture {
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
        letAWhilePass(); // until the kernel knows
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
}
