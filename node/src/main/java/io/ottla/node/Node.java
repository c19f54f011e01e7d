package io.ottla.node;

import io.ottla.base.Clock;
import io.ottla.base.Counters;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Network;
import io.ottla.base.SeededRandom;
import io.ottla.broker.Broker;
import io.ottla.broker.BrokerLimits;
import io.ottla.broker.Identity;
import io.ottla.broker.RequestHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One machine. Everything in here runs on the loop of {@code clock}. */
public final class Node {
    /** The world of a node, and what it reports to. */
    public record Environment(
            Clock clock, Network network, Disk disk, SeededRandom random, Counters counters, FaultHandler faults) {}

    private final NodeConfig config;
    private final Environment environment;
    private final List<Network.Listening> listening = new ArrayList<>();
    private Broker broker;

    public Node(NodeConfig config, Environment environment) {
        this.config = config;
        this.environment = environment;
    }

    /** To be called once, on the loop. */
    public void start(Consumer<StartResult> answer) {
        List<RequestHandler<?, ?>> handlers = new ArrayList<>();
        broker = new Broker(
                handlers,
                new Identity() {
                    @Override
                    public String clusterId() {
                        return "";
                    }

                    @Override
                    public int nodeId() {
                        return config.brokerId().orElse(0);
                    }

                    @Override
                    public Features features() {
                        return Features.NONE;
                    }
                },
                environment.clock(),
                BrokerLimits.DEFAULTS,
                environment.faults(),
                environment.counters());
        try {
            Map<String, ListenerConfig> advertised = new TreeMap<>(config.advertised());
            for (ListenerConfig listener : config.listeners()) {
                Network.Listening bound = environment
                        .network()
                        .listen(
                                new Network.Listener(
                                        listener.host(), listener.port(), broker.framing(), config.connectionLimits()),
                                broker.acceptor(listener.name()));
                listening.add(bound);
                if (listener.port() == 0)
                    advertised.computeIfPresent(listener.name(), (name, told) -> told.withPort(bound.port()));
            }
            answer.accept(new StartResult.Started(advertised));
        } catch (IOException e) {
            stop(() -> answer.accept(new StartResult.Failed(e.getMessage())));
        }
    }

    /** Serves no more and lets go of everything; {@code done} when that is so. On the loop. */
    public void stop(Runnable done) {
        listening.forEach(Network.Listening::close);
        broker.stop();
        done.run();
    }
}
