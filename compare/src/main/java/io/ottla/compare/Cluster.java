package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What rows ask of a cluster themselves, in this process, through Apache's clients. */
final class Cluster implements AutoCloseable {
    private static final String TIMEOUT_MS = "180000";

    private final String bootstrap;
    private final Admin admin;

    Cluster(ServerProcess server) {
        bootstrap = server.bootstrap();
        admin = Admin.create(Map.of(
                "bootstrap.servers", bootstrap,
                "default.api.timeout.ms", TIMEOUT_MS,
                "request.timeout.ms", TIMEOUT_MS,
                "reconnect.backoff.max.ms", "100"));
    }

    void create(String topic, int partitions) throws ExecutionException, InterruptedException {
        admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                .all()
                .get();
    }

    /** Waits until every partition of these topics has a leader. */
    void awaitLeaders(List<String> topics, Turn turn) throws ExecutionException, InterruptedException {
        while (true) {
            boolean all = false;
            try {
                all = admin.describeTopics(topics).allTopicNames().get().values().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .allMatch(partition -> partition.leader() != null);
            } catch (ExecutionException e) { // made a moment ago, and not known to all parts of the broker
                if (!(e.getCause() instanceof RetriableException)) throw e;
            }
            if (all) return;
            turn.pass(0.01);
        }
    }

    /** The sum of the end offsets of all partitions of these topics: how many records they ever got. */
    long endOffsets(Map<String, Integer> partitionsOf) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitionsOf.forEach((topic, partitions) -> {
            for (int p = 0; p < partitions; p++) asked.put(new TopicPartition(topic, p), OffsetSpec.latest());
        });
        long sum = 0;
        for (ListOffsetsResultInfo info : admin.listOffsets(asked).all().get().values()) sum += info.offset();
        return sum;
    }

    /** One record into each partition. */
    void writeOnce(Map<String, Integer> partitionsOf) throws LoadFailedException {
        AtomicReference<Exception> failure = new AtomicReference<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "linger.ms", "100", "acks", "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            partitionsOf.forEach((topic, partitions) -> {
                for (int p = 0; p < partitions; p++) {
                    var unused =
                            producer.send(new ProducerRecord<>(topic, p, null, new byte[100]), (metadata, problem) -> {
                                if (problem != null) failure.compareAndSet(null, problem);
                            });
                }
            });
            producer.flush();
        }
        if (failure.get() != null)
            throw new LoadFailedException(
                    "Not every partition could be written: " + failure.get().getMessage(), failure.get());
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
