package io.ottla.compat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;

/**
 * One server under the oracle's steps. After each step every connection is pinged, so that what the step set off has arrived
 * everywhere, and is observed before the next one.
 */
final class ZkSubject implements AutoCloseable {
    private static final int PASSWORD_BYTES = 16;
    private static final int TIMEOUT_MS = 60_000;
    private static final long EXPIRY_MS_MAX = 20_000;
    private static final int PAUSE_MS = 30;
    private static final int WATCHER_EVENT_XID = -1;
    private static final int UNIMPLEMENTED = -6;
    private static final int AUTH_FAILED = -115;
    private static final List<ZkRequest.Acl> OPEN = List.of(new ZkRequest.Acl(31, "world", "anyone"));

    private final int port;
    private final Door door;
    private final String root;
    private final int tickMs;
    private final Map<Integer, Connection> connections = new TreeMap<>();
    private final Map<Integer, Session> sessions = new TreeMap<>();
    private final List<Session> all = new ArrayList<>();
    private final Connection probe;
    private final ZkReplyText texts;

    private record Session(long id, byte[] password, int timeoutMs) {}

    private static final class Connection {
        private final ZkSocket socket;
        private long zxidSeen;
        private int xid;
        private byte[] lastBody = {};

        Connection(ZkSocket socket) {
            this.socket = socket;
        }
    }

    private record Waiting(ZkRequest request, int xid) {}

    /** How the clients of a run connect. */
    interface Door {
        /** @param connection its number in the stream */
        ZkSocket open(int connection) throws IOException;
    }

    /**
     * @param port for plain connections
     * @param root a node of its own for this run, which is made
     * @param tickMs of the server
     */
    ZkSubject(int port, Door door, String root, int tickMs) throws IOException {
        this.port = port;
        this.door = door;
        this.root = root;
        this.tickMs = tickMs;
        probe = new Connection(new ZkSocket(port));
        probe.socket.sendFrame(connect(0, TIMEOUT_MS, 0, new byte[PASSWORD_BYTES], ZkStep.ReadOnly.FALSE));
        if (probe.socket.receive().isEmpty()) throw new IOException("the server closed at once");
        ZkRequest create = ZkRequest.of(
                ZkRequest.CREATE,
                new ZkRequest.Field.Text(ZkRequest.ROOT),
                new ZkRequest.Field.Bytes(new byte[0]),
                new ZkRequest.Field.Acls(OPEN),
                new ZkRequest.Field.Number(0));
        JuteReader reply = ask(create);
        int xid = reply.number();
        texts = new ZkReplyText(root, reply.bigNumber());
        int error = reply.number();
        if (xid != 1 || error != 0) throw new IOException("the root of the run could not be made: error " + error);
    }

    /** By the probe; what its watches were told is passed over. */
    private JuteReader ask(ZkRequest request) throws IOException {
        probe.socket.sendFrame(request.frame(++probe.xid, root, 0));
        while (true) {
            byte[] frame = probe.socket.receive().orElseThrow(() -> new IOException("the server closed"));
            if (new JuteReader(frame).number() == probe.xid) return new JuteReader(frame);
        }
    }

    /** What everybody saw because of the step, a line each, in the order of each connection. */
    List<String> run(ZkStep step) throws IOException {
        List<String> lines = new ArrayList<>();
        switch (step) {
            case ZkStep.Begin begin -> {
                Connection connection = open(begin.connection());
                byte[] frame = connect(
                        seen(begin.seen(), 0), begin.timeoutMs(), 0, new byte[PASSWORD_BYTES], begin.readOnly());
                connected(begin.connection(), begin.session(), connection, frame, lines);
            }
            case ZkStep.Resume resume -> {
                Session session = sessions.getOrDefault(
                        resume.session(), new Session(0x123456789abcL, new byte[PASSWORD_BYTES], 0));
                Connection connection = open(resume.connection());
                byte[] frame = connect(
                        seen(resume.seen(), probe.zxidSeen),
                        resume.timeoutMs(),
                        session.id,
                        password(resume.password(), session.password),
                        ZkStep.ReadOnly.FALSE);
                connected(resume.connection(), resume.session(), connection, frame, lines);
            }
            case ZkStep.Send send -> send(send, lines);
            case ZkStep.Prove prove -> prove(prove, lines);
            case ZkStep.Garbage garbage -> garbage(garbage, lines);
            case ZkStep.HangUp hangUp -> close(hangUp.connection());
            case ZkStep.Expire expire -> expire(expire, lines);
        }
        settle(lines);
        return step instanceof ZkStep.Expire || closesSession(step) ? sortedWithinZxid(lines) : lines;
    }

