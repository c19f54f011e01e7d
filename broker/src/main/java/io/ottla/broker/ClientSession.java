package io.ottla.broker;

import io.ottla.base.Network;
import io.ottla.base.Network.Payload;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ApiVersionsRequestData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.RequestHeaderData;
import io.ottla.kafkaprotocol.Decoded;
import io.ottla.kafkaprotocol.ResponseEncoder;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * One connection of a client: frames in, handlers called, replies out in the order of the requests ({@link
 * ReplyOrder}). Handlers are called in the order of the requests too, each as soon as its frame is there; a request
 * whose answer has to wait does not keep the next one from being handled.
 *
 * <p>Reading stops while too many requests of this connection are unanswered, or all connections together hold too many
 * bytes, and goes on when there is room. A frame that comes nevertheless is served.
 */
final class ClientSession implements Network.Receiver, ClientConnection, ReplyOrder.Outlet {
    private final Broker broker;
    private final Network.Connection connection;
    private final String listener;
    private final ReplyOrder replies = new ReplyOrder(this);

    private Set<Runnable> onClose = Set.of();
    private List<Runnable> leaving = new ArrayList<>(1);
    private final Principal principal = Principal.ANONYMOUS;
    private String software = "unknown";
    private int inFlight;
    private boolean reading = true;
    private boolean inLine;
    private boolean ending;

    /** The client will ask nothing more. */
    private boolean ended;

    private boolean gone;

    ClientSession(Broker broker, Network.Connection connection, String listener) {
        this.broker = broker;
        this.connection = connection;
        this.listener = listener;
    }

    @Override
    public void received(int prefix, ByteBuffer frame) {
        if (ending || gone) return;
        int bytes = frame.remaining();
        broker.receivedFrame(bytes);
        switch (broker.decoder().decode(frame)) {
            case Decoded.Request(RequestHeaderData header, ApiMessageType api, ApiMessage body) -> {
                // the decoder knows what is served, so there is a handler
                RequestHandler<?, ?> handler =
                        broker.handlers().find(api, header.requestApiVersion()).orElseThrow();
                serve(handler, header, body, bytes);
            }
            case Decoded.UnsupportedApiVersions(RequestHeaderData header) -> {
                // in the version of the answer, for that is what the client is sure to read
                header.setRequestApiVersion((short) 0);
                Answer<ApiMessage> answer = answer(ApiMessageType.API_VERSIONS, header, 0);
                answer.request = request(header, new ApiVersionsRequestData());
                answer.send(broker.unsupportedApiVersions());
            }
            case Decoded.Malformed(String why) -> {
                broker.malformed();
                endInTurn(replies.next(), why);
            }
        }
    }

    @SuppressWarnings("unchecked") // the handler says which messages its API has
    private <Q extends ApiMessage, R extends ApiMessage> void serve(
            RequestHandler<Q, R> handler, RequestHeaderData header, ApiMessage body, int bytes) {
        broker.countRequest(handler.api());
        Answer<R> answer = answer(handler.api(), header, bytes);
        try {
            Request<Q> request = request(header, (Q) body);
            answer.request = request;
            Errors refusal = broker.gate().refusal(request, handler.needs(request.body()));
            if (refusal == Errors.NONE) handler.handle(request, answer);
            else answer.refuse(body, refusal);
        } catch (BrokenTransition e) {
            throw e;
        } catch (RuntimeException e) {
            answer.fail(body, e);
        }
    }

    private <Q extends ApiMessage> Request<Q> request(RequestHeaderData header, Q body) {
        return new Request<>(
                this,
                principal,
                header.clientId(),
                header.requestApiVersion(),
                header.correlationId(),
                broker.nowMs(),
                body);
    }

    private <R extends ApiMessage> Answer<R> answer(ApiMessageType api, RequestHeaderData header, int bytes) {
        inFlight++;
        broker.holds(bytes);
        pauseIfFull();
        return new Answer<>(api, header.requestApiVersion(), header.correlationId(), bytes, replies.next());
    }

    private void pauseIfFull() {
        if (!reading || gone) return;
        boolean tooMany = inFlight >= broker.limits().inFlightPerConnectionMax();
        boolean tooLarge = broker.isFull();
        if (!tooMany && !tooLarge) return;
        reading = false;
        connection.reading(false);
        if (tooLarge) standInLine();
    }

    private void standInLine() {
        if (inLine) return;
        inLine = true;
        broker.resumeWhenRoom(this);
    }

    /** The broker has room again, and this session was first in line. */
    void firstInLine() {
        inLine = false;
        resumeIfRoom();
    }

    private void resumeIfRoom() {
        if (reading || ending || gone) return;
        if (inFlight >= broker.limits().inFlightPerConnectionMax()) return;
        if (broker.isFull()) {
            standInLine();
            return;
        }
        reading = true;
        connection.reading(true);
    }

    private void answered(int bytes) {
        inFlight--;
        broker.letsGo(bytes);
        if (ended && inFlight == 0) connection.close(true);
        else resumeIfRoom();
    }

