package io.ottla.zookeeperserver;

import io.ottla.base.Secret;
import io.ottla.zookeeperprotocol.FourLetterWord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the client port is run.
 *
 * @param packetBytesMax longest packet of a client (jute.maxbuffer)
 * @param whitelist the four-letter words that are answered (4lw.commands.whitelist)
 * @param reconfigEnabled whether the membership may be changed (reconfigEnabled); on a server that is alone it can be in no case, and this only says
 *     what a client is told
 * @param connecting how often clients may connect
 * @param slowSyncMs a write to the transaction log that takes longer is told in the log and counted (fsync.warningthresholdms)
 * @param backups what of the admin commands snapshot and restore is served
 * @param described what operators are told of the configuration
 */
public record ServerOptions(
        int packetBytesMax,
        Limits limits,
        Authentication authentication,
        Set<FourLetterWord> whitelist,
        boolean reconfigEnabled,
        Connecting connecting,
        int slowSyncMs,
        Backups backups,
        Described described) {

    /** The original's {@code jute.maxbuffer}. */
    public static final int PACKET_BYTES_MAX = 0xfffff;

    static final int SLOW_SYNC_MS = 1000;

    public static final ServerOptions DEFAULT = new ServerOptions(
            PACKET_BYTES_MAX,
            Limits.DEFAULT,
            Authentication.DEFAULT,
            Set.of(FourLetterWord.SRVR),
            false,
            Connecting.DEFAULT,
            SLOW_SYNC_MS,
            Backups.DEFAULT,
            Described.DEFAULT);

    public ServerOptions {
        if (packetBytesMax < 1024)
            throw new IllegalArgumentException("jute.maxbuffer must be 1024 or more: " + packetBytesMax);
        whitelist = Set.copyOf(whitelist);
    }

    /** Reads what it knows of a configuration; see {@link OptionsParser}. */
    public static ServerOptions parse(ServerProperties settings) {
        return OptionsParser.parse(settings);
    }

    static ServerOptions parse(Map<String, String> settings) {
        return parse(new ServerProperties(settings));
    }

    /**
     * @param outstandingMax with more unanswered requests than that in all, a connection that has one unanswered is not read from
     *     (globalOutstandingLimit)
     * @param outstandingPerConnectionMax the same for one connection's own
     * @param outstandingBytesPerConnectionMax with more bytes of unanswered requests, a connection is not read from
     * @param outstandingBytesMax a packet that would make more bytes of unanswered requests than that in all waits in line, unless it is small, and its
     *     connection is not read from; with as many bytes in line nobody is
     * @param throttledRequestsMax with so many unanswered requests the next wait in line, whoever they are from
     *     (request_throttle_max_requests); 0 for no such limit
     * @param largeRequestBytes a request above that is large (largeRequestThreshold); −1 for none
     * @param largeRequestsBytesMax a large request is refused, and its connection closed, while that many bytes of large ones are unanswered
     *     (largeRequestMaxBytes)
     * @param unsentBytesMax with more bytes of replies than that waiting for all clients together, none may have more than a small share
     * @param notificationBytesMax a client for which so many bytes wait unsent when something it watches changes is cut off: it
     *     asks again for what it missed when it comes back
     * @param connectMsMax who connects and does not say for whom for so long is cut off
     */
    public record Limits(
            int outstandingMax,
            int outstandingPerConnectionMax,
            long outstandingBytesPerConnectionMax,
            long outstandingBytesMax,
            int throttledRequestsMax,
            int largeRequestBytes,
            long largeRequestsBytesMax,
            long unsentBytesMax,
            long notificationBytesMax,
            int connectMsMax) {
        public static final Limits DEFAULT =
                new Limits(1000, 1000, 4L << 20, 32L << 20, 0, -1, 100L << 20, 128L << 20, 32L << 20, 10_000);

        /** The same, with no more than a node of these limits has room for. */
        Limits within(io.ottla.base.Limits node) {
            return new Limits(
                    outstandingMax,
                    outstandingPerConnectionMax,
                    Math.min(outstandingBytesPerConnectionMax, node.outstandingPacketBytes()),
                    Math.min(outstandingBytesMax, node.outstandingPacketBytes()),
                    throttledRequestsMax,
                    largeRequestBytes,
                    largeRequestsBytesMax,
                    Math.min(unsentBytesMax, node.unsentReplyBytes()),
                    Math.min(notificationBytesMax, node.unsentReplyBytes()),
                    connectMsMax);
        }
    }

    /**
     * @param tokensMax of connects that may come at once (connection_throttle_tokens); 0 for any number
     * @param fillMs each time so much has passed (connection_throttle_fill_time)
     * @param fillCount so many more may come (connection_throttle_fill_count)
     * @param sessionsMax with so many sessions nobody begins another one
     */
    public record Connecting(int tokensMax, int fillMs, int fillCount, int sessionsMax) {
        public static final Connecting DEFAULT = new Connecting(0, 1, 1, 1_000_000);
    }

    /**
     * The admin commands of these names.
     *
     * @param snapshotEnabled whether it is served (admin.snapshot.enabled), as the other (admin.restore.enabled)
     * @param intervalMs each may be run once in that time (admin.rateLimiterIntervalInMS)
     */
    public record Backups(boolean snapshotEnabled, boolean restoreEnabled, int intervalMs) {
        public static final Backups DEFAULT = new Backups(true, true, 300_000);
    }

    /**
     * @param digestEnabled whether scheme digest is served
     * @param digestAlgorithm of the hash in digest ids, a name that {@link java.security.MessageDigest} knows
     * @param superDigest {@code user:hash}; who proves to be that may do everything
     * @param x509SuperUser the subject of a certificate whose owner may do everything
     * @param sasl empty if SASL is not configured
     * @param enforcedSchemes a client must have proved to be somebody in one of them before it may ask for anything; empty for no such rule
     * @param allowSaslFailedClients whether a client whose SASL fails may stay, as nobody
     * @param skipAcl whether ACLs are looked at at all
     */
    public record Authentication(
            boolean digestEnabled,
            String digestAlgorithm,
            Optional<Secret> superDigest,
            Optional<String> x509SuperUser,
            Optional<Sasl> sasl,
            List<String> enforcedSchemes,
            boolean allowSaslFailedClients,
            boolean skipAcl) {
        public static final Authentication DEFAULT = new Authentication(
                true, "SHA1", Optional.empty(), Optional.empty(), Optional.empty(), List.of(), false, false);

        public Authentication {
            enforcedSchemes = List.copyOf(enforcedSchemes);
        }
    }

    /**
     * SASL by DIGEST-MD5.
     *
     * @param passwords by user
     * @param superUsers who may do everything, by the name that they prove
     */
    public record Sasl(Map<String, Secret> passwords, Set<String> superUsers) {
        public Sasl {
            passwords = Map.copyOf(passwords);
            superUsers = Set.copyOf(superUsers);
        }
    }

    /**
     * As in {@code conf}.
     *
     * @param clientPort −1 for none, as secureClientPort
     * @param maxClientCnxns 0 for any number
     * @param backlog −1 for what the system has
     */
    public record Described(
            int clientPort,
            int secureClientPort,
            String dataDir,
            String dataLogDir,
            int tickTimeMs,
            int maxClientCnxns,
            int minSessionTimeoutMs,
            int maxSessionTimeoutMs,
            int backlog,
            int serverId) {
        public static final Described DEFAULT = new Described(2181, -1, "", "", 3000, 60, 6000, 60_000, -1, 0);
    }

    /** The same, on a node of these limits. */
    public ServerOptions within(io.ottla.base.Limits node) {
        return new ServerOptions(
                packetBytesMax,
                limits.within(node),
                authentication,
                whitelist,
                reconfigEnabled,
                connecting,
                slowSyncMs,
                backups,
                described);
    }

    public ServerOptions withDescribed(Described now) {
        return new ServerOptions(
                packetBytesMax,
                limits,
                authentication,
                whitelist,
                reconfigEnabled,
                connecting,
                slowSyncMs,
                backups,
                now);
    }
}
