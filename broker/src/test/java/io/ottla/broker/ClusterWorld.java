package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Clock;
import io.ottla.base.LogLevels;
import io.ottla.base.SeededRandom;
import io.ottla.cluster.BrokerImage.Endpoint;
import io.ottla.cluster.ClusterMember;
import io.ottla.cluster.MemoryCoordination;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** One broker of number 7 on a tree in memory, and the handlers about the cluster. */
final class ClusterWorld implements Clock {
    static final int BROKER = 7;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    final MemoryCoordination tree = new MemoryCoordination(tasks::add);
    final StoredPasswords passwords;
    final LiveConfigs configs;
    final ClusterMember member;
    private final HandlerRegistry handlers;

    ClusterWorld(Map<String, String> properties) {
        try {
            BrokerConfigs configured = BrokerConfigs.parse(properties).configs();
            passwords = new StoredPasswords(configured);
            configs = new LiveConfigs(configured, BROKER, passwords);
        } catch (BrokerConfigs.BadConfigException e) {
            throw new IllegalArgumentException(e);
        }
        member = new ClusterMember(
                BROKER,
                tree,
                this,
                new SeededRandom(1),
                new ControllerConfigs(configs),
                FakeFacts.of(BROKER, true),
                true);
        List<String> ready = new ArrayList<>();
        member.start(
                List.of(configs),
                List.of(
                        new Endpoint("PLAINTEXT", "PLAINTEXT", "client.example", 9092),
                        new Endpoint("INSIDE", "PLAINTEXT", "inside.example", 9093)),
                Optional.of("r1"),
                () -> ready.add("ready"));
        drain();
        assertThat(ready).hasSize(1);
        handlers = new HandlerRegistry(ClusterHandlers.of(
                member, configs, passwords, ListenerKeyCheck.NONE, new SeededRandom(2), LogLevels.ofNobody()));
    }

    /** What the handler of the request's API answers, at the latest when nothing more waits. */
    <R extends ApiMessage> R call(int version, ApiMessage body, Class<R> response) {
        return call(version, body, response, "PLAINTEXT");
    }

    <R extends ApiMessage> R call(int version, ApiMessage body, Class<R> response, String listener) {
        RequestHandler<?, ?> handler = null;
        for (RequestHandler<?, ?> each : handlers.all()) {
            if (each.api().apiKey() == body.apiKey()) handler = each;
        }
        assertThat(handler.minVersion() <= version && version <= handler.maxVersion())
                .isTrue();
        List<ApiMessage> answers = new ArrayList<>();
        handle(
                handler,
                new Request<>(new Client(listener), Principal.ANONYMOUS, "test", (short) version, 1, 0, body),
                answers);
        drain();
        assertThat(answers).hasSize(1);
        // some fields may be set in some versions only: writing tells
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = answers.getFirst().size(cache, (short) version);
        answers.getFirst().write(new ByteBufferAccessor(ByteBuffer.allocate(size)), cache, (short) version);
        return response.cast(answers.getFirst());
    }

    @SuppressWarnings("unchecked") // the handler is the one of the body's API
    private static <Q extends ApiMessage, R extends ApiMessage> void handle(
            RequestHandler<?, ?> handler, Request<?> request, List<ApiMessage> answers) {
        ((RequestHandler<Q, R>) handler).handle((Request<Q>) request, new Reply<>() {
            @Override
            public void send(R response) {
                answers.add(response);
            }

            @Override
            public void none() {
                throw new AssertionError("no answer");
            }

            @Override
            public void close(String why) {
                throw new AssertionError(why);
            }
        });
    }

    void drain() {
        while (!tasks.isEmpty()) tasks.remove().run();
    }

    private record Client(String listener) implements ClientConnection {
        @Override
        public void cutOff(String why) {
            throw new AssertionError(why);
        }

        @Override
        public long id() {
            return 1;
        }

        @Override
        public InetSocketAddress remote() {
            return InetSocketAddress.createUnresolved("client", 1000);
        }

        @Override
        public String software() {
            return "unknown";
        }

        @Override
        public void introduce(String software) {}

        @Override
        public void onClose(Runnable task) {}

        @Override
        public void notOnClose(Runnable task) {}
    }

    @Override
    public long nowMs() {
        return 1_700_000_000_000L;
    }

    @Override
    public long monotonicNs() {
        return 0;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        throw new UnsupportedOperationException("nothing here waits");
    }
}
