package io.ottla.keeper;

import java.util.List;

/**
 * Who asks.
 *
 * @param connection what the session came with, compared by equals (no two connections are equal): a session that has since come with another one has moved, and what
 *     still comes from here is refused (SESSION_MOVED)
 * @param identities what the connection has proved to be, and where it comes from
 */
public record Caller(long sessionId, Object connection, List<Identity> identities) {

    /** The server itself, for a session: it has no connection, and may do everything. */
    static Caller server(long sessionId) {
        return new Caller(sessionId, Caller.class, List.of(Identity.SUPER));
    }
}
