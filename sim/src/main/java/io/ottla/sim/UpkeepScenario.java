package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeProducersRequestData;
import io.ottla.kafkamessages.DescribeProducersResponseData;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FindCoordinatorRequestData;
import io.ottla.kafkamessages.FindCoordinatorResponseData;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetFetchRequestData;
import io.ottla.kafkamessages.OffsetFetchResponseData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * What should go goes (X7). A node gets records for topics with a retention by time, by size, or compaction, a topic that is deleted, the offsets of a
 * group, an idempotent producer, and znodes that go by themselves. It lives through what {@link Lives} has and ends well; consumers look at some of the
 * topics and nobody writes to any of them again. After the longest of all times {@link UpkeepChecker} finds nothing that has outlived its own.
 */
final class UpkeepScenario implements Simulation.Scenario {
    static final String AGED = "aged";
    static final String SIZED = "sized";
    static final String COMPACTED = "compacted";
    static final String DOOMED = "doomed";
    static final List<String> TOPICS = List.of(AGED, SIZED, COMPACTED, DOOMED);

    static final int SEGMENT_BYTES = 2048;
    static final int RETENTION_BYTES = 4096;
    static final int SNAPSHOTS_KEPT = 3;
    static final int KEYS = 7;

    private static final long ANSWER_MS_MAX = 60_000;
    private static final long SESSION_MS = 4_000;
    /** Producers are looked for every ten minutes. */
    private static final long QUIET_MS = 1_300_000;

    private static final String GROUP = "group";

