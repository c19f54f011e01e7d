package io.ottla.io;

import io.netty.handler.ssl.SslProvider;
import io.ottla.base.Counters;
import io.ottla.base.Limits;
import io.ottla.base.Network.Acceptor;
import io.ottla.base.Network.ConnectionLimits;
import io.ottla.base.Network.Framing;
import io.ottla.base.Network.Listener;
import io.ottla.base.Network.Listening;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The three ports for real, for one test. */
final class World implements AutoCloseable {
    static final int FRAME_BYTES_MAX = 100 * 1024 * 1024;
    static final ConnectionLimits LIMITS = new ConnectionLimits(100, 100, 0, 1024 * 1024);
    static final Framing FRAMING = prefix -> prefix < 0 || prefix > FRAME_BYTES_MAX ? Framing.CLOSE : prefix;

    final Faults faults = new Faults();
    final Counters counters = new Counters();
    final LoopClock clock;
    final RealDisk disk;
    final NettyNetwork network;

    World(Transport transport) {
        this(transport, Limits.ROOMY);
    }

    World(Transport transport, Limits limits) {
        clock = new LoopClock("test-loop", transport, faults);
        disk = new RealDisk(clock, faults);
        network = new NettyNetwork(clock, disk, counters, faults, limits);
    }

    /** With TLS by {@code tlsProvider}. */
    World(Transport transport, SslProvider tlsProvider) {
        this(transport, tlsProvider, Limits.ROOMY);
    }

    World(Transport transport, SslProvider tlsProvider, Limits limits) {
        clock = new LoopClock("test-loop", transport, faults);
        disk = new RealDisk(clock, faults);
        network = new NettyNetwork(clock, disk, counters, faults, limits, () -> tlsProvider);
    }

    Listening listen(ConnectionLimits limits, Acceptor acceptor) throws IOException {
        return network.listen(new Listener("127.0.0.1", 0, FRAMING, limits), acceptor);
    }

    /** Runs on the loop and waits for the result. */
    <T> T onLoop(Supplier<T> question) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        clock.execute(() -> answer.complete(question.get()));
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        disk.close();
        clock.close();
        network.close();
        faults.rethrow();
    }
}
