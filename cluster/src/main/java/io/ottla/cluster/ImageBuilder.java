package io.ottla.cluster;

import io.ottla.base.TopicId;
import io.ottla.cluster.Coordination.Znode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the next image out of the last one and of znodes that came, changed or went. Pure: what a znode holds that it
 * should not goes into {@link ClusterImage#damaged}, and the image keeps what it had.
 */
final class ImageBuilder {
    /** Lists of replicas and states are shared among partitions for as long as there are no more kinds of them. */
    private static final int MAX_SHARED = 10_000;

    /** A topic under work; a list that can be changed, so that ten thousand partitions cost ten thousand steps. */
    private static final class OpenTopic {
        boolean exists;
        TopicId id = TopicId.ZERO;
        int version = -1;
        boolean hasPartitionsZnode;
        boolean isDoomed;
        final List<PartitionImage> partitions = new ArrayList<>();

        /** Partition znodes beyond {@code partitions}: there is no assignment that names them, or none yet. */
        final Map<Integer, PartitionImage> unassigned = new HashMap<>();

        /** Its image says all that is known of it. */
        boolean isInImage() {
            return unassigned.isEmpty() && (exists || (!hasPartitionsZnode && partitions.isEmpty()));
        }
    }

    private ClusterImage image;
    private long zxid;
    private Optional<String> clusterId;
    private int controllerId;
    private ClusterImage.ControllerEpoch controllerEpoch;
    private Optional<ClusterImage.ProducerIds> producerIds;
    private PersistentMap<Integer, BrokerImage> brokers;
    private PersistentMap<Integer, Registration> registrations;
    private PersistentMap<ConfigEntity, ConfigImage> configs;
    private PersistentMap<String, Long> configChanges;
    private PersistentMap<String, String> damaged;
    private final Map<String, OpenTopic> open = new HashMap<>();

    private static final String NO_TOPIC = "/"; // no name has a slash

    /** Znodes of one topic come together: the one that was opened last, and is touched already. */
    private String lastTopic = NO_TOPIC;

    private OpenTopic lastOpen = new OpenTopic();

    private final Map<List<Integer>, List<Integer>> shared = new HashMap<>();

    /** By the bytes of the znode: most partitions have the same, and reading them is half the cost of a start. */
    private final Map<ByteBuffer, PartitionState> states = new HashMap<>();

    /** The last of them; its neighbours mostly have the same, and comparing costs less than hashing. */
    private PartitionState lastState = PartitionState.NONE;

    private byte[] lastStateBytes = lastState.encode();

    private ImageDelta.Touched touched = new ImageDelta.Touched();

    ImageBuilder(ClusterImage image) {
        begin(image);
    }

    private void begin(ClusterImage from) {
        image = from;
        zxid = from.zxid();
        clusterId = from.clusterId();
        controllerId = from.controllerId();
        controllerEpoch = from.controllerEpoch();
        producerIds = from.producerIds();
        brokers = from.brokers();
        registrations = from.registrations();
        configs = from.configs();
        configChanges = from.configChanges();
        damaged = from.damaged();
        open.clear();
        touched = new ImageDelta.Touched();
    }

    /** Takes a znode that is there now: it was there all along, was created, or has new data. */
    void put(Znode znode) {
        zxid = Math.max(zxid, znode.mzxid());
        try {
            switch (ZnodePath.of(znode.path(), lastTopic)) {
                case ZnodePath.Topic at -> putTopic(at.topic(), znode);
                case ZnodePath.Partitions at -> openTopic(at.topic()).hasPartitionsZnode = true;
                case ZnodePath.Partition at -> putPartition(at.topic(), at.partition());
                case ZnodePath.State at -> putState(at.topic(), at.partition(), znode);
                case ZnodePath.Deletion at -> openTopic(at.topic()).isDoomed = true;
                case ZnodePath.Config at -> putConfig(at.entity(), znode);
                case ZnodePath.ConfigChange at -> configChanges = configChanges.put(at.name(), znode.czxid());
                case ZnodePath.Broker at -> putBroker(at.id(), znode);
                case ZnodePath.Registration at -> putRegistration(at.id(), znode);
                case ZnodePath.Controller at ->
                    controllerId =
                            ControllerZnode.decode(znode.path(), znode.data()).brokerId();
                case ZnodePath.ControllerEpoch at ->
                    controllerEpoch = new ClusterImage.ControllerEpoch(
                            ControllerZnode.decodeEpoch(znode.path(), znode.data()), znode.version());
                case ZnodePath.ClusterId at ->
                    clusterId = Optional.of(ClusterIdZnode.decode(znode.path(), znode.data()));
                case ZnodePath.ProducerIds at -> putProducerIds(znode);
                case ZnodePath.Other at -> {}
            }
            damaged = damaged.remove(znode.path());
        } catch (MalformedZnodeException e) {
            damaged = damaged.put(znode.path(), e.getMessage());
        }
    }

    void delete(String path, long deletedAt) {
        zxid = Math.max(zxid, deletedAt);
        damaged = damaged.remove(path);
        ZnodePath at;
        try {
            at = ZnodePath.of(path);
        } catch (MalformedZnodeException e) {
            return; // it never was in the image
        }
        switch (at) {
            case ZnodePath.Topic topic -> deleteTopic(topic.topic());
            case ZnodePath.Partitions topic -> openTopic(topic.topic()).hasPartitionsZnode = false;
            case ZnodePath.Partition p ->
                replace(p.topic(), p.partition(), PartitionState.NONE, PartitionImage.NO_ZNODE);
            case ZnodePath.State p -> replace(p.topic(), p.partition(), PartitionState.NONE, PartitionImage.NO_STATE);
            case ZnodePath.Deletion topic -> openTopic(topic.topic()).isDoomed = false;
            case ZnodePath.Config config -> {
                configs = configs.remove(config.entity());
                touched.configs.add(config.entity());
            }
            case ZnodePath.ConfigChange change -> configChanges = configChanges.remove(change.name());
            case ZnodePath.Broker broker -> {
                brokers = brokers.remove(broker.id());
                touched.brokers.add(broker.id());
            }
            case ZnodePath.Registration said -> {
                registrations = registrations.remove(said.id());
                touched.registrations.add(said.id());
            }
            case ZnodePath.Controller gone -> controllerId = ClusterImage.NO_CONTROLLER;
            case ZnodePath.ControllerEpoch gone -> controllerEpoch = ClusterImage.EMPTY.controllerEpoch();
            case ZnodePath.ClusterId gone -> clusterId = Optional.empty();
            case ZnodePath.ProducerIds gone -> producerIds = Optional.empty();
            case ZnodePath.Other other -> {}
        }
    }

    /** What is known below {@code root}, one of {@link ZnodePath#ROOTS}, is void; what there is comes again. */
    void clear(String root) {
        damaged.forEach((path, why) -> {
            if (path.equals(root) || path.startsWith(root + "/")) damaged = damaged.remove(path);
        });
        switch (root) {
            case "/brokers" -> {
                image.topics().forEach((name, topic) -> deleteTopic(name));
                image.doomed().forEach((name, topic) -> deleteTopic(name));
                open.keySet().forEach(this::deleteTopic);
                brokers.forEach((id, broker) -> touched.brokers.add(id));
                brokers = PersistentMap.empty();
            }
            case ZnodePath.REGISTRATIONS -> {
                registrations.forEach((id, said) -> touched.registrations.add(id));
                registrations = PersistentMap.empty();
            }
            case ZnodePath.DELETE_TOPICS -> {
                image.doomed().forEach((name, topic) -> openTopic(name));
                open.values().forEach(topic -> topic.isDoomed = false);
            }
            case ZnodePath.CONFIG -> {
                configs.forEach((entity, config) -> touched.configs.add(entity));
                configs = PersistentMap.empty();
                configChanges = PersistentMap.empty();
            }
            case ZnodePath.CONTROLLER -> controllerId = ClusterImage.NO_CONTROLLER;
            case ZnodePath.CONTROLLER_EPOCH -> controllerEpoch = ClusterImage.EMPTY.controllerEpoch();
            case ZnodePath.PRODUCER_ID_BLOCK -> producerIds = Optional.empty();
            case "/cluster" -> clusterId = Optional.empty();
            default -> throw new IllegalArgumentException(root + " is not followed");
        }
    }

    /** The image of all that was taken so far. */
    ClusterImage build() {
        PersistentMap<String, TopicImage> topics = image.topics();
        PersistentMap<TopicId, String> namesById = image.namesById();
        PersistentMap<String, TopicImage> doomed = image.doomed();
        for (Map.Entry<String, OpenTopic> entry : open.entrySet()) {
            String name = entry.getKey();
            OpenTopic topic = entry.getValue();
            Optional<TopicImage> old = topics.get(name);
            if (old.isPresent() && namesById.getOrDefault(old.get().id(), "").equals(name))
                namesById = namesById.remove(old.get().id());
            TopicImage built = new TopicImage(
                    name, topic.id, List.copyOf(topic.partitions), topic.version, topic.hasPartitionsZnode);
            boolean isLive = topic.exists && !topic.isDoomed;
            topics = isLive ? topics.put(name, built) : topics.remove(name);
            doomed = topic.isDoomed ? doomed.put(name, built) : doomed.remove(name);
            if (isLive && !topic.id.equals(TopicId.ZERO)) namesById = namesById.put(topic.id, name);
        }
        image = new ClusterImage(
                zxid,
                clusterId,
                controllerId,
                controllerEpoch,
                brokers,
                registrations,
                topics,
                namesById,
                doomed,
                configs,
                configChanges,
                producerIds,
                damaged);
        open.values().removeIf(OpenTopic::isInImage);
        lastTopic = NO_TOPIC;
        return image;
    }

    /** What differs from {@code published} in the image that {@link #build} gave last. Forgets what it told. */
    ImageDelta delta(ClusterImage published, boolean isReadAnew) {
        ImageDelta delta = touched.between(published, image, isReadAnew);
        touched = new ImageDelta.Touched();
        lastTopic = NO_TOPIC;
        return delta;
    }

    private void putTopic(String name, Znode znode) throws MalformedZnodeException {
        TopicZnode decoded = TopicZnode.decode(znode.path(), znode.data());
        OpenTopic topic = openTopic(name);
        topic.exists = true;
        topic.id = decoded.id().orElse(TopicId.ZERO);
        topic.version = znode.version();
        int count = decoded.partitions().size();
        while (topic.partitions.size() > count) {
            PartitionImage surplus = topic.partitions.removeLast();
            if (surplus.stateVersion() != PartitionImage.NO_ZNODE) topic.unassigned.put(surplus.partition(), surplus);
        }
        for (int partition = 0; partition < count; partition++) {
            PartitionImage old = partition < topic.partitions.size()
                    ? topic.partitions.get(partition)
                    : topic.unassigned.remove(partition);
            PartitionImage now = new PartitionImage(
                    partition,
                    share(decoded.partitions().get(partition)),
                    share(decoded.adding().getOrDefault(partition, List.of())),
                    share(decoded.removing().getOrDefault(partition, List.of())),
                    old == null ? PartitionState.NONE : old.state(),
                    old == null ? PartitionImage.NO_ZNODE : old.stateVersion());
            if (partition < topic.partitions.size()) topic.partitions.set(partition, now);
            else topic.partitions.add(now);
        }
    }

    private void putPartition(String name, int partition) {
        PartitionImage old = find(openTopic(name), partition);
        if (old.stateVersion() == PartitionImage.NO_ZNODE)
            replace(name, partition, PartitionState.NONE, PartitionImage.NO_STATE);
    }

    private void putState(String name, int partition, Znode znode) throws MalformedZnodeException {
        if (!Arrays.equals(lastStateBytes, znode.data())) {
            lastState = state(znode);
            lastStateBytes = znode.data();
        }
        replace(name, partition, lastState, znode.version());
    }

    private PartitionState state(Znode znode) throws MalformedZnodeException {
        ByteBuffer data = ByteBuffer.wrap(znode.data());
        PartitionState state = states.get(data);
        if (state != null) return state;
        state = PartitionState.decode(znode.path(), znode.data());
        if (states.size() >= MAX_SHARED) states.clear();
        states.put(data, state);
        return state;
    }

    private static PartitionImage find(OpenTopic topic, int partition) {
        if (partition < topic.partitions.size()) return topic.partitions.get(partition);
        return topic.unassigned.getOrDefault(
                partition,
                new PartitionImage(
                        partition, List.of(), List.of(), List.of(), PartitionState.NONE, PartitionImage.NO_ZNODE));
    }

    private void replace(String name, int partition, PartitionState state, int version) {
        OpenTopic topic = openTopic(name);
        PartitionImage now = find(topic, partition).with(state, version);
        if (partition < topic.partitions.size()) topic.partitions.set(partition, now);
        else if (version == PartitionImage.NO_ZNODE) topic.unassigned.remove(partition);
        else topic.unassigned.put(partition, now);
    }

    private void deleteTopic(String name) {
        OpenTopic topic = openTopic(name);
        topic.exists = false;
        topic.version = -1;
        topic.id = TopicId.ZERO;
        topic.hasPartitionsZnode = false;
        topic.partitions.clear();
        topic.unassigned.clear();
    }

    private void putConfig(ConfigEntity entity, Znode znode) throws MalformedZnodeException {
        configs = configs.put(entity, new ConfigImage(ConfigZnode.decode(znode.path(), znode.data()), znode.version()));
        touched.configs.add(entity);
    }

    private void putBroker(int id, Znode znode) throws MalformedZnodeException {
        brokers = brokers.put(id, BrokerImage.decode(znode.path(), id, znode.czxid(), znode.data()));
        touched.brokers.add(id);
    }

    private void putRegistration(int id, Znode znode) throws MalformedZnodeException {
        registrations = registrations.put(id, Registration.decode(znode.path(), znode.version(), znode.data()));
        touched.registrations.add(id);
    }

    /** Kafka makes the znode first, empty, and writes the first block later. */
    private void putProducerIds(Znode znode) throws MalformedZnodeException {
        Optional<ProducerIdBlock> block = znode.data().length == 0
                ? Optional.empty()
                : Optional.of(ProducerIdBlock.decode(znode.path(), znode.data()));
        producerIds = Optional.of(new ClusterImage.ProducerIds(block, znode.version()));
    }

    private OpenTopic openTopic(String name) {
        if (lastTopic.equals(name)) return lastOpen;
        touched.topics.add(name);
        OpenTopic opened = open.computeIfAbsent(name, absent -> {
            OpenTopic topic = new OpenTopic();
            Optional<TopicImage> live = image.topics().get(name);
            Optional<TopicImage> old = live.isPresent() ? live : image.doomed().get(name);
            topic.isDoomed = image.doomed().containsKey(name);
            old.ifPresent(known -> {
                topic.exists = known.version() >= 0;
                topic.id = known.id();
                topic.version = known.version();
                topic.hasPartitionsZnode = known.hasPartitionsZnode();
                topic.partitions.addAll(known.partitions());
            });
            return topic;
        });
        lastTopic = name;
        lastOpen = opened;
        return opened;
    }

    /** One object for all that are equal: most partitions have the same replicas. */
    private List<Integer> share(List<Integer> value) {
        if (shared.size() >= MAX_SHARED) shared.clear();
        List<Integer> first = shared.putIfAbsent(value, value);
        return first == null ? value : first;
    }
}
