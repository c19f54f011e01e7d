package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Disk.OpenMode;
import io.ottla.base.DiskFile;
import io.ottla.base.Limits;
import io.ottla.base.Network.Connection;
import io.ottla.base.Network.ConnectionLimits;
import io.ottla.base.Network.Listening;
import io.ottla.base.Network.Payload;
import io.ottla.base.Network.Receiver;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real sockets against blocking clients, over each transport. */
class NettyNetworkTest {
    @TempDir
    Path folder;

    private World world;

    @AfterEach
    void close() {
        world.close();
    }

    /** A receiver that does one thing with each frame. */
    private static Receiver on(Connection connection, BiConsumer<Connection, ByteBuffer> each) {
        return new Receiver() {
            @Override
            public void received(int prefix, ByteBuffer frame) {
                each.accept(connection, frame);
            }

            @Override
            public void closed() {}
        };
    }

    private static Payload.Bytes bytes(byte[] bytes) {
        return new Payload.Bytes(ByteBuffer.wrap(bytes));
    }

    private static void echo(Connection connection, ByteBuffer frame) {
        byte[] copy = new byte[frame.remaining()];
        frame.get(copy);
        connection.send(List.of(bytes(Client.frame(copy))));
    }

    private Listening echoing(Transport transport, ConnectionLimits limits) throws IOException {
        world = new World(transport);
        return world.listen(limits, connection -> on(connection, NettyNetworkTest::echo));
    }

