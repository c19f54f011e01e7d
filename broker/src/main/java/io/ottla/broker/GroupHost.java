package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.base.Core;
import io.ottla.base.Invariant;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.TopicImage;
import io.ottla.coordinator.CoordinatorEffect;
import io.ottla.coordinator.CoordinatorEvent;
import io.ottla.coordinator.CoordinatorLimits;
import io.ottla.coordinator.CoordinatorLog;
import io.ottla.coordinator.GroupCommand;
import io.ottla.coordinator.GroupCoordinator;
import io.ottla.coordinator.GroupSettings;
import io.ottla.kafkaprotocol.Compression;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where the group coordinator meets the node: it is told which partitions of {@code __consumer_offsets} are this
 * node's, which topics are gone and what is configured, and its effects are carried out. Belongs to the loop.
 *
 * <p>To listen to the image after those who tell the replicas of it, though a load that comes too early is only tried
 * again.
 */
public final class GroupHost implements ImageListener {
    public static final String TOPIC = "__consumer_offsets";

    /** Partitions that are read at the same time. */
    private static final int LOADS_MAX = 4;
    /** Between loads of partitions that nobody has asked for yet: a node that starts has better things to do. */
    private static final long BACKGROUND_LOAD_PERIOD_MS = 200;
    /** So long an answer waits for a partition that is being read, at most: well below what clients wait. */
    static final long LOAD_WAIT_MAX_MS = 1_000;

    private final int nodeId;
    private final Clock clock;
    private final CoordinatorLog log;
    private final Supplier<GroupSettings> configured;
    private final GroupCoordinator coordinator;
    private final ArrayDeque<CoordinatorEvent<GroupCommand>> due = new ArrayDeque<>();
    private boolean isStepping;
    private GroupSettings settings;
    private int partitions;
    private final Set<Integer> led = new HashSet<>();
    /** Loads that wait for their turn: partition to load id. */
    private final LinkedHashMap<Integer, Long> waitingLoads = new LinkedHashMap<>();
    /** Those of them that somebody waits for. */
    private final LinkedHashSet<Integer> wantedLoads = new LinkedHashSet<>();

    /** Those who need all partitions. */
    private final List<Awaiting> awaiting = new ArrayList<>();

    private boolean isElecting;
    private boolean isPacing;
    /** Being read. A partition that is lost and won meanwhile is here once, which only lets one more be read. */
    private final Set<Integer> loading = new HashSet<>();

    private Optional<Clock.Timer> timer = Optional.empty();
    private long timerAtMs = Core.NO_DEADLINE;

    /**
     * @param configured what holds now; asked again whenever a configuration has changed
     * @param compression {@code offsets.topic.compression.codec}
     * @param random for member ids
     */
    public GroupHost(
            int nodeId,
            Clock clock,
            CoordinatorLog log,
            Supplier<GroupSettings> configured,
            Compression compression,
            CoordinatorLimits limits,
            SeededRandom random) {
        this.nodeId = nodeId;
        this.clock = clock;
        this.log = log;
        this.configured = configured;
        settings = configured.get();
        coordinator = new GroupCoordinator(clock.nowMs(), settings, compression, limits, random);
    }

    // ---- requests

    /** Asks the shard that the group belongs to. While the topic is not there, no node is its coordinator. */
    void request(String groupId, GroupCommand command) {
        request(partitionFor(groupId), command);
    }

    void request(int partition, GroupCommand command) {
        want(partition);
        step(new CoordinatorEvent.Requested<>(partition, command));
    }

    /** Somebody will ask for something of this partition: it is loaded before others. */
    void want(int partition) {
        if (!waitingLoads.containsKey(partition)) return;
        wantedLoads.add(partition);
        beginLoads();
    }

    /**
     * Runs {@code task} once every partition that is not loaded now has been tried: whoever lists groups just after a
     * start waits a moment rather than be told to come again. What still cannot be read then answers for itself.
     */
    void whenTried(Runnable task) {
        Set<Integer> missing = new HashSet<>(waitingLoads.keySet());
        missing.addAll(loading);
        if (missing.isEmpty()) {
            task.run();
            return;
        }
        awaiting.add(new Awaiting(missing, task));
        wantedLoads.addAll(waitingLoads.keySet());
        beginLoads();
    }

    /**
     * Runs {@code task} once those of the partitions that are this node's and not loaded yet have been tried, and after
     * {@link #LOAD_WAIT_MAX_MS} at the latest.
     */
    void whenTried(Set<Integer> wanted, Runnable task) {
        Set<Integer> missing = new HashSet<>(wanted);
        missing.removeIf(partition -> !waitingLoads.containsKey(partition) && !loading.contains(partition));
        if (missing.isEmpty()) {
            task.run();
            return;
        }
        Awaiting entry = new Awaiting(missing, task);
        awaiting.add(entry);
        clock.after(LOAD_WAIT_MAX_MS, () -> {
            if (awaiting.remove(entry)) task.run();
        });
        wanted.forEach(this::want);
    }