    private World world;
    private SeededRandom random;
    private Machine machine;
    private KafkaClient client;
    private Uuid doomed;

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        client = new KafkaClient(world, machine, NodeProgram.PORT, "client");
        boolean flushed = random.chance(0.5);
        Lives lives = new Lives(world, random, machine, flushed, properties());
        lives.start();
        TopicAdmin admin = new TopicAdmin(world, machine, new History<>(world.trace()), "admin");
        create(admin, flushed);
        for (int i = 0; i < 40 + random.nextInt(40); i++) for (String topic : TOPICS) produce(topic, i);
        commit();
        znodes();
        for (int life = random.nextInt(3); life > 0; life--) lives.live();
        if (random.chance(0.5)) lives.heal();
        else {
            lives.heal();
            machine.stop();
            world.until("the node is stopped", ANSWER_MS_MAX, () -> !machine.isRunning());
            lives.heal();
        }
        look();
        boolean[] deleted = new boolean[1];
        admin.delete(doomed, () -> deleted[0] = true);
        world.until("a topic is deleted", ANSWER_MS_MAX, () -> deleted[0]);
        world.run(QUIET_MS);
        new UpkeepChecker(machine.drive()).check();
        mustHaveGone();
        lives.stopCleanly();
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("log.cleaner.backoff.ms", "1000");
        properties.put("log.retention.check.interval.ms", "1000");
        properties.put("log.segment.delete.delay.ms", "" + random.nextInt(3000));
        properties.put("offsets.retention.minutes", "1");
        properties.put("offsets.retention.check.interval.ms", "5000");
        properties.put("offsets.topic.num.partitions", "2");
        properties.put("producer.id.expiration.ms", "5000");
        properties.put("clientPort", "" + ZookeeperClient.PORT);
        properties.put("clientPortAddress", "127.0.0.1");
        properties.put("extendedTypesEnabled", "true");
        properties.put("znode.container.checkIntervalMs", "2000");
        properties.put("snapCount", "" + (5 + random.nextInt(20)));
        properties.put("autopurge.snapRetainCount", "" + SNAPSHOTS_KEPT);
        return properties;
    }

    private void create(TopicAdmin admin, boolean flushed) {
        for (String topic : TOPICS) {
            Map<String, String> configs = new HashMap<>();
            configs.put("internal.segment.bytes", "" + SEGMENT_BYTES);
            if (flushed) configs.put("flush.messages", "1");
            switch (topic) {
                case AGED -> configs.put("retention.ms", "" + (1000 + random.nextInt(30_000)));
                case SIZED -> configs.put("retention.bytes", "" + RETENTION_BYTES);
                case COMPACTED -> {
                    configs.put("cleanup.policy", "compact");
                    configs.put("min.cleanable.dirty.ratio", "0.01");
                    if (random.chance(0.5)) configs.put("min.compaction.lag.ms", "" + random.nextInt(60_000));
                }
                default -> {}
            }
            Optional<?>[] made = {Optional.empty()};
            admin.create(topic, 1, configs, id -> made[0] = Optional.of(id));
            world.until("a topic is created", ANSWER_MS_MAX, () -> made[0].isPresent());
            if (topic.equals(DOOMED)) doomed = (Uuid) made[0].get();
        }
    }

    private ApiMessage ask(ApiMessageType api, int version, ApiMessage request, Function<ApiMessage, Short> error) {
        for (int attempt = 0; attempt < 1000; attempt++) {
            List<Optional<ApiMessage>> answers = new ArrayList<>();
            client.send(api, (short) version, request, answers::add);
            world.until("an answer", ANSWER_MS_MAX, () -> !answers.isEmpty());
            Optional<ApiMessage> answer = answers.getFirst();
            Errors told = answer.map(error).map(Errors::forCode).orElse(Errors.NETWORK_EXCEPTION);
            if (told == Errors.NONE) return answer.orElseThrow();
            if (!(told.exception() instanceof RetriableException)) throw new AssertionError(api + ": " + told);
            world.run(50);
        }
        throw new AssertionError("no good answer to " + api);
    }

    private void produce(String topic, int number) {
        long nowMs = VirtualClock.EPOCH_MS + world.nowMs();
        ByteBuffer batch = new BatchBuilder()
                .producer(1000, (short) 0, number)
                .append(NewRecord.of(nowMs, "key " + number % KEYS, "x".repeat(100) + number))
                .build();
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5_000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(topic)
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setRecords(MemoryRecords.readableRecords(batch)))));
        ask(
                ApiMessageType.PRODUCE,
                9,
                request,
                answer -> ((ProduceResponseData) answer)
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0)
                        .errorCode());
    }

    private void commit() {
        ask(
                ApiMessageType.FIND_COORDINATOR,
                3,
                new FindCoordinatorRequestData().setKey(GROUP).setKeyType((byte) 0),
                answer -> ((FindCoordinatorResponseData) answer).errorCode());
        OffsetCommitRequestData request = new OffsetCommitRequestData().setGroupId(GROUP);
        request.topics()
                .add(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName(AGED)
                        .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                .setCommittedOffset(3)
                                .setCommittedMetadata(""))));
        ask(
                ApiMessageType.OFFSET_COMMIT,
                8,
                request,
                answer -> ((OffsetCommitResponseData) answer)
                        .topics()
                        .get(0)
                        .partitions()
                        .get(0)
                        .errorCode());
    }

    private static final String EPHEMERAL = "/ephemeral";
    private static final String CONTAINER = "/container";
    private static final String TTL = "/ttl";

    private void znodes() {
        ZnodeAsker asker = new ZnodeAsker(world, machine, (int) SESSION_MS);
        asker.create(EPHEMERAL, ZookeeperPackets.EPHEMERAL, 0);
        asker.create(CONTAINER, ZookeeperPackets.CONTAINER, 0);
        asker.create(CONTAINER + "/child", 0, 0);
        asker.delete(CONTAINER + "/child");
        asker.create(TTL, ZookeeperPackets.TTL, 1 + random.nextInt(10_000));
        asker.leave();
    }

    /** Opens the logs of some topics, and writes nothing. */
    private void look() {
        for (String topic : TOPICS) {
            if (random.chance(0.4)) continue;
            FetchRequestData request =
                    new FetchRequestData().setMaxBytes(1 << 20).setMaxWaitMs(0);
            request.topics()
                    .add(new FetchRequestData.FetchTopic()
                            .setTopic(topic)
                            .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                    .setPartition(0)
                                    .setPartitionMaxBytes(1 << 20))));
            List<Optional<ApiMessage>> answers = new ArrayList<>();
            client.send(ApiMessageType.FETCH, (short) 11, request, answers::add);
            world.until("an answer", ANSWER_MS_MAX, () -> !answers.isEmpty());
        }
    }

    private void mustHaveGone() {
        for (String topic : List.of(AGED, SIZED, COMPACTED)) {
            DescribeProducersRequestData request = new DescribeProducersRequestData();
            request.topics()
                    .add(new DescribeProducersRequestData.TopicRequest()
                            .setName(topic)
                            .setPartitionIndexes(List.of(0)));
            ApiMessage answer = ask(ApiMessageType.DESCRIBE_PRODUCERS, 0, request, told -> of(told).errorCode());
            if (!of(answer).activeProducers().isEmpty())
                throw new AssertionError("X7: a producer of " + topic + " has not expired");
        }
        OffsetFetchRequestData offsets = new OffsetFetchRequestData()
                .setGroupId(GROUP)
                .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                        .setName(AGED)
                        .setPartitionIndexes(List.of(0))));
        ApiMessage answer =
                ask(ApiMessageType.OFFSET_FETCH, 5, offsets, told -> ((OffsetFetchResponseData) told).errorCode());
        long committed = ((OffsetFetchResponseData) answer)
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .committedOffset();
        if (committed >= 0) throw new AssertionError("X7: the offset of a group has not expired: " + committed);
        ZnodeAsker asker = new ZnodeAsker(world, machine, (int) SESSION_MS);
        for (String path : List.of(EPHEMERAL, CONTAINER, TTL))
            if (asker.exists(path)) throw new AssertionError("X7: the znode " + path + " is still there");
        asker.leave();
    }

    private static DescribeProducersResponseData.PartitionResponse of(ApiMessage answer) {
        return ((DescribeProducersResponseData) answer)
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }
}
