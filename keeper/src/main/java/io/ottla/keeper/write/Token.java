package io.ottla.keeper.write;

import java.util.Optional;

/** Who waits for an answer, as a value: nothing on the way of a write knows more of him. */
public sealed interface Token {

    /** The server itself, which looks at the tree again. */
    record Nobody() implements Token {}

    Token NOBODY = new Nobody();

    /**
     * @param connection of {@code Caller.connection}
     * @param request the number that the asker gave to his request
     */
    record Asked(long connection, long request) implements Token {}

    /** A session that began on that connection. */
    record SessionBegins(long sessionId, long connection, int timeoutMs) implements Token {}

    /** A local session became one of the tree. */
    record SessionUpgraded(long sessionId) implements Token {}

    /** @param asked empty if it was silent for too long */
    record SessionEnds(long sessionId, Optional<Asked> asked) implements Token {}

    /** The keeper's own session: with it the keeper is open. */
    record KeeperOpens() implements Token {}
}
