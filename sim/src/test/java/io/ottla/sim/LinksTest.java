package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Network;
import io.ottla.base.Network.DialFailure.Reason;
import io.ottla.base.Network.DialLimits;
import io.ottla.base.Network.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Two machines that dial each other, and what becomes of it when one, or the way between them, fails. */
@ParameterizedClass(name = "seed {0}")
@ValueSource(longs = {1, 2, 3, 4, 5})
class LinksTest {
    private static final int PORT = 2888;
    private static final Network.Framing FRAMING = prefix -> prefix;
    private static final long CONNECT_MS_MAX = 500;
    private static final long A_WHILE_MS = 2_000;

    @Parameter
    long seed;

    private World world;
    private Machine one;
    private Machine other;
    private Program.Environment at;

    /** What happened, in the order in which it did. */
    private final List<String> told = new ArrayList<>();

    private Network.Connection dialled;
    private Network.Connection accepted;

    @BeforeEach
    void begin() {
        world = new World(seed);
        one = world.machine("one", 1 << 20);
        other = world.machine("other", 1 << 20);
        one.start(environment -> {
            at = environment;
            return stopped -> stopped.run();
        });
        startOther("");
        world.run(10);
    }

    private void startOther(String host) {
        Network.ConnectionLimits limits = new Network.ConnectionLimits(10, 2, 0, 1 << 20);
        other.start(environment -> {
            environment.network().listen(new Network.Listener(host, PORT, FRAMING, limits), connection -> {
                accepted = connection;
                return new Told("other");
            });
            return stopped -> stopped.run();
        });
    }

    private final class Told implements Network.Receiver, Network.Caller {
        private final String who;

        Told(String who) {
            this.who = who;
        }

        @Override
        public Network.Receiver connected(Network.Connection connection) {
            dialled = connection;
            told.add("connected");
            return this;
        }

        @Override
        public void failed(Network.DialFailure failure) {
            told.add(failure.reason().name());
        }

        @Override
        public void received(int prefix, ByteBuffer frame) {
            told.add(who + " hears " + StandardCharsets.US_ASCII.decode(frame));
        }

        @Override
        public void closed() {
            told.add(who + " is closed");
        }
    }

    private void dial(String host) {
        at.clock()
                .execute(() -> at.network()
                        .dial(
                                new Network.Destination(
                                        host, PORT, FRAMING, new DialLimits(CONNECT_MS_MAX, 0, 1 << 20)),
                                new Told("one")));
    }

    private static void send(Network.Connection connection, String text) {
        ByteBuffer frame = ByteBuffer.allocate(4 + text.length()).putInt(text.length());
        connection.send(List.of(new Payload.Bytes(
                frame.put(text.getBytes(StandardCharsets.US_ASCII)).flip())));
    }

    private void connect() {
        dial("other");
        world.until("connected", A_WHILE_MS, () -> dialled != null && accepted != null);
        told.clear();
    }

    @Test
    void aMachineIsReachedByItsNameAndByItsAddress() {
        dial("other");
        dial(other.address().getHostAddress());
        dial("nobody");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactlyInAnyOrder("connected", "connected", "UNKNOWN_HOST");
        assertThat(accepted.remote().getAddress()).isEqualTo(one.address());
        assertThat(dialled.remote().getAddress()).isEqualTo(other.address());
    }

    @Test
    void whatListensOnItsOwnMachineOnlyIsNotReachedFromOutside() {
        other.kill();
        startOther("127.0.0.1");
        dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly(Reason.REFUSED.name());
    }

    @Test
    void aDeadProcessRefusesAndADeadMachineIsSilent() {
        other.kill();
        dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly(Reason.REFUSED.name());
        startOther("");
        world.run(10);
        other.powerLoss();
        dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly(Reason.REFUSED.name(), Reason.TIMED_OUT.name());
    }

    @Test
    void aFrozenMachineIsSilent() {
        other.freeze(10_000_000_000L);
        dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly(Reason.TIMED_OUT.name());
        world.run(10_000);
        dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly(Reason.TIMED_OUT.name(), "connected");
    }

    @Test
    void aStoppedProcessIsConnectedToAndHearsOfItLater() {
        other.pause(10_000_000_000L);
        dial("other");
        world.run(A_WHILE_MS);
        send(dialled, "there?");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("connected");
        world.run(10_000);
        assertThat(told).containsExactly("connected", "other hears there?");
    }

    @Test
    void whoIsKilledBeforeItLetUsInIsHeardOf() {
        other.pause(10_000_000_000L);
        dial("other");
        world.run(A_WHILE_MS);
        other.kill();
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("connected", "one is closed");
    }

    @Test
    void moreThanMayFromOneMachineAreClosedAtOnce() {
        for (int i = 0; i < 3; i++) dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactlyInAnyOrder("connected", "connected", "connected", "one is closed");
    }

    @Test
    void whoIsKilledIsHeardOf() {
        connect();
        other.kill();
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("one is closed");
    }

    @Test
    void beyondACutWayAllIsSilentUntilItIsHealed() {
        connect();
        world.links().cut(one, other);
        send(dialled, "there?");
        send(accepted, "and you?");
        dial("other");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly(Reason.TIMED_OUT.name());
        world.links().healAll();
        world.run(A_WHILE_MS);
        assertThat(told).containsExactlyInAnyOrder(Reason.TIMED_OUT.name(), "other hears there?", "one hears and you?");
    }

    @Test
    void aWayMayBeCutInOneDirection() {
        connect();
        world.links().cutOneWay(one, other);
        send(dialled, "first");
        send(accepted, "heard");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("one hears heard");
        world.links().heal(one, other);
        send(dialled, "second");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("one hears heard", "other hears first", "other hears second");
    }

    @Test
    void whoSendsBeyondACutWayIsToldToWait() {
        connect();
        world.links().cutOneWay(one, other);
        String large = "x".repeat(2 * Pipe.WINDOW_BYTES);
        send(dialled, large);
        world.run(A_WHILE_MS);
        assertThat(dialled.unsentBytes()).isPositive();
        world.links().healAll();
        world.until("all of it", A_WHILE_MS, () -> told.contains("other hears " + large));
        assertThat(dialled.unsentBytes()).isZero();
    }

    @Test
    void whoClosesBeyondACutWayIsHeardOfOnceItIsHealed() {
        connect();
        world.links().cut(one, other);
        accepted.close(false);
        world.run(A_WHILE_MS);
        send(dialled, "there?");
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("other is closed");
        world.links().healAll();
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("other is closed", "one is closed");
    }

    @Test
    void aDeathBeyondACutWayIsHeardOfOnceItIsHealed() {
        connect();
        world.links().cut(one, other);
        other.kill();
        world.run(A_WHILE_MS);
        send(dialled, "there?");
        world.run(A_WHILE_MS);
        assertThat(told).isEmpty();
        world.links().healAll();
        world.run(A_WHILE_MS);
        assertThat(told).containsExactly("one is closed");
    }
}
