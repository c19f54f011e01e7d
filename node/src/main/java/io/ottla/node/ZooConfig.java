package io.ottla.node;

import io.ottla.base.Network;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.zookeeperserver.OptionsParser;
import io.ottla.zookeeperserver.ServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the coordination service of a node is to do, from a {@code zoo.cfg}, or from the same keys in a {@code
 * server.properties}. Names, defaults and meaning are those of {@code QuorumPeerConfig} and, for what the original has as
 * system properties, of the administrator's guide, without {@code zookeeper.} in front: that is how the original takes
 * them from the file.
 *
 * <p>Other than there: without {@code clientPort} only this machine is listened to; beside a broker, doors without an
 * address of their own are bound where the broker's listener is; old snapshots are purged unless
 * {@code autopurge.purgeInterval=0} says otherwise; {@code clientPort=0} takes any free port and {@code -1} is none.
 *
 * @param dataDir absolute; with {@code version-2} in it
 * @param dataLogDir where the transaction log is; the same as {@code dataDir} unless configured
 * @param doors where clients of ZooKeeper connect to
 * @param clientsMax connections in all ({@code maxCnxns})
 * @param clientsPerIpMax connections from one address ({@code maxClientCnxns})
 * @param server what clients may do there, and how they prove who they are
 * @param admin empty if it is not wanted
 * @param metrics likewise
 */
