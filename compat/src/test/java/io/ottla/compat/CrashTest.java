package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL under load, again and again: nothing acknowledged is lost, an idempotent producer leaves no duplicate and no
 * gap in its order, a group resumes where it committed. {@code -Dottla.crash.rounds=N} sets how often.
 */
@Tag("coordination")
class CrashTest {
    private static final int ROUNDS = Integer.getInteger("ottla.crash.rounds", 50);
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "crash";

    @TempDir
    Path home;

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        Random random = new Random(11);
        try (OttlaProcess node = new OttlaProcess(home, "group.initial.rebalance.delay.ms=0")) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                        .all()
                        .get();
            }
            ClientJob job = new ClientJob(node.bootstrap(), TOPIC);
            Load load = new Load(job);
            Group group = new Group(job);
            group.awaitCommit();
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitAcks(1 + random.nextInt(3000));
                node.kill();
                node.start();
            }
            load.awaitAcks(1000);
            Map<TopicPartition, Long> committed = group.stop();
            List<Map<Long, Integer>> acknowledged = load.stop();

            try (Consumer<String, byte[]> resumed = job.consumer("group.id", TOPIC)) {
                committed.forEach((partition, offset) -> {
                    OffsetAndMetadata found =
                            resumed.committed(java.util.Set.of(partition)).get(partition);
                    assertThat(found).as("committed offset of " + partition).isNotNull();
                    assertThat(found.offset()).isGreaterThanOrEqualTo(offset);
                });
            }
            verify(job, acknowledged);
        }
    }

    private static void verify(ClientJob job, List<Map<Long, Integer>> acknowledged) {
        try (Consumer<String, byte[]> consumer = job.consumer("max.partition.fetch.bytes", "10000000")) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> new TopicPartition(TOPIC, p))
                    .toList();
            consumer.assign(partitions);
            long total = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(end -> end)
                    .sum();
            Map<Integer, Integer> last = new HashMap<>();
            Map<Integer, Map<Long, Integer>> read = new HashMap<>();
            for (ConsumerRecord<String, byte[]> record : ClientJob.take(consumer, Math.toIntExact(total))) {
                int number = Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8));
                int before = last.getOrDefault(record.partition(), -1);
                assertThat(number)
                        .as("the producer's order at %s-%d offset %d", TOPIC, record.partition(), record.offset())
                        .isEqualTo(before + 1);
                last.put(record.partition(), number);
                read.computeIfAbsent(record.partition(), absent -> new HashMap<>())
                        .put(record.offset(), number);
            }
            for (int partition = 0; partition < PARTITIONS; partition++)
                assertThat(read.get(partition)).containsAllEntriesOf(acknowledged.get(partition));
        }
    }

    /** An idempotent producer that numbers its records by partition and remembers what was acknowledged. */
    private static final class Load {
        private final List<Map<Long, Integer>> acknowledged = new ArrayList<>();
        private final Semaphore acks = new Semaphore(0);
        private final Semaphore room = new Semaphore(2000);
        private final Producer<String, byte[]> producer;
        private final Thread thread;
        private volatile boolean stopping;
        private volatile Exception failure;

        Load(ClientJob job) {
            for (int p = 0; p < PARTITIONS; p++) acknowledged.add(new ConcurrentSkipListMap<>());
            producer = job.producer(
                    "enable.idempotence", "true",
                    "acks", "all",
                    "delivery.timeout.ms", "120000",
                    "reconnect.backoff.max.ms", "100");
            thread = new Thread(this::run, "load");
            thread.start();
        }

        private void run() {
            int[] next = new int[PARTITIONS];
            for (int i = 0; !stopping && failure == null; i++) {
                int partition = i % PARTITIONS;
                int number = next[partition]++;
                room.acquireUninterruptibly();
                var unused = producer.send(
                        new ProducerRecord<>(TOPIC, partition, "k", ("" + number).getBytes(StandardCharsets.UTF_8)),
                        (metadata, error) -> {
                            if (error == null) acknowledged.get(partition).put(metadata.offset(), number);
                            else failure = error;
                            acks.release();
                            room.release();
                        });
            }
        }

        void awaitAcks(int count) throws Exception {
            assertThat(acks.tryAcquire(count, 60, TimeUnit.SECONDS))
                    .as("acknowledgements within 60 s")
                    .isTrue();
            if (failure != null) throw failure;
        }

        List<Map<Long, Integer>> stop() throws Exception {
            stopping = true;
            thread.join();
            producer.flush();
            producer.close();
            if (failure != null) throw failure;
            return acknowledged;
        }
    }

    /** A group of one that commits after every poll and remembers what was acknowledged. */
    private static final class Group {
        private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
        private final ClientJob job;
        private final Thread thread;
        private final CountDownLatch firstCommit = new CountDownLatch(1);
        private volatile boolean stopping;
        private volatile Throwable wrong;
        private int unacknowledged;

        Group(ClientJob job) {
            this.job = job;
            thread = new Thread(this::run, "group");
            thread.setUncaughtExceptionHandler((of, thrown) -> wrong = thrown);
            thread.start();
        }

        private void run() {
            try (Consumer<String, byte[]> consumer =
                    job.consumer("group.id", TOPIC, "session.timeout.ms", "10000", "reconnect.backoff.max.ms", "100")) {
                consumer.subscribe(List.of(TOPIC));
                while (!stopping) {
                    ClientJob.poll(consumer, 50);
                    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
                    for (TopicPartition partition : consumer.assignment())
                        positions.put(partition, new OffsetAndMetadata(consumer.position(partition)));
                    try {
                        consumer.commitSync(positions);
                        positions.forEach((partition, offset) -> committed.put(partition, offset.offset()));
                        if (!positions.isEmpty()) firstCommit.countDown();
                    } catch (KafkaException killedMeanwhile) {
                        unacknowledged++; // no promise to keep
                    }
                }
            }
        }

        void awaitCommit() throws InterruptedException {
            assertThat(firstCommit.await(60, TimeUnit.SECONDS))
                    .as("a commit within 60 s")
                    .isTrue();
        }

        Map<TopicPartition, Long> stop() throws InterruptedException {
            stopping = true;
            thread.join();
            assertThat(wrong).as("what ended the member").isNull();
            System.out.println("commits not acknowledged: " + unacknowledged);
            return committed;
        }
    }
}
