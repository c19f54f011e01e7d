package io.ottla.sim;

import io.ottla.base.Clock;
import io.ottla.base.Disk;
import io.ottla.base.Limits;
import io.ottla.base.Network;
import io.ottla.base.WorldUnderTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** A machine with a program that does what tests say. */
final class VirtualWorld implements WorldUnderTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final long LONG_MS = 600_000;

    private final World world;
    private final Machine machine;
    private final Machine silent;
    private Program.Environment environment;

    VirtualWorld(long seed) {
        this(seed, Limits.ROOMY);
    }

    VirtualWorld(long seed, Limits limits) {
        world = new World(seed);
        machine = world.machine("machine", 1L << 30);
        silent = world.machine("silent", 1 << 20);
        world.links().cut(machine, silent);
        machine.limits(limits);
        machine.start(given -> {
            environment = given;
            given.disk().createDirectories(DIRECTORY);
            return stopped -> stopped.run();
        });
        await("the start", () -> environment != null);
    }

    @Override
    public Clock clock() {
        return environment.clock();
    }

    @Override
    public Disk disk() {
        return environment.disk();
    }

    @Override
    public Network network() {
        return environment.network();
    }

    @Override
    public Path directory() {
        return DIRECTORY;
    }

    @Override
    public void onLoop(Action action) throws IOException {
        IOException[] failure = new IOException[1];
        boolean[] ran = new boolean[1];
        clock().execute(() -> {
            try {
                action.run();
            } catch (IOException e) {
                failure[0] = e;
            }
            ran[0] = true;
        });
        await("the action", () -> ran[0]);
        if (failure[0] != null) throw failure[0];
    }

    @Override
    public void await(String what, BooleanSupplier holds) {
        world.until(what, LONG_MS, holds);
    }

    @Override
    public Peer connect(int port) {
        return new Remote(port);
    }

    @Override
    public String silentHost() {
        return silent.name();
    }

    @Override
    public int silentPort() {
        return 1;
    }

    @Override
    public void close() {}

    private final class Remote implements Peer, VirtualPeer.Listener {
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final VirtualPeer peer;
        private boolean closed;

        Remote(int port) {
            peer = machine.network().connect(port, this);
        }

        @Override
        public void received(byte[] bytes) {
            received.writeBytes(bytes);
        }

        @Override
        public void closed(boolean broken) {
            closed = true;
        }

        @Override
        public void send(byte[] bytes) {
            peer.send(bytes);
        }

        @Override
        public void offer(byte[] bytes) {
            peer.send(bytes);
        }

        @Override
        public void sendNoMore() {
            peer.finish();
        }

        @Override
        public byte[] received() {
            return received.toByteArray();
        }

        @Override
        public int receivedBytes() {
            return received.size();
        }

        @Override
        public void reading(boolean on) {
            peer.reading(on);
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void close() {
            peer.close();
        }
    }
}
