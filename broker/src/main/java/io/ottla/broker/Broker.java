package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.base.Counter;
import io.ottla.base.Counters;
import io.ottla.base.FaultHandler;
import io.ottla.base.LineBudget;
import io.ottla.base.Network;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkaprotocol.RequestDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front of a broker: takes the connections of its listeners, and gives each a {@link ClientSession}. Keeps what is
 * counted over all of them. Belongs to the loop.
 */
public final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final long LOG_PERIOD_MS = 10_000;
    private static final int LOG_LINES_PER_PERIOD = 10;

    private final HandlerRegistry handlers;
    private final ApiVersionsHandler apiVersions;
    private final Gate gate;
    private final RequestDecoder decoder;
    private final Clock clock;
    private final BrokerLimits limits;
    private final FaultHandler faults;
    private final Set<ClientSession> sessions = new LinkedHashSet<>();
    private final ArrayDeque<ClientSession> waitingForRoom = new ArrayDeque<>();
    private final LineBudget failureLines = new LineBudget(LOG_LINES_PER_PERIOD, LOG_PERIOD_MS);
    private final LineBudget closingLines = new LineBudget(LOG_LINES_PER_PERIOD, LOG_PERIOD_MS);

    private final Map<ApiMessageType, Counter> requests = new EnumMap<>(ApiMessageType.class);
    private final Counter requestBytes;
    private final Counter malformedRequests;
    private final Counter failedRequests;
    private final Counter openConnections;
    private final Counter inFlightBytesCounter;
    private long inFlightBytes;
    private boolean resuming;

    /**
     * @param handlers all but ApiVersions, which is added here
     * @param identity what ApiVersions tells
     * @param clock for the time of receipt only
     */
    public Broker(
            List<RequestHandler<?, ?>> handlers,
            Identity identity,
            Clock clock,
            BrokerLimits limits,
            FaultHandler faults,
            Counters counters) {
        this(handlers, Gate.OPEN, identity, clock, limits, faults, counters);
    }

    Broker(
            List<RequestHandler<?, ?>> handlers,
            Gate gate,
            Identity identity,
            Clock clock,
            BrokerLimits limits,
            FaultHandler faults,
            Counters counters) {
        this.gate = gate;
        this.handlers = new HandlerRegistry(handlers);
        this.apiVersions = new ApiVersionsHandler(this.handlers, identity);
        this.handlers.add(apiVersions);
        this.decoder = new RequestDecoder(this.handlers::serves);
        this.clock = clock;
        this.limits = limits;
        this.faults = faults;
        for (RequestHandler<?, ?> handler : this.handlers.all()) {
            String name = "broker." + handler.api().name().toLowerCase(Locale.ROOT) + "_requests";
            requests.put(handler.api(), counters.counter(name));
        }
        requestBytes = counters.counter("broker.request_bytes");
        malformedRequests = counters.counter("broker.malformed_requests");
        failedRequests = counters.counter("broker.failed_requests");
        openConnections = counters.counter("broker.open_connections");
        inFlightBytesCounter = counters.counter("broker.in_flight_bytes");
    }

    /** For every listener that Kafka clients connect to: refuses what cannot be a frame before anything is allocated. */
    public Network.Framing framing() {
        return limits.framing();
    }

    /** @param listener its name, such as {@code PLAINTEXT} */
    public Network.Acceptor acceptor(String listener) {
        return connection -> {
            ClientSession session = new ClientSession(this, connection, listener);
            sessions.add(session);
            openConnections.set(sessions.size());
            return guarded(session);
        };
    }

    /**
     * An exception that nobody expects stops the node, rather than go on with state that nobody understands; but for what {@link #contained} says.
     */
    private Network.Receiver guarded(ClientSession session) {
        return new Network.Receiver() {
            @Override
            public void received(int prefix, ByteBuffer frame) {
                try {
                    session.received(prefix, frame);
                } catch (RuntimeException e) {
                    Throwable cause = e instanceof BrokenTransition ? e.getCause() : e;
                    throw faults.fault("serving a request of " + session.remote(), cause);
                }
            }

            @Override
            public boolean ended() {
                return session.ended();
            }

            @Override
            public void drained() {
                try {
                    session.drained();
                } catch (RuntimeException e) {
                    throw faults.fault("going on after an answer to " + session.remote(), e);
                }
            }

            @Override
            public void closed() {
                try {
                    session.closed();
                } catch (RuntimeException e) {
                    throw faults.fault("closing the connection of " + session.remote(), e);
                }
            }
        };
    }

    /** Closes all connections; replies that are ready leave first. */
    public void stop() {
        new ArrayList<>(sessions).forEach(ClientSession::stop);
    }

    void forget(ClientSession session) {
        sessions.remove(session);
        openConnections.set(sessions.size());
    }

    RequestDecoder decoder() {
        return decoder;
    }

    Gate gate() {
        return gate;
    }

    HandlerRegistry handlers() {
        return handlers;
    }

    BrokerLimits limits() {
        return limits;
    }

    long nowMs() {
        return clock.nowMs();
    }

    ApiMessage unsupportedApiVersions() {
        return apiVersions.unsupported();
    }

    void receivedFrame(int bytes) {
        requestBytes.add(bytes);
    }

    void countRequest(ApiMessageType api) {
        requests.get(api).add(1);
    }

    void malformed() {
        malformedRequests.add(1);
    }

    /** A request of so many bytes waits for its answer. */
    void holds(int bytes) {
        inFlightBytes += bytes;
        inFlightBytesCounter.set(inFlightBytes);
    }

    /** It is answered, or nobody waits for the answer any more. */
    void letsGo(int bytes) {
        inFlightBytes -= bytes;
        inFlightBytesCounter.set(inFlightBytes);
        if (resuming || waitingForRoom.isEmpty() || isFull()) return;
        resuming = true;
        // those that find no room again stand in line again, behind this round
        for (int round = waitingForRoom.size(); round > 0 && !isFull(); round--)
            waitingForRoom.remove().firstInLine();
        resuming = false;
    }

    boolean isFull() {
        return inFlightBytes > limits.inFlightBytesMax();
    }

    void resumeWhenRoom(ClientSession session) {
        waitingForRoom.add(session);
    }

    /**
     * The one place that decides that an unexpected exception costs a request and not the node. It came out of a handler, or out of encoding its answer, and not
     * out of a core that was changing its state ({@link BrokenTransition}): nothing is half done. So the request is answered UNKNOWN_SERVER_ERROR, as by Kafka.
     */
    void contained(ClientSession session, ApiMessageType api, short version, RuntimeException cause) {
        faults.contained("serving " + api.name + " v" + version + " of " + session.remote(), cause);
        failedRequests.add(1);
        long suppressed = failureLines.take(clock.nowMs());
        if (suppressed < 0) return;
        LOG.error(
                "a fault of the program while serving {} v{} of {}: the request is answered UNKNOWN_SERVER_ERROR, nothing was changed{}",
                api.name,
                version,
                session.remote(),
                suppressed == 0 ? "" : " (and " + suppressed + " others since the last line)",
                cause);
    }

    /** One line for people, but not one for each of ten thousand connections that send garbage. */
    void logClosing(ClientSession session, String why) {
        long suppressed = closingLines.take(clock.nowMs());
        if (suppressed < 0) return;
        LOG.info(
                "closing the connection of {} on {}: {}{}",
                session.remote(),
                session.listener(),
                why,
                suppressed == 0 ? "" : " (and " + suppressed + " others since the last line)");
    }
}
