package io.ottla.cluster;

import io.ottla.base.Clock;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.Registration.EpochsFound;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this broker in {@code /brokers/ids}, and what it says of itself beside that ({@link Registration}); registers it again when its session was lost.
 * Makes what Kafka expects to exist ({@link ZnodePath#PERSISTENT}) and the id of the cluster, if nobody has yet.
 *
 * <p>A broker of the same id that is registered already is replaced if it has said that one of its log directories is one of ours: we have that locked,
 * so it has ended. One that has other directories is left alone, and this one waits until it is gone.
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
    private final LocalFacts facts;
    private final boolean replacesKafkas;
    private final List<Consumer<TopicId>> whenRegistered = new ArrayList<>();
    private EpochsFound epochsFound = EpochsFound.NOTHING;
    private Optional<TopicId> incarnation = Optional.empty();

    /** What this broker leads has new leader epochs since it came back, or needed none. */
    private boolean isClean;

    private boolean isStarted;
    private boolean isWriting;

    /** That of the image by which was decided what is being written. */
    private long decidedAtZxid;

    private long timestampMs;

    /**
     * @param replacesKafkas a broker of the same id that is registered and says nothing of itself, as Kafka's does not, is a former life of this one:
     *     true where the coordination service is embedded, since its directories are locked too. Otherwise registration waits until the other is gone
     */
    public BrokerRegistration(
            Coordination coordination,
            ClusterFollower follower,
            Clock clock,
            SeededRandom random,
            int brokerId,
            List<BrokerImage.Endpoint> endpoints,
            Optional<String> rack,
            LocalFacts facts,
            boolean replacesKafkas) {
        this.coordination = coordination;
        this.follower = follower;
        this.clock = clock;
        this.random = random;
        this.brokerId = brokerId;
        this.endpoints = List.copyOf(endpoints);
        this.rack = rack;
        this.facts = facts;
        this.replacesKafkas = replacesKafkas;
    }

    /** To be called once the follower has caught up; {@code registered} runs once, with the incarnation that the image shows by then. */
    public void start(Consumer<TopicId> registered) {
        whenRegistered.add(registered);
        makeParents(ZnodePath.PERSISTENT);
        timestampMs = clock.nowMs();
        ClusterImage image = follower.image();
        boolean hasWhatItHad = facts.wasCleanlyStopped() && !hasOtherDirectories(image);
        isClean = hasWhatItHad || !leadsAny(image);
        facts.epochsFound(image, found -> {
            epochsFound = found;
            isStarted = true;
            advance(follower.image());
        });
    }

    private boolean leadsAny(ClusterImage image) {
        boolean[] leads = {false};
        image.topics().forEach((name, topic) -> {
            for (PartitionImage partition : topic.partitions()) leads[0] |= partition.leader() == brokerId;
        });
        return leads[0];
    }

    private boolean hasOtherDirectories(ClusterImage image) {
        Optional<Registration> before = image.registrations().get(brokerId);
        if (before.isEmpty() || before.get().sharesDirectory(facts.directories())) return false;
        LOG.warn(
                "broker {} had other log directories when it registered last; what only they hold is not there",
                brokerId);
        return true;
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        advance(after);
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

    /** Nothing is said before it is known what the disk has to say. */
    private void advance(ClusterImage image) {
        if (!isStarted || isWriting) return;
        if (image.clusterId().isEmpty()) {
            String id = random.nextTopicId().toString();
            write(new Op.Create(ZnodePath.CLUSTER_ID, ClusterIdZnode.encode(id), CreateMode.PERSISTENT));
            return;
        }
        String path = ZnodePath.broker(brokerId);
        Optional<BrokerImage> present = image.brokers().get(brokerId);
        if (present.isPresent() && isOurs(present.get())) {
            said(image);
            return;
        }
        BrokerImage wanted = new BrokerImage(brokerId, 0, endpoints, rack, timestampMs);
        Op create = new Op.Create(path, wanted.encode(), CreateMode.EPHEMERAL);
        // what it says comes first, so that nobody sees the broker without it
        if (present.isEmpty() && !image.damaged().containsKey(path)) {
            write(say(image), create);
        } else if (isFormerLife(image)) {
            write(say(image), new Op.Delete(path, Coordination.ANY_VERSION), create);
        } else {
            LOG.warn(
                    "another broker with id {} is registered, with other log directories; waiting until it is gone",
                    brokerId);
        }
    }

    private boolean isOurs(BrokerImage present) {
        return present.timestampMs() == timestampMs && present.endpoints().equals(endpoints);
    }

    private boolean isFormerLife(ClusterImage image) {
        return image.registration(brokerId)
                .map(said -> said.sharesDirectory(facts.directories()))
                .orElse(replacesKafkas);
    }

    /** The broker is registered; what it says of itself may have been taken away by somebody. */
    private void said(ClusterImage image) {
        Optional<Registration> said = image.registration(brokerId);
        if (said.isEmpty() || !Optional.of(said.get().incarnation()).equals(incarnation)) {
            write(say(image));
            return;
        }
        isClean |= said.get().isClean();
        List<Consumer<TopicId>> waiting = List.copyOf(whenRegistered);
        whenRegistered.clear();
        waiting.forEach(registered -> registered.accept(said.get().incarnation()));
    }

    private Op say(ClusterImage image) {
        String path = ZnodePath.registration(brokerId);
        if (incarnation.isEmpty()) incarnation = Optional.of(random.nextTopicId());
        byte[] data = new Registration(
                        0,
                        timestampMs,
                        incarnation.get(),
                        facts.directories(),
                        isClean,
                        Map.of(),
                        Map.of(),
                        epochsFound,
                        Map.of())
                .encode();
        Optional<Registration> before = image.registrations().get(brokerId);
        if (before.isPresent()) return new Op.SetData(path, data, before.get().version());
        return image.damaged().containsKey(path)
                ? new Op.SetData(path, data, Coordination.ANY_VERSION)
                : new Op.Create(path, data, CreateMode.PERSISTENT);
    }

    private void write(Op... ops) {
        isWriting = true;
        decidedAtZxid = follower.image().zxid();
        coordination.write(List.of(ops), result -> {
            isWriting = false;
            switch (result) {
                case Result.Committed committed -> follower.whenTold(() -> advance(follower.image()));
                case Result.Refused refused -> {
                    LOG.info(
                            "registration of broker {}: {} {}",
                            brokerId,
                            ops[refused.index()].path(),
                            refused.reason());
                    // the image shows why already, or will: then its next change brings us back
                    if (follower.image().zxid() != decidedAtZxid) advance(follower.image());
                }
                case Result.Unknown unknown -> {
                    LOG.warn("registration of broker {}: {}", brokerId, unknown.why());
                    clock.after(RETRY_MS, () -> advance(follower.image()));
                }
            }
        });
    }
}
