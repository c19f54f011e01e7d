package io.ottla.keeper.write;

import java.util.HashMap;
import java.util.Map;

/** Which connection each session last came with. */
public final class SessionOwners {
    private final Map<Long, Long> connections = new HashMap<>();

    public void own(long sessionId, long connection) {
        connections.put(sessionId, connection);
    }

    public void forget(long sessionId) {
        connections.remove(sessionId);
    }

    /** True if the session has come with another connection since. */
    public boolean moved(long sessionId, long connection) {
        Long owner = connections.get(sessionId);
        return owner != null && owner != connection;
    }
}
