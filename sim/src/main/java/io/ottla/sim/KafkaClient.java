package io.ottla.sim;

import io.ottla.base.Network.Payload;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkaprotocol.RequestEncoder;
import io.ottla.kafkaprotocol.ResponseDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A Kafka client in the virtual world, at the level of requests: connects when it has something to send, pairs
 * responses with requests, and says when an answer will never come: the connection went, or it took too long.
 */
public final class KafkaClient {
    private static final int LENGTH_BYTES = 4;
    private static final long REQUEST_TIMEOUT_MS = 10_000;

    private final World world;
    private final Machine machine;
    private final int port;
    private final String clientId;
    private final ArrayDeque<Outstanding> outstanding = new ArrayDeque<>();
    private Optional<VirtualPeer> peer = Optional.empty();
    private byte[] inbox = new byte[0];
    private int lastCorrelationId;

    private record Outstanding(
            int correlationId, ApiMessageType api, short version, Consumer<Optional<ApiMessage>> answer) {}

    public KafkaClient(World world, Machine machine, int port, String clientId) {
        this.world = world;
        this.machine = machine;
        this.port = port;
        this.clientId = clientId;
    }

    /**
     * Sends a request.
     *
     * @param answer gets the response; or nothing, if the connection went: then nobody knows whether it was served
     */
    public void send(ApiMessageType api, short version, ApiMessage request, Consumer<Optional<ApiMessage>> answer) {
        if (!machine.isRunning()) {
            world.after(1, () -> answer.accept(Optional.empty()));
            return;
        }
        Outstanding sent = new Outstanding(write(api, version, request), api, version, answer);
        outstanding.add(sent);
        world.after(REQUEST_TIMEOUT_MS, () -> {
            if (outstanding.contains(sent)) close(); // a machine that lost its power says nothing
        });
    }

    /** Sends a request that is not answered: Produce with acks=0. */
    public void sendOneWay(ApiMessageType api, short version, ApiMessage request) {
        if (machine.isRunning()) write(api, version, request);
    }

    private int write(ApiMessageType api, short version, ApiMessage request) {
        int correlationId = ++lastCorrelationId;
        VirtualPeer to = peer.orElseGet(this::connect);
        for (Payload part : RequestEncoder.encode(api, version, correlationId, clientId, request)) {
            if (!(part instanceof Payload.Bytes(ByteBuffer buffer)))
                throw new IllegalArgumentException("a client has no files");
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            to.send(bytes);
        }
        return correlationId;
    }

    private VirtualPeer connect() {
        inbox = new byte[0];
        Session session = new Session();
        VirtualPeer connected = machine.network().connect(port, session);
        session.peer = connected;
        peer = Optional.of(connected);
        return connected;
    }

    /** Requests that wait for an answer. */
    public int outstanding() {
        return outstanding.size();
    }

    /** Closes; what is outstanding is answered with nothing. */
    public void close() {
        peer.ifPresent(VirtualPeer::close);
        lost();
    }

    private void lost() {
        peer = Optional.empty();
        List<Outstanding> unanswered = List.copyOf(outstanding);
        outstanding.clear();
        for (Outstanding request : unanswered) request.answer().accept(Optional.empty());
    }

    /** One connection; what comes on one that was given up is not looked at. */
    private final class Session implements VirtualPeer.Listener {
        private VirtualPeer peer;

        private boolean isCurrent() {
            return KafkaClient.this.peer.filter(current -> current.equals(peer)).isPresent();
        }

        @Override
        public void received(byte[] bytes) {
            if (!isCurrent()) return;
            ByteBuffer all = ByteBuffer.allocate(inbox.length + bytes.length)
                    .put(inbox)
                    .put(bytes)
                    .flip();
            while (isCurrent()
                    && all.remaining() >= LENGTH_BYTES
                    && all.remaining() - LENGTH_BYTES >= all.getInt(all.position())) {
                int length = all.getInt();
                ByteBuffer frame = all.slice(all.position(), length);
                all.position(all.position() + length);
                answer(frame);
            }
            inbox = new byte[all.remaining()];
            all.get(inbox);
        }

        @Override
        public void closed(boolean broken) {
            if (isCurrent()) lost();
        }
    }

    private void answer(ByteBuffer frame) {
        Outstanding request = outstanding.poll();
        if (request == null || request.correlationId() != ResponseDecoder.correlationId(frame))
            throw new AssertionError("a response out of order: correlation id " + ResponseDecoder.correlationId(frame)
                    + ", the oldest request is " + request);
        world.trace().event(clientId + " is answered " + request.correlationId());
        request.answer()
                .accept(Optional.of(ResponseDecoder.decode(request.api(), request.version(), frame)
                        .body()));
    }
}
