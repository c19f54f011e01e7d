package io.ottla.keeper;

import java.util.HashMap;
import java.util.Map;

/** Which connection each session last came with. */
final class SessionOwners {
    private final Map<Long, Object> connections = new HashMap<>();

    void own(long sessionId, Object connection) {
        connections.put(sessionId, connection);
    }

    void forget(long sessionId) {
        connections.remove(sessionId);
    }

    /** True if the session has come with another connection since. */
    boolean moved(long sessionId, Object connection) {
        Object owner = connections.get(sessionId);
        return owner != null && !owner.equals(connection);
    }
}
