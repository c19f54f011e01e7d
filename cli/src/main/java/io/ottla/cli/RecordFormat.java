package io.ottla.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** @throws CommandFailed what is wrong with the line, to be put behind which line it is */
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
                    if (at < 0) throw new CommandFailed("it has no key separator.");
                    key = bytes(line.substring(0, at));
                    value = line.substring(at + command.keySeparator.get().length());
                }
                yield new ProducerRecord<>(command.topic, partition, key, bytes(value));
            }
            case json -> {
                Map<String, Object> object = parse(line);
                byte[] ofItsOwn = field(object, "key");
                if (ofItsOwn != null) key = ofItsOwn;
                addHeaders(object.get("headers"), headers);
                if (partition == null)
                    partition = number(object, "partition", Integer.MAX_VALUE)
                            .map(Long::intValue)
                            .orElse(null);
                yield new ProducerRecord<>(command.topic, partition, timestamp(object), key, field(object, "value"));
            }
        };
        headers.forEach(record.headers()::add);
        return record;
    }

    private static void addHeaders(Object given, List<Header> headers) throws CommandFailed {
        if (given == null) return;
        if (!(given instanceof Map<?, ?> byName)) throw new CommandFailed("\"headers\" is no JSON object.");
        for (Map.Entry<?, ?> each : byName.entrySet()) {
            List<?> values =
                    each.getValue() instanceof List<?> several ? several : Collections.singletonList(each.getValue());
            for (Object value : values)
                headers.add(new RecordHeader(each.getKey().toString(), headerValue(each.getKey(), value)));
        }
    }

    private static byte[] headerValue(Object name, Object value) throws CommandFailed {
        if (value instanceof Map<?, ?> map && map.get("hex") instanceof String digits) return bytesOfHex(digits);
        return bytesOfText("the header " + name, value);
    }

    private static byte[] field(Map<String, Object> object, String name) throws CommandFailed {
        if (object.get(name + "Hex") instanceof String digits) return bytesOfHex(digits);
        return bytesOfText("\"" + name + "\"", object.get(name));
    }

    /** Numbers and the like are text as they stand; JSON within JSON would not be, once it was parsed. */
    private static byte[] bytesOfText(String what, Object value) throws CommandFailed {
        if (value instanceof Map || value instanceof List)
            throw new CommandFailed(what + " is not a string; JSON that a record is to hold has to be one.");
        return value == null ? null : utf8(value.toString());
    }

    private static Optional<Long> number(Map<String, Object> object, String name, long max) throws CommandFailed {
        Object value = object.get(name);
        if (value == null) return Optional.empty();
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number <= max) return Optional.of(number);
        }
        throw new CommandFailed("\"" + name + "\" is " + value + ", and should be a whole number up to " + max + ".");
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
                Utf8OrHex.put(object, "key", Optional.ofNullable(record.key()).map(ByteBuffer::wrap));
                Utf8OrHex.put(
                        object, "value", Optional.ofNullable(record.value()).map(ByteBuffer::wrap));
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

    private static Object shown(byte[] value) {
        if (value == null) return null;
        ByteBuffer bytes = ByteBuffer.wrap(value);
        return Utf8OrHex.text(bytes).<Object>map(text -> text).orElseGet(() -> Map.of("hex", Utf8OrHex.hex(bytes)));
    }

    /** A record from before 0.10 has the timestamp −1: produced again, it gets the time of sending. */
    private static Long timestamp(Map<String, Object> object) throws CommandFailed {
        return number(object, "timestamp", Long.MAX_VALUE).filter(ms -> ms >= 0).orElse(null);
    }

    private static Map<String, Object> parse(String line) throws CommandFailed {
        try {
            if (line.stripLeading().startsWith("{")) return JSON.std.mapFrom(line);
        } catch (JsonProcessingException e) {
            throw new CommandFailed("it is not a JSON object: " + e.getOriginalMessage() + ".");
        } catch (IOException e) {
            throw new CommandFailed("it is not a JSON object: " + e.getMessage() + ".");
        }
        throw new CommandFailed("it is not a JSON object.");
    }

    private static byte[] bytesOfHex(String digits) throws CommandFailed {
        try {
            return HexFormat.of().parseHex(digits.strip());
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("it is not hexadecimal: " + e.getMessage() + ".");
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