    private static boolean closesSession(ZkStep step) {
        return step instanceof ZkStep.Send send
                && send.requests().stream().anyMatch(request -> request.type() == ZkRequest.CLOSE_SESSION);
    }

    /** The ephemeral nodes of a session go at one zxid in an order that nothing promises. */
    private static List<String> sortedWithinZxid(List<String> lines) {
        List<String> all = new ArrayList<>();
        List<String> events = new ArrayList<>();
        for (String line : lines) {
            boolean same = events.isEmpty() || eventKey(events.getFirst()).equals(eventKey(line));
            if (!same) {
                events.sort(null);
                all.addAll(events);
                events.clear();
            }
            if (line.contains(": event ")) events.add(line);
            else all.add(line);
        }
        events.sort(null);
        all.addAll(events);
        return all;
    }

    /** Its connection and zxid. */
    private static String eventKey(String line) {
        int type = line.indexOf(" type ");
        return type < 0 ? line : line.substring(0, type);
    }

    private Connection open(int number) throws IOException {
        close(number);
        return new Connection(door.open(number));
    }

    private long seen(ZkStep.ZxidSeen seen, long last) {
        return switch (seen) {
            case NOTHING -> 0;
            case LAST -> last;
            case AHEAD -> probe.zxidSeen + 1_000_000;
        };
    }

    private static byte[] password(ZkStep.Password kind, byte[] right) {
        return switch (kind) {
            case RIGHT -> right;
            case NONE -> new byte[0];
            case SHORT -> java.util.Arrays.copyOf(right, PASSWORD_BYTES / 2);
            case WRONG -> {
                byte[] wrong = right.clone();
                wrong[3]++;
                yield wrong;
            }
        };
    }

    private static byte[] connect(
            long zxidSeen, int timeoutMs, long sessionId, byte[] password, ZkStep.ReadOnly readOnly) {
        JuteWriter out = new JuteWriter()
                .number(0)
                .number(zxidSeen)
                .number(timeoutMs)
                .number(sessionId)
                .buffer(password);
        if (readOnly != ZkStep.ReadOnly.ABSENT) out.flag(readOnly == ZkStep.ReadOnly.TRUE);
        return out.bytes();
    }

    private void connected(int number, int sessionNumber, Connection connection, byte[] frame, List<String> lines)
            throws IOException {
        connection.socket.sendFrame(frame);
        Optional<byte[]> answer = connection.socket.receive();
        if (answer.isEmpty()) {
            lines.add(number + ": closed instead of a session");
            connection.socket.close();
            return;
        }
        JuteReader in = new JuteReader(answer.get());
        int version = in.number();
        int timeoutMs = in.number();
        long id = in.bigNumber();
        byte[] password = in.buffer();
        String readOnly = in.remaining() == 0 ? "absent" : "" + in.flag();
        lines.add("%d: session of version %d, timeout %d, %s, password of %d, read-only %s, %d bytes more"
                .formatted(
                        number,
                        version,
                        timeoutMs,
                        id == 0 ? "no id" : "an id",
                        password.length,
                        readOnly,
                        in.remaining()));
        connections.put(number, connection);
        if (id == 0) return;
        texts.session(id, sessionNumber);
        Session session = new Session(id, password, timeoutMs);
        sessions.put(sessionNumber, session);
        all.add(session);
    }

