package io.ottla.zookeeperprotocol;

/**
 * What the stored {@code ephemeralOwner} of a znode says about its kind (EphemeralType of the original):
 *
 * <pre>
 * 0                       persistent
 * 0x8000000000000000      container
 * 0xff 0x0000 ttl:40 bits TTL node, where extended types are enabled
 * anything else           ephemeral, of that session
 * </pre>
 */
public final class EphemeralOwner {
    private EphemeralOwner() {}

    public static final long PERSISTENT = 0;
    public static final long CONTAINER = Long.MIN_VALUE;

    /** About 34 years. */
    public static final long TTL_MS_MAX = (1L << 40) - 1;

    private static final long EXTENDED_MASK = 0xff00000000000000L;
    private static final long RESERVED_MASK = 0x00ffff0000000000L;

    public static long ofTtl(long ttlMs) {
        if (ttlMs <= 0 || ttlMs > TTL_MS_MAX)
            throw new IllegalArgumentException("a TTL is 1 to " + TTL_MS_MAX + " ms: " + ttlMs);
        return EXTENDED_MASK | ttlMs;
    }

    public static boolean isTtl(long owner) {
        return (owner & (EXTENDED_MASK | RESERVED_MASK)) == EXTENDED_MASK;
    }

    /** Only of one that {@link #isTtl}. */
    public static long ttlMs(long owner) {
        return owner & TTL_MS_MAX;
    }

    /** True if the node goes with a session. */
    public static boolean isSession(long owner) {
        return owner != PERSISTENT && owner != CONTAINER && !isTtl(owner);
    }
}
