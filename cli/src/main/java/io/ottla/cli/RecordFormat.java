package io.ottla.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** How a line of text says a record, both ways: what {@code consume} prints, {@code produce} reads. */
enum RecordFormat {
    /** The value, as UTF-8; with a key separator, key and value. */
    text,
    /** The value in hexadecimal digits. */
    hex,
    /** {@code {"key":…,"value":…,"headers":{…},"partition":…,"timestamp":…}}, all but the value optional; null is a tombstone. */
    json;

    ProducerRecord<byte[], byte[]> read(String line, ProduceCommand command) throws CommandFailed {
        Integer partition = command.partition.orElse(null);
        byte[] key = command.key.map(RecordFormat::utf8).orElse(null);
        Map<String, Object> headers = new LinkedHashMap<>(command.headers);
        ProducerRecord<byte[], byte[]> record = switch (this) {
            case text -> {
                String value = line;
                if (command.keySeparator.isPresent()) {
                    int at = line.indexOf(command.keySeparator.get());
                    if (at < 0) throw new CommandFailed("The line '" + line + "' has no key separator.");
                    key = utf8(line.substring(0, at));
                    value = line.substring(at + command.keySeparator.get().length());
                }
                yield new ProducerRecord<>(command.topic, partition, key, utf8(value));
            }
            case hex -> new ProducerRecord<>(command.topic, partition, key, bytesOfHex(line));
            case json -> {
                Map<String, Object> object = parse(line);
                if (object.get("key") != null) key = utf8(object.get("key").toString());
                if (object.get("headers") instanceof Map<?, ?> given)
                    given.forEach((name, value) -> headers.put(name.toString(), value));
                if (partition == null && object.get("partition") instanceof Number number)
                    partition = number.intValue();
                Long timestamp = timestamp(object.get("timestamp"));
                byte[] value = object.get("value") == null
                        ? null
                        : utf8(object.get("value").toString());
                yield new ProducerRecord<>(command.topic, partition, timestamp, key, value);
            }
        };
        headers.forEach((name, value) -> record.headers().add(name, value == null ? null : utf8(value.toString())));
        return record;
    }

    /** @param keys whether a key is printed before the value in {@link #text} */
    String write(ConsumerRecord<byte[], byte[]> record, boolean keys, String separator) {
        return switch (this) {
            case text -> keys ? string(record.key()) + separator + string(record.value()) : string(record.value());
            case hex -> record.value() == null ? "" : HexFormat.of().formatHex(record.value());
            case json -> {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("topic", record.topic());
                object.put("partition", record.partition());
                object.put("offset", record.offset());
                object.put("timestamp", record.timestamp());
                object.put("key", record.key() == null ? null : string(record.key()));
                object.put("value", record.value() == null ? null : string(record.value()));
                Map<String, Object> headers = new LinkedHashMap<>();
                for (Header header : record.headers())
                    headers.put(header.key(), header.value() == null ? null : string(header.value()));
                object.put("headers", headers);
                yield Output.text(object);
            }
        };
    }

    /** A record from before 0.10 has the timestamp −1: produced again, it gets the time of sending. */
    private static Long timestamp(Object value) {
        return value instanceof Number number && number.longValue() >= 0 ? number.longValue() : null;
    }

    private static Map<String, Object> parse(String line) throws CommandFailed {
        try {
            return JSON.std.mapFrom(line);
        } catch (IOException e) {
            throw new CommandFailed("The line '" + line + "' is not a JSON object: " + e.getMessage() + ".");
        }
    }

    private static byte[] bytesOfHex(String line) throws CommandFailed {
        try {
            return HexFormat.of().parseHex(line.strip());
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("The line '" + line + "' is not hexadecimal: " + e.getMessage() + ".");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String string(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
}
