package io.ottla.keeper.api;

/** What became of the wish to begin a session, or to go on with one. */
public sealed interface SessionAnswer {

    /**
     * @param password 16 bytes, with which a later connection proves that the session is its client's
     * @param timeoutMs between the bounds of {@link KeeperOptions.Sessions}
     */
    record Opened(long sessionId, byte[] password, int timeoutMs) implements SessionAnswer {}

    /** There is no such session any more, or that is not its password. */
    record Expired() implements SessionAnswer {}

    /** It may be asked again later (too much is waiting, the disk is full, the keeper closes). */
    record Unavailable(String why) implements SessionAnswer {}
}
