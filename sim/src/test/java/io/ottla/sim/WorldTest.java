package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Disk.OpenMode;
import io.ottla.base.DiskFile;
import io.ottla.base.Network;
import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import io.ottla.sim.DiskFaults.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Machines, their stops and their faults. */
class WorldTest {
    private static final Path FILE = Path.of("/file");
    private static final int PORT = 9000;

    private final World world = new World(5);
    private final Machine machine = world.machine("m", 1 << 20);
    private final List<String> log = new ArrayList<>();

    private interface Body {
        void run(Program.Environment environment) throws IOException;
    }

    private void start(Body body) {
        machine.start(environment -> {
            body.run(environment);
            return Runnable::run;
        });
        world.run(10);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(DiskFile file) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(100);
        int count = file.read(0, target);
        return new String(target.array(), 0, count, StandardCharsets.US_ASCII);
    }

    // ---- stops

    @Test
    void aKilledProcessLeavesWhatItWrote() {
        start(environment -> environment.disk().open(FILE, OpenMode.CREATE).write(0, bytes("unsynced")));
        machine.kill();
        start(environment -> log.add(read(environment.disk().open(FILE, OpenMode.READ))));
        assertThat(log).containsExactly("unsynced");
    }

    @Test
    void nothingOfAnEndedRunHappensAnyMore() {
        start(environment -> {
            environment.clock().after(100, () -> log.add("timer"));
            environment.disk().submit("key", () -> "work", outcome -> log.add("work"));
        });
        log.clear();
        machine.kill();
        world.run(1000);
        assertThat(log).isEmpty();
        assertThat(machine.isRunning()).isFalse();
        assertThat(machine.lastStop()).isEqualTo("killed");
    }

    @Test
    void aPauseHoldsEverythingBackAndLosesNothing() {
        start(environment -> {
            environment.clock().after(50, () -> log.add("50 at " + world.nowMs()));
            environment.clock().after(150, () -> log.add("150 at " + world.nowMs()));
            environment.clock().after(500, () -> log.add("500 at " + world.nowMs()));
        });
        machine.pause(300_000_000);
        world.run(1000);
        assertThat(log).containsExactly("50 at 310", "150 at 310", "500 at 500");
    }

    @Test
    void powerMayGoInAnyOperation() {
        long operations = 6;
        for (long k = 1; k <= operations; k++) {
            World fresh = new World(k);
            Machine one = fresh.machine("m", 1 << 20);
            one.faults(DiskFaults.powerLossAt(k));
            List<String> steps = new ArrayList<>();
            one.start(environment -> {
                DiskFile file = environment.disk().open(FILE, OpenMode.CREATE);
                steps.add("open");
                for (int i = 0; i < 4; i++) {
                    file.write(i, bytes("x"));
                    steps.add("write");
                }
                file.sync();
                steps.add("sync");
                return Runnable::run;
            });
            fresh.run(10);
            assertThat(steps).hasSize((int) k - 1);
            assertThat(one.isRunning()).isFalse();
            assertThat(one.lastStop()).startsWith("power lost: in operation " + k);
        }
    }

    @Test
    void theWallClockJumps() {
        start(environment -> {
            environment.clock().after(100, () -> log.add("after 100 ms at " + world.nowMs()));
            log.add(Long.toString(environment.clock().nowMs() - VirtualClock.EPOCH_MS));
        });
        machine.clock().jump(-3_600_000);
        assertThat(machine.clock().nowMs()).isEqualTo(VirtualClock.EPOCH_MS - 3_600_000 + 10);
        world.run(200);
        assertThat(log).containsExactly("0", "after 100 ms at 100");
    }

    // ---- disk

    @Test
    void aFullDriveTakesNoMoreAndGetsRoomAgain() {
        start(environment -> {
            DiskFile file = environment.disk().open(FILE, OpenMode.CREATE);
            file.write(0, ByteBuffer.allocate(1 << 19).put((byte) 1).rewind());
            assertThat(environment.disk().usableBytes(FILE.getParent())).isEqualTo(1 << 19);
            assertThatThrownBy(() -> file.write(1 << 19, ByteBuffer.allocate(1 << 20)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left on device");
            assertThat(file.size()).isBetween(1L << 19, 1L << 20);
            file.write(0, bytes("in place"));
            machine.drive().capacity(1 << 22);
            file.write(1 << 19, ByteBuffer.allocate(1 << 20));
        });
    }

    @Test
    void operationsFailAsPlanned() {
        machine.faults(DiskFaults.any(List.of(
                DiskFaults.on(Kind.READ, FILE::equals, DiskFaults.EIO),
                DiskFaults.on(Kind.SYNC_DIRECTORY, path -> true, DiskFaults.EIO))));
        start(environment -> {
            DiskFile file = environment.disk().open(FILE, OpenMode.CREATE);
            file.write(0, bytes("abc"));
            assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(3))).hasMessageContaining("Input/output error");
            assertThatThrownBy(() -> environment.disk().syncDirectory(Path.of("/")))
                    .isInstanceOf(IOException.class);
            file.sync();
        });
        assertThat(machine.isRunning()).isTrue();
    }

    @Test
    void aFailureInWorkIsAnOutcome() {
        machine.faults(DiskFaults.on(Kind.SYNC, path -> true, DiskFaults.EIO));
        start(environment -> {
            DiskFile file = environment.disk().open(FILE, OpenMode.CREATE);
            environment
                    .disk()
                    .submit(
                            "sync",
                            () -> {
                                file.sync();
                                return "synced";
                            },
                            outcome -> log.add(outcome instanceof Outcome.Failed<?> ? "failed" : "done"));
        });
        world.run(100);
        assertThat(log).containsExactly("failed");
        assertThat(machine.disk().syncsOnLoop()).isZero();
    }

