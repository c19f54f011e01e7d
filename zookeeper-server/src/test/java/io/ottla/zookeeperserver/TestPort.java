package io.ottla.zookeeperserver;

import io.ottla.base.Counters;
import io.ottla.base.Network;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.KeeperOptions;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A client port over a real keeper, in a world where nothing happens but what the test lets happen. Ticks of 3 s. */
final class TestPort {
    final TestWorld world = new TestWorld();
    final Keeper keeper;
    final ZookeeperServer server;
    final Network.Framing framing;
    /** Connections that the server has closed. */
    int closes;

    private int nextPort = 50_000;

    TestPort(ServerOptions options) {
        this(options, KeeperOptions.DEFAULT);
    }

    TestPort(ServerOptions options, KeeperOptions keeperOptions) {
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(keeperOptions, Path.of("/data"), world, world, new SeededRandom(1), world, opened::add);
        world.drain();
        keeper = switch (opened.getFirst()) {
            case Outcome.Done<Keeper>(Keeper value) -> value;
            case Outcome.Failed<Keeper>(var cause) -> throw new AssertionError(cause);
        };
        server = new ZookeeperServer(keeper, world, options, new NoMachine(), new Counters());
        framing = ZookeeperServer.framing(options.packetBytesMax());
    }

    TestPort() {
        this(ServerOptions.DEFAULT);
    }

    TestClient connection() {
        return connection(List.of());
    }

    /** A connection over TLS whose other side has shown certificates. */
    TestClient connection(List<X509Certificate> certificates) {
        return new TestClient(this, nextPort++, certificates);
    }

    /** A client with a new session. */
    TestClient client() {
        TestClient client = connection();
        client.connect(0, new byte[16], 10_000, 0);
        world.drain();
        client.opened();
        return client;
    }

    /** An admin command without more than its name. */
    static AdminCommands.Request get(String name) {
        return new AdminCommands.Request(
                false, name, Map.of(), Optional.empty(), InetAddress.getLoopbackAddress(), Optional.empty());
    }

    /** Everything that can happen happens, and nothing went wrong that nobody expects. */
    void drain() {
        world.drain();
        if (!world.faults.isEmpty()) throw new AssertionError(world.faults.getFirst());
    }

    private static final class NoMachine implements Machine {
        @Override
        public void dataFiles(Consumer<DataFiles> answer) {
            answer.accept(new DataFiles(11, 22, 0x33, 44));
        }

        @Override
        public long openFiles() {
            return 3;
        }

        @Override
        public long openFilesMax() {
            return 4;
        }

        @Override
        public String hostName() {
            return "here";
        }

        @Override
        public SortedMap<String, String> systemProperties() {
            return new TreeMap<>();
        }

        @Override
        public long freeMemoryBytes() {
            return 1 << 20;
        }

        @Override
        public long maxMemoryBytes() {
            return 1 << 20;
        }

        @Override
        public long totalMemoryBytes() {
            return 1 << 20;
        }
    }
}
