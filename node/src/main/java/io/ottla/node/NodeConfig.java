package io.ottla.node;

import io.ottla.base.Network;
import io.ottla.base.Network.ConnectionLimits;
import io.ottla.broker.BrokerConfigs;
import io.ottla.broker.BrokerLimits;
import io.ottla.cluster.ExternalCoordination;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one node is to do, from a Kafka {@code server.properties}: the names are Kafka's and ZooKeeper's own. What has
 * no default here is the broker's own configuration and passed on as it is.
 *
 * @param brokerId {@code broker.id} or {@code node.id}; empty if the data directory is to say
 * @param listeners where to listen; without configuration the loopback address on port 9092
 * @param security what each listener speaks, by its name
 * @param advertised what clients are told, by listener name
 * @param logDirs absolute
 * @param lostLogDirs {@code ottla.log.dirs.lost}: directories whose records are lost for good, so that they are not waited for; absolute
 * @param servesKafka whether there is a broker; without one listeners and log directories are empty
 * @param external the coordination service if it is a process of its own
 * @param zookeeper what the coordination service goes by, if it is this node's
 * @param broker what the broker goes by
 * @param workingDir what relative paths are relative to
 * @param withoutEffect keys that are set but change nothing, sorted
 * @param warnings sentences for people: about those, and about values that do not hold as they stand
 */