    /** As in Kafka, which sees the end of a connection's input only when all before it is answered. */
    @Override
    public boolean ended() {
        ended = true;
        return inFlight > 0;
    }

    /** Nothing more is read; what was asked before is answered, then the connection is closed. */
    private void endInTurn(ReplyOrder.Place place, String why) {
        if (gone) return;
        broker.logClosing(this, why);
        ending = true;
        connection.reading(false);
        place.close();
    }

    /** The broker stops: what is ready leaves, then the connection is closed. */
    void stop() {
        if (gone) return;
        ending = true;
        connection.close(true);
    }

    @Override
    public void send(List<Payload> parts, Runnable left) {
        connection.send(parts);
        if (gone || connection.unsentBytes() == 0) left.run();
        else leaving.add(left);
    }

    @Override
    public void drained() {
        List<Runnable> tasks = leaving;
        leaving = new ArrayList<>();
        tasks.forEach(Runnable::run);
    }

    @Override
    public void close() {
        connection.close(true);
    }

    @Override
    public void cutOff(String why) {
        if (gone) return;
        broker.logClosing(this, why);
        ending = true;
        connection.close(false);
    }

    @Override
    public void closed() {
        if (gone) return;
        gone = true;
        replies.end();
        broker.forget(this);
        drained();
        List<Runnable> tasks = new ArrayList<>(onClose);
        onClose = Set.of();
        tasks.forEach(Runnable::run);
    }

    /** The way back of one request. */
    private final class Answer<R extends ApiMessage> implements Reply<R> {
        private final ApiMessageType api;
        private final short version;
        private final int correlationId;
        private final int bytes;
        private final ReplyOrder.Place place;
        private boolean isAnswered;

        /** The request was given up; what its handler still says of it is not heard. */
        private boolean hasFailed;

        /** Null until it stands. */
        private Request<?> request;

        Answer(ApiMessageType api, short version, int correlationId, int bytes, ReplyOrder.Place place) {
            this.api = api;
            this.version = version;
            this.correlationId = correlationId;
            this.bytes = bytes;
            this.place = place;
        }

        @Override
        public void send(R response) {
            if (hasFailed) return;
            List<Payload> parts;
            try {
                parts = encoded(response);
            } catch (RuntimeException e) {
                if (api == ApiMessageType.FETCH) throw e; // it holds files, which nobody would let go
                fail(api.newRequest(), e);
                return;
            }
            place.send(parts);
            end();
        }

        @Override
        public void send(R response, Runnable left) {
            place.send(encoded(response), left);
            answered(bytes);
        }

        @Override
        public void none() {
            if (hasFailed) return;
            place.skip();
            end();
        }

        @Override
        public void close(String why) {
            if (hasFailed) return;
            endInTurn(place, why);
            end();
        }

        private List<Payload> encoded(ApiMessage response) {
            if (request != null) broker.gate().throttle(request, response);
            return ResponseEncoder.encode(api, version, correlationId, response);
        }

        private void end() {
            isAnswered = true;
            answered(bytes);
        }

        /** The request alone fails: it is answered with an error, or where its version cannot say one, the connection is closed. */
        void fail(ApiMessage asked, RuntimeException cause) {
            broker.contained(ClientSession.this, api, version, cause);
            if (isAnswered || hasFailed) return;
            hasFailed = true;
            Optional<ApiMessage> error = error(asked, Errors.UNKNOWN_SERVER_ERROR);
            if (error.isPresent()) place.send(encoded(error.get()));
            else endInTurn(place, "serving " + api.name + " failed");
            end();
        }

        /** The gate lets it not through: the client learns why, but for versions without an error, which get an empty answer. */
        void refuse(ApiMessage asked, Errors error) {
            if (wantsNone(asked)) {
                endInTurn(place, "Produce with acks=0 is refused: " + error);
            } else {
                place.send(encoded(error(asked, error).orElseGet(api::newResponse)));
            }
            end();
        }

        private Optional<ApiMessage> error(ApiMessage asked, Errors error) {
            if (wantsNone(asked)) return Optional.empty();
            return ErrorAnswers.answer(api, version, asked, error);
        }

        private static boolean wantsNone(ApiMessage asked) {
            return asked instanceof ProduceRequestData produce && produce.acks() == 0;
        }
    }

    @Override
    public long id() {
        return connection.id();
    }

    @Override
    public InetSocketAddress remote() {
        return connection.remote();
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public String software() {
        return software;
    }

    @Override
    public void introduce(String software) {
        this.software = software;
    }

    @Override
    public void onClose(Runnable task) {
        if (gone) {
            task.run();
            return;
        }
        if (onClose.isEmpty()) onClose = new LinkedHashSet<>(4);
        onClose.add(task);
    }

    @Override
    public void notOnClose(Runnable task) {
        if (!onClose.isEmpty()) onClose.remove(task);
    }
}
