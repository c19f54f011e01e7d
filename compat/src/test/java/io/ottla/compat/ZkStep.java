package io.ottla.compat;

import java.util.List;

/** One thing that happens in a stream; connections and sessions are numbered by the stream. */
sealed interface ZkStep {
    /** What a client says of its read-only flag; those of 3.3 and before do not send it. */
    enum ReadOnly {
        ABSENT,
        FALSE,
        TRUE
    }

    enum Password {
        RIGHT,
        WRONG,
        /** Longer or shorter than 16 bytes. */
        SHORT,
        NONE
    }

    enum ZxidSeen {
        NOTHING,
        LAST,
        AHEAD
    }

    /** Opens the connection, closed before if it is open, and begins a session on it. */
    record Begin(int connection, int session, int timeoutMs, ReadOnly readOnly, ZxidSeen seen) implements ZkStep {}

    /** Opens the connection and takes a session over, from whatever connection it has. */
    record Resume(int connection, int session, int timeoutMs, Password password, ZxidSeen seen) implements ZkStep {}

    /** Sends all of them at once, and waits for all answers. */
    record Send(int connection, List<ZkRequest> requests) implements ZkStep {}

    /** Sends bytes that are no frame, or not the one expected; then waits for the server to close. */
    record Garbage(int connection, byte[] bytes) implements ZkStep {
        @Override
        public String toString() {
            return "Garbage[connection=%d, %s]"
                    .formatted(
                            connection,
                            bytes.length <= 64 ? java.util.HexFormat.of().formatHex(bytes) : bytes.length + " bytes");
        }
    }

    /** What is wrong with a proof by SASL. */
    enum Flaw {
        NONE,
        /** The first token is none. */
        BEGINS_WRONG,
        /** The second token is none. */
        ENDS_WRONG,
        /** Only the first token is sent. */
        BROKEN_OFF
    }

    /** Proves by SASL (DIGEST-MD5) who the client is. */
    record Prove(int connection, String user, String password, Flaw flaw) implements ZkStep {}

    record HangUp(int connection) implements ZkStep {}

    /** Hangs up and waits until the session, which is a short one, has expired. */
    record Expire(int connection, int session) implements ZkStep {}
}
