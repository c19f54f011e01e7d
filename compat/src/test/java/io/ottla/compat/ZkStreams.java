package io.ottla.compat;

import io.ottla.compat.ZkRequest.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Streams of steps, each determined by its seed: who connects, leaves and comes again, and what each asks ({@link ZkRequests}). */
final class ZkStreams {
    private static final int CONNECTIONS = 4;
    private static final int SESSIONS = 7;
    private static final int LONG_MS = 30_000;
    private static final int SHORT_MS = 400;
    private static final int[] ODD_TIMEOUTS_MS = {
        0, -1, 1, 399, 4001, 59_999, 60_001, Integer.MAX_VALUE, Integer.MIN_VALUE
    };

    private final Random random;
    private final ZkSecurity security;
    private final ZkRequests requests;
    private final List<ZkStep> steps = new ArrayList<>();

    /** The original looks at what is applied, not at what is under way: so requests must come one by one. */
    private boolean quotas;

    /** Which session a connection has, as far as the stream can know; −1 for none. */
    private final int[] sessionOf = new int[CONNECTIONS];

    private ZkStreams(long seed, ZkSecurity security) {
        random = new Random(seed);
        this.security = security;
        requests = new ZkRequests(random, security.ids());
    }

    static List<ZkStep> stream(long seed, int steps, ZkSecurity security) {
        return new ZkStreams(seed, security).make(steps);
    }