    private record Awaiting(Set<Integer> missing, Runnable task) {}

    private void tried(int partition) {
        List<Awaiting> satisfied = new ArrayList<>();
        awaiting.removeIf(each -> {
            each.missing().remove(partition);
            if (each.missing().isEmpty()) satisfied.add(each);
            return each.missing().isEmpty();
        });
        satisfied.forEach(each -> each.task().run());
    }

    int partitionFor(String groupId) {
        return partitions == 0 ? 0 : GroupCoordinator.partitionFor(groupId, partitions);
    }

    /** The partitions that this node coordinates, loaded or loading. */
    List<Integer> partitions() {
        return coordinator.partitions();
    }

    // ---- the cluster

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        if (delta.topics().containsKey(TOPIC)) clock.execute(() -> lead(after.topic(TOPIC)));
        Map<String, TopicId> deleted = new HashMap<>();
        delta.topics().forEach((name, change) -> change.deleted().ifPresent(topic -> deleted.put(name, topic.id())));
        if (!deleted.isEmpty())
            step(new CoordinatorEvent.RequestedOfAll<>(new GroupCommand.TopicsDeleted(Map.copyOf(deleted))));
        if (!delta.configs().isEmpty()) configure();
    }

    private void lead(Optional<TopicImage> topic) {
        List<PartitionImage> all = topic.map(TopicImage::partitions).orElse(List.of());
        partitions = all.size();
        Set<Integer> now = new HashSet<>();
        for (PartitionImage partition : all) {
            if (partition.leader() == nodeId) now.add(partition.partition());
        }
        for (int partition : List.copyOf(led)) {
            if (now.contains(partition)) continue;
            led.remove(partition);
            waitingLoads.remove(partition);
            wantedLoads.remove(partition);
            step(new CoordinatorEvent.Resigned<>(partition));
            tried(partition);
        }
        isElecting = true;
        for (int partition : now) {
            if (led.add(partition)) step(new CoordinatorEvent.Elected<>(partition));
        }
        isElecting = false;
    }

    private void configure() {
        GroupSettings now = configured.get();
        if (now.equals(settings)) return;
        settings = now;
        step(new CoordinatorEvent.RequestedOfAll<>(new GroupCommand.Configure(now)));
    }

    // ---- the core

    /** Effects may bring events at once; those are taken after the step that is under way. */
    private void step(CoordinatorEvent<GroupCommand> event) {
        due.add(event);
        if (isStepping) return;
        isStepping = true;
        BrokenTransition.orStop(() -> {
            try {
                while (!due.isEmpty()) coordinator.step(clock.nowMs(), due.poll(), this::carryOut);
            } finally {
                isStepping = false;
            }
            arm();
        });
    }

    private void carryOut(CoordinatorEffect effect) {
        switch (effect) {
            case CoordinatorEffect.Load(int partition, long loadId) -> {
                waitingLoads.put(partition, loadId);
                if (isElecting) pace();
                else want(partition);
            }
            case CoordinatorEffect.Append(int partition, long appendId, var batch) ->
                log.append(
                        partition,
                        batch,
                        answer -> step(new CoordinatorEvent.AppendEnded<>(partition, appendId, answer)));
            case CoordinatorEffect.Respond<?> respond -> respond.deliver();
        }
    }

    private void beginLoads() {
        while (loading.size() < LOADS_MAX && !wantedLoads.isEmpty()) load(wantedLoads.removeFirst());
    }

    /** Loads what nobody wants yet, one after the other. */
    private void pace() {
        if (isPacing || waitingLoads.isEmpty()) return;
        isPacing = true;
        clock.after(BACKGROUND_LOAD_PERIOD_MS, () -> {
            isPacing = false;
            if (loading.isEmpty() && !waitingLoads.isEmpty())
                load(waitingLoads.firstEntry().getKey());
            pace();
        });
    }

    private void load(int partition) {
        long loadId = waitingLoads.remove(partition);
        wantedLoads.remove(partition);
        loading.add(partition);
        log.load(
                partition,
                batches -> {
                    Invariant.invariant(!isStepping, "batches are valid only during the call");
                    step(new CoordinatorEvent.Batches<>(partition, loadId, batches));
                },
                outcome -> {
                    loading.remove(partition);
                    step(new CoordinatorEvent.LoadEnded<>(partition, loadId, outcome));
                    beginLoads();
                    tried(partition);
                });
    }

    // ---- time

    private void arm() {
        long atMs = coordinator.nextDeadlineMs();
        if (atMs == Core.NO_DEADLINE) return;
        long delayMs = Math.max(0, atMs - clock.nowMs());
        long dueMs = clock.monotonicNs() / 1_000_000 + delayMs;
        if (timer.isPresent() && timerAtMs <= dueMs) return;
        timer.ifPresent(Clock.Timer::cancel);
        timerAtMs = dueMs;
        timer = Optional.of(clock.after(delayMs, () -> {
            timer = Optional.empty();
            step(new CoordinatorEvent.Tick<>());
        }));
    }
}