    private void send(ZkStep.Send send, List<String> lines) throws IOException {
        Connection connection = connections.get(send.connection());
        if (connection == null) return;
        ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        JuteWriter all = new JuteWriter();
        for (ZkRequest request : send.requests()) {
            int xid = request.xid() == 0 ? ++connection.xid : request.xid();
            waiting.add(new Waiting(request, xid));
            all.buffer(request.frame(xid, root, connection.zxidSeen));
        }
        connection.socket.send(all.bytes());
        receive(send.connection(), connection, waiting, lines);
    }

    /** Reads until all that is waited for has come; or the server closes. */
    private void receive(int number, Connection connection, ArrayDeque<Waiting> waiting, List<String> lines)
            throws IOException {
        while (!waiting.isEmpty()) {
            Optional<byte[]> frame;
            try {
                frame = connection.socket.receive();
            } catch (SocketTimeoutException silence) {
                lines.add(number + ": neither an answer nor a close, " + waiting.size() + " waited for");
                close(number);
                return;
            }
            if (frame.isEmpty()) {
                lines.add(number + ": closed");
                close(number);
                return;
            }
            JuteReader in = new JuteReader(frame.get());
            int xid = in.number();
            long zxid = in.bigNumber();
            int error = in.number();
            byte[] body = new byte[in.remaining()];
            System.arraycopy(frame.get(), frame.get().length - body.length, body, 0, body.length);
            if (xid == WATCHER_EVENT_XID) {
                lines.add("%d: event at %s %s".formatted(number, texts.zxid(zxid), texts.event(body)));
                continue;
            }
            connection.lastBody = body;
            connection.zxidSeen = Math.max(connection.zxidSeen, zxid);
            probe.zxidSeen = Math.max(probe.zxidSeen, zxid);
            Waiting of = xid == ZkRequest.PING_XID ? removePing(waiting) : waiting.removeFirst();
            // the original closes after these, sometimes a little later
            boolean refused = error == UNIMPLEMENTED && zxid == -1;
            boolean unknown =
                    error == AUTH_FAILED && (of.xid == ZkRequest.AUTH_XID || of.request.type() == ZkRequest.SASL);
            if (refused || unknown) waiting.addLast(new Waiting(of.request, 0));
            String text = error == 0 || body.length > 0 ? texts.reply(of.request, body) : "";
            if (of.request.type() == ZkRequest.PING && of.xid == xid && error == 0) continue;
            lines.add("%d: %s %s at %s error %d %s"
                    .formatted(
                            number,
                            ZkRequest.name(of.request.type()),
                            xid == of.xid ? "answered" : "answered with xid " + xid,
                            texts.zxid(zxid),
                            error,
                            text));
        }
    }

    /** A ping may be answered before what was asked before it: clients look at its xid only. */
    private static Waiting removePing(ArrayDeque<Waiting> waiting) {
        for (Waiting each : waiting) {
            if (each.xid != ZkRequest.PING_XID) continue;
            waiting.remove(each);
            return each;
        }
        return waiting.removeFirst();
    }

    private void prove(ZkStep.Prove prove, List<String> lines) throws IOException {
        Connection connection = connections.get(prove.connection());
        if (connection == null) return;
        SaslClient client = Sasl.createSaslClient(
                new String[] {"DIGEST-MD5"}, null, "zookeeper", "zk-sasl-md5", Map.of(), asked -> {
                    for (Callback each : asked) {
                        if (each instanceof NameCallback name) name.setName(prove.user());
                        if (each instanceof PasswordCallback password)
                            password.setPassword(prove.password().toCharArray());
                        if (each instanceof RealmCallback realm) realm.setText(realm.getDefaultText());
                    }
                });
        byte[] nonsense = "nonsense".getBytes(StandardCharsets.US_ASCII);
        sasl(prove.connection(), connection, prove.flaw() == ZkStep.Flaw.BEGINS_WRONG ? nonsense : new byte[0], lines);
        if (prove.flaw() == ZkStep.Flaw.BROKEN_OFF || !connections.containsKey(prove.connection())) return;
        byte[] challenge = connection.lastBody.length <= 4 ? new byte[0] : new JuteReader(connection.lastBody).buffer();
        byte[] answer;
        try {
            answer = prove.flaw() == ZkStep.Flaw.ENDS_WRONG ? nonsense : client.evaluateChallenge(challenge);
        } catch (SaslException noChallenge) {
            lines.add(prove.connection() + ": no challenge of SASL's: " + noChallenge.getMessage());
            return;
        }
        sasl(prove.connection(), connection, answer, lines);
    }

