package io.ottla.keeper;

/**
 * How a keeper is run.
 *
 * @param serverId the highest byte of the session ids given out; 1 on a server that is alone
 * @param snapCount a snapshot is taken after so many transactions, or half as many, or what chance says between
 * @param snapshotsKept older ones are deleted, with the logs that only they need; 1 or more
 * @param ttlNodes whether TTL nodes may be created (extendedTypesEnabled)
 * @param txnBytesMax largest transaction in bytes (jute.maxbuffer): what the original's tools still read
 */
public record KeeperOptions(int serverId, int snapCount, int snapshotsKept, boolean ttlNodes, int txnBytesMax) {
    public static final KeeperOptions DEFAULT = new KeeperOptions(1, 100_000, 3, false, 0xfffff);

    public KeeperOptions {
        if (serverId < 0 || serverId > 254) throw new IllegalArgumentException("a server id is 0 to 254: " + serverId);
        if (snapCount < 2) throw new IllegalArgumentException("snapCount must be 2 or more: " + snapCount);
        if (snapshotsKept < 1) throw new IllegalArgumentException("at least one snapshot is kept: " + snapshotsKept);
    }
}
