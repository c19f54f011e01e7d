package io.ottla.cluster;

import io.ottla.base.Clock;
import io.ottla.base.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A broker's part in the cluster: follows the znodes, registers the broker, stands for controller. For a node to wire; all
 * on its loop.
 */
public final class ClusterMember {
    private final int brokerId;
    private final Coordination coordination;
    private final Clock clock;
    private final SeededRandom random;
    private final LocalFacts facts;
    private final boolean replacesKafkas;
    private final ClusterFollower follower;
    private final Controller controller;
    private final ProducerIds producerIds;

    /** @param replacesKafkas a Kafka broker that is registered under this id is a former life of this broker; see {@link BrokerRegistration} */
    public ClusterMember(
            int brokerId,
            Coordination coordination,
            Clock clock,
            SeededRandom random,
            ControllerSettings settings,
            LocalFacts facts,
            boolean replacesKafkas) {
        this.brokerId = brokerId;
        this.coordination = coordination;
        this.clock = clock;
        this.random = random;
        this.facts = facts;
        this.replacesKafkas = replacesKafkas;
        follower = new ClusterFollower(coordination, clock);
        controller = new Controller(brokerId, coordination, follower, clock, random.split(), settings);
        producerIds = new ProducerIds(brokerId, coordination, follower, clock);
    }

    public ClusterFollower follower() {
        return follower;
    }

    public Controller controller() {
        return controller;
    }

    public ProducerIds producerIds() {
        return producerIds;
    }

    /**
     * Begins.
     *
     * @param stages told of each image in this order; after them this broker's registration and the controller
     * @param endpoints as advertised, with their real ports
     * @param ready runs once: the broker is registered, there is a controller, and every partition that can have a leader
     *     has one
     */
    public void start(
            List<ImageListener> stages, List<BrokerImage.Endpoint> endpoints, Optional<String> rack, Runnable ready) {
        BrokerRegistration registration = new BrokerRegistration(
                coordination, follower, clock, random, brokerId, endpoints, rack, facts, replacesKafkas);
        List<ImageListener> all = new ArrayList<>(stages);
        all.add(registration);
        all.add(controller);
        follower.start(all, () -> registration.start(incarnation -> controller.stand(incarnation, ready)));
    }
}