    private void sasl(int number, Connection connection, byte[] token, List<String> lines) throws IOException {
        ZkRequest request = ZkRequest.of(ZkRequest.SASL, new ZkRequest.Field.Bytes(token));
        ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        waiting.add(new Waiting(request, ++connection.xid));
        connection.lastBody = new byte[0];
        connection.socket.sendFrame(request.frame(connection.xid, root, 0));
        receive(number, connection, waiting, lines);
    }

    private void garbage(ZkStep.Garbage garbage, List<String> lines) throws IOException {
        Connection connection = connections.get(garbage.connection());
        if (connection == null) connection = open(garbage.connection());
        connections.put(garbage.connection(), connection);
        connection.socket.send(garbage.bytes());
        ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        waiting.add(new Waiting(ZkRequest.of(ZkRequest.ERROR), 0));
        receive(garbage.connection(), connection, waiting, lines);
        close(garbage.connection());
    }

    private void expire(ZkStep.Expire expire, List<String> lines) throws IOException {
        close(expire.connection());
        Session session = sessions.get(expire.session());
        if (session == null) return;
        long begunMs = System.currentTimeMillis();
        long leastMs = session.timeoutMs + 3L * tickMs;
        ZkRequest watch = ZkRequest.of(
                ZkRequest.EXISTS, new ZkRequest.Field.Text(mark(expire.session())), new ZkRequest.Field.Flag(true));
        JuteReader there = ask(watch);
        there.number();
        there.bigNumber();
        boolean gone = there.number() != 0;
        while (System.currentTimeMillis() - begunMs < EXPIRY_MS_MAX) {
            settle(lines);
            if (probe.socket.comes(PAUSE_MS)) gone = probe.socket.receive().isPresent();
            if (gone && System.currentTimeMillis() - begunMs >= leastMs) return;
        }
        lines.add("session " + expire.session() + " does not expire");
    }

    /** An ephemeral node by which it is seen that the session lives. */
    static String mark(int session) {
        return ZkRequest.ROOT + "/live-" + session;
    }

    private void settle(List<String> lines) throws IOException {
        ZkRequest ping = ZkRequest.of(ZkRequest.PING);
        for (Connection each : connections.values()) each.socket.sendFrame(ping.frame(ZkRequest.PING_XID, root, 0));
        for (var each : List.copyOf(connections.entrySet())) {
            ArrayDeque<Waiting> waiting = new ArrayDeque<>();
            waiting.add(new Waiting(ping, ZkRequest.PING_XID));
            receive(each.getKey(), each.getValue(), waiting, lines);
        }
    }

    private void close(int number) {
        Connection connection = connections.remove(number);
        if (connection != null) connection.socket.close();
    }

    /** Ends all sessions of the run, so that none of them expires into a later one. */
    @Override
    public void close() {
        for (int number : List.copyOf(connections.keySet())) close(number);
        try {
            for (Session session : all) {
                try (ZkSocket socket = new ZkSocket(port)) {
                    socket.sendFrame(connect(0, TIMEOUT_MS, session.id, session.password, ZkStep.ReadOnly.FALSE));
                    if (socket.receive().isEmpty()) continue;
                    socket.sendFrame(ZkRequest.of(ZkRequest.CLOSE_SESSION).frame(1, root, 0));
                    while (socket.receive().isPresent()) {}
                }
            }
            probe.socket.sendFrame(ZkRequest.of(ZkRequest.CLOSE_SESSION).frame(++probe.xid, root, 0));
            while (probe.socket.receive().isPresent()) {}
        } catch (IOException gone) {
            probe.socket.close();
        }
        probe.socket.close();
    }
}
