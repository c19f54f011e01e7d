package io.ottla.io;

import io.ottla.base.Clock;
import io.ottla.base.Disk;
import io.ottla.base.Network;
import io.ottla.base.WorldUnderTest;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;

/** The real world under the contracts' eyes. */
final class RealWorld implements WorldUnderTest {
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_AGAIN_MS = 2;
    private static final int WAITING_TO_BE_ACCEPTED = 8;

    private final World world;
    private final SocketFactory sockets;
    private final Path directory;
    private final List<RealPeer> peers = new ArrayList<>();
    private final List<Closeable> held = new ArrayList<>();

    RealWorld(Transport transport) throws IOException {
        this(new World(transport), SocketFactory.getDefault());
    }

    /** @param sockets what peers connect with */
    RealWorld(World world, SocketFactory sockets) throws IOException {
        this.world = world;
        this.sockets = sockets;
        directory = Files.createTempDirectory("ottla-io-test");
    }

    @Override
    public Clock clock() {
        return world.clock;
    }

    @Override
    public Disk disk() {
        return world.disk;
    }

    @Override
    public Network network() {
        return world.network;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public void onLoop(Action action) throws IOException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        world.clock.execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (IOException | RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                default -> throw new AssertionError(e.getCause());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void await(String what, BooleanSupplier holds) {
        CompletableFuture<Boolean> held = new CompletableFuture<>();
        long deadlineNs = System.nanoTime() + LONG_NS;
        world.clock.execute(() -> look(holds, deadlineNs, held));
        if (!held.join()) throw new AssertionError("waited in vain for " + what);
    }

    private void look(BooleanSupplier holds, long deadlineNs, CompletableFuture<Boolean> held) {
        if (holds.getAsBoolean()) held.complete(true);
        else if (System.nanoTime() > deadlineNs) held.complete(false);
        else world.clock.after(LOOK_AGAIN_MS, () -> look(holds, deadlineNs, held));
    }

    @Override
    public Peer connect(int port) throws IOException {
        RealPeer peer = new RealPeer(sockets.createSocket(InetAddress.getLoopbackAddress(), port));
        peers.add(peer);
        return peer;
    }

    @Override
    public String silentHost() {
        return "127.0.0.1";
    }

    /** A kernel that has no room for one more who waits to be accepted drops what comes. */
    @Override
    public int silentPort() throws IOException {
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        held.add(full);
        for (int i = 0; i < WAITING_TO_BE_ACCEPTED; i++) {
            Socket waits = new Socket();
            held.add(waits);
            try {
                waits.connect(full.getLocalSocketAddress(), 100);
            } catch (SocketTimeoutException isFull) {
                break;
            }
        }
        return full.getLocalPort();
    }

    @Override
    public void close() {
        for (Closeable each : held) close(each);
        peers.forEach(RealPeer::close);
        world.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(Closeable each) {
        try {
            each.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A blocking socket, with a thread that takes what comes. */
    private static final class RealPeer implements Peer {
        private final Socket socket;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private boolean reading = true;
        private boolean closed;

        RealPeer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            try {
                if (socket instanceof SSLSocket tls) tls.startHandshake();
            } catch (IOException refused) {
                closed = true;
            }
            Thread taker = new Thread(this::take, "peer");
            taker.setDaemon(true);
            taker.start();
        }

        private void take() {
            byte[] buffer = new byte[64 * 1024];
            try {
                InputStream in = socket.getInputStream();
                while (true) {
                    synchronized (this) {
                        while (!reading) wait();
                    }
                    int read = in.read(buffer);
                    if (read < 0) break;
                    synchronized (this) {
                        received.write(buffer, 0, read);
                    }
                }
            } catch (IOException reset) {
                // as good as closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            synchronized (this) {
                closed = true;
            }
        }

        @Override
        public void send(byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void offer(byte[] bytes) {
            Thread sender = new Thread(
                    () -> {
                        try {
                            socket.getOutputStream().write(bytes);
                        } catch (IOException closedMeanwhile) {
                            // nobody takes it any more
                        }
                    },
                    "offering peer");
            sender.setDaemon(true);
            sender.start();
        }

        @Override
        public void sendNoMore() {
            try {
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public synchronized byte[] received() {
            return received.toByteArray();
        }

        @Override
        public synchronized int receivedBytes() {
            return received.size();
        }

        @Override
        public synchronized void reading(boolean on) {
            reading = on;
            notifyAll();
        }

        @Override
        public synchronized boolean isClosed() {
            return closed;
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
