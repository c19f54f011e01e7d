package io.ottla.keeper.api;

/**
 * Whoever asks for clients, and is told what became of it: by the numbers of their connections and those that he gave to their requests. All calls come on the loop; some are for
 * connections that are gone.
 */
public interface ClientAnswers {

    /**
     * What became of {@code Keeper.submit}, {@code Keeper.sync} or {@code Keeper.closeSession}. What watchers are told of it came
     * before.
     */
    void answered(long connection, long request, Result result);

    /** What became of {@code Keeper.createSession} or {@code Keeper.resumeSession}. */
    void session(long connection, SessionAnswer answer);

    /** The session ended because it was silent; watchers were told of its nodes. */
    void expired(long sessionId);

    /** Nobody asks. */
    ClientAnswers NONE = new ClientAnswers() {
        @Override
        public void answered(long connection, long request, Result result) {}

        @Override
        public void session(long connection, SessionAnswer answer) {}

        @Override
        public void expired(long sessionId) {}
    };
}
