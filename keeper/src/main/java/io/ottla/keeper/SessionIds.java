package io.ottla.keeper;

import io.ottla.zookeeperprotocol.EphemeralOwner;

/**
 * Gives out session ids, and the passwords that go with them (SessionTrackerImpl.initializeNextSessionId and
 * ZooKeeperServer.generatePasswd of the original). Both are the original's, so that a session moves between its servers and ours.
 *
 * <pre>
 * id       := serverId:8 milliseconds:40 count:16      then one more each time
 * password := the first 16 bytes of java.util.Random seeded with id ^ 0xB3415C00
 * </pre>
 *
 * <p>The password is no secret: whoever knows an id can compute it. It tells a session's client from one that confuses ids.
 */
final class SessionIds {
    static final int PASSWORD_BYTES = 16;

    private static final long PASSWORD_SALT = 0xB3415C00L;

    // java.util.Random's generator, as its documentation gives it: the class itself is not for cores
    private static final long RANDOM_FACTOR = 0x5DEECE66DL;
    private static final long RANDOM_INCREMENT = 0xBL;
    private static final long RANDOM_MASK = (1L << 48) - 1;

    private long next;

    /**
     * @param serverId 0 to 254
     * @param nowMs of a clock that is later at each start of the server
     */
    SessionIds(int serverId, long nowMs) {
        next = (nowMs << 24) >>> 8 | (long) serverId << 56;
    }

    /** One that was given out before, perhaps by a clock that was ahead of this one: the next are above it. */
    void taken(long sessionId) {
        if (sessionId >>> 56 == next >>> 56 && sessionId >= next) next = sessionId + 1;
    }

    long next() {
        while (!EphemeralOwner.isSession(next)) next++;
        return next++;
    }

    static byte[] password(long sessionId) {
        byte[] password = new byte[PASSWORD_BYTES];
        long seed = (sessionId ^ PASSWORD_SALT ^ RANDOM_FACTOR) & RANDOM_MASK;
        for (int i = 0; i < PASSWORD_BYTES; i++) {
            if (i % 4 == 0) seed = (seed * RANDOM_FACTOR + RANDOM_INCREMENT) & RANDOM_MASK;
            password[i] = (byte) (seed >>> (16 + 8 * (i % 4)));
        }
        return password;
    }

    /** True if that is the password of that session. Id 0 has none. */
    static boolean matches(long sessionId, byte[] password) {
        return sessionId != 0 && java.security.MessageDigest.isEqual(password(sessionId), password);
    }
}
