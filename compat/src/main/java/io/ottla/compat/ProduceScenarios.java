package io.ottla.compat;

import static io.ottla.compat.ClientJob.check;
import static io.ottla.compat.ClientJob.checkEquals;
import static io.ottla.compat.ClientJob.sendAll;
import static io.ottla.compat.ClientJob.take;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;

/** What producers do; read back and compared. */
final class ProduceScenarios {
    private ProduceScenarios() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** As in every tutorial: keys, values, three partitions, each in order. */
    static void produceConsume(ClientJob job) throws Exception {
        int count = 10_000;
        Map<Integer, List<String>> sent = new HashMap<>();
        try (Producer<String, byte[]> producer = job.producer()) {
            List<Future<RecordMetadata>> acks = new ArrayList<>();
            for (int i = 0; i < count; i++)
                acks.add(producer.send(new ProducerRecord<>(job.topic(), "key-" + i % 97, bytes("value-" + i))));
            for (int i = 0; i < count; i++) {
                RecordMetadata ack = acks.get(i).get();
                List<String> partition = sent.computeIfAbsent(ack.partition(), absent -> new ArrayList<>());
                checkEquals((long) partition.size(), ack.offset(), "offset in partition " + ack.partition());
                partition.add("value-" + i);
            }
        }
        try (Consumer<String, byte[]> consumer = job.consumer("group.id", job.topic())) {
            consumer.subscribe(Collections.singletonList(job.topic()));
            Map<Integer, List<String>> got = new HashMap<>();
            for (ConsumerRecord<String, byte[]> record : take(consumer, count)) {
                List<String> partition = got.computeIfAbsent(record.partition(), absent -> new ArrayList<>());
                checkEquals((long) partition.size(), record.offset(), "offset read");
                partition.add(new String(record.value(), StandardCharsets.UTF_8));
            }
            checkEquals(sent, got, "what was read");
        }
    }

    static void codec(ClientJob job, String codec) throws Exception {
        if (codec.equals("zstd")) job.requireClient(2, 1);
        int count = 2000;
        Random random = new Random(7);
        List<byte[]> values = new ArrayList<>();
        try (Producer<String, byte[]> producer =
                job.producer("compression.type", codec, "linger.ms", "20", "batch.size", "65536")) {
            sendAll(producer, count, i -> {
                values.add(bytes("some text that repeats, repeats, repeats " + random.nextInt(1000)));
                return new ProducerRecord<>(job.topic(), "k", values.get(i));
            });
        }
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            assign(consumer, job.topic(), 0);
            List<ConsumerRecord<String, byte[]>> got = take(consumer, count);
            for (int i = 0; i < count; i++)
                checkEquals(values.get(i), got.get(i).value(), "value " + i);
        }
    }

    static void headers(ClientJob job) throws Exception {
        job.requireClient(0, 11);
        try (Producer<String, byte[]> producer = job.producer()) {
            ProducerRecord<String, byte[]> record = new ProducerRecord<>(job.topic(), "k", bytes("v"));
            record.headers()
                    .add("trace", bytes("abc"))
                    .add("trace", bytes("def"))
                    .add("none", null);
            producer.send(record).get();
        }
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            assign(consumer, job.topic(), 0);
            Header[] headers = take(consumer, 1).get(0).headers().toArray();
            checkEquals(3, headers.length, "headers");
            checkEquals(bytes("def"), headers[1].value(), "second header");
            check(headers[2].value() == null, "a null header value stays null");
        }
    }

    static void timestamps(ClientJob job) throws Exception {
        long base = System.currentTimeMillis() - 1_000_000;
        try (Producer<String, byte[]> producer = job.producer()) {
            for (int i = 0; i < 100; i++)
                producer.send(new ProducerRecord<>(job.topic(), 0, base + i * 1000L, "k", bytes("v" + i)))
                        .get();
        }
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            TopicPartition partition = assign(consumer, job.topic(), 0);
            List<ConsumerRecord<String, byte[]>> got = take(consumer, 100);
            for (int i = 0; i < 100; i++)
                checkEquals(base + i * 1000L, got.get(i).timestamp(), "timestamp " + i);
            checkEquals(
                    43L,
                    consumer.offsetsForTimes(Collections.singletonMap(partition, base + 42_500L))
                            .get(partition)
                            .offset(),
                    "first offset at or after the time");
            check(
                    consumer.offsetsForTimes(Collections.singletonMap(partition, base + 1_000_000_000L))
                                    .get(partition)
                            == null,
                    "no offset after the last");
        }
    }

    static void idempotent(ClientJob job) throws Exception {
        job.requireClient(0, 11);
        int count = 5000;
        try (Producer<String, byte[]> producer = job.producer("enable.idempotence", "true", "acks", "all")) {
            List<Future<RecordMetadata>> acks = new ArrayList<>();
            for (int i = 0; i < count; i++)
                acks.add(producer.send(new ProducerRecord<>(job.topic(), i % 2, null, null, bytes("" + i))));
            for (Future<RecordMetadata> ack : acks) ack.get();
        }
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            TopicPartition first = new TopicPartition(job.topic(), 0);
            TopicPartition second = new TopicPartition(job.topic(), 1);
            consumer.assign(List.of(first, second));
            Map<Integer, Integer> next = new HashMap<>(Map.of(0, 0, 1, 1));
            for (ConsumerRecord<String, byte[]> record : take(consumer, count)) {
                int value = Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8));
                checkEquals(next.put(record.partition(), value + 2), value, "order of partition " + record.partition());
            }
        }
    }

    /** Transactions are not served yet: whoever wants them is told so, at once, and not after the time-out. */
    static void transactional(ClientJob job) throws Exception {
        job.requireClient(0, 11);
        long startNs = System.nanoTime();
        try (Producer<String, byte[]> producer = job.producer("transactional.id", job.topic())) {
            producer.initTransactions();
            throw new AssertionError("nothing was said");
        } catch (KafkaException e) {
            check(!(e instanceof TimeoutException), "no time-out, but " + e);
            check(System.nanoTime() - startNs < 30_000_000_000L, "told late");
        }
    }

    static void large(ClientJob job) throws Exception {
        byte[] value = new byte[ClientScenarios.LARGE_BYTES];
        new Random(1).nextBytes(value);
        try (Producer<String, byte[]> producer =
                job.producer("max.request.size", "12000000", "buffer.memory", "64000000")) {
            producer.send(new ProducerRecord<>(job.topic(), "k", value)).get();
            producer.send(new ProducerRecord<>(job.topic(), "k", bytes("after")))
                    .get();
        }
        try (Consumer<String, byte[]> consumer = job.consumer()) { // a record above the fetch limits must come, too
            assign(consumer, job.topic(), 0);
            List<ConsumerRecord<String, byte[]>> got = take(consumer, 2);
            checkEquals(value, got.get(0).value(), "the large value");
            checkEquals(bytes("after"), got.get(1).value(), "the value after it");
        }
    }

    static void acks(ClientJob job) throws Exception {
        for (String acks : List.of("0", "1", "all"))
            try (Producer<String, byte[]> producer =
                    acks.equals("all") ? job.producer("acks", acks) : job.producer("acks", acks, "retries", "0")) {
                sendAll(producer, 100, i -> new ProducerRecord<>(job.topic(), acks, bytes("" + i)));
            }
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            assign(consumer, job.topic(), 0);
            take(consumer, 300);
        }
    }

    static TopicPartition assign(Consumer<String, byte[]> consumer, String topic, int partition) {
        TopicPartition assigned = new TopicPartition(topic, partition);
        consumer.assign(Collections.singletonList(assigned));
        return assigned;
    }
}