    private List<ZkStep> make(int count) {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            sessionOf[connection] = -1;
            if (connection < CONNECTIONS - 1) begin(connection, connection);
        }
        quotas = random.nextInt(3) == 0;
        if (quotas) {
            steps.add(new ZkStep.Send(0, requests.quota()));
            requests.oneOperationInMulti();
        }
        while (steps.size() < count) {
            int draw = random.nextInt(1000);
            int connection = random.nextInt(CONNECTIONS);
            if (draw < 25) begin(connection, random.nextInt(SESSIONS));
            else if (draw < 60) resume(connection);
            else if (draw < 75) hangUp(connection);
            else if (draw < 85) garbage(connection);
            else if (draw < 91) expire(connection);
            else send(connection);
        }
        int last = random.nextInt(CONNECTIONS);
        if (sessionOf[last] >= 0) steps.add(new ZkStep.Send(last, List.of(requests.unreadable())));
        return steps;
    }

    private void begin(int connection, int session) {
        boolean odd = random.nextInt(8) == 0;
        int timeoutMs = odd ? ODD_TIMEOUTS_MS[random.nextInt(ODD_TIMEOUTS_MS.length)] : LONG_MS;
        boolean mayExpire = timeoutMs < LONG_MS;
        ZkStep.ReadOnly readOnly = ZkStep.ReadOnly.values()[random.nextInt(3)];
        ZkStep.ZxidSeen seen = random.nextInt(40) == 0 ? ZkStep.ZxidSeen.AHEAD : ZkStep.ZxidSeen.NOTHING;
        steps.add(new ZkStep.Begin(connection, session, timeoutMs, readOnly, seen));
        sessionOf[connection] = session;
        if (mayExpire) {
            // a short one must not expire while the stream is elsewhere
            steps.add(new ZkStep.Send(connection, List.of(ZkRequest.of(ZkRequest.CLOSE_SESSION))));
            sessionOf[connection] = -1;
        }
    }

    private void resume(int connection) {
        ZkStep.Password password = ZkStep.Password.RIGHT;
        if (random.nextInt(5) == 0) password = ZkStep.Password.values()[random.nextInt(4)];
        ZkStep.ZxidSeen seen = random.nextInt(30) == 0 ? ZkStep.ZxidSeen.AHEAD : ZkStep.ZxidSeen.LAST;
        int session = random.nextInt(SESSIONS);
        // the original cuts the session's connection for whoever knows its id
        if (password != ZkStep.Password.RIGHT) {
            for (int other = 0; other < CONNECTIONS; other++) if (sessionOf[other] == session) hangUp(other);
        }
        steps.add(new ZkStep.Resume(connection, session, LONG_MS, password, seen));
        sessionOf[connection] = session;
        if (random.nextInt(2) == 0) steps.add(new ZkStep.Send(connection, List.of(requests.setWatches())));
    }

    private void hangUp(int connection) {
        steps.add(new ZkStep.HangUp(connection));
        sessionOf[connection] = -1;
    }

    private void expire(int connection) {
        int session = SESSIONS; // its own, so that nobody resumes it meanwhile
        steps.add(new ZkStep.Begin(connection, session, SHORT_MS, ZkStep.ReadOnly.FALSE, ZkStep.ZxidSeen.NOTHING));
        List<ZkRequest> all = new ArrayList<>();
        all.add(ZkRequest.of(
                ZkRequest.CREATE,
                new Field.Text(ZkSubject.mark(session)),
                new Field.Bytes(new byte[0]),
                new Field.Acls(ZkRequests.OPEN),
                new Field.Number(1)));
        for (int i = random.nextInt(4); i > 0; i--) all.add(requests.ephemeral());
        if (quotas) all.forEach(one -> steps.add(new ZkStep.Send(connection, List.of(one))));
        else steps.add(new ZkStep.Send(connection, all));
        steps.add(new ZkStep.Expire(connection, session));
        if (random.nextInt(2) == 0)
            steps.add(new ZkStep.Resume(connection, session, LONG_MS, ZkStep.Password.RIGHT, ZkStep.ZxidSeen.LAST));
        sessionOf[connection] = -1;
    }

    private void send(int connection) {
        if (sessionOf[connection] < 0) {
            if (random.nextInt(3) == 0) begin(connection, random.nextInt(SESSIONS));
            return;
        }
        if (random.nextInt(150) == 0) {
            List<ZkRequest> last = new ArrayList<>(requests.some(quotas ? 0 : 1 + random.nextInt(3)));
            last.add(ZkRequest.of(ZkRequest.CLOSE_SESSION));
            steps.add(new ZkStep.Send(connection, last));
            sessionOf[connection] = -1;
            return;
        }
        if (security == ZkSecurity.SASL && random.nextInt(12) == 0) {
            prove(connection);
            return;
        }
        if (random.nextInt(25) == 0) {
            steps.add(new ZkStep.Send(connection, List.of(requests.auth())));
            return;
        }
        if (random.nextInt(60) == 0) {
            steps.add(new ZkStep.Send(connection, List.of(random.nextBoolean() ? requests.odd() : requests.huge())));
            return;
        }
        int count = quotas ? 1 : random.nextInt(3) > 0 ? 1 + random.nextInt(3) : 1 + random.nextInt(12);
        steps.add(new ZkStep.Send(connection, requests.some(count)));
    }

    private void prove(int connection) {
        ZkStep.Flaw flaw = ZkStep.Flaw.NONE;
        if (random.nextInt(8) == 0) flaw = ZkStep.Flaw.values()[random.nextInt(ZkStep.Flaw.values().length)];
        String user =
                random.nextInt(12) == 0 ? "nobody" : ZkSecurity.USERS.get(random.nextInt(ZkSecurity.USERS.size()));
        String password = random.nextInt(10) == 0 ? "wrong" : ZkSecurity.password(user);
        steps.add(new ZkStep.Prove(connection, user, password, flaw));
    }

    private void garbage(int connection) {
        ByteBuffer frame = ByteBuffer.allocate(64);
        switch (random.nextInt(8)) {
            case 0 -> frame.putInt(-1 - random.nextInt(1 << 30));
            case 1 -> frame.putInt(0xfffff + 1 + random.nextInt(1 << 20));
            case 2 -> frame.putInt(Integer.MAX_VALUE);
            case 3 -> frame.put(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
            case 4 -> frame.put("GET / HTTP/1.0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            case 5 -> {
                // a header that ends too soon; of an empty one the original takes no notice if it is served by Netty
                int bytes = security.usesTls() ? 1 + random.nextInt(7) : random.nextInt(8);
                frame.putInt(bytes).put(new byte[bytes]);
            }
            case 6 -> frame.putInt(8 + 4).putInt(99).putInt(ZkRequest.EXISTS).putInt(1 << 30);
            default -> {
                byte[] noise = new byte[40];
                random.nextBytes(noise);
                frame.put((byte) 0x7f).put(noise);
            }
        }
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        steps.add(new ZkStep.Garbage(connection, bytes));
        sessionOf[connection] = -1;
    }
}
