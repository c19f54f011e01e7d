package io.ottla.node;

import io.ottla.base.Network;
import io.ottla.base.Network.ConnectionLimits;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.zookeeperserver.AdminCommands;
import io.ottla.zookeeperserver.ServerOptions;
import io.ottla.zookeeperserver.ZookeeperServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client ports of a node's coordination service: bound early with the other doors, served once the keeper is open. */
final class ZookeeperPorts {
    private static final Logger LOG = LoggerFactory.getLogger(ZookeeperPorts.class);

    /** What no listener of Kafka's can be called. */
    private static final String NAME = "zookeeper client port ";

    /** A client pings three times in its timeout; of one that has been silent for so many the session is long gone. */
    private static final long IDLE_TIMEOUTS = 2;

    private record Bound(ZooConfig.Door door, int port) {
        boolean isSecure() {
            return door.security() instanceof Network.Security.Tls tls && !tls.orPlain();
        }

        Address address() {
            return new Address(door.host(), port);
        }
    }

    private final ZooConfig config;
    private final ServerOptions options;
    private final Map<String, Bound> bound = new TreeMap<>();
    private Optional<ZookeeperServer> server = Optional.empty();

    ZookeeperPorts(ZooConfig config) {
        this.config = config;
        options = config.server();
    }

    /** @throws IOException if a port that somebody asked for cannot be bound */
    void bind(Doors doors) throws IOException {
        KeeperOptions.Sessions sessions = config.keeper().sessions();
        ConnectionLimits limits = new ConnectionLimits(
                config.clientsMax(),
                config.clientsPerIpMax(),
                IDLE_TIMEOUTS * sessions.timeoutMaxMs(),
                NodeConfig.UNSENT_BYTES_MAX);
        for (ZooConfig.Door door : config.doors()) {
            String name = NAME + bound.size();
            Network.Listener listener = new Network.Listener(
                    door.host(),
                    door.port(),
                    ZookeeperServer.framing(options.packetBytesMax()),
                    limits,
                    door.security());
            try {
                bound.put(name, new Bound(door, doors.bindUncounted(name, listener)));
            } catch (IOException e) {
                if (door.isWanted()) throw e;
                LOG.warn(
                        "ZooKeeper clients are not served: {}; set clientPort to a free port, or to -1",
                        e.getMessage());
            }
        }
    }

    /** Where clients connect to. */
    List<Address> addresses() {
        List<Address> addresses = new ArrayList<>();
        for (Bound each : bound.values()) addresses.add(each.address());
        return addresses;
    }

    /** The keeper is open. */
    ZookeeperServer serve(Keeper keeper, Node.Environment environment) {
        ZookeeperServer serving = new ZookeeperServer(
                keeper,
                environment.clock(),
                options.withDescribed(described()).within(environment.limits()),
                new ProcessMachine(environment.disk(), config.dataDir(), config.dataLogDir()),
                environment.counters());
        server = Optional.of(serving);
        return serving;
    }

    private ServerOptions.Described described() {
        KeeperOptions.Sessions sessions = config.keeper().sessions();
        ServerOptions.Described told = options.described();
        return new ServerOptions.Described(
                port(false),
                port(true),
                config.dataDir().resolve(ProcessMachine.VERSION_FOLDER).toString(),
                config.dataLogDir().resolve(ProcessMachine.VERSION_FOLDER).toString(),
                sessions.tickTimeMs(),
                told.maxClientCnxns(),
                sessions.timeoutMinMs(),
                sessions.timeoutMaxMs(),
                told.backlog(),
                told.serverId());
    }

    private int port(boolean secure) {
        for (Bound each : bound.values()) if (each.isSecure() == secure) return each.port;
        return -1;
    }

    /** Who takes the connections of the door of that name; empty if it is none of these. */
    Optional<Network.Acceptor> acceptor(String name) {
        Bound door = bound.get(name);
        return door == null ? Optional.empty() : server.map(serving -> serving.acceptor(door.isSecure()));
    }

    /** Empty before the keeper is open. */
    Optional<AdminCommands> commands() {
        return server.map(ZookeeperServer::commands);
    }

    void pause() {
        server.ifPresent(ZookeeperServer::pause);
    }

    void goOn(Keeper keeper) {
        server.ifPresent(serving -> serving.goOn(keeper));
    }

    /** Clients are let go; what is answered leaves. */
    void stop() {
        server.ifPresent(ZookeeperServer::stop);
    }
}