    @Test
    void aFileIsNotUsedAfterItsLastRelease() {
        assertThatThrownBy(() -> start(environment -> {
                    DiskFile file = environment.disk().open(FILE, OpenMode.CREATE);
                    file.release();
                    file.size();
                }))
                .isInstanceOf(SimulationFailure.class)
                .rootCause()
                .hasMessageContaining("after its last release");
    }

    // ---- network

    private final class Client implements VirtualPeer.Listener {
        final StringBuilder received = new StringBuilder();
        String end = "open";

        @Override
        public void received(byte[] bytes) {
            received.append(new String(bytes, StandardCharsets.US_ASCII));
        }

        @Override
        public void closed(boolean broken) {
            end = broken ? "broken" : "closed";
        }
    }

    private void listen(Program.Environment environment, Network.Acceptor acceptor) throws IOException {
        environment
                .network()
                .listen(
                        new Network.Listener("", PORT, prefix -> prefix, new Network.ConnectionLimits(10, 10, 0, 1000)),
                        acceptor);
    }

    private record Echo(Network.Connection connection, List<ByteBuffer> kept) implements Network.Receiver {
        @Override
        public void received(int prefix, ByteBuffer frame) {
            kept.add(frame);
            connection.send(List.of(new Payload.Bytes(
                    ByteBuffer.allocate(frame.remaining()).put(frame).flip())));
        }

        @Override
        public void closed() {}
    }

    @Test
    void aFrameIsSpoiledAfterTheCall() {
        List<ByteBuffer> kept = new ArrayList<>();
        start(environment -> listen(environment, connection -> new Echo(connection, kept)));
        Client client = new Client();
        machine.network().connect(PORT, client).send(new byte[] {0, 0, 0, 2, 'h', 'i'});
        world.run(200);
        assertThat(client.received).hasToString("hi");
        assertThat(kept.get(0).get(0)).isEqualTo((byte) 0xDD);
    }

    @Test
    void bytesThatChangeBeforeTheyLeftAreNoticed() {
        start(environment -> listen(environment, connection -> {
            ByteBuffer buffer = bytes("hello");
            connection.send(List.of(new Payload.Bytes(buffer)));
            buffer.put(0, (byte) 'j');
            return new Echo(connection, new ArrayList<>());
        }));
        machine.network().connect(PORT, new Client());
        assertThatThrownBy(() -> world.run(200)).rootCause().hasMessageContaining("changed before they had left");
    }

    @Test
    void whoIsKilledResetsItsConnections() {
        start(environment -> listen(environment, connection -> new Echo(connection, new ArrayList<>())));
        Client client = new Client();
        machine.network().connect(PORT, client);
        world.run(200);
        machine.kill();
        world.run(200);
        assertThat(client.end).isEqualTo("broken");
    }

    @Test
    void aConnectionIsCut() {
        start(environment -> listen(environment, connection -> new Echo(connection, new ArrayList<>())));
        Client client = new Client();
        machine.network().connect(PORT, client);
        world.run(200);
        machine.network().cutOne();
        world.run(200);
        assertThat(client.end).isEqualTo("broken");
        assertThat(machine.network().connectionsOpen()).isZero();
    }

    @Test
    void whereNobodyListensOneIsRefused() {
        start(environment -> {});
        Client client = new Client();
        machine.network().connect(PORT, client);
        world.run(200);
        assertThat(client.end).isEqualTo("closed");
    }

    // ---- what a simulation finds

    @Test
    void checkersRunAfterEveryEvent() {
        world.checker(new Checker() {
            @Override
            public String name() {
                return "T1 never three";
            }

            @Override
            public void check() {
                assertThat(log).hasSizeLessThan(3);
            }
        });
        assertThatThrownBy(() -> start(environment -> {
                    for (int i = 0; i < 5; i++) environment.clock().execute(() -> log.add("again"));
                }))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("T1 never three")
                .hasMessageContaining("seed 5");
        assertThat(log).hasSize(3);
    }

    @Test
    void aFaultThatTheProgramSwallowsIsFoundAllTheSame() {
        assertThatThrownBy(() -> start(environment -> {
                    try {
                        environment.faultHandler().fault("testing", new IllegalStateException("swallowed"));
                    } catch (RuntimeException e) {
                        log.add("on it goes");
                    }
                }))
                .isInstanceOf(SimulationFailure.class)
                .rootCause()
                .hasMessage("swallowed");
    }

    @Test
    void noProgressIsAFailure() {
        start(environment -> {});
        assertThatThrownBy(() -> world.until("pigs fly", 1000, () -> false))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("pigs fly");
    }

    @Test
    void runningInCirclesIsAFailure() {
        assertThatThrownBy(() -> start(environment -> again(environment))).hasStackTraceContaining("in circles");
    }

    private static void again(Program.Environment environment) {
        environment.clock().execute(() -> again(environment));
    }

    @Test
    void aProgramThatRefusesToStartSaysWhy() {
        machine.start(environment -> {
            throw new IOException("the data directory is locked");
        });
        world.run(10);
        assertThat(machine.lastStop()).isEqualTo("refuses to start: the data directory is locked");
    }
}
