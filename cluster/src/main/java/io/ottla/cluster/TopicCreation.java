package io.ottla.cluster;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides about new topics and new partitions. Refuses with the errors and, where tools show them, the words of Kafka's
 * {@code ReplicationControlManager}.
 *
 * <p>A topic is written so: its configuration, its assignment, and the states of its partitions, in one transaction
 * unless they are too many for one; then the rest follows. Whoever finds a partition without a state (the controller
 * stopped half-way) gives it one: {@link Housekeeping}.
 */
final class TopicCreation {
    /** In one request; as in Kafka. */
    static final int MAX_PARTITIONS_PER_REQUEST = 10_000;

    /** In the cluster. */
    static final int MAX_TOPICS = 1_000_000;

    /** The assignment of a topic is one znode, and has to go through one transaction. */
    static final int MAX_ASSIGNMENT_BYTES = Plan.MAX_BYTES / 2;

    private static final byte[] EMPTY = new byte[0];

    private final ClusterImage image;
    private final int controllerEpoch;
    private final ControllerSettings settings;
    private final Placement placement;

    TopicCreation(ClusterImage image, int controllerEpoch, ControllerSettings settings) {
        this.image = image;
        this.controllerEpoch = controllerEpoch;
        this.settings = settings;
        placement = new Placement(image);
    }

    /** Why a request is refused; within this class only. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final ErrorCode error;

        Refusal(ErrorCode error, String message) {
            super(message, null, false, false);
            this.error = error;
        }
    }

    /** @param topics with different names */
    Plan<CreatedTopic> create(List<NewTopic> topics, SeededRandom random) {
        Plan.Draft<CreatedTopic> draft = new Plan.Draft<>();
        TopicNames.Collisions collisions = new TopicNames.Collisions(image.topics());
        int total = 0;
        for (NewTopic topic : topics) {
            try {
                checkName(topic, collisions);
                List<List<Integer>> assignment = assignment(topic, settings, MAX_PARTITIONS_PER_REQUEST - total);
                checkConfigs(topic, settings);
                checkSize(znode(TopicId.ZERO, assignment));
                if (image.topics().size() + draft.size() >= MAX_TOPICS)
                    throw new Refusal(
                            ErrorCode.POLICY_VIOLATION, "There cannot be more than " + MAX_TOPICS + " topics.");
                total += assignment.size();
                collisions.add(topic.name());
                TopicId id = topic.id().orElseGet(random::nextTopicId);
                draft.cuttable(topic.name(), operations(topic, id, assignment));
                draft.answer(
                        topic.name(),
                        Answer.ok(new CreatedTopic(
                                topic.name(),
                                id,
                                assignment.size(),
                                assignment.getFirst().size(),
                                topic.configs())));
            } catch (Refusal refusal) {
                draft.refuse(topic.name(), refusal.error, refusal.getMessage());
            }
        }
        return draft.plan();
    }