    @ParameterizedTest
    @EnumSource
    void framesAreEchoedHoweverTheyAreCut(Transport transport) throws Exception {
        int port = echoing(transport, World.LIMITS).port();
        try (Client client = new Client(port)) {
            for (byte b : Client.frame("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                client.send(new byte[] {b});
            assertThat(client.frame()).asString().isEqualTo("hello");
            byte[] large = pattern(5_000_000);
            client.sendFrame(large);
            assertThat(client.frame()).isEqualTo(large);
            assertThat(client.sendFrame(new byte[0]).frame()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void pipelinedRepliesComeInOrder(Transport transport) throws Exception {
        int port = echoing(transport, World.LIMITS).port();
        try (Client client = new Client(port)) {
            ByteBuffer many = ByteBuffer.allocate(10_000 * 8);
            for (int i = 0; i < 10_000; i++) many.putInt(4).putInt(i);
            client.send(many.array());
            for (int i = 0; i < 10_000; i++)
                assertThat(ByteBuffer.wrap(client.frame()).getInt()).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGarbageLengthClosesTheConnectionAndDisturbsNobodyElse(Transport transport) throws Exception {
        int port = echoing(transport, World.LIMITS).port();
        try (Client good = new Client(port);
                Client http = new Client(port);
                Client negative = new Client(port)) {
            http.send("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            negative.send(new byte[] {-1, -1, -1, -1});
            assertThat(http.closedByServer()).isTrue();
            assertThat(negative.closedByServer()).isTrue();
            assertThat(good.sendFrame(new byte[] {1}).frame()).containsExactly(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatHasShutItsSideStillGetsItsReply(Transport transport) throws Exception {
        int port = echoing(transport, World.LIMITS).port();
        try (Client client = new Client(port)) {
            client.sendFrame(pattern(300_000));
            client.socket.shutdownOutput();
            assertThat(client.frame()).isEqualTo(pattern(300_000));
            assertThat(client.closedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void limitsOfConnectionsHoldAndAreGivenBack(Transport transport) throws Exception {
        Listening listening = echoing(transport, new ConnectionLimits(10, 2, 0, 1_000));
        Client first = new Client(listening.port());
        first.sendFrame(new byte[] {1}).frame();
        Client second = new Client(listening.port());
        second.sendFrame(new byte[] {2}).frame();
        try (Client third = new Client(listening.port())) {
            assertThat(third.closedByServer()).isTrue();
        }
        assertThat(world.counters.counter("network.refused").value()).isEqualTo(1);
        first.close();
        // the server learns of it in its own time
        while (world.counters.counter("network.connections").value() > 1) Thread.onSpinWait();
        try (Client fourth = new Client(listening.port())) {
            assertThat(fourth.sendFrame(new byte[] {4}).frame()).containsExactly(4);
        }
        second.close();
    }

    @ParameterizedTest
    @EnumSource
    void anIdleConnectionIsClosedAndOneThatTricklesToo(Transport transport) throws Exception {
        int port = echoing(transport, new ConnectionLimits(10, 10, 100, 1_000)).port();
        try (Client silent = new Client(port);
                Client trickling = new Client(port)) {
            trickling.send(new byte[] {0, 0, 1, 0});
            assertThat(silent.closedByServer()).isTrue();
            assertThatThrownBy(() -> {
                        while (true) trickling.send(new byte[] {1});
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDoesNotReadIsNotReadFrom(Transport transport) throws Exception {
        world = new World(transport);
        int replyBytes = 64 * 1024;
        long unsentBytesMax = 1024 * 1024;
        AtomicLong mostUnsent = new AtomicLong();
        AtomicLong requests = new AtomicLong();
        CountDownLatch full = new CountDownLatch(1);
        Listening listening = world.listen(
                new ConnectionLimits(10, 10, 0, unsentBytesMax),
                connection -> on(connection, (c, frame) -> {
                    long number = requests.incrementAndGet();
                    c.send(List.of(bytes(ByteBuffer.allocate(replyBytes)
                            .putInt(replyBytes - 4)
                            .putLong(number)
                            .array())));
                    mostUnsent.accumulateAndGet(c.unsentBytes(), Math::max);
                    if (c.unsentBytes() > unsentBytesMax) full.countDown();
                }));
        int sent = 2_000;
        try (Client client = new Client(listening.port())) {
            client.send(new byte[sent * 4]); // as many empty frames
            assertThat(full.await(20, TimeUnit.SECONDS)).isTrue();
            for (long i = 1; i <= sent; i++)
                assertThat(ByteBuffer.wrap(client.frame()).getLong()).isEqualTo(i);
        }
        assertThat(mostUnsent.get()).isLessThanOrEqualTo(unsentBytesMax + replyBytes);
    }

    @ParameterizedTest
    @EnumSource
    void readingCanBeStoppedAndResumed(Transport transport) throws Exception {
        world = new World(transport);
        BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();
        Listening listening = world.listen(World.LIMITS, connection -> {
            connections.add(connection);
            return on(connection, (c, frame) -> {
                received.add((int) frame.get());
                c.reading(false);
            });
        });
        try (Client client = new Client(listening.port())) {
            client.sendFrame(new byte[] {1}).sendFrame(new byte[] {2}).sendFrame(new byte[] {3});
            Connection connection = connections.take();
            for (int i = 1; i <= 3; i++) {
                assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(i);
                assertThat(world.onLoop(received::size)).isZero();
                world.clock.execute(() -> connection.reading(true));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rangesOfFilesGoBetweenBytesInOrderCachedOrNot(Transport transport) throws Exception {
        world = new World(transport);
        byte[] content = pattern(6_000_000);
        Path path = folder.resolve("segment");
        DiskFile file = world.disk.open(path, OpenMode.CREATE);
        file.write(0, ByteBuffer.wrap(content));
        file.sync();
        BlockingQueue<String> drained = new LinkedBlockingQueue<>();
        Listening listening = world.listen(World.LIMITS, connection -> new Receiver() {
            @Override
            public void received(int prefix, ByteBuffer frame) {
                List<Payload> parts = new ArrayList<>();
                parts.add(bytes(new byte[] {1, 2, 3}));
                int at = 0;
                for (int length : new int[] {1, 100, 16_384, 16_385, 0, 2_500_000, 50_000}) {
                    file.retain();
                    parts.add(new Payload.FileRange(file, at, length));
                    parts.add(bytes(new byte[] {(byte) length}));
                    at += length;
                }
                parts.add(bytes(pattern(700_000)));
                connection.send(parts);
            }

            @Override
            public void drained() {
                drained.add("drained");
            }

            @Override
            public void closed() {}
        });
        for (boolean cold : new boolean[] {false, true}) {
            if (cold) Evict.fromPageCache(path);
            try (Client client = new Client(listening.port())) {
                client.sendFrame(new byte[0]);
                assertThat(client.bytes(3)).containsExactly(1, 2, 3);
                int at = 0;
                for (int length : new int[] {1, 100, 16_384, 16_385, 0, 2_500_000, 50_000}) {
                    assertThat(client.bytes(length))
                            .as("%d bytes at %d, %s", length, at, cold ? "cold" : "cached")
                            .isEqualTo(java.util.Arrays.copyOfRange(content, at, at + length));
                    assertThat(client.bytes(1)).containsExactly(length);
                    at += length;
                }
                assertThat(client.bytes(700_000)).isEqualTo(pattern(700_000));
            }
            assertThat(drained.poll(10, TimeUnit.SECONDS)).isEqualTo("drained");
        }
        // every hold was given back, so that this one is the last
        file.release();
        assertThatThrownBy(file::size).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatBecameShorterClosesTheConnection(Transport transport) throws Exception {
        world = new World(transport);
        DiskFile file = world.disk.open(folder.resolve("short"), OpenMode.CREATE);
        file.write(0, ByteBuffer.wrap(pattern(100_000)));
        Listening listening = world.listen(
                World.LIMITS,
                connection -> on(connection, (c, frame) -> {
                    file.retain();
                    c.send(List.of(new Payload.FileRange(file, 0, 200_000)));
                }));
        try (Client client = new Client(listening.port())) {
            client.sendFrame(new byte[0]);
            assertThat(client.in.readAllBytes().length).isLessThan(200_000);
        } catch (java.net.SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        file.release();
    }

    @ParameterizedTest
    @EnumSource
    void closingWithFlushSendsWhatWasGivenBefore(Transport transport) throws Exception {
        world = new World(transport);
        Listening listening = world.listen(
                World.LIMITS,
                connection -> on(connection, (c, frame) -> {
                    c.send(List.of(bytes(pattern(3_000_000))));
                    c.close(true);
                    c.send(List.of(bytes(new byte[] {9})));
                }));
        try (Client client = new Client(listening.port())) {
            client.sendFrame(new byte[0]);
            assertThat(java.util.Arrays.copyOf(client.in.readAllBytes(), 3_000_000))
                    .isEqualTo(pattern(3_000_000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionAtRestHoldsNoBufferAndOneWithABegunFrameLittle(Transport transport) throws Exception {
        int count = 500;
        Listening listening = echoing(transport, new ConnectionLimits(count, count, 0, 1_000));
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(new Client(listening.port()));
                assertThat(clients.getLast().sendFrame(new byte[100]).frame()).hasSize(100);
            }
            long atRest = world.onLoop(world.network::bufferBytes);
            assertThat(atRest).as("the shared buffer, and a chunk").isLessThanOrEqualTo(2 * 1024 * 1024);
            byte[] begun =
                    ByteBuffer.allocate(1_000).putInt(World.FRAME_BYTES_MAX).array();
            for (Client client : clients) client.send(begun);
            while (world.counters.counter("network.received_bytes").value() < count * (104L + 1_000))
                Thread.onSpinWait();
            assertThat(world.onLoop(world.network::bufferBytes) - atRest)
                    .isLessThanOrEqualTo(8L * count * begun.length);
        } finally {
            for (Client client : clients) client.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPortInUseIsAnErrorThatNamesIt(Transport transport) throws Exception {
        int port = echoing(transport, World.LIMITS).port();
        assertThatThrownBy(() -> world.network.listen(
                        new io.ottla.base.Network.Listener("127.0.0.1", port, World.FRAMING, World.LIMITS),
                        connection -> on(connection, NettyNetworkTest::echo)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasRootCauseInstanceOf(transport == Transport.NIO ? BindException.class : IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionInAReceiverIsAFault(Transport transport) throws Exception {
        world = new World(transport);
        Faults faults = new Faults();
        NettyNetwork network = new NettyNetwork(world.clock, world.disk, world.counters, faults, Limits.ROOMY);
        Listening listening = network.listen(
                new io.ottla.base.Network.Listener("127.0.0.1", 0, World.FRAMING, World.LIMITS),
                connection -> on(connection, (c, frame) -> {
                    throw new IllegalStateException("a bug");
                }));
        try (Client client = new Client(listening.port())) {
            client.sendFrame(new byte[0]);
            assertThat(client.closedByServer()).isTrue();
        }
        assertThat(faults.first()).get().extracting(Throwable::getMessage).isEqualTo("a bug");
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte) (i * 31 + (i >> 8));
        return bytes;
    }
}
