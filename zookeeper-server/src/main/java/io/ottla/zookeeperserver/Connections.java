package io.ottla.zookeeperserver;

import io.ottla.base.Clock;
import io.ottla.keeper.api.ClientAnswers;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which connections there are, and whose sessions they have: the keeper's answers come by number, and find their way here. */
final class Connections implements ClientAnswers {
    /** So many connections of expired sessions are closed between other things. */
    private static final int CLOSED_AT_ONCE = 32;

    private final Clock clock;
    private final ServerStats stats;

    /** By their numbers, in the order in which they came. */
    private final Map<Long, ClientConnection> byNumber = new LinkedHashMap<>();

    private final Map<Long, ClientConnection> bySession = new HashMap<>();
    private final ArrayDeque<ClientConnection> leaving = new ArrayDeque<>();

    Connections(Clock clock, ServerStats stats) {
        this.clock = clock;
        this.stats = stats;
    }

    /** All that are open, in the order in which they came: a view. */
    Collection<ClientConnection> all() {
        return Collections.unmodifiableCollection(byNumber.values());
    }

    void add(ClientConnection client) {
        byNumber.put(client.connection().id(), client);
    }

    void remove(ClientConnection client) {
        byNumber.remove(client.connection().id());
    }

    void endAll() {
        for (ClientConnection client : List.copyOf(byNumber.values())) client.end();
    }

    /** The session is this connection's from now on; the one it came with before is closed. */
    void attach(long sessionId, ClientConnection client) {
        ClientConnection before = bySession.put(sessionId, client);
        if (before != null && before != client) before.end();
    }

    void detach(long sessionId, ClientConnection client) {
        bySession.remove(sessionId, client);
    }

    @Override
    public void answered(long connection, long request, Result result) {
        ClientConnection client = byNumber.get(connection);
        if (client != null) client.queue().answered(request, result);
    }

    @Override
    public void session(long connection, SessionAnswer answer) {
        ClientConnection client = byNumber.get(connection);
        if (client != null) client.session(answer);
    }

    @Override
    public void expired(long sessionId) {
        stats.expiredSessions++;
        ClientConnection client = bySession.get(sessionId);
        if (client == null) return;
        client.expire();
        leaving.add(client);
        if (leaving.size() == 1) clock.execute(this::closeLeaving);
    }

    /** Closing a socket takes the system longer than all else that an expiry takes. Whoever waits for it to be told should not wait for that. */
    private void closeLeaving() {
        for (int closed = 0; closed < CLOSED_AT_ONCE && !leaving.isEmpty(); closed++)
            leaving.remove().send();
        if (!leaving.isEmpty()) clock.execute(this::closeLeaving);
    }
}