    private void checkName(NewTopic topic, TopicNames.Collisions collisions) throws Refusal {
        Optional<String> flaw = TopicNames.flaw(topic.name());
        if (flaw.isPresent()) throw new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, flaw.get());
        if (image.doomed().containsKey(topic.name()))
            throw new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + topic.name() + "' is marked for deletion.");
        if (image.topics().containsKey(topic.name()) || image.damaged().containsKey(ZnodePath.topic(topic.name())))
            throw new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + topic.name() + "' already exists.");
        Optional<String> other = collisions.with(topic.name());
        if (other.isPresent())
            throw new Refusal(
                    ErrorCode.INVALID_TOPIC_EXCEPTION,
                    "Topic '" + topic.name() + "' collides with existing topic: " + other.get());
        if (topic.id().isPresent() && image.topic(topic.id().get()).isPresent())
            throw new Refusal(
                    ErrorCode.INVALID_REQUEST,
                    "Another topic has the id " + topic.id().get());
    }

    private static void checkConfigs(NewTopic topic, ControllerSettings settings) throws Refusal {
        Optional<String> flaw = settings.configFlaw(topic.name(), topic.configs());
        if (flaw.isPresent()) throw new Refusal(ErrorCode.INVALID_CONFIG, flaw.get());
        if (ConfigZnode.encode(topic.configs()).length > ConfigChange.MAX_CONFIG_BYTES)
            throw new Refusal(
                    ErrorCode.INVALID_CONFIG,
                    "The configuration has more than " + ConfigChange.MAX_CONFIG_BYTES + " bytes.");
    }

    private List<List<Integer>> assignment(NewTopic topic, ControllerSettings settings, int room) throws Refusal {
        if (!topic.assignment().isEmpty()) {
            if (topic.replicationFactor() != NewTopic.DEFAULT)
                throw new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        "A manual partition assignment was specified, but replication factor was not set to -1.");
            if (topic.partitions() != NewTopic.DEFAULT)
                throw new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        "A manual partition assignment was specified, but numPartitions was not set to -1.");
            return manual(topic.assignment(), room);
        }
        if (topic.replicationFactor() < -1 || topic.replicationFactor() == 0)
            throw new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        if (topic.partitions() < -1 || topic.partitions() == 0)
            throw new Refusal(
                    ErrorCode.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        int partitions = topic.partitions() == NewTopic.DEFAULT ? settings.defaultPartitions() : topic.partitions();
        int replicationFactor = topic.replicationFactor() == NewTopic.DEFAULT
                ? settings.defaultReplicationFactor()
                : topic.replicationFactor();
        checkRoom(partitions, room);
        checkReplicationFactor(replicationFactor);
        return placement.place(topic.name(), List.of(), partitions, replicationFactor);
    }

    private void checkReplicationFactor(int replicationFactor) throws Refusal {
        if (replicationFactor > placement.brokerCount())
            throw new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + replicationFactor
                            + " time(s): The target replication factor of " + replicationFactor
                            + " cannot be reached because only " + placement.brokerCount()
                            + " broker(s) are registered.");
    }

    private static void checkRoom(int partitions, int room) throws Refusal {
        if (partitions > room)
            throw new Refusal(ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.");
    }

    private List<List<Integer>> manual(Map<Integer, List<Integer>> assignment, int room) throws Refusal {
        checkRoom(assignment.size(), room);
        List<List<Integer>> replicas = new ArrayList<>(assignment.size());
        for (Map.Entry<Integer, List<Integer>> entry : new TreeMap<>(assignment).entrySet()) {
            if (entry.getKey() != replicas.size())
                throw new Refusal(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "partitions should be a consecutive 0-based integer sequence");
            int wanted = replicas.isEmpty()
                    ? entry.getValue().size()
                    : replicas.getFirst().size();
            checkReplicas(entry.getValue(), wanted);
            replicas.add(List.copyOf(entry.getValue()));
        }
        return replicas;
    }

    private void checkReplicas(List<Integer> replicas, int wanted) throws Refusal {
        Optional<String> flaw = Reassignments.flaw(image, replicas);
        if (flaw.isPresent()) throw new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, flaw.get());
        if (replicas.size() != wanted)
            throw new Refusal(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "The manual partition assignment includes a partition with " + replicas.size()
                            + " replica(s), but this is not consistent with previous partitions, which have " + wanted
                            + " replica(s).");
    }

    private List<List<Op>> operations(NewTopic topic, TopicId id, List<List<Integer>> assignment) {
        TopicZnode znode = znode(id, assignment);
        List<List<Op>> groups = new ArrayList<>(assignment.size() + 1);
        groups.add(List.of(
                ConfigChange.write(image, ConfigEntity.topic(topic.name()), topic.configs()),
                create(ZnodePath.topic(topic.name()), znode.encode()),
                create(ZnodePath.partitions(topic.name()), EMPTY)));
        znode.partitions().forEach((partition, replicas) -> groups.add(partition(topic.name(), partition, replicas)));
        return groups;
    }

    private static TopicZnode znode(TopicId id, List<List<Integer>> assignment) {
        Map<Integer, List<Integer>> partitions = new TreeMap<>();
        for (int partition = 0; partition < assignment.size(); partition++)
            partitions.put(partition, assignment.get(partition));
        return new TopicZnode(Optional.of(id), partitions, Map.of(), Map.of());
    }

    private static void checkSize(TopicZnode znode) throws Refusal {
        if (znode.encode().length > MAX_ASSIGNMENT_BYTES)
            throw new Refusal(
                    ErrorCode.POLICY_VIOLATION,
                    "The topic would have more partitions and replicas than fit into its znode of "
                            + MAX_ASSIGNMENT_BYTES + " bytes.");
    }

    private List<Op> partition(String topic, int partition, List<Integer> replicas) {
        Op znode = create(ZnodePath.partition(topic, partition), EMPTY);
        return LeaderChoice.first(
                        replicas,
                        image::isAlive,
                        controllerEpoch,
                        image.lastEpochFound(new TopicPartition(topic, partition), replicas))
                .map(state -> List.of(znode, create(ZnodePath.state(topic, partition), state.encode())))
                .orElse(List.of(znode));
    }

    /** The subjects are the topics; the answer is how many partitions the topic has then. */
    Plan<Integer> grow(List<NewPartitions> growths) {
        Plan.Draft<Integer> draft = new Plan.Draft<>();
        int room = MAX_PARTITIONS_PER_REQUEST;
        for (NewPartitions growth : growths) {
            try {
                TopicImage topic = image.topic(growth.topic())
                        .orElseThrow(() -> new Refusal(
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                "This server does not host this topic-partition."));
                List<List<Integer>> added = added(topic, growth, room);
                List<List<Op>> operations = growthOperations(topic, added);
                room -= added.size();
                draft.cuttable(growth.topic(), operations);
                draft.answer(growth.topic(), Answer.ok(growth.total()));
            } catch (Refusal refusal) {
                draft.refuse(growth.topic(), refusal.error, refusal.getMessage());
            }
        }
        return draft.plan();
    }

    private List<List<Integer>> added(TopicImage topic, NewPartitions growth, int room) throws Refusal {
        int now = topic.partitions().size();
        // only in a znode that somebody else wrote; there is nobody to take after
        if (now == 0)
            throw new Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "The topic " + topic.name() + " has no partitions to add to.");
        if (growth.total() == now)
            throw new Refusal(ErrorCode.INVALID_PARTITIONS, "Topic already has " + now + " partition(s).");
        if (growth.total() < now)
            throw new Refusal(
                    ErrorCode.INVALID_PARTITIONS,
                    "The topic " + topic.name() + " currently has " + now + " partition(s); " + growth.total()
                            + " would not be an increase.");
        int count = growth.total() - now;
        checkRoom(count, room);
        if (growth.assignment().isPresent()) {
            List<List<Integer>> manual = growth.assignment().get();
            if (manual.size() != count)
                throw new Refusal(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "Attempted to add " + count + " additional partition(s), but only " + manual.size()
                                + " assignment(s) were specified.");
            for (int i = 0; i < count; i++) checkReplicas(manual.get(i), topic.replicationFactor());
            return manual;
        }
        checkReplicationFactor(topic.replicationFactor());
        List<List<Integer>> existing =
                topic.partitions().stream().map(PartitionImage::replicas).toList();
        return placement.place(topic.name(), existing, count, topic.replicationFactor());
    }

    private List<List<Op>> growthOperations(TopicImage topic, List<List<Integer>> added) throws Refusal {
        TopicZnode znode = topic.znode();
        List<List<Op>> groups = new ArrayList<>();
        List<Op> first = new ArrayList<>();
        int partition = topic.partitions().size();
        for (List<Integer> replicas : added) {
            znode.partitions().put(partition, replicas);
            groups.add(partition(topic.name(), partition, replicas));
            partition++;
        }
        checkSize(znode);
        first.add(new Op.SetData(ZnodePath.topic(topic.name()), znode.encode(), topic.version()));
        if (!topic.hasPartitionsZnode()) first.add(create(ZnodePath.partitions(topic.name()), EMPTY));
        groups.addFirst(first);
        return groups;
    }

    private static Op create(String path, byte[] data) {
        return new Op.Create(path, data, CreateMode.PERSISTENT);
    }
}
