package io.ottla.node;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Counters;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Http;
import io.ottla.base.Limits;
import io.ottla.base.LogLevels;
import io.ottla.base.Network;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.broker.Broker;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.ExternalCoordination;
import io.ottla.keeper.Keeper;
import io.ottla.zookeeperserver.ZookeeperServer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine: opens its directories, joins the cluster, serves. Everything in here runs on the loop of the clock.
 *
 * <pre>
 * start: bind the listeners → lock the log directories → open the coordination service → learn the cluster's id, miss no log directory and
 *        claim them → join the cluster → let clients in
 * stop:  let nobody in → answer what is ready → flush and close the logs → leave the cluster with the coordination service
 * </pre>
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /**
     * The world of a node, and what it reports to.
     *
     * @param limits what it may hold
     * @param outside what only some configurations ask for
     * @param giveUp is told, in a sentence, why the node is of no use any more (its disks have failed): the process should end
     */
    public record Environment(
            Clock clock,
            Network network,
            Disk disk,
            Limits limits,
            SeededRandom random,
            Counters counters,
            FaultHandler faults,
            Outside outside,
            Consumer<String> giveUp) {}

    /** What only some configurations ask for, so that the others need not load it. */
    public interface Outside {
        /** The way to a coordination service elsewhere. */
        ExternalCoordination coordination();

        Http http();

        LogLevels logLevels();
    }

    private final NodeConfig config;
    private final Environment environment;
    private final Doors doors;
    private final ZookeeperPorts zookeeper;
    private final Optional<AdminPort> admin;
    private final Optional<MetricsPort> metrics;
    private final long sinceNs;
    private Consumer<StartResult> starting = result -> {};
    private Map<String, ListenerConfig> advertised = Map.of();
    private Optional<Storage> storage = Optional.empty();
    private Optional<Keeper> keeper = Optional.empty();
    private Optional<ExternalCoordination.Member> member = Optional.empty();
    private Optional<BrokerParts> parts = Optional.empty();
    private Optional<Restore> restore = Optional.empty();
    private final StartWait wait;

    public Node(NodeConfig config, Environment environment) {
        this.config = config;
        this.environment = environment;
        wait = new StartWait(environment.clock());
        sinceNs = environment.clock().monotonicNs();
        zookeeper = new ZookeeperPorts(config.zookeeper());
        admin = config.zookeeper().admin().map(wanted -> new AdminPort(wanted, zookeeper::commands));
        metrics = config.zookeeper()
                .metrics()
                .map(wanted -> new MetricsPort(wanted, zookeeper::commands, environment.disk()));
        doors = new Doors(
                environment.network(),
                new ConnectionQuota(() -> limit("max.connections"), () -> limit("max.connections.per.ip")));
    }

    /** What holds now; before the node has joined the cluster, what its own configuration says. */
    private int limit(String name) {
        return parts.map(joined -> joined.configs().integer(name))
                .orElseGet(() -> config.broker().integer(name));
    }

    /** To be called once. */
    public void start(Consumer<StartResult> answer) {
        starting = answer;
        try {
            advertised = doors.bind(
                    config.listeners(),
                    config.security(),
                    config.advertised(),
                    config.connectionLimits(),
                    config.brokerLimits().framing());
            // where the service is another's there is none to serve
            if (config.external().isEmpty()) zookeeper.bind(doors);
            if (admin.isPresent()) admin.get().bind(environment.outside().http());
            if (metrics.isPresent()) metrics.get().bind(environment.outside().http());
        } catch (IOException e) {
            fail(e.getMessage());
            return;
        }
        if (config.servesKafka()) openStorage();
        else openKeeper(opened -> serve(name -> zookeeper.acceptor(name).orElseThrow()));
    }

    private void openStorage() {
        wait.on("the log directories are being opened: " + config.logDirs());
        Storage.open(config.logDirs(), environment.disk(), orFail(opened -> {
            storage = Optional.of(opened);
            for (StartResult.Started.Data found : opened.found())
                LOG.info("log directory {} is {}", found.directory(), found.isNew() ? "new" : "open");
            if (config.external().isPresent()) connect(config.external().get());
            else openKeeper(service -> claim(new EmbeddedCoordination(service)));
        }));
    }

    private void openKeeper(Consumer<Keeper> next) {
        wait.on("the coordination service reads its data in "
                + config.zookeeper().dataDir());
        reopenKeeper(orFail(opened -> {
            ZookeeperServer server = zookeeper.serve(opened, environment);
            // a broker would not survive it
            if (!config.servesKafka()) {
                restore = Optional.of(new Restore(config.zookeeper(), environment, new Served()));
                server.restorer(restore.get());
            }
            next.accept(opened);
        }));
    }

    private void reopenKeeper(Completion<Keeper> completion) {
        Keeper.open(
                config.zookeeper().keeper().within(environment.limits()),
                config.zookeeper().dataDir(),
                config.zookeeper().dataLogDir(),
                environment.disk(),
                environment.clock(),
                environment.random().split(),
                environment.faults(),
                outcome -> {
                    keeper = outcome instanceof Outcome.Done<Keeper>(Keeper opened)
                            ? Optional.of(opened)
                            : Optional.empty();
                    completion.complete(outcome);
                });
    }

    /** The coordination service, while its tree is replaced. */
    private final class Served implements Restore.Service {
        @Override
        public Keeper keeper() {
            return keeper.orElseThrow();
        }

        @Override
        public void pause() {
            zookeeper.pause();
        }

        @Override
        public void goOn(Completion<Keeper> completion) {
            reopenKeeper(outcome -> {
                keeper.ifPresent(zookeeper::goOn);
                completion.complete(outcome);
            });
        }
    }

    private void connect(ExternalCoordination.Settings settings) {
        wait.on(
                "no ZooKeeper has answered yet at %s, which zookeeper.connect names; it may take %d ms (zookeeper.connection.timeout.ms). Without zookeeper.connect, or with an empty one, this node brings the service itself"
                        .formatted(settings.servers(), settings.connectMsMax()));
        environment.outside().coordination().connect(settings, orFail(connected -> {
            member = Optional.of(connected);
            claim(connected.coordination());
        }));
    }

    private void claim(Coordination coordination) {
        Storage dirs = storage.orElseThrow();
        // log directories of a cluster whose coordination directory is gone or new keep their cluster's id
        String fresh = dirs.clusterId()
                .orElseGet(() -> environment.random().nextTopicId().toString());
        int nodeId = config.brokerId().orElse(dirs.nodeId().orElse(0));
        wait.on("the coordination service is asked which cluster this is");
        ClusterIdentity.find(
                coordination,
                fresh,
                orFail(clusterId -> MissingLogDirs.check(
                        nodeId,
                        dirs,
                        config.lostLogDirs(),
                        coordination,
                        environment.clock(),
                        orFail(none -> dirs.claim(
                                nodeId,
                                clusterId,
                                environment.random(),
                                orFail(claimed -> join(nodeId, clusterId, claimed, coordination)))))));
    }

    private void join(int nodeId, String clusterId, Storage claimed, Coordination coordination) {
        BrokerParts joining;
        try {
            joining = new BrokerParts(nodeId, clusterId, config, environment, claimed, coordination, doors);
        } catch (IOException e) {
            fail(e.getMessage());
            return;
        }
        parts = Optional.of(joining);
        wait.on("broker %d opens its logs and joins the cluster".formatted(nodeId));
        List<BrokerImage.Endpoint> endpoints = advertised.values().stream()
                .map(listener -> new BrokerImage.Endpoint(
                        listener.name(), protocol(listener.name()), listener.host(), listener.port()))
                .toList();
        joining.join(endpoints, config.rack(), () -> {
            Broker broker = joining.broker();
            serve(name -> zookeeper.acceptor(name).orElseGet(() -> broker.acceptor(name)));
        });
    }

    private void serve(Function<String, Network.Acceptor> acceptors) {
        wait.over();
        doors.open(acceptors);
        LOG.info("ready after {} ms", (environment.clock().monotonicNs() - sinceNs) / 1_000_000);
        starting.accept(new StartResult.Started(
                advertised,
                doors.addresses(),
                zookeeper.addresses(),
                admin.flatMap(AdminPort::address),
                metrics.flatMap(MetricsPort::address),
                data()));
    }

    private List<StartResult.Started.Data> data() {
        List<StartResult.Started.Data> data = new ArrayList<>();
        storage.ifPresent(dirs -> data.addAll(dirs.found()));
        keeper.ifPresent(
                own -> data.add(new StartResult.Started.Data(config.zookeeper().dataDir(), own.isNew())));
        return data;
    }

    /** As Kafka names it, in Metadata's znode. */
    private String protocol(String listener) {
        return config.security().get(listener) instanceof Network.Security.Tls ? "SSL" : "PLAINTEXT";
    }

    private <T> Completion<T> orFail(Consumer<T> next) {
        return outcome -> {
            switch (outcome) {
                case Outcome.Done<T>(T value) -> next.accept(value);
                case Outcome.Failed<T>(IOException cause) -> fail(sentence(cause));
            }
        };
    }

    /** Ours are sentences; the system's are a path and a word. */
    private static String sentence(IOException cause) {
        return cause instanceof FileSystemException ? "cannot use " + cause.getMessage() : cause.getMessage();
    }

    private void fail(String sentence) {
        stop(result -> {
            if (result instanceof StopResult.Unclean(String why)) LOG.warn("the stop was not clean: {}", why);
            starting.accept(new StartResult.Failed(sentence));
        });
    }

    /** Lets go of everything; {@code done} runs when that is so. To be called once, after the start has been answered. */
    public void stop(Consumer<StopResult> done) {
        wait.over();
        doors.close();
        admin.ifPresent(AdminPort::close);
        metrics.ifPresent(MetricsPort::close);
        zookeeper.stop();
        if (restore.isPresent()) restore.get().stop(() -> stopRest(done));
        else stopRest(done);
    }

    private void stopRest(Consumer<StopResult> done) {
        if (parts.isPresent()) parts.get().stop(outcome -> stopKeeper(outcome, done));
        else if (storage.isPresent()) storage.get().close(outcome -> stopKeeper(Outcome.done(null), done));
        else stopKeeper(Outcome.done(null), done);
    }

    private void stopKeeper(Outcome<Void> logsClosed, Consumer<StopResult> done) {
        StopResult logs = result("", logsClosed);
        if (member.isPresent()) {
            member.get().close(outcome -> done.accept(logs));
        } else if (keeper.isPresent()) {
            keeper.get()
                    .close(outcome -> done.accept(
                            both(logs, result("the coordination service was not closed cleanly: ", outcome))));
        } else {
            done.accept(logs);
        }
    }

    private static StopResult result(String what, Outcome<Void> closed) {
        return switch (closed) {
            case Outcome.Done<Void> done -> new StopResult.Clean();
            case Outcome.Failed<Void>(IOException cause) -> new StopResult.Unclean(what + cause.getMessage());
        };
    }

    private static StopResult both(StopResult one, StopResult other) {
        if (!(one instanceof StopResult.Unclean(String first))) return other;
        return other instanceof StopResult.Unclean(String second)
                ? new StopResult.Unclean(first + "; and " + second)
                : one;
    }
}
