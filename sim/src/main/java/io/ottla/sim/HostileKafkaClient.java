package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkaprotocol.ResponseDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * A client that sends what nobody should, over one connection at a time. One that keeps to the form demands of the node that each request is answered once, in
 * its turn, in its version, with an error that means something; of one that damages its frames the connection may be closed.
 */
final class HostileKafkaClient {
    private static final int LENGTH_BYTES = 4;
    private static final int HEADER_BYTES = 8;
    private static final int SCANNED_BYTES_MAX = 4096;

    /** Of so many answers each error is looked at: to make a text of an answer takes longer than to make the answer. */
    private static final double SCANNED = 0.1;

    /** What a request may have to wait for others: a group's rebalance, by the longest session there is. */
    private static final long GROUP_WAIT_MS = 31 * 60_000;

    /** What anything may take on a slow disk. */
    private static final long WORK_MS = 10_000;

    private final World world;
    private final Machine machine;
    private final SeededRandom random;
    private final HostileRequests requests;
    private final Vocabulary vocabulary;
    private final List<ServedApi> served;
    private final boolean damages;
    private final boolean errorsHaveNames;
    private final ArrayDeque<Sent> outstanding = new ArrayDeque<>();
    private Optional<Session> session = Optional.empty();
    private int lastCorrelationId;
    private long executions;
    private long answers;

    /** As ApiVersions tells. */
    record ServedApi(ApiMessageType api, int minVersion, int maxVersion) {}

    private record Sent(
            int correlationId, ApiMessageType api, short version, ApiMessage body, long sentMs, long waitMsMax) {
        @Override
        public String toString() {
            String text = body.toString();
            return "%s v%d #%d %s"
                    .formatted(api.name, version, correlationId, text.substring(0, Math.min(2000, text.length())));
        }
    }

    /** @param errorsHaveNames whether UNKNOWN_SERVER_ERROR is a finding: nobody spoils what the node keeps of the cluster */
    HostileKafkaClient(
            World world,
            Machine machine,
            Vocabulary vocabulary,
            HostileBatches batches,
            List<ServedApi> served,
            boolean damages,
            boolean errorsHaveNames) {
        this.world = world;
        this.machine = machine;
        this.vocabulary = vocabulary;
        this.served = served;
        this.damages = damages;
        this.errorsHaveNames = errorsHaveNames;
        random = world.random();
        requests = new HostileRequests(random.split(), vocabulary, batches);
    }

    /** Requests that were sent. */
    long executions() {
        return executions;
    }

    /** Responses that came. */
    long answers() {
        return answers;
    }

    int outstanding() {
        return outstanding.size();
    }

    // ---- sending

    void send() {
        Session open = session.orElseGet(this::connect);
        ServedApi chosen = served.get(random.nextInt(served.size()));
        short version = (short) (chosen.minVersion() + random.nextInt(chosen.maxVersion() - chosen.minVersion() + 1));
        byte[] frame = requests.request(chosen.api(), version, ++lastCorrelationId);
        executions++;
        if (damages) {
            open.peer.send(
                    random.chance(0.9)
                            ? framed(Odd.damaged(frame, HEADER_BYTES, random))
                            : Odd.damaged(frame, 0, random));
            return;
        }
        ApiMessage body = read(chosen.api(), version, frame);
        Sent sent =
                new Sent(lastCorrelationId, chosen.api(), version, body, world.nowMs(), waitMsMax(chosen.api(), body));
        world.trace().event("fuzz sends " + chosen.api().name + " v" + version + " #" + lastCorrelationId);
        if (body instanceof ProduceRequestData produce && produce.acks() == 0) open.mayBeClosed = true;
        else outstanding.add(sent);
        open.last = sent;
        open.peer.send(frame);
    }

    private static byte[] framed(byte[] frame) {
        ByteBuffer.wrap(frame).putInt(frame.length - LENGTH_BYTES);
        return frame;
    }

