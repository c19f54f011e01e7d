package io.ottla.zookeeperserver;

import io.ottla.base.Network;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.api.WatchEvent;
import io.ottla.keeper.api.Watcher;
import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ClientRequestCodec;
import io.ottla.zookeeperprotocol.ConnectResponse;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.FourLetterWord;
import io.ottla.zookeeperprotocol.OpCode;
import io.ottla.zookeeperprotocol.RequestHeader;
import io.ottla.zookeeperprotocol.Xid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client:
 *
 * <pre>
 * Waiting ──connect──▶ Opening ──session begun, or gone on with──▶ Attached ──closeSession, error──▶ Ended
 *    └─four letters──▶ Ended        └─expired, refused──▶ Ended
 * </pre>
 *
 * and from each of them to Ended when either side closes.
 */
final class ClientConnection implements Network.Receiver, Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** More than this unsent, and nothing more is answered until it has left. */
    private static final long UNSENT_BYTES_MAX = 4L << 20;

    /** The same for each while all together have too much. */
    private static final long UNSENT_BYTES_SHARE = 64 * 1024;

    private sealed interface Phase {
        /** Nothing has come yet. */
        record Waiting() implements Phase {}

        /** The keeper is asked for the session. */
        record Opening(boolean tellsReadOnly) implements Phase {}

        record Attached(long sessionId, int timeoutMs) implements Phase {}

        /** Nothing that comes is looked at any more. */
        record Ended() implements Phase {}
    }

    private final ZookeeperServer server;
    private final Network.Connection connection;
    private final boolean secure;
    private final Outbox outbox;
    private final RequestQueue queue;
    private final Credentials credentials;
    private final ConnectionStats stats;
    private final Optional<ClientConnection> ifWatching = Optional.of(this);
    private final HeldPackets held;
    private Phase phase = new Phase.Waiting();
    private Caller caller = new Caller(0, 0, List.of());
    private boolean reading = true;
    private boolean inLine;
    private boolean closesSession;
    private boolean cutOff;

    /** A four-letter word is asked, which may take the disk. */
    private boolean wordAsked;

    /** The client will send nothing more. */
    private boolean inputEnded;

    private boolean gone;

    ClientConnection(ZookeeperServer server, Network.Connection connection, boolean secure) {
        this.server = server;
        this.connection = connection;
        this.secure = secure;
        outbox = new Outbox(connection, server.buffers(), () -> server.hasToSend(this), server.inFlight()::unsent);
        queue = new RequestQueue(server, this);
        held = new HeldPackets(server.line());
        credentials = new Credentials(server.options().authentication(), connection);
        stats = new ConnectionStats(server.nowMs());
    }

    ZookeeperServer server() {
        return server;
    }

    Network.Connection connection() {
        return connection;
    }

    boolean isSecure() {
        return secure;
    }

    Outbox outbox() {
        return outbox;
    }

    Credentials credentials() {
        return credentials;
    }

    ConnectionStats stats() {
        return stats;
    }

    RequestQueue queue() {
        return queue;
    }

    boolean isReading() {
        return reading;
    }

    /** 0 without one. */
    long sessionId() {
        return caller.sessionId();
    }

    /** What was agreed on; 0 without a session. */
    int timeoutMs() {
        return phase instanceof Phase.Attached attached ? attached.timeoutMs : 0;
    }

    boolean isWaiting() {
        return phase instanceof Phase.Waiting;
    }

    long lastZxid() {
        return server.keeper().lastZxid();
    }

    /** This connection as the watcher of a read that wants one. */
    Optional<ClientConnection> ifWatching(boolean wanted) {
        return wanted ? ifWatching : Optional.empty();
    }

    // ---- what comes ----

    @Override
    public void received(int prefix, ByteBuffer frame) {
        switch (phase) {
            case Phase.Ended ended -> {}
            case Phase.Waiting waiting -> {
                received(frame.remaining());
                Optional<FourLetterWord> word = FourLetterWord.fromPrefix(prefix);
                if (word.isPresent()) answerWord(word.get(), frame);
                else server.connects().serve(this, frame);
            }
            case Phase.Opening opening -> hold(frame);
            case Phase.Attached attached -> {
                // beyond the limit the framing lets only four letters through, and they come first or never
                if (prefix > server.options().packetBytesMax()) cut("a packet of " + prefix + " bytes");
                else if (!held.isEmpty() || server.inFlight().isThrottling(frame.remaining())) hold(frame);
                else request(frame);
            }
        }
    }

    private void received(int bytes) {
        stats.received++;
        server.received(4 + bytes);
    }

    /** Keeps a packet until its turn comes. */
    private void hold(ByteBuffer frame) {
        if (server.inFlight().isLineOver()) {
            server.warn(this, "there is no room for its packet, and it is cut off");
            cut("no room for its packet");
            return;
        }
        held.add(frame);
        if (held.isFull()) pause();
        if (!(phase instanceof Phase.Attached)) return;
        // it was heard of, whenever it is its turn
        if (!server.keeper().touch(caller.sessionId())) cut("its session has expired");
        else standInLine();
    }

    /** Whether there is room for the packet that it stands in line with. */
    boolean fits() {
        return !server.inFlight().isThrottling(held.firstBytes());
    }

    private void standInLine() {
        if (inLine) return;
        inLine = true;
        pause();
        server.line().stand(this);
    }

    /** First in line, and there is room: as many of the packets that wait as there is room for. */
    void letIn() {
        inLine = false;
        if (!(phase instanceof Phase.Attached)) return;
        while (!held.isEmpty() && fits() && phase instanceof Phase.Attached) request(held.remove());
        if (!held.isEmpty() && phase instanceof Phase.Attached) standInLine();
        else progressed();
    }

    private void answerWord(FourLetterWord word, ByteBuffer body) {
        phase = new Phase.Ended();
        wordAsked = true;
        reading = false;
        connection.reading(false);
        server.words().answer(word, body, text -> {
            if (gone) return;
            connection.send(List.of(new Network.Payload.Bytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))));
            stats.sent++;
            server.stats().sent++;
            connection.close(true);
        });
    }

    /** The keeper is asked for the session. */
    void opening(boolean tellsReadOnly) {
        phase = new Phase.Opening(tellsReadOnly);
    }

    /** What became of that. It may have gone meanwhile: then its session waits for it, or for its end. */
    void session(SessionAnswer answer) {
        if (phase instanceof Phase.Opening(boolean tellsReadOnly))
            server.connects().opened(this, tellsReadOnly, answer);
    }

    /** The session is there: it is answered, then what has come meanwhile. */
    void attached(long sessionId, int timeoutMs, ConnectResponse response) {
        phase = new Phase.Attached(sessionId, timeoutMs);
        caller = new Caller(sessionId, connection.id(), credentials.identities());
        server.attach(sessionId, this);
        response.write(outbox.beginBare());
        outbox.end();
        answered(-1, OpCode.CREATE_SESSION, server.turnNs(), true);
        letIn();
    }

    private void request(ByteBuffer frame) {
        int bytes = frame.remaining();
        received(bytes);
        if (closesSession) return;
        BufferInputArchive in = server.archive(frame);
        if (bytes < RequestHeader.SIZE_BYTES) {
            cut("a packet of " + bytes + " bytes");
            return;
        }
        int xid = frame.getInt();
        int type = frame.getInt();
        if (!server.keeper().touch(caller.sessionId())) {
            cut("its session has expired");
            return;
        }
        long receivedNs = server.turnNs();
        if (!credentials.suffice() && type != OpCode.AUTH && type != OpCode.SASL) {
            server.stats().authFailures++;
            outbox.error(xid, 0, ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH);
            end();
            return;
        }
        ClientRequest request;
        try {
            request = ClientRequestCodec.read(type, in);
        } catch (IOException e) {
            if (type == OpCode.AUTH || type == OpCode.SASL) cut("no proof: " + e.getMessage());
            else queue.malformed(xid, type, caller, bytes, receivedNs);
            return;
        }
        switch (request) {
            case ClientRequest.Ping ping -> {
                outbox.done(Xid.PING, lastZxid());
                answered(Xid.PING, OpCode.PING, receivedNs, false);
            }
            case ClientRequest.Auth auth -> server.proofs().serve(this, xid, auth);
            case ClientRequest.Sasl sasl -> server.proofs().serve(this, xid, sasl);
            default -> {
                if (!server.inFlight().admits(bytes)) {
                    server.stats().largeRequestsRejected++;
                    cut("too many large requests at a time");
                    return;
                }
                closesSession = request instanceof ClientRequest.CloseSession;
                queue.accept(xid, request, caller, bytes, receivedNs);
                pauseIfFull();
            }
        }
    }

    /** The client has proved to be somebody: what it asks from now on goes by that too. */
    void proved() {
        caller = new Caller(caller.sessionId(), connection.id(), credentials.identities());
    }

    // ---- flow ----

    /** So much waits to be sent that nothing more is to be answered now. */
    boolean isCongested() {
        long unsentBytes = outbox.unsentBytes();
        return unsentBytes > UNSENT_BYTES_MAX
                || (unsentBytes > UNSENT_BYTES_SHARE && server.inFlight().isCongested());
    }

    private void pauseIfFull() {
        if (reading && isFull()) pause();
    }

    private boolean isFull() {
        ServerOptions.Limits limits = server.options().limits();
        int mine = queue.size();
        return mine > 0
                && (mine >= limits.outstandingPerConnectionMax()
                        || queue.bytes() >= limits.outstandingBytesPerConnectionMax()
                        || server.inFlight().isFull());
    }

    void pause() {
        if (!reading) return;
        reading = false;
        connection.reading(false);
    }

    /** A request was answered: perhaps there is room for the next. */
    void progressed() {
        if (reading || !held.isEmpty() || inLine || isFull() || server.line().isFull()) return;
        if (!(phase instanceof Phase.Attached)) return;
        reading = true;
        connection.reading(true);
    }

    /** To be called when a reply was written. */
    void answered(int xid, int type, long receivedNs, boolean update) {
        if (gone) return;
        long latencyMs = Math.max(0, server.turnNs() - receivedNs) / 1_000_000;
        stats.answered(xid, lastZxid(), type, server.turnMs(), latencyMs);
        stats.sent++;
        server.answered(update, latencyMs, outbox.lastPacketBytes());
    }

    @Override
    public void drained() {
        outbox.drained();
        queue.drain();
    }

    /** The turn is over: what was written leaves in one piece. */
    void send() {
        if (gone) return;
        outbox.send();
        if (cutOff) connection.close(false);
        else if (phase instanceof Phase.Ended || (inputEnded && !owes())) connection.close(true);
    }

    /** What was asked before is answered; the session goes on without its connection, as after any other end of it. */
    @Override
    public boolean ended() {
        inputEnded = true;
        if (wordAsked) return true;
        if (!owes()) server.hasToSend(this); // what is written in this turn leaves with its end
        return true;
    }

    private boolean owes() {
        return phase instanceof Phase.Opening
                || (phase instanceof Phase.Attached && (queue.size() > 0 || !held.isEmpty()));
    }

    // ---- what is watched ----

    @Override
    public List<Identity> identities() {
        return caller.identities();
    }

    @Override
    public void notified(WatchEvent event, String path, long zxid) {
        if (!(phase instanceof Phase.Attached) || cutOff) return;
        if (outbox.unsentBytes() > server.options().limits().notificationBytesMax()) {
            // it does not read; when it comes back it sets its watches again and hears what it missed
            server.note(this, "it does not take its notifications, and is cut off");
            cutOff = true;
            server.hasToSend(this);
            return;
        }
        outbox.notification(event.code(), path, zxid);
        stats.sent++;
        server.notified(outbox.lastPacketBytes());
    }

    // ---- the end ----

    /** What was written leaves, then the connection is closed. */
    void end() {
        if (phase instanceof Phase.Ended) return;
        detach();
        server.hasToSend(this);
    }

    /** The session has expired: nothing more is read or answered. The server closes the connection, by {@link #send}, when others have been told. */
    void expire() {
        if (!(phase instanceof Phase.Ended)) detach();
    }

    /** The end of the session was asked for and refused. */
    void sessionStays() {
        closesSession = false;
    }

    /** Closes without another word. */
    void cut(String why) {
        if (phase instanceof Phase.Ended) return;
        LOG.debug("connection {} from {} is closed: {}", connection.id(), connection.remote(), why);
        detach();
        cutOff = true;
        server.stats().dropped++;
        server.hasToSend(this);
    }

    private void detach() {
        if (phase instanceof Phase.Attached attached) {
            server.detach(attached.sessionId, this);
            server.keeper().watches().removeAll(this);
        }
        phase = new Phase.Ended();
        queue.end();
        if (inLine) server.line().leave(this, held.size());
        held.clear();
        reading = false;
        connection.reading(false);
    }

    @Override
    public void closed() {
        if (gone) return;
        gone = true;
        if (!(phase instanceof Phase.Ended)) detach();
        outbox.drop();
        server.forget(this);
    }
}