public record NodeConfig(
        boolean servesKafka,
        OptionalInt brokerId,
        List<ListenerConfig> listeners,
        Map<String, Network.Security> security,
        Map<String, ListenerConfig> advertised,
        Optional<String> rack,
        List<Path> logDirs,
        List<Path> lostLogDirs,
        Optional<ExternalCoordination.Settings> external,
        ZooConfig zookeeper,
        ConnectionLimits connectionLimits,
        BrokerLimits brokerLimits,
        BrokerConfigs broker,
        Path workingDir,
        List<String> withoutEffect,
        List<String> warnings) {

    /** By it a node begins without the records of a log directory. */
    static final String LOST_LOG_DIRS = "ottla.log.dirs.lost";

    private static final int KAFKA_PORT = 9092;
    private static final String DATA_FOLDER = "ottla-data";

    /** More waits for a client that does not read than this, and nothing more is read from it. */
    static final long UNSENT_BYTES_MAX = 8L * 1024 * 1024;

    /** As the other, without settings of the virtual machine. */
    public static NodeConfig parse(Map<String, String> properties, Path workingDir, Supplier<String> hostName)
            throws InvalidConfigException {
        return parse(properties, Map.of(), workingDir, hostName);
    }

    /**
     * A broker and its coordination service.
     *
     * @param properties as in {@code server.properties}
     * @param jvm the system properties that the process was given
     * @param workingDir what relative paths are relative to
     * @param hostName this machine's name, asked for only if it has to be advertised
     */
    public static NodeConfig parse(
            Map<String, String> properties, Map<String, String> jvm, Path workingDir, Supplier<String> hostName)
            throws InvalidConfigException {
        SortedMap<String, String> all = stripped(properties);
        BrokerConfigs.Parsed broker;
        try {
            broker = BrokerConfigs.parse(all);
        } catch (BrokerConfigs.BadConfigException e) {
            throw new InvalidConfigException(e.getMessage());
        }
        List<ListenerConfig> listeners = listeners(all);
        Path data = workingDir.resolve(DATA_FOLDER);
        List<Path> logDirs = logDirs(all, workingDir, data);
        // a service elsewhere is spoken to by Apache's client, which reads them itself
        JvmSettings ofJvm =
                all.getOrDefault(ZookeeperConnect.KEY, "").isEmpty() ? new JvmSettings(jvm) : JvmSettings.NONE;
        Settings settings = new Settings(all, ofJvm);
        Optional<ExternalCoordination.Settings> external = ZookeeperConnect.parse(settings);
        ZooConfig zookeeper = ZooConfig.parse(
                settings, workingDir, dataDir(data, logDirs.getFirst()), Optional.of(narrowest(listeners)));
        ListenerRules.checkDoors(listeners, zookeeper);
        List<Path> lostLogDirs = lostLogDirs(settings, workingDir);
        List<String> warnings = new ArrayList<>(broker.warnings());
        Map<String, ListenerConfig> advertised = advertised(all, listeners, hostName, warnings::add);
        warnings.addAll(settings.lenient().warnings());
        List<String> withoutEffect = withoutEffect(broker.withoutEffect(), settings, ofJvm);
        Set<String> listenerNames = new TreeSet<>(controllerListeners(all));
        listenerNames.remove("");
        listeners.forEach(listener -> listenerNames.add(listener.name()));
        warnings.addAll(new UnusedKeys(settings.read(), listenerNames).warnings(all.keySet(), withoutEffect));
        return new NodeConfig(
                true,
                brokerId(broker.configs()),
                listeners,
                security(all, listeners, broker.configs(), workingDir),
                advertised,
                Optional.ofNullable(all.get("broker.rack")).filter(rack -> !rack.isEmpty()),
                logDirs,
                lostLogDirs,
                external,
                zookeeper,
                connectionLimits(broker.configs()),
                limits(broker.configs()),
                broker.configs(),
                workingDir,
                withoutEffect,
                List.copyOf(warnings));
    }

    private static List<Path> lostLogDirs(Settings settings, Path workingDir) {
        return settings.list(LOST_LOG_DIRS).stream()
                .map(dir -> workingDir.resolve(dir).normalize())
                .toList();
    }

    private static List<String> withoutEffect(Collection<String> keys, Settings settings, JvmSettings jvm) {
        List<String> all = new ArrayList<>();
        for (String key : keys) if (!settings.wasRead(key)) all.add(key);
        all.addAll(jvm.withoutEffect(settings));
        return List.copyOf(all);
    }

    /** The coordination service alone, from a {@code zoo.cfg}: see {@link ZooConfig#isAlone}. */
    public static NodeConfig parseZooCfg(Map<String, String> properties, Map<String, String> jvm, Path workingDir)
            throws InvalidConfigException {
        SortedMap<String, String> all = stripped(properties);
        BrokerConfigs standard = BrokerConfigs.defaults();
        JvmSettings ofJvm = new JvmSettings(jvm);
        Settings settings = new Settings(all, ofJvm);
        ZooConfig zookeeper = ZooConfig.parse(settings, workingDir, workingDir.resolve(DATA_FOLDER), Optional.empty());
        ListenerRules.checkDoors(List.of(), zookeeper);
        List<String> withoutEffect = withoutEffect(all.keySet(), settings, ofJvm);
        List<String> warnings = new ArrayList<>(settings.lenient().warnings());
        warnings.addAll(new UnusedKeys(settings.read(), List.of()).warnings(all.keySet(), withoutEffect));
        return new NodeConfig(
                false,
                OptionalInt.empty(),
                List.of(),
                Map.of(),
                Map.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                zookeeper,
                connectionLimits(standard),
                limits(standard),
                standard,
                workingDir,
                withoutEffect,
                List.copyOf(warnings));
    }

    private static SortedMap<String, String> stripped(Map<String, String> properties) {
        SortedMap<String, String> all = new TreeMap<>();
        properties.forEach((key, value) -> all.put(key, value.strip()));
        return all;
    }

    private static ConnectionLimits connectionLimits(BrokerConfigs configs) {
        return new ConnectionLimits(
                Integer.MAX_VALUE, // how many there may be can change while running: see ConnectionQuota
                Integer.MAX_VALUE,
                configs.number("connections.max.idle.ms"),
                UNSENT_BYTES_MAX);
    }

    private static BrokerLimits limits(BrokerConfigs configs) {
        long queuedBytesMax = configs.number("queued.max.request.bytes");
        BrokerLimits standard = BrokerLimits.DEFAULTS;
        return new BrokerLimits(
                configs.integer("socket.request.max.bytes"),
                standard.inFlightPerConnectionMax(),
                queuedBytesMax > 0 ? queuedBytesMax : standard.inFlightBytesMax());
    }

    private static OptionalInt brokerId(BrokerConfigs configs) {
        int id = configs.integer(configs.isSet("node.id") ? "node.id" : "broker.id");
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private static List<ListenerConfig> listeners(Map<String, String> all) throws InvalidConfigException {
        String text = all.getOrDefault("listeners", "");
        if (text.isEmpty()) return List.of(new ListenerConfig("PLAINTEXT", "localhost", KAFKA_PORT));
        List<ListenerConfig> listeners = new ArrayList<>();
        for (ListenerConfig listener : ListenerConfig.parse("listeners", text)) {
            // a KRaft controller's door; the coordination service needs none
            if (!controllerListeners(all).contains(listener.name())) listeners.add(listener);
        }
        if (listeners.isEmpty()) throw new InvalidConfigException("listeners: there is none for clients");
        ListenerRules.checkPorts(listeners);
        return List.copyOf(listeners);
    }

    /** The host that fewest can reach: what nobody said is to be open stays closed. */
    private static String narrowest(List<ListenerConfig> listeners) {
        return listeners.stream()
                .map(ListenerConfig::host)
                .filter(Address::isLoopback)
                .findFirst()
                .orElse(listeners.getFirst().host());
    }

    private static Map<String, Network.Security> security(
            Map<String, String> all, List<ListenerConfig> listeners, BrokerConfigs configs, Path workingDir)
            throws InvalidConfigException {
        Map<String, String> protocols = ListenerRules.protocols(all);
        Map<String, Network.Security> security = new TreeMap<>();
        for (ListenerConfig listener : listeners) {
            if (!listener.isTls(protocols)) {
                security.put(listener.name(), Network.Security.PLAIN);
                continue;
            }
            try {
                security.put(
                        listener.name(),
                        new Network.Security.Tls(
                                new ListenerTls(key -> configs.ofListener(listener.name(), key), workingDir).settings(),
                                false));
            } catch (InvalidConfigException e) {
                throw new InvalidConfigException("listeners: " + listener + ": " + e.getMessage());
            }
        }
        return security;
    }

    private static Set<String> controllerListeners(Map<String, String> all) {
        Set<String> names = new HashSet<>();
        for (String name : all.getOrDefault("controller.listener.names", "").split(",", -1))
            names.add(name.strip().toUpperCase(Locale.ROOT));
        return names;
    }

    private static Map<String, ListenerConfig> advertised(
            Map<String, String> all,
            List<ListenerConfig> listeners,
            Supplier<String> hostName,
            Consumer<String> warnings)
            throws InvalidConfigException {
        Map<String, ListenerConfig> advertised = new TreeMap<>();
        for (ListenerConfig listener : listeners)
            advertised.put(listener.name(), listener.isWildcard() ? listener.withHost("") : listener);
        String text = all.getOrDefault("advertised.listeners", "");
        if (!text.isEmpty()) {
            for (ListenerConfig listener : ListenerConfig.parse("advertised.listeners", text)) {
                if (listener.isWildcard() && !listener.host().isEmpty())
                    throw new InvalidConfigException(
                            "advertised.listeners: clients cannot connect to " + listener.host());
                if (controllerListeners(all).contains(listener.name())) continue;
                if (advertised.replace(listener.name(), listener) == null)
                    throw new InvalidConfigException(
                            "advertised.listeners: " + listener.name() + " is not among the listeners");
            }
        }
        ListenerRules.checkInterBroker(all, advertised.keySet());
        for (ListenerConfig listener : listeners) {
            ListenerConfig wanted = advertised.get(listener.name());
            boolean isByName = wanted.host().isEmpty();
            ListenerConfig told = isByName ? wanted.withHost(hostName.get()) : wanted;
            advertised.put(listener.name(), told);
            ListenerRules.told(listener, told, isByName).ifPresent(warnings);
        }
        return advertised;
    }

    private static List<Path> logDirs(Map<String, String> all, Path workingDir, Path data)
            throws InvalidConfigException {
        String text = all.getOrDefault("log.dirs", all.getOrDefault("log.dir", ""));
        if (text.isEmpty()) return List.of(data.resolve("kafka"));
        List<Path> dirs = new ArrayList<>();
        for (String dir : text.split(",", -1)) {
            if (dir.isBlank()) throw new InvalidConfigException("log.dirs: '" + text + "' has an empty entry");
            Path path = workingDir.resolve(dir.strip()).normalize();
            if (dirs.contains(path)) throw new InvalidConfigException("log.dirs: " + path + " is there twice");
            dirs.add(path);
        }
        return List.copyOf(dirs);
    }

    /** Beside the logs, since the two belong together; not among them, since Kafka refuses folders that are no partitions. */
    private static Path dataDir(Path data, Path firstLogDir) {
        if (firstLogDir.startsWith(data)) return data.resolve("zookeeper");
        return firstLogDir.resolveSibling(firstLogDir.getFileName() + "-zookeeper");
    }
}
