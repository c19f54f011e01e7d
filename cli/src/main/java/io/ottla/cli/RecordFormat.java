package io.ottla.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * How a line of text says a record, both ways: what {@code consume} prints, {@code produce} reads.
 *
 * <pre>
 * json    = "{" "key":string, "value":string, "headers":{ name:header … }, "partition":N, "timestamp":MS "}"
 *           ; all optional; null is none, of the value a tombstone; "keyHex" and "valueHex" where it is not UTF-8
 * header  = value | "[" value {"," value} "]"    ; several of one name, in their order
 * value   = string | null | {"hex":string}
 * </pre>
 */
enum RecordFormat {
    /** The value, as UTF-8; with a key separator, key and value. */
    text,
    /** As text, but in hexadecimal digits. */
    hex,
    json;

    ProducerRecord<byte[], byte[]> read(String line, ProduceCommand command) throws CommandFailed {
        Integer partition = command.partition.orElse(null);
        byte[] key = command.key.map(RecordFormat::utf8).orElse(null);
        List<Header> headers = new ArrayList<>();
        command.headers.forEach((name, value) -> headers.add(new RecordHeader(name, utf8(value))));
        ProducerRecord<byte[], byte[]> record = switch (this) {
            case text, hex -> {
                String value = line;
                if (command.keySeparator.isPresent()) {
                    int at = line.indexOf(command.keySeparator.get());
                    if (at < 0) throw new CommandFailed("The line '" + line + "' has no key separator.");
                    key = bytes(line.substring(0, at));
                    value = line.substring(at + command.keySeparator.get().length());
                }
                yield new ProducerRecord<>(command.topic, partition, key, bytes(value));
            }
            case json -> {
                Map<String, Object> object = parse(line);
                byte[] ofItsOwn = field(object, "key");
                if (ofItsOwn != null) key = ofItsOwn;
                if (object.get("headers") instanceof Map<?, ?> given) addHeaders(given, headers);
                if (partition == null && object.get("partition") instanceof Number number)
                    partition = number.intValue();
                Long timestamp = timestamp(object.get("timestamp"));
                yield new ProducerRecord<>(command.topic, partition, timestamp, key, field(object, "value"));
            }
        };
        headers.forEach(record.headers()::add);
        return record;
    }

    private static void addHeaders(Map<?, ?> given, List<Header> headers) throws CommandFailed {
        for (Map.Entry<?, ?> each : given.entrySet()) {
            List<?> values =
                    each.getValue() instanceof List<?> several ? several : Collections.singletonList(each.getValue());
            for (Object value : values)
                headers.add(new RecordHeader(each.getKey().toString(), headerValue(value)));
        }
    }

    private static byte[] headerValue(Object value) throws CommandFailed {
        if (value instanceof Map<?, ?> map && map.get("hex") instanceof String digits) return bytesOfHex(digits);
        return value == null ? null : utf8(value.toString());
    }

    private static byte[] field(Map<String, Object> object, String name) throws CommandFailed {
        if (object.get(name + "Hex") instanceof String digits) return bytesOfHex(digits);
        return object.get(name) == null ? null : utf8(object.get(name).toString());
    }

    /** @param keys whether a key is printed before the value in {@link #text} */
    String write(ConsumerRecord<byte[], byte[]> record, boolean keys, String separator) {
        return switch (this) {
            case text, hex -> keys ? string(record.key()) + separator + string(record.value()) : string(record.value());
            case json -> {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("topic", record.topic());
                object.put("partition", record.partition());
                object.put("offset", record.offset());
                object.put("timestamp", record.timestamp());
                put(object, "key", record.key());
                put(object, "value", record.value());
                Map<String, List<Object>> byName = new LinkedHashMap<>();
                for (Header header : record.headers())
                    byName.computeIfAbsent(header.key(), name -> new ArrayList<>())
                            .add(shown(header.value()));
                Map<String, Object> headers = new LinkedHashMap<>();
                byName.forEach((name, values) -> headers.put(name, values.size() == 1 ? values.getFirst() : values));
                object.put("headers", headers);
                yield Output.text(object);
            }
        };
    }

    /** As text; what is not UTF-8 under the name with {@code Hex} behind it. */
    private static void put(Map<String, Object> object, String name, byte[] bytes) {
        if (bytes == null || isUtf8(bytes))
            object.put(name, bytes == null ? null : new String(bytes, StandardCharsets.UTF_8));
        else object.put(name + "Hex", HexFormat.of().formatHex(bytes));
    }

    private static Object shown(byte[] value) {
        if (value == null) return null;
        return isUtf8(value)
                ? new String(value, StandardCharsets.UTF_8)
                : Map.of("hex", HexFormat.of().formatHex(value));
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
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

    /** Of text or hex. */
    private byte[] bytes(String said) throws CommandFailed {
        return this == hex ? bytesOfHex(said) : utf8(said);
    }

    /** As text or hex. */
    private String string(byte[] bytes) {
        if (bytes == null) return "";
        return this == hex ? HexFormat.of().formatHex(bytes) : new String(bytes, StandardCharsets.UTF_8);
    }
}
