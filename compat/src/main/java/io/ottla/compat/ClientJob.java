package io.ottla.compat;

import io.ottla.compat.ClientScenarios.Absent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One scenario's broker and topic, and the few calls that differ between versions of the client. */
final class ClientJob {
    /** How long a scenario waits for what it expects. */
    static final long PATIENCE_MS = 30_000;

    private final String bootstrap;
    private final String topic;

    ClientJob(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    String topic() {
        return topic;
    }

    /** Of the client on the class path, from the resource that every version has. */
    static String clientVersion() {
        Properties properties = new Properties();
        try (InputStream in = KafkaProducer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** @throws Absent if the client on the class path is older than {@code major.minor} */
    void requireClient(int major, int minor) throws Absent {
        String[] version = clientVersion().split("\\.", -1);
        int haveMajor = Integer.parseInt(version[0]);
        int haveMinor = Integer.parseInt(version[1]);
        if (haveMajor < major || (haveMajor == major && haveMinor < minor))
            throw new Absent("came with client " + major + "." + minor);
    }

    /** @param settings alternating names and values, over the client's defaults */
    Producer<String, byte[]> producer(String... settings) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrap);
        put(config, settings);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    Consumer<String, byte[]> consumer(String... settings) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrap);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        put(config, settings);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static void put(Map<String, Object> config, String[] settings) {
        for (int i = 0; i < settings.length; i += 2) config.put(settings[i], settings[i + 1]);
    }

    /** Sends record 0 to {@code count} − 1 and waits until all are acknowledged. */
    static void sendAll(
            Producer<String, byte[]> producer, int count, IntFunction<ProducerRecord<String, byte[]>> record)
            throws Exception {
        List<Future<RecordMetadata>> acks = new ArrayList<>();
        for (int i = 0; i < count; i++) acks.add(producer.send(record.apply(i)));
        producer.flush();
        for (Future<RecordMetadata> ack : acks) ack.get();
    }

    /** {@code poll(Duration)} came with 2.0; {@code poll(long)} went with 4.0. */
    static ConsumerRecords<String, byte[]> poll(Consumer<String, byte[]> consumer, long timeoutMs) {
        try {
            return consumer.poll(Duration.ofMillis(timeoutMs));
        } catch (NoSuchMethodError olderClient) {
            return pollMs(consumer, timeoutMs);
        }
    }

    @SuppressWarnings("unchecked")
    private static ConsumerRecords<String, byte[]> pollMs(Consumer<String, byte[]> consumer, long timeoutMs) {
        try {
            Method poll = Consumer.class.getMethod("poll", long.class);
            return (ConsumerRecords<String, byte[]>) poll.invoke(consumer, timeoutMs);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException) throw (RuntimeException) e.getCause();
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Polls until {@code wanted} records are there, and fails if they do not come. */
    static List<ConsumerRecord<String, byte[]>> take(Consumer<String, byte[]> consumer, int wanted) {
        List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
        pollUntil(consumer, all, () -> all.size() >= wanted, wanted + " records");
        return all;
    }

    /** Polls into {@code all} until {@code enough}, and fails if that does not come. */
    static void pollUntil(
            Consumer<String, byte[]> consumer,
            List<ConsumerRecord<String, byte[]>> all,
            BooleanSupplier enough,
            String what) {
        long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
        while (!enough.getAsBoolean()) {
            poll(consumer, 200).forEach(all::add);
            if (System.nanoTime() > deadline)
                throw new AssertionError("waited for " + what + ", got " + all.size() + " records");
        }
    }

    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    static void checkEquals(Object expected, Object actual, String what) {
        boolean same = (expected instanceof byte[] && actual instanceof byte[])
                ? Arrays.equals((byte[]) expected, (byte[]) actual)
                : expected.equals(actual);
        if (!same) throw new AssertionError(what + ": expected " + expected + ", got " + actual);
    }

    static String oneLine(Throwable thrown) {
        StringBuilder line = new StringBuilder(thrown.toString());
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause())
            line.append(" <- ").append(cause);
        StackTraceElement[] trace = thrown.getStackTrace();
        if (trace.length > 0) line.append(" at ").append(trace[0]);
        return line.toString().replace('\n', ' ');
    }
}
