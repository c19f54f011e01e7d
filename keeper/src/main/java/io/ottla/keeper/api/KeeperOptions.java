package io.ottla.keeper.api;

import io.ottla.base.Limits;

/**
 * How a keeper is run.
 *
 * @param serverId the highest byte of the session ids given out; 1 on a server that is alone
 * @param requestBytesMax largest request in bytes (jute.maxbuffer). A transaction may have twice as much: what the original's tools still read
 */
public record KeeperOptions(
        int serverId,
        int requestBytesMax,
        Sessions sessions,
        Nodes nodes,
        Watching watching,
        Storage storage,
        Held held) {

    public static final KeeperOptions DEFAULT = new KeeperOptions(
            1, 0xfffff, Sessions.ofTick(3000), Nodes.DEFAULT, Watching.DEFAULT, Storage.DEFAULT, Held.DEFAULT);

    public KeeperOptions {
        if (serverId < 0 || serverId > 254) throw new IllegalArgumentException("a server id is 0 to 254: " + serverId);
        if (requestBytesMax < 1024)
            throw new IllegalArgumentException("jute.maxbuffer must be 1024 or more: " + requestBytesMax);
    }

    /** With what it may hold as of a roomy node; see {@link #within}. */
    public KeeperOptions(
            int serverId, int requestBytesMax, Sessions sessions, Nodes nodes, Watching watching, Storage storage) {
        this(serverId, requestBytesMax, sessions, nodes, watching, storage, Held.DEFAULT);
    }

    /** The same, with what a node of these limits has room for. */
    public KeeperOptions within(Limits limits) {
        return new KeeperOptions(
                serverId, requestBytesMax, sessions, nodes, Watching.within(limits), storage, Held.within(limits));
    }

    /**
     * @param proposalBytes with more than this in transactions that wait for the log, requests are refused
     * @param snapshotAheadBytes with more than this written ahead by all snapshots that are being taken, the one with most of it is given up: memory comes first
     * @param committedLogBytes the last committed transactions are kept, up to so much, for peers that lack only these
     */
    public record Held(long proposalBytes, long snapshotAheadBytes, long committedLogBytes) {
        public static final Held DEFAULT = within(Limits.ROOMY);

        /** Of what there is for snapshots: with the transactions at hand fewer are needed. */
        private static final int SHARE_OF_COMMITTED = 8;

        static Held within(Limits limits) {
            long committedLogBytes = limits.snapshotAheadBytes() / SHARE_OF_COMMITTED;
            return new Held(limits.proposalBytes(), limits.snapshotAheadBytes() - committedLogBytes, committedLogBytes);
        }
    }

    /**
     * @param tickTimeMs sessions expire in steps of so much
     * @param timeoutMinMs the shortest that a client gets (minSessionTimeout)
     * @param timeoutMaxMs the longest (maxSessionTimeout)
     */
    public record Sessions(int tickTimeMs, int timeoutMinMs, int timeoutMaxMs, LocalSessions local) {
        public Sessions {
            if (tickTimeMs < 1) throw new IllegalArgumentException("tickTime must be 1 ms or more: " + tickTimeMs);
            if (timeoutMinMs < 1 || timeoutMaxMs < timeoutMinMs)
                throw new IllegalArgumentException(
                        "minSessionTimeout must be above 0 and not above maxSessionTimeout: %d, %d"
                                .formatted(timeoutMinMs, timeoutMaxMs));
        }

        /** The original's bounds: 2 and 20 ticks. */
        public static Sessions ofTick(int tickTimeMs) {
            return new Sessions(
                    tickTimeMs,
                    Math.multiplyExact(2, tickTimeMs),
                    Math.multiplyExact(20, tickTimeMs),
                    LocalSessions.OFF);
        }
    }

    /** Sessions that are in no transaction, and so cost none; they end with the server. */
    public enum LocalSessions {
        OFF,
        /** All are local; they cannot have ephemeral nodes (localSessionsEnabled). */
        ON,
        /** All begin so; one that creates an ephemeral node becomes like any other (localSessionsUpgradingEnabled). */
        UPGRADING
    }

    /**
     * @param extendedTypes whether TTL nodes may be created (extendedTypesEnabled)
     * @param quotasEnforced whether hard quotas refuse (enforceQuota)
     * @param cleaningIntervalMs empty containers and old TTL nodes are looked for so often (znode.container.checkIntervalMs); 0 for never
     * @param cleanedPerMinute at most so many are removed (znode.container.maxPerMinute)
     * @param unusedContainerMs a container that never had a child goes after so long (znode.container.maxNeverUsedIntervalMs); 0 for never
     */
    public record Nodes(
            boolean extendedTypes,
            boolean quotasEnforced,
            int cleaningIntervalMs,
            int cleanedPerMinute,
            long unusedContainerMs) {
        public static final Nodes DEFAULT = new Nodes(false, false, 60_000, 10_000, 0);

        public Nodes {
            if (cleaningIntervalMs < 0 || unusedContainerMs < 0)
                throw new IllegalArgumentException("intervals of container cleaning must be 0 or more");
            if (cleanedPerMinute < 1)
                throw new IllegalArgumentException(
                        "znode.container.maxPerMinute must be 1 or more: " + cleanedPerMinute);
        }
    }

    /**
     * A watch counts with the length of its path and {@link #WATCH_OVERHEAD_BYTES}. One more than there is room for is refused
     * ({@code Reads.NO_ROOM_FOR_WATCH}), and so is the request that would have set it: a watch that silently is not there would be worse.
     *
     * @param bytesPerConnection what one connection's watches may take
     * @param bytes what all may take together
     */
    public record Watching(long bytesPerConnection, long bytes) {
        public static final int WATCH_OVERHEAD_BYTES = 64;

        private static final int PARTS = 3;
        private static final int PARTS_OF_ONE = 2;

        /** More than a million and a half of one connection, with paths of 100 bytes. */
        public static final Watching DEFAULT = within(Limits.ROOMY);

        /** Two thirds for those of one connection. */
        public static Watching within(Limits limits) {
            return new Watching(limits.watchBytes() / PARTS * PARTS_OF_ONE, limits.watchBytes());
        }
    }

    /**
     * @param snapCount a snapshot is taken after so many transactions, or half as many, or what chance says between
     * @param snapshotLogBytes or after so many bytes of log, or half as many (snapSizeLimitInKb)
     * @param snapshotsKept after each snapshot older ones than so many are deleted, with the logs that only they need
     *     (autopurge.snapRetainCount); {@link #KEEP_ALL} to delete none
     * @param compression of new snapshots (snapshot.compression.method)
     * @param committedLogCount so many of the last committed transactions are at hand for peers that lack only these (commitLogCount), as far as {@link
     *     Held#committedLogBytes} goes
     */
    public record Storage(
            int snapCount, long snapshotLogBytes, int snapshotsKept, Compression compression, int committedLogCount) {
        public static final int KEEP_ALL = Integer.MAX_VALUE;

        /** The original takes no less. */
        public static final int COMMITTED_LOG_COUNT_MIN = 500;

        public static final Storage DEFAULT =
                new Storage(100_000, 256L << 20, 3, Compression.NONE, COMMITTED_LOG_COUNT_MIN);

        public Storage {
            if (snapCount < 2) throw new IllegalArgumentException("snapCount must be 2 or more: " + snapCount);
            if (snapshotLogBytes < 2)
                throw new IllegalArgumentException("snapSizeLimitInKb must be above 0: " + snapshotLogBytes);
            if (snapshotsKept < 1)
                throw new IllegalArgumentException("at least one snapshot is kept: " + snapshotsKept);
            if (committedLogCount < COMMITTED_LOG_COUNT_MIN)
                throw new IllegalArgumentException(
                        "commitLogCount must be %d or more: %d".formatted(COMMITTED_LOG_COUNT_MIN, committedLogCount));
        }
    }

    /** How a snapshot is compressed; its name says so. */
    public enum Compression {
        NONE(""),
        GZIP(".gz"),
        SNAPPY(".snappy");

        public final String suffix;

        Compression(String suffix) {
            this.suffix = suffix;
        }
    }
}
