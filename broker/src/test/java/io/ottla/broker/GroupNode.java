package io.ottla.broker;

import io.ottla.base.Limits;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ClusterMember;
import io.ottla.cluster.ControllerSettings;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.MemoryCoordination;
import io.ottla.cluster.NewTopic;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.TopicImage;
import io.ottla.coordinator.CoordinatorLimits;
import io.ottla.coordinator.GroupSettings;
import io.ottla.kafkaprotocol.Compression;
import io.ottla.log.LogConfig;
import io.ottla.log.LogDir;
import io.ottla.log.LogSettings;
import io.ottla.log.Logs;
import io.ottla.partition.Assignment;
import io.ottla.partition.Leadership;
import io.ottla.partition.MemoryDisk;
import io.ottla.partition.PartitionConfig;
import io.ottla.partition.Replicas;
import io.ottla.partition.VirtualClock;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** A node of cluster, replicas and group coordinator in memory, and clients that speak any version with its handlers. */
final class GroupNode implements ControllerSettings {
    final VirtualClock clock = new VirtualClock();
    final MemoryDisk disk = new MemoryDisk(clock);
    private final MemoryCoordination tree = new MemoryCoordination(clock::execute);
    ClusterMember cluster;
    private Logs logs;
    private Replicas replicas;
    GroupHost groups;
    InternalTopics internalTopics;
    GroupSettings settings = GroupSettings.DEFAULT;
    String clientId = "app";

    GroupNode() throws Exception {
        start(false, 10_000);
    }

    private void start(boolean again, long waitMs) throws Exception {
        logs = new Logs(
                List.of(LogDir.open(Path.of("/data"), disk)), disk, clock, LogSettings.DEFAULTS, new SeededRandom(1));
        replicas = new Replicas(1, logs, clock, Limits.ROOMY, () -> {
            throw new AssertionError("log directory failed");
        });
        cluster = new ClusterMember(1, tree, clock, new SeededRandom(2), this, FakeFacts.of(1, !again), true);
        internalTopics = new InternalTopics(cluster.controller(), name -> Optional.of(NewTopic.of(name, 4, 1)));
        groups = new GroupHost(
                1,
                clock,
                new ReplicaCoordinatorLog(GroupHost.TOPIC, replicas, clock, () -> 5_000),
                () -> settings,
                Compression.NONE,
                CoordinatorLimits.DEFAULT,
                new SeededRandom(3));
        cluster.start(
                List.of(groups, this::lead), // before the replicas are told: what comes too early is tried again
                List.of(new BrokerImage.Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9092)),
                Optional.empty(),
                () -> {});
        clock.settle();
        clock.advance(waitMs);
    }

    private void lead(ClusterImage before, ClusterImage after, ImageDelta delta) {
        delta.topics().forEach((name, change) -> {
            change.deleted()
                    .ifPresent(topic -> topic.partitions()
                            .forEach(partition ->
                                    replicas.delete(new TopicPartition(name, partition.partition()), ignored -> {})));
            change.after().ifPresent(topic -> change.changedPartitions().forEach(partition -> lead(topic, partition)));
        });
    }

    private void lead(TopicImage topic, PartitionImage partition) {
        if (partition.leader() != 1) return;
        replicas.assign(
                new TopicPartition(topic.name(), partition.partition()),
                new Assignment(
                        topic.id(),
                        new Leadership(
                                partition.leaderEpoch(),
                                partition.stateVersion(),
                                partition.replicas(),
                                partition.isr()),
                        new PartitionConfig(LogConfig.of(Map.of()), 1)));
    }

    /** Stops and starts on the same disk and tree. @param waitMs after the start */
    void restart(long waitMs) throws Exception {
        logs.closeCleanly(clock.nowMs(), ignored -> {});
        clock.settle();
        tree.stopFollowers();
        tree.expireSession();
        clock.settle();
        start(true, waitMs);
    }

    void createTopic(String name, int partitions) {
        cluster.controller().createTopics(List.of(NewTopic.of(name, partitions, 1)), false, ignored -> {});
        clock.settle();
    }

    void deleteTopic(String name) {
        cluster.controller().deleteTopics(List.of(name), ignored -> {});
        clock.settle();
    }

    ClusterImage image() {
        return cluster.follower().image();
    }

    TopicId topicId(String name) {
        return image().topic(name).orElseThrow().id();
    }

    /** Answers of one request as they come; both ways go through the bytes of the version. */
    <Q extends ApiMessage, R extends ApiMessage> List<R> send(RequestHandler<Q, R> handler, int version, Q body) {
        List<R> answers = new ArrayList<>();
        Q decoded = throughBytes(body, handler.api().newRequest(), (short) version);
        handler.handle(
                new Request<>(new Client(), Principal.ANONYMOUS, clientId, (short) version, 1, clock.nowMs(), decoded),
                new Reply<>() {
                    @Override
                    public void send(R response) {
                        answers.add(throughBytes(response, handler.api().newResponse(), (short) version));
                    }

                    @Override
                    public void none() {
                        throw new AssertionError();
                    }

                    @Override
                    public void close(String why) {
                        throw new AssertionError(why);
                    }
                });
        clock.settle();
        return answers;
    }

    /** The answer, which is to be there at once. */
    <Q extends ApiMessage, R extends ApiMessage> R call(RequestHandler<Q, R> handler, int version, Q body) {
        List<R> answers = send(handler, version, body);
        if (answers.size() != 1) throw new AssertionError("answers: " + answers);
        return answers.getFirst();
    }

    /** @param empty of the class of {@code message} */
    @SuppressWarnings("unchecked")
    private static <M extends ApiMessage> M throughBytes(M message, ApiMessage empty, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(bytes), cache, version);
        bytes.flip();
        empty.read(new ByteBufferAccessor(bytes), version);
        return (M) empty;
    }

    private static final class Client implements ClientConnection {
        @Override
        public void cutOff(String why) {
            throw new AssertionError(why);
        }

        @Override
        public long id() {
            return 1;
        }

        @Override
        public InetSocketAddress remote() {
            return new InetSocketAddress("10.1.2.3", 5);
        }

        @Override
        public String listener() {
            return "PLAINTEXT";
        }

        @Override
        public String software() {
            return "unknown";
        }

        @Override
        public void introduce(String software) {}

        @Override
        public void onClose(Runnable task) {}

        @Override
        public void notOnClose(Runnable task) {}
    }

    @Override
    public int defaultPartitions() {
        return 1;
    }

    @Override
    public int defaultReplicationFactor() {
        return 1;
    }

    @Override
    public boolean isTopicDeletionEnabled() {
        return true;
    }

    @Override
    public boolean isUncleanElectionAllowed(ClusterImage now, String topic) {
        return false;
    }

    @Override
    public Optional<String> configFlaw(String topic, Map<String, String> configs) {
        return Optional.empty();
    }
}
