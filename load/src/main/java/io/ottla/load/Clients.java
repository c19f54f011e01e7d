package io.ottla.load;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The settings of the clients that make the load, by Kafka's own names.
 *
 * @param producer of every producer
 * @param consumer of every consumer
 */
public record Clients(Map<String, Object> producer, Map<String, Object> consumer) {
    KafkaProducer<byte[], byte[]> newProducer(int index) {
        return new KafkaProducer<>(
                with(producer, Map.of("client.id", "ottla-bench-producer-" + index)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    KafkaConsumer<byte[], byte[]> newConsumer(int index, String group) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("client.id", "ottla-bench-consumer-" + index);
        if (!group.isEmpty()) own.put("group.id", group);
        return new KafkaConsumer<>(with(consumer, own), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** What the user said goes over our own. */
    private static Map<String, Object> with(Map<String, Object> said, Map<String, Object> own) {
        Map<String, Object> all = new LinkedHashMap<>(own);
        all.putAll(said);
        return all;
    }
}
