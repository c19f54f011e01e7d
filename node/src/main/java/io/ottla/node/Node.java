package io.ottla.node;

import io.ottla.base.Clock;
import io.ottla.base.Counters;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Network;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.broker.Broker;
import io.ottla.broker.BrokerLimits;
import io.ottla.broker.Identity;
import io.ottla.broker.RequestHandler;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterMember;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.KeeperOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine: opens its directories, joins the cluster, serves. Everything in here runs on the loop of the clock.
 *
 * <pre>
 * start: bind listeners → open the coordination service → join the cluster → let clients in
 * stop:  let nobody in → answer what is ready → close the coordination service
 * </pre>
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** The world of a node, and what it reports to. */
    public record Environment(
            Clock clock, Network network, Disk disk, SeededRandom random, Counters counters, FaultHandler faults) {}

    private final NodeConfig config;
    private final Environment environment;
    private final BrokerLimits limits = BrokerLimits.DEFAULTS;
    private final Doors doors;
    private Consumer<StartResult> starting = result -> {};
    private Optional<Keeper> keeper = Optional.empty();
    private Optional<Broker> broker = Optional.empty();

    public Node(NodeConfig config, Environment environment) {
        this.config = config;
        this.environment = environment;
        doors = new Doors(environment.network());
    }

    /** To be called once. */
    public void start(Consumer<StartResult> answer) {
        starting = answer;
        Map<String, ListenerConfig> advertised;
        try {
            advertised =
                    doors.bind(config.listeners(), config.advertised(), config.connectionLimits(), limits.framing());
        } catch (IOException e) {
            fail(e.getMessage());
            return;
        }
        Keeper.open(
                KeeperOptions.DEFAULT,
                config.dataDir(),
                environment.disk(),
                environment.clock(),
                environment.random().split(),
                environment.faults(),
                opened -> {
                    switch (opened) {
                        case Outcome.Failed<Keeper>(IOException cause) ->
                            fail("the coordination service cannot be opened: " + cause.getMessage());
                        case Outcome.Done<Keeper>(Keeper open) -> {
                            keeper = Optional.of(open);
                            join(open, advertised);
                        }
                    }
                });
    }

    private void join(Keeper open, Map<String, ListenerConfig> advertised) {
        int nodeId = config.brokerId().orElse(0);
        ClusterMember member = new ClusterMember(
                nodeId,
                new EmbeddedCoordination(open),
                environment.clock(),
                environment.random().split(),
                new StaticSettings(),
                false,
                true);
        List<BrokerImage.Endpoint> endpoints = advertised.values().stream()
                .map(listener ->
                        new BrokerImage.Endpoint(listener.name(), "PLAINTEXT", listener.host(), listener.port()))
                .toList();
        member.start(endpoints, config.rack(), () -> serve(member, nodeId, advertised));
    }

    private void serve(ClusterMember member, int nodeId, Map<String, ListenerConfig> advertised) {
        List<RequestHandler<?, ?>> handlers = new ArrayList<>();
        Broker serving = new Broker(
                handlers,
                identity(member, nodeId),
                environment.clock(),
                limits,
                environment.faults(),
                environment.counters());
        broker = Optional.of(serving);
        doors.open(serving::acceptor);
        starting.accept(new StartResult.Started(advertised));
    }

    private static Identity identity(ClusterMember member, int nodeId) {
        return new Identity() {
            @Override
            public String clusterId() {
                return member.follower().image().clusterId().orElse("");
            }

            @Override
            public int nodeId() {
                return nodeId;
            }

            @Override
            public Features features() {
                return Features.NONE;
            }
        };
    }

    private void fail(String sentence) {
        stop(() -> starting.accept(new StartResult.Failed(sentence)));
    }

    /** Lets go of everything; {@code done} runs when that is so. To be called once, after the start has been answered. */
    public void stop(Runnable done) {
        doors.close();
        broker.ifPresent(Broker::stop);
        keeper.ifPresentOrElse(
                open -> open.close(outcome -> {
                    if (outcome instanceof Outcome.Failed<Void>(IOException cause))
                        LOG.warn("the coordination service was not closed cleanly: {}", cause.getMessage());
                    done.run();
                }),
                done);
    }
}
