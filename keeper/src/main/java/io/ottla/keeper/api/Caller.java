package io.ottla.keeper.api;

import java.util.List;

/**
 * Who asks.
 *
 * @param connection the number of the one that the session came with, 0 or above, unique within the process: a session that has since come with another one has
 *     moved, and what still comes from here is refused (SESSION_MOVED)
 * @param identities what the connection has proved to be, and where it comes from
 */
public record Caller(long sessionId, long connection, List<Identity> identities) {

    /** In the place of a connection: the server itself, and its broker. */
    public static final long SERVER = -1;

    /** The server itself, for a session: it has no connection, and may do everything. */
    public static Caller server(long sessionId) {
        return new Caller(sessionId, SERVER, List.of(Identity.SUPER));
    }
}
