package io.ottla.broker;

import io.ottla.base.Counters;
import io.ottla.base.Limits;
import io.ottla.base.Network;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.MemoryCoordination;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.PartitionState;
import io.ottla.cluster.PersistentMap;
import io.ottla.cluster.ProducerIds;
import io.ottla.cluster.TopicImage;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkaprotocol.RequestEncoder;
import io.ottla.kafkaprotocol.ResponseDecoder;
import io.ottla.log.LogConfig;
import io.ottla.log.LogDir;
import io.ottla.log.LogDirException;
import io.ottla.log.LogSettings;
import io.ottla.log.Logs;
import io.ottla.partition.MemoryDisk;
import io.ottla.partition.PartitionConfig;
import io.ottla.partition.Replica;
import io.ottla.partition.Replicas;
import io.ottla.partition.VirtualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A broker with real handlers, replicas and logs, on a disk and a clock in memory; node 1 of a cluster in which node 2
 * is only known of. Clients speak the wire format.
 */
final class DataPlane {
    static final int FETCH_MAX_BYTES = 1 << 20;
    static final int OLD_FORMAT_BYTES_MAX = 256 << 10;

    final VirtualClock clock = new VirtualClock();
    final MemoryDisk disk = new MemoryDisk(clock);
    final Replicas replicas;
    final Logs logs;
    final Broker broker;
    private final ReplicaAssignments assignments;
    private final Map<String, PartitionConfig> configs = new HashMap<>();
    private final MemoryCoordination coordination;
    private ClusterImage image = ClusterImage.EMPTY;
    /** How often somebody looked for a topic by its id, or for one that is not here. */
    int imageReads;

    private long nextConnection = 1;
    private boolean isStopped;

    DataPlane() {
        this(10);
    }

    DataPlane(int fetchSessionsMax) {
        try {
            logs = new Logs(
                    List.of(LogDir.open(Path.of("/data"), disk)),
                    disk,
                    clock,
                    LogSettings.DEFAULTS,
                    new SeededRandom(1));
        } catch (LogDirException e) {
            throw new IllegalStateException(e);
        }
        replicas = new Replicas(1, logs, clock, Limits.ROOMY, () -> isStopped = true);
        assignments = new ReplicaAssignments(
                replicas, logs, (now, topic) -> configs.getOrDefault(topic, PartitionConfig.DEFAULTS));
        Routes routes = new Routes(
                () -> {
                    imageReads++;
                    return image;
                },
                replicas);
        coordination = new MemoryCoordination(clock::execute);
        ClusterFollower follower = new ClusterFollower(coordination, clock);
        follower.start(List.of(), () -> {});
        broker = new Broker(
                List.of(
                        new ProduceHandler(routes, replicas),
                        new FetchHandler(
                                routes,
                                clock,
                                disk,
                                new SeededRandom(2),
                                fetchSessionsMax,
                                FETCH_MAX_BYTES,
                                OLD_FORMAT_BYTES_MAX),
                        new ListOffsetsHandler(routes),
                        new OffsetForLeaderEpochHandler(routes),
                        new DeleteRecordsHandler(routes),
                        new DescribeProducersHandler(routes),
                        new DescribeLogDirsHandler(logs, assignments::led),
                        new InitProducerIdHandler(new ProducerIds(1, coordination, follower, clock))),
                new NoIdentity(),
                clock,
                BrokerLimits.DEFAULTS,
                (doing, cause) -> new IllegalStateException(doing, cause),
                new Counters());
        var endpoint = new BrokerImage.Endpoint("PLAINTEXT", "PLAINTEXT", "node2", 9092);
        image = with(image.topics(), image.namesById(), 1);
        image = new ClusterImage(
                1,
                image.clusterId(),
                1,
                image.controllerEpoch(),
                image.brokers().put(2, new BrokerImage(2, 5, List.of(endpoint), Optional.of("rack-b"), 0)),
                image.registrations(),
                image.topics(),
                image.namesById(),
                image.doomed(),
                image.configs(),
                image.configChanges(),
                image.producerIds(),
                image.damaged());
        clock.settle();
    }

    private static final class NoIdentity implements Identity {
        @Override
        public String clusterId() {
            return "c";
        }

        @Override
        public int nodeId() {
            return 1;
        }

        @Override
        public Features features() {
            return Features.NONE;
        }
    }

    boolean isStopped() {
        return isStopped;
    }

    private ClusterImage with(
            PersistentMap<String, TopicImage> topics, PersistentMap<TopicId, String> names, long zxid) {
        return new ClusterImage(
                zxid,
                image.clusterId(),
                image.controllerId(),
                image.controllerEpoch(),
                image.brokers(),
                image.registrations(),
                topics,
                names,
                image.doomed(),
                image.configs(),
                image.configChanges(),
                image.producerIds(),
                image.damaged());
    }

    static TopicId id(String topic) {
        return new TopicId(77, topic.hashCode());
    }

