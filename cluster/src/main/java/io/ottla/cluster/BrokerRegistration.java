package io.ottla.cluster;

import io.ottla.base.Clock;
import io.ottla.base.SeededRandom;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this broker in {@code /brokers/ids}, and registers it again when its session was lost. Makes what Kafka
 * expects to exist ({@link ZnodePath#PERSISTENT}) and the id of the cluster, if nobody has yet.
 */
public final class BrokerRegistration implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerRegistration.class);

    /** After an answer that told nothing; the image may show that it was done. */
    private static final long RETRY_MS = 1_000;

    private final Coordination coordination;
    private final ClusterFollower follower;
    private final Clock clock;
    private final SeededRandom random;
    private final int brokerId;
    private final List<BrokerImage.Endpoint> endpoints;
    private final Optional<String> rack;
    private final boolean replacesFormer;
    private final List<Consumer<Long>> whenRegistered = new ArrayList<>();
    private boolean isStarted;
    private boolean isWriting;
    private long timestampMs;

    /**
     * @param replacesFormer a broker of the same id that is registered is a former life of this one, not another
     *     process: true where the data directory is locked and the coordination service is embedded. Otherwise
     *     registration waits until the other is gone
     */
    public BrokerRegistration(
            Coordination coordination,
            ClusterFollower follower,
            Clock clock,
            SeededRandom random,
            int brokerId,
            List<BrokerImage.Endpoint> endpoints,
            Optional<String> rack,
            boolean replacesFormer) {
        this.coordination = coordination;
        this.follower = follower;
        this.clock = clock;
        this.random = random;
        this.brokerId = brokerId;
        this.endpoints = List.copyOf(endpoints);
        this.rack = rack;
        this.replacesFormer = replacesFormer;
    }

    /** To be called once the follower has caught up; {@code registered} runs once, with the broker epoch. */
    public void start(Consumer<Long> registered) {
        whenRegistered.add(registered);
        makeParents(ZnodePath.PERSISTENT);
        timestampMs = clock.nowMs();
        isStarted = true;
        advance(follower.image());
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        if (isStarted) advance(after);
    }

    /** All at once; those of which it is not known are made again. */
    private void makeParents(List<String> paths) {
        List<String> missing = new ArrayList<>();
        for (String path : paths)
            coordination.write(List.of(new Op.Create(path, new byte[0], CreateMode.PERSISTENT)), result -> {
                if (!isThere(path, result)) missing.add(path);
                if (path.equals(paths.getLast())) parentsMade(missing);
            });
    }

    private static boolean isThere(String path, Result result) {
        return switch (result) {
            case Result.Committed committed -> true;
            case Result.Refused(int index, Coordination.Refusal reason) -> {
                boolean isOfParent = reason == Coordination.Refusal.NO_NODE; // whose own making failed
                if (!isOfParent && reason != Coordination.Refusal.NODE_EXISTS)
                    LOG.warn("cannot make {}: {}; Kafka's tools expect it to be there", path, reason);
                yield !isOfParent;
            }
            case Result.Unknown(String why) -> {
                LOG.warn("cannot make sure of {} and tries again: {}", path, why);
                yield false;
            }
        };
    }

    private void parentsMade(List<String> missing) {
        // what was refused for want of a parent is not in the image, so nothing else would bring us back
        advance(follower.image());
        if (!missing.isEmpty()) clock.after(RETRY_MS, () -> makeParents(missing));
    }

    private void advance(ClusterImage image) {
        if (isWriting) return;
        if (image.clusterId().isEmpty()) {
            String id = random.nextTopicId().toString();
            write(new Op.Create(ZnodePath.CLUSTER_ID, ClusterIdZnode.encode(id), CreateMode.PERSISTENT));
            return;
        }
        Optional<BrokerImage> present = image.brokers().get(brokerId);
        String path = ZnodePath.broker(brokerId);
        BrokerImage wanted = new BrokerImage(brokerId, 0, endpoints, rack, timestampMs);
        Op create = new Op.Create(path, wanted.encode(), CreateMode.EPHEMERAL);
        if (present.isEmpty() && !image.damaged().containsKey(path)) {
            write(create);
        } else if (present.isPresent() && isOurs(present.get())) {
            List<Consumer<Long>> waiting = List.copyOf(whenRegistered);
            whenRegistered.clear();
            waiting.forEach(registered -> registered.accept(present.get().epoch()));
        } else if (replacesFormer) {
            write(new Op.Delete(path, Coordination.ANY_VERSION), create);
        } else {
            LOG.warn("another broker with id {} is registered; waiting until it is gone", brokerId);
        }
    }

    private boolean isOurs(BrokerImage present) {
        return present.timestampMs() == timestampMs && present.endpoints().equals(endpoints);
    }

    private void write(Op... ops) {
        isWriting = true;
        coordination.write(List.of(ops), result -> {
            isWriting = false;
            switch (result) {
                case Result.Committed committed -> follower.whenTold(() -> advance(follower.image()));
                // the image shows why, or will; its next change brings us back
                case Result.Refused refused ->
                    LOG.info("registration of broker {}: {} {}", brokerId, ops[refused.index()], refused.reason());
                case Result.Unknown unknown -> {
                    LOG.warn("registration of broker {}: {}", brokerId, unknown.why());
                    clock.after(RETRY_MS, () -> advance(follower.image()));
                }
            }
        });
    }
}