    private static ApiMessage read(ApiMessageType api, short version, byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame, LENGTH_BYTES, frame.length - LENGTH_BYTES);
        ByteBufferAccessor accessor = new ByteBufferAccessor(bytes);
        new io.ottla.kafkamessages.RequestHeaderData(accessor, api.requestHeaderVersion(version));
        ApiMessage body = api.newRequest();
        body.read(accessor, version);
        return body;
    }

    private static long waitMsMax(ApiMessageType api, ApiMessage body) {
        return switch (api) {
            case FETCH -> Math.max(0, ((FetchRequestData) body).maxWaitMs());
            case JOIN_GROUP, SYNC_GROUP, HEARTBEAT, LEAVE_GROUP, OFFSET_COMMIT -> GROUP_WAIT_MS;
            default -> 0;
        };
    }

    private Session connect() {
        Session opened = new Session();
        opened.peer = machine.network().connect(NodeProgram.PORT, opened);
        session = Optional.of(opened);
        return opened;
    }

    /** Gives its connection up, with whatever is asked over it. */
    void close() {
        session.ifPresent(open -> {
            if (random.chance(0.5)) open.peer.close();
            else open.peer.cut();
        });
        session = Optional.empty();
        outstanding.clear();
    }

    /** The node is gone, and the connection with it. */
    void lost() {
        session = Optional.empty();
        outstanding.clear();
    }

    /** @throws AssertionError if a request was not answered in the time that it, and those before it, may take */
    void mustBeAnswered() {
        long sentMs = Long.MAX_VALUE;
        long waitMs = 0;
        for (Sent waiting : outstanding) { // their answers leave in order
            sentMs = Math.min(sentMs, waiting.sentMs());
            waitMs = Math.max(waitMs, waiting.waitMsMax());
            if (world.nowMs() - waiting.sentMs() > waitMs + WORK_MS)
                throw new AssertionError("not answered in " + (world.nowMs() - waiting.sentMs()) + " ms: " + waiting
                        + "; before it waits " + outstanding.peek());
        }
    }

    // ---- receiving

    private final class Session implements VirtualPeer.Listener {
        private VirtualPeer peer;
        private byte[] inbox = new byte[0];
        private boolean mayBeClosed;
        private Sent last;

        private boolean isCurrent() {
            return session.filter(current -> current == this).isPresent();
        }

        @Override
        public void received(byte[] bytes) {
            if (!isCurrent()) return;
            ByteBuffer all = ByteBuffer.allocate(inbox.length + bytes.length)
                    .put(inbox)
                    .put(bytes)
                    .flip();
            while (all.remaining() >= LENGTH_BYTES && all.remaining() - LENGTH_BYTES >= all.getInt(all.position())) {
                int length = all.getInt();
                ByteBuffer frame = all.slice(all.position(), length);
                all.position(all.position() + length);
                answers++;
                if (!damages) answered(frame);
            }
            inbox = new byte[all.remaining()];
            all.get(inbox);
        }

        @Override
        public void closed(boolean broken) {
            if (!isCurrent()) return;
            session = Optional.empty();
            if (!broken
                    && !damages
                    && !mayBeClosed
                    && !outstanding.isEmpty()
                    && machine.isRunning()
                    && !isUnspeakable(outstanding.element()))
                throw new AssertionError("the node closed the connection on which it was asked " + outstanding.peek()
                        + "; last came " + last);
            outstanding.clear();
        }
    }

    /** An error that cost the request may close the connection where that version of the answer has no place for it. */
    private boolean isUnspeakable(Sent request) {
        return !errorsHaveNames
                && request.api().responseSchemas()[request.version()].get("error_code") == null;
    }

    private void answered(ByteBuffer frame) {
        Sent request = outstanding.poll();
        int correlationId = ResponseDecoder.correlationId(frame);
        if (request == null || request.correlationId() != correlationId)
            throw new AssertionError(
                    "an answer out of order: #" + correlationId + ", the oldest request is " + request);
        int bytes = frame.remaining();
        ApiMessage response;
        try {
            response = ResponseDecoder.decode(request.api(), request.version(), frame)
                    .body();
        } catch (RuntimeException e) {
            throw new AssertionError("an answer that cannot be read, to " + request, e);
        }
        if (frame.hasRemaining())
            throw new AssertionError(frame.remaining() + " bytes behind the answer to " + request);
        if (errorsHaveNames
                && bytes < SCANNED_BYTES_MAX
                && random.chance(SCANNED)
                && response.toString().contains("rrorCode=-1,"))
            throw new AssertionError("an error that says nothing, " + response + ", to " + request);
        vocabulary.learn(request.body(), response);
    }
}
