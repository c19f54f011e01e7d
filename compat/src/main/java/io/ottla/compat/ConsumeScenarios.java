package io.ottla.compat;

import static io.ottla.compat.ClientJob.check;
import static io.ottla.compat.ClientJob.checkEquals;
import static io.ottla.compat.ClientJob.poll;
import static io.ottla.compat.ClientJob.sendAll;
import static io.ottla.compat.ClientJob.take;
import static io.ottla.compat.ProduceScenarios.assign;
import static io.ottla.compat.ProduceScenarios.bytes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What consumers do beside groups. */
final class ConsumeScenarios {
    private ConsumeScenarios() {}

    private static void fill(ClientJob job, int partition, int count) throws Exception {
        try (Producer<String, byte[]> producer = job.producer()) {
            sendAll(producer, count, i -> new ProducerRecord<>(job.topic(), partition, null, "k", bytes("" + i)));
        }
    }

    static void seek(ClientJob job) throws Exception {
        fill(job, 0, 1000);
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            TopicPartition partition = assign(consumer, job.topic(), 0);
            consumer.seek(partition, 567);
            checkEquals(567L, take(consumer, 1).get(0).offset(), "after seek");
            consumer.seekToBeginning(Collections.singletonList(partition));
            checkEquals(0L, take(consumer, 1).get(0).offset(), "after seekToBeginning");
            consumer.seekToEnd(Collections.singletonList(partition));
            checkEquals(1000L, consumer.position(partition), "position at the end");
            checkEquals(
                    0L,
                    consumer.beginningOffsets(Collections.singletonList(partition))
                            .get(partition),
                    "beginning");
            checkEquals(
                    1000L,
                    consumer.endOffsets(Collections.singletonList(partition)).get(partition),
                    "end");
            consumer.seek(partition, 5000); // out of range: auto.offset.reset=earliest
            checkEquals(0L, take(consumer, 1).get(0).offset(), "after a seek out of range");
        }
    }

    static void pause(ClientJob job) throws Exception {
        fill(job, 0, 100);
        fill(job, 1, 100);
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            TopicPartition paused = new TopicPartition(job.topic(), 0);
            TopicPartition open = new TopicPartition(job.topic(), 1);
            consumer.assign(List.of(paused, open));
            consumer.pause(Collections.singletonList(paused));
            List<ConsumerRecord<String, byte[]>> got = take(consumer, 100);
            for (int i = 0; i < 5; i++) poll(consumer, 100).forEach(got::add);
            checkEquals(100, got.size(), "records while paused");
            check(got.stream().allMatch(record -> record.partition() == 1), "only from the open partition");
            consumer.resume(Collections.singletonList(paused));
            check(
                    take(consumer, 100).stream().allMatch(record -> record.partition() == 0),
                    "after resume, the paused one");
        }
    }

    static void readCommitted(ClientJob job) throws Exception {
        job.requireClient(0, 11);
        fill(job, 0, 100);
        try (Consumer<String, byte[]> consumer = job.consumer("isolation.level", "read_committed")) {
            assign(consumer, job.topic(), 0);
            take(consumer, 100);
        }
    }

    static void regex(ClientJob job) throws Exception {
        fill(job, 0, 50);
        fill(job, 1, 50);
        try (Consumer<String, byte[]> consumer = job.consumer("group.id", job.topic(), "metadata.max.age.ms", "500")) {
            List<TopicPartition> assigned = new ArrayList<>();
            consumer.subscribe(
                    Pattern.compile(
                            Pattern.quote(job.topic().substring(0, job.topic().length() - 2)) + ".x"),
                    new ConsumerRebalanceListener() {
                        @Override
                        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                            assigned.removeAll(partitions);
                        }

                        @Override
                        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                            assigned.addAll(partitions);
                        }
                    });
            take(consumer, 100);
            checkEquals(2, assigned.size(), "partitions assigned");
        }
    }
}