    static Uuid uuid(String topic) {
        return new Uuid(77, topic.hashCode());
    }

    /** A topic whose partitions this node leads, in epoch 0. */
    void topic(String name, int partitions, String... namesAndValues) {
        configure(name, namesAndValues);
        put(name, partitions, 1, 0);
    }

    /** Another leader, or another epoch. */
    void put(String name, int partitions, int leader, int leaderEpoch) {
        put(name, partitions, leader, leaderEpoch, id(name));
    }

    void put(String name, int partitions, int leader, int leaderEpoch, TopicId id) {
        put(name, partitions, leader, leaderEpoch, id, List.of(leader));
    }

    /** All replicas are in sync. */
    void put(String name, int partitions, int leader, int leaderEpoch, TopicId id, List<Integer> on) {
        List<PartitionImage> list = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            PartitionState state = new PartitionState(leader, leaderEpoch, 1, on, false);
            list.add(new PartitionImage(i, on, List.of(), List.of(), state, leaderEpoch));
        }
        change(name, Optional.of(new TopicImage(name, id, list, 0, true)));
    }

    void delete(String name) {
        change(name, Optional.empty());
    }

    /** It is missing where everything was read again. */
    void vanish(String name) {
        change(name, Optional.empty(), true);
    }

    private void change(String name, Optional<TopicImage> topic) {
        change(name, topic, false);
    }

    private void change(String name, Optional<TopicImage> topic, boolean isReadAnew) {
        ClusterImage before = image;
        var topics = topic.isPresent()
                ? image.topics().put(name, topic.get())
                : image.topics().remove(name);
        var names = topic.isPresent()
                ? image.namesById().put(id(name), name)
                : image.namesById().remove(id(name));
        image = with(topics, names, image.zxid() + 1);
        var change = new ImageDelta.TopicChange(before.topic(name), topic, isReadAnew);
        assignments.changed(before, image, new ImageDelta(Map.of(name, change), Set.of(), Set.of(), Set.of(), false));
    }

    private void configure(String name, String... namesAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) values.put(namesAndValues[i], namesAndValues[i + 1]);
        int minIsr = Integer.parseInt(values.getOrDefault("min.insync.replicas", "1"));
        configs.put(name, new PartitionConfig(LogConfig.of(values), minIsr));
    }

    /** New settings of a topic that exists. */
    void reconfigure(String name, String... namesAndValues) {
        configure(name, namesAndValues);
        assignments.changed(
                image, image, new ImageDelta(Map.of(), Set.of(ConfigEntity.topic(name)), Set.of(), Set.of(), false));
    }

    Replica replica(String topic, int partition) {
        return replicas.get(new TopicPartition(topic, partition)).orElseThrow();
    }

    /** One connection. Requests may be sent one after the other without waiting. */
    final class Client {
        private record Sent(ApiMessageType api, short version) {}

        final FakeConnection connection = new FakeConnection(nextConnection++);
        private final Network.Receiver receiver = broker.acceptor("PLAINTEXT").accepted(connection);
        private final Map<Integer, Sent> sent = new HashMap<>();
        private int correlationId;

        void send(ApiMessageType api, int version, ApiMessage body) {
            int id = ++correlationId;
            sent.put(id, new Sent(api, (short) version));
            ByteBuffer frame =
                    FakeConnection.bytes(RequestEncoder.encode(api, (short) version, id, "test-client", body));
            frame.getInt();
            ByteBuffer bytes = frame.slice();
            receiver.received(bytes.remaining(), bytes);
            // the frame is the network's again
            while (bytes.hasRemaining()) bytes.put((byte) 0x5a);
            for (int i = 0; i < bytes.limit(); i++) bytes.put(i, (byte) 0x5a);
        }

        /** A frame, whatever it is; replies cannot be received by {@link #receive}. */
        void raw(ByteBuffer frame) {
            receiver.received(frame.remaining(), frame);
        }

        boolean hasReply() {
            return !connection.frames.isEmpty();
        }

        /** The next reply that has come. */
        <R extends ApiMessage> R receive(Class<R> type) {
            if (connection.frames.isEmpty()) throw new AssertionError("no reply has come");
            ByteBuffer frame = connection.frames.removeFirst();
            Sent request = sent.remove(ResponseDecoder.correlationId(frame));
            ResponseDecoder.Response response = ResponseDecoder.decode(request.api, request.version, frame);
            if (frame.hasRemaining()) throw new AssertionError(frame.remaining() + " bytes too many");
            return type.cast(response.body());
        }

        /** Sends, lets everything happen that happens without time passing, and receives. */
        <R extends ApiMessage> R call(ApiMessageType api, int version, ApiMessage body, Class<R> type) {
            send(api, version, body);
            clock.settle();
            return receive(type);
        }

        /** All that was sent has left. */
        void drain() {
            connection.unsentBytes = 0;
            receiver.drained();
        }

        void disconnect() {
            connection.closed = true;
            receiver.closed();
        }
    }

    Client client() {
        return new Client();
    }
}
