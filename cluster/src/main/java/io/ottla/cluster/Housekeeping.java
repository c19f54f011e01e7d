package io.ottla.cluster;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a controller does without being asked: it finishes what one before it began (topics half made, half deleted),
 * gives ids to topics of old, chooses leaders when brokers came or went, and gives what a broker leads that did not stop cleanly a new leader epoch.
 */
final class Housekeeping {
    /** So many notifications of changed configurations are left for those who read them. */
    static final int MAX_CONFIG_CHANGES = 100;

    private final ClusterImage image;
    private final int controllerEpoch;
    private final ControllerSettings settings;

    /** Those that came back without having stopped cleanly ({@link ClusterImage#leadsAgain}). */
    private final Set<Integer> leadAgain = new TreeSet<>();

    private final Plan.Draft<Void> draft = new Plan.Draft<>();

    Housekeeping(ClusterImage image, int controllerEpoch, ControllerSettings settings) {
        this.image = image;
        this.controllerEpoch = controllerEpoch;
        this.settings = settings;
        image.registrations().forEach((id, said) -> {
            if (image.leadsAgain(id)) leadAgain.add(id);
        });
    }

    /**
     * Which topics are to be looked at: those that changed and are not in order, or all when brokers came or went. So one
     * more topic costs its own size, not that of the cluster.
     */
    static final class Due {
        private final TreeSet<String> topics = new TreeSet<>();
        private boolean all;
        private boolean isPressing;

        void add(ClusterImage image, ImageDelta delta) {
            boolean isBack = delta.registrations().stream().anyMatch(image::leadsAgain);
            if (isBack || !delta.brokers().isEmpty()) addAll();
            delta.topics().forEach((name, change) -> {
                if (change.after().isPresent() && isDue(image, change.after().get())) {
                    topics.add(name);
                    isPressing = true;
                }
            });
            isPressing |= !image.doomed().isEmpty() || image.configChanges().size() > 2 * MAX_CONFIG_CHANGES;
        }

        void addAll() {
            all = true;
            isPressing = true;
        }

        /** It could not be mended; that waits for the next change of whatever is due. */
        void addAgain(String topic) {
            topics.add(topic);
        }

        /** It is not known what was done; that is looked at when there is time. */
        void addAllAgain() {
            all = true;
        }

        /** Whether something came since the last {@link #take}. */
        boolean isPressing() {
            return isPressing;
        }

        /** Whether {@link #take} will give all topics that there are. */
        boolean areAll() {
            return all;
        }

        /** What is to be looked at now; afterwards nothing is due. */
        List<TopicImage> take(ClusterImage image) {
            List<TopicImage> taken = new ArrayList<>();
            if (all) image.topics().forEach((name, topic) -> taken.add(topic));
            else for (String name : topics) image.topic(name).ifPresent(taken::add);
            topics.clear();
            all = false;
            isPressing = false;
            return taken;
        }
    }

    private static boolean isDue(ClusterImage image, TopicImage topic) {
        if (topic.id().equals(TopicId.ZERO)) return true;
        for (PartitionImage partition : topic.partitions()) {
            boolean isServed = partition.state().hasLeader() && image.isAlive(partition.leader());
            if (!isServed && partition.replicas().stream().anyMatch(image::isAlive)) return true;
            if (!isServed && partition.state().hasLeader()) return true;
            if (partition.isr().size() > 1 && !partition.isr().stream().allMatch(image::isAlive)) return true;
        }
        return false;
    }

    /** @param due taken by this */
    Plan<Void> plan(Due due, SeededRandom random) {
        boolean areAll = due.areAll();
        List<TopicImage> topics = due.take(image);
        image.doomed().forEach((name, topic) -> finishDeletion(name, topic));
        for (TopicImage topic : topics) {
            if (topic.id().equals(TopicId.ZERO)) giveId(topic, random.nextTopicId());
            choose(topic);
        }
        purgeConfigChanges();
        if (areAll) leadAgain.forEach(this::haveLedAgain);
        return draft.plan();
    }