public record ZooConfig(
        Path dataDir,
        Path dataLogDir,
        List<Door> doors,
        int clientsMax,
        int clientsPerIpMax,
        KeeperOptions keeper,
        ServerOptions server,
        Optional<Admin> admin,
        Optional<Metrics> metrics) {

    /**
     * @param host empty for all addresses
     * @param port 0 for any free one
     * @param isWanted whether somebody asked for this very port; otherwise it may be missing when it is taken
     */
    public record Door(String host, int port, Network.Security security, boolean isWanted) {
        /** What asks for such a door. */
        String key() {
            return security instanceof Network.Security.Tls tls && !tls.orPlain() ? "secureClientPort" : "clientPort";
        }
    }

    /**
     * The commands over HTTP.
     *
     * @param isWanted as for a {@link Door}
     */
    public record Admin(String host, int port, String commandUrl, boolean isWanted) {}

    /**
     * What Prometheus scrapes.
     *
     * @param host empty for all addresses
     * @param isWithJvm whether the virtual machine's own numbers are told, too
     */
    public record Metrics(String host, int port, boolean isWithJvm) {}

    private static final String METRICS_CLASS = "metricsProvider.className";
    private static final String PROMETHEUS = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider";

    /** Those that tell nobody but {@code mntr}, which is there in any case. */
    private static final Set<String> OTHER_METRICS = Set.of(
            "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
            "org.apache.zookeeper.metrics.impl.NullMetricsProvider");

    private static final int METRICS_PORT = 7000;

    static final int CLIENT_PORT = 2181;
    private static final int ADMIN_PORT = 8080;
    private static final int CLIENTS_PER_IP = 60;
    private static final int TICK_MS = 3000;
    private static final int PORT_MAX = 65_535;
    private static final String LOOPBACK = "localhost";

    /** What says of a file that it is a {@code zoo.cfg}. */
    private static final Set<String> OURS = Set.of("clientPort", "secureClientPort", "dynamicConfigFile", "initLimit");

    /** What says of a file that it is, also, for a Kafka broker. */
    private static final Set<String> KAFKAS =
            Set.of("listeners", "log.dirs", "log.dir", "broker.id", "node.id", "process.roles", "zookeeper.connect");

    /** Of an ensemble; a server that is alone has no use for them, there as here. */
    static final Set<String> OF_ENSEMBLES = Set.of(
            "initLimit",
            "syncLimit",
            "electionAlg",
            "electionPort",
            "peerType",
            "standaloneEnabled",
            "syncEnabled",
            "connectToLearnerMasterLimit",
            "observerMasterPort",
            "quorumListenOnAllIPs",
            "version",
            "cnxTimeout",
            "leaderServes",
            "quorum.cnxn.threads.size",
            "sslQuorum",
            "portUnification",
            "dynamicConfigFile",
            // what it names is there in any case
            "serverCnxnFactory",
            "ssl.hostnameVerification");

    /** What can be switched off there and is always so here. */
    private static final Map<String, String> ALWAYS =
            Map.of("serializeLastProcessedZxid.enabled", "true", "forceSync", "yes", "digest.enabled", "true");

    private static final String AUTH_PACKAGE = "org.apache.zookeeper.server.auth.";

    /** Those schemes are always there; a class of somebody else's is not loaded, and so its key is named in a warning. */
    private static final Set<String> AUTH_CLASSES = Set.of(
            AUTH_PACKAGE + "SASLAuthenticationProvider",
            AUTH_PACKAGE + "X509AuthenticationProvider",
            AUTH_PACKAGE + "DigestAuthenticationProvider",
            AUTH_PACKAGE + "IPAuthenticationProvider");

    /** Whether a file with these keys starts the coordination service alone, without a Kafka broker. */
    public static boolean isAlone(Map<String, String> file, Map<String, String> overrides) {
        boolean isZoo = file.keySet().stream().anyMatch(key -> OURS.contains(key) || key.startsWith("server."));
        return isZoo && KAFKAS.stream().noneMatch(key -> file.containsKey(key) || overrides.containsKey(key));
    }

    /**
     * @param standardDataDir where to be if the settings do not say
     * @param brokersHost what the broker beside it listens on, which is for doors without an address of their own; empty if
     *     there is no broker: then the settings have to say where the data is, and what they leave open is as in the original
     */
    static ZooConfig parse(Settings settings, Path workingDir, Path standardDataDir, Optional<String> brokersHost)
            throws InvalidConfigException {
        boolean isAlone = brokersHost.isEmpty();
        String standardHost = brokersHost.orElse("");
        OF_ENSEMBLES.forEach(settings::know);
        settings.all().forEach((key, value) -> {
            if (key.startsWith("authProvider.") && AUTH_CLASSES.contains(value.strip())) settings.know(key);
        });
        ALWAYS.forEach((key, value) -> {
            if (settings.all().getOrDefault(key, "").strip().equals(value)) settings.know(key);
        });
        Optional<String> ownPort = ownLine(settings);
        if (isAlone && !settings.isSet("dataDir"))
            throw new InvalidConfigException("dataDir is missing: say where the data of the coordination service is");
        Path dataDir = settings.text("dataDir")
                .map(dir -> workingDir.resolve(dir).normalize())
                .orElse(standardDataDir);
        Path dataLogDir = settings.text("dataLogDir")
                .map(dir -> workingDir.resolve(dir).normalize())
                .orElse(dataDir);
        return new ZooConfig(
                dataDir,
                dataLogDir,
                doors(settings, workingDir, ownPort, isAlone, standardHost),
                orAny(settings.lenient().integer("maxCnxns", 0, 0, 0)),
                orAny(fileInteger(settings, "maxClientCnxns", CLIENTS_PER_IP, 0, 0)),
                keeper(settings),
                server(settings),
                admin(settings, isAlone),
                metrics(settings, standardHost));
    }

    private static Optional<Metrics> metrics(Settings settings, String standardHost) throws InvalidConfigException {
        String className = settings.all().getOrDefault(METRICS_CLASS, "").strip();
        // of another provider nothing is known, and so it is named in a warning with all that it is told
        if (OTHER_METRICS.contains(className)) settings.know(METRICS_CLASS);
        if (!className.equals(PROMETHEUS)) return Optional.empty();
        settings.know(METRICS_CLASS);
        // threads and queues that are not needed here
        settings.know("metricsProvider.numWorkerThreads");
        settings.know("metricsProvider.maxQueueSize");
        settings.know("metricsProvider.workerShutdownTimeoutMs");
        return Optional.of(new Metrics(
                withoutBrackets(settings.text("metricsProvider.httpHost").orElse(standardHost)),
                settings.integer("metricsProvider.httpPort", METRICS_PORT, 0, PORT_MAX),
                settings.lenient().flag("metricsProvider.exportJvmInfo", true)));
    }

    /** One that the original refuses if it is no number, but takes whatever number it is. */
    private static int fileInteger(Settings settings, String key, int standard, int min, int below)
            throws InvalidConfigException {
        settings.integer(key, standard, Integer.MIN_VALUE, Integer.MAX_VALUE);
        return settings.lenient().integer(key, standard, min, below);
    }

    private static int orAny(int max) {
        return max == 0 ? Integer.MAX_VALUE : max;
    }

    /**
     * What stands behind the semicolon of the one {@code server.N} that there may be: {@code [[HOST:]PORT]}.
     *
     * @throws InvalidConfigException for an ensemble
     */
    private static Optional<String> ownLine(Settings settings) throws InvalidConfigException {
        List<String> servers = new ArrayList<>();
        for (String key : settings.all().keySet()) {
            if (key.startsWith("server.")) servers.add(key);
            if (key.startsWith("server.") || key.startsWith("group.") || key.startsWith("weight.")) settings.know(key);
        }
        if (servers.size() > 1)
            throw new InvalidConfigException("%s name an ensemble of %d servers, but this is one server alone so far;"
                            .formatted(
                                    String.join(", ", servers.stream().sorted().toList()), servers.size())
                    + " keep at most one of these lines, or leave the service to the servers there are and name them in"
                    + " zookeeper.connect");
        if (servers.isEmpty()) return Optional.empty();
        String line = settings.text(servers.getFirst()).orElse("");
        int semicolon = line.indexOf(';');
        return semicolon < 0
                ? Optional.empty()
                : Optional.of(line.substring(semicolon + 1).strip());
    }

    private static List<Door> doors(
            Settings settings, Path workingDir, Optional<String> ownLine, boolean isAlone, String standardHost)
            throws InvalidConfigException {
        List<Door> doors = new ArrayList<>();
        int plainPort = settings.integer(
                "clientPort", isAlone || settings.isSet(ZookeeperConnect.KEY) ? -1 : CLIENT_PORT, -1, PORT_MAX);
        boolean isWanted = settings.isSet("clientPort");
        Optional<String> plainAddress = settings.text("clientPortAddress");
        String plainHost = withoutBrackets(plainAddress.orElse(standardHost));
        if (!isWanted && ownLine.isPresent() && !ownLine.get().isEmpty()) {
            int colon = ownLine.get().lastIndexOf(':');
            plainHost = withoutBrackets(colon < 0 ? plainHost : ownLine.get().substring(0, colon));
            plainPort = port(ownLine.get().substring(colon + 1));
            isWanted = true;
        }
        if (!isWanted && !isAlone && plainAddress.isEmpty()) plainHost = LOOPBACK;
        boolean alsoTls = settings.lenient().flag("client.portUnification", false);
        int securePort = settings.integer("secureClientPort", -1, -1, PORT_MAX);
        if (plainPort >= 0) {
            Network.Security security = alsoTls
                    ? new Network.Security.Tls(ZooTls.settings(settings, workingDir), true)
                    : Network.Security.PLAIN;
            doors.add(new Door(plainHost, plainPort, security, isWanted));
        }
        String secureHost =
                withoutBrackets(settings.text("secureClientPortAddress").orElse(standardHost));
        if (securePort >= 0)
            doors.add(new Door(
                    secureHost,
                    securePort,
                    new Network.Security.Tls(ZooTls.settings(settings, workingDir), false),
                    true));
        if (doors.isEmpty() && isAlone)
            throw new InvalidConfigException(
                    "there is neither clientPort nor secureClientPort: say where clients are to connect, such as"
                            + " clientPort=2181");
        return List.copyOf(doors);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(String text) throws InvalidConfigException {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= PORT_MAX) return port;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new InvalidConfigException("server.N: '" + text + "' is not a client port");
    }

    private static ServerOptions server(Settings settings) throws InvalidConfigException {
        settings.all().keySet().stream().filter(OptionsParser::knows).forEach(settings::know);
        try {
            return ServerOptions.parse(settings.lenient());
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException(e.getMessage());
        }
    }

    private static KeeperOptions keeper(Settings settings) throws InvalidConfigException {
        KeeperOptions standard = KeeperOptions.DEFAULT;
        try {
            return new KeeperOptions(
                    standard.serverId(),
                    OptionsParser.packetBytesMax(settings.lenient()),
                    sessions(settings),
                    nodes(settings),
                    standard.watching(),
                    storage(settings));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidConfigException(e.getMessage());
        }
    }

    private static KeeperOptions.Sessions sessions(Settings settings) throws InvalidConfigException {
        int tickMs = settings.integer("tickTime", TICK_MS, 1, Integer.MAX_VALUE / 20);
        int minMs = settings.integer("minSessionTimeout", -1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        // no session can be shorter
        if (minMs != -1) minMs = settings.lenient().integer("minSessionTimeout", minMs, 1, 1);
        int maxMs = settings.integer("maxSessionTimeout", -1, -1, Integer.MAX_VALUE);
        boolean areLocal = settings.flag("localSessionsEnabled", false);
        boolean mayRise = settings.flag("localSessionsUpgradingEnabled", false);
        KeeperOptions.LocalSessions local = KeeperOptions.LocalSessions.OFF;
        if (areLocal) local = mayRise ? KeeperOptions.LocalSessions.UPGRADING : KeeperOptions.LocalSessions.ON;
        return new KeeperOptions.Sessions(
                tickMs, minMs == -1 ? 2 * tickMs : minMs, maxMs == -1 ? 20 * tickMs : maxMs, local);
    }

    private static KeeperOptions.Nodes nodes(Settings settings) {
        KeeperOptions.Nodes standard = KeeperOptions.Nodes.DEFAULT;
        String interval = "znode.container.checkIntervalMs";
        String perMinute = "znode.container.maxPerMinute";
        String unused = "znode.container.maxNeverUsedIntervalMs";
        return new KeeperOptions.Nodes(
                settings.lenient().flag("extendedTypesEnabled", standard.extendedTypes()),
                settings.lenient().flag("enforceQuota", standard.quotasEnforced()),
                settings.lenient().integer(interval, standard.cleaningIntervalMs(), 0, standard.cleaningIntervalMs()),
                settings.lenient().integer(perMinute, standard.cleanedPerMinute(), 1, standard.cleanedPerMinute()),
                settings.lenient().number(unused, standard.unusedContainerMs(), 0, 0));
    }

    private static KeeperOptions.Storage storage(Settings settings) throws InvalidConfigException {
        KeeperOptions.Storage standard = KeeperOptions.Storage.DEFAULT;
        int fewest = standard.snapshotsKept();
        int fewestCommitted = KeeperOptions.Storage.COMMITTED_LOG_COUNT_MIN;
        int kept = fileInteger(settings, "autopurge.snapRetainCount", fewest, fewest, fewest);
        boolean keepsAll = fileInteger(settings, "autopurge.purgeInterval", 1, 0, 0) == 0;
        long limitKb = settings.lenient().number("snapSizeLimitInKb", standard.snapshotLogBytes() >> 10, 0, 0);
        return new KeeperOptions.Storage(
                settings.lenient().integer("snapCount", standard.snapCount(), 2, 2),
                limitKb <= 0 || limitKb > Long.MAX_VALUE >> 11 ? Long.MAX_VALUE >> 1 : limitKb << 10,
                keepsAll ? KeeperOptions.Storage.KEEP_ALL : kept,
                compression(settings),
                settings.lenient().integer("commitLogCount", fewestCommitted, fewestCommitted, fewestCommitted));
    }

    private static KeeperOptions.Compression compression(Settings settings) {
        String key = "snapshot.compression.method";
        return switch (settings.text(key).orElse("").toLowerCase(Locale.ROOT)) {
            case "" -> KeeperOptions.Compression.NONE;
            case "gz" -> KeeperOptions.Compression.GZIP;
            case "snappy" -> KeeperOptions.Compression.SNAPPY;
            default -> {
                settings.lenient().tell(key, "none", "there are gz and snappy");
                yield KeeperOptions.Compression.NONE;
            }
        };
    }

    private static Optional<Admin> admin(Settings settings, boolean isAlone) throws InvalidConfigException {
        boolean isWanted = settings.isSet("admin.serverPort") || settings.isSet("admin.serverAddress");
        boolean isEnabled = isAdminEnabled(settings, isAlone || isWanted);
        int port = settings.integer("admin.serverPort", ADMIN_PORT, 0, PORT_MAX);
        String host = withoutBrackets(settings.text("admin.serverAddress").orElse(LOOPBACK));
        String url = settings.text("admin.commandURL").orElse("/commands");
        if (!url.startsWith("/")) {
            url = "/" + url;
            settings.lenient().tell("admin.commandURL", url, "a path begins with a slash");
        }
        if (settings.lenient().flag("admin.forceHttps", false) && isEnabled)
            throw new InvalidConfigException(
                    "admin.forceHttps: the admin port does not speak HTTPS; set admin.enableServer=false, or leave"
                            + " admin.forceHttps out and keep the port on this machine");
        return isEnabled ? Optional.of(new Admin(host, port, url, isWanted)) : Optional.empty();
    }

    /** What is not false is true, for this one key. */
    private static boolean isAdminEnabled(Settings settings, boolean standard) {
        String key = "admin.enableServer";
        Optional<String> value = settings.text(key).map(text -> text.toLowerCase(Locale.ROOT));
        if (value.isEmpty()) return standard;
        if (!value.get().equals("true") && !value.get().equals("false"))
            settings.lenient().tell(key, "true", "only false is false");
        return !value.get().equals("false");
    }
}