    private void finishDeletion(String name, TopicImage topic) {
        List<List<Op>> groups = new ArrayList<>();
        if (settings.isTopicDeletionEnabled()) TopicDeletion.removal(image, topic, groups);
        else groups.add(List.of(new Op.Delete(ZnodePath.deletion(name), Coordination.ANY_VERSION)));
        draft.cuttable(name, groups);
    }

    private void giveId(TopicImage topic, TopicId id) {
        TopicZnode old = topic.znode();
        TopicZnode znode = new TopicZnode(Optional.of(id), old.partitions(), old.adding(), old.removing());
        draft.step(
                topic.name(), List.of(new Op.SetData(ZnodePath.topic(topic.name()), znode.encode(), topic.version())));
    }

    private void choose(TopicImage topic) {
        List<List<Op>> groups = new ArrayList<>();
        boolean hasParent = topic.hasPartitionsZnode();
        for (PartitionImage partition : topic.partitions()) {
            if (partition.stateVersion() >= 0) {
                next(topic.name(), partition);
                continue;
            }
            List<Op> ops = firstState(topic.name(), partition);
            if (ops.isEmpty()) continue;
            if (!hasParent) groups.add(List.of(create(ZnodePath.partitions(topic.name()), new byte[0])));
            hasParent = true;
            groups.add(ops);
        }
        draft.cuttable(topic.name(), groups);
    }

    /** One partition alone, whose state another wrote while this was being carried out. One that has lost its state waits for the next look at its topic. */
    Plan<Void> again(TopicPartition partition) {
        image.partition(partition)
                .filter(known -> known.stateVersion() >= 0)
                .ifPresent(known -> next(partition.topic(), known));
        return draft.plan();
    }

    private List<Op> firstState(String topic, PartitionImage partition) {
        Optional<PartitionState> state = LeaderChoice.first(
                partition.replicas(),
                image::isAlive,
                controllerEpoch,
                image.lastEpochFound(new TopicPartition(topic, partition.partition()), partition.replicas()));
        if (state.isEmpty()) return List.of();
        Op write = create(
                ZnodePath.state(topic, partition.partition()), state.get().encode());
        return partition.stateVersion() == PartitionImage.NO_ZNODE
                ? List.of(create(ZnodePath.partition(topic, partition.partition()), new byte[0]), write)
                : List.of(write);
    }

    private void next(String topic, PartitionImage partition) {
        Optional<PartitionState> elected = LeaderChoice.elect(
                partition.state(),
                partition.replicas(),
                image::isAlive,
                () -> settings.isUncleanElectionAllowed(image, topic),
                controllerEpoch);
        PartitionState then = elected.orElse(partition.state());
        boolean isInOldEpoch = then.hasLeader() && then.leaderEpoch() == partition.leaderEpoch();
        Optional<PartitionState> next = isInOldEpoch && leadAgain.contains(then.leader())
                ? Optional.of(LeaderChoice.again(then, controllerEpoch))
                : elected;
        if (next.isPresent())
            draft.state(topic, new TopicPartition(topic, partition.partition()), next.get(), partition.stateVersion());
    }

    /** That broker's partitions have new leader epochs by then: it need not come again, whoever is controller. */
    private void haveLedAgain(int broker) {
        Registration said = image.registration(broker).orElseThrow();
        draft.last(
                ZnodePath.registration(broker),
                List.of(new Op.SetData(
                        ZnodePath.registration(broker), said.asClean().encode(), said.version())));
    }

    private void purgeConfigChanges() {
        int[] surplus = {image.configChanges().size() - MAX_CONFIG_CHANGES};
        List<List<Op>> groups = new ArrayList<>();
        image.configChanges().forEach((name, zxid) -> {
            if (surplus[0]-- > 0)
                groups.add(List.of(new Op.Delete(ZnodePath.CONFIG_CHANGES + "/" + name, Coordination.ANY_VERSION)));
        });
        draft.cuttable(ZnodePath.CONFIG_CHANGES, groups);
    }

    private static Op create(String path, byte[] data) {
        return new Op.Create(path, data, CreateMode.PERSISTENT);
    }
}
