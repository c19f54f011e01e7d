package io.ottla.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
 * How a line says a record, both ways: what {@code consume} prints, {@code produce} reads. What is not said in JSON or
 * in hexadecimal digits is bytes, which come and go as they are.
 *
 * <pre>
 * json    = "{" "key":string, "value":string, "headers":{ name:header … }, "partition":N, "timestamp":MS "}"
 *           ; all optional; null is none, of the value a tombstone; "keyHex" and "valueHex" where it is not UTF-8
 * header  = value | "[" value {"," value} "]"    ; several of one name, in their order
 * value   = string | null | {"hex":string}
 * </pre>
 */
enum RecordFormat {
    /** The value; with a key separator, key and value. A carriage return before the newline is the line's, not the record's. */
    text,
    /** As text, but nothing is taken away. */
    raw,
    /** As text, but in hexadecimal digits. */
    hex,
    json;

    /** @throws CommandFailed what is wrong with the line, to be put behind which line it is */
    ProducerRecord<byte[], byte[]> read(byte[] line, ProduceCommand command) throws CommandFailed {
        Integer partition = command.partition.orElse(null);
        byte[] key = command.key.map(RecordFormat::utf8).orElse(null);
        List<Header> headers = new ArrayList<>();
        command.headers.forEach((name, value) -> headers.add(new RecordHeader(name, utf8(value))));
        ProducerRecord<byte[], byte[]> record = switch (this) {
            case text, raw, hex -> {
                byte[] value = this == text ? withoutCarriageReturn(line) : line;
                if (command.keySeparator.isPresent()) {
                    byte[] separator = utf8(command.keySeparator.get());
                    int at = indexOf(value, separator);
                    if (at < 0) throw new CommandFailed("it has no key separator.");
                    key = bytes(Arrays.copyOf(value, at));
                    value = Arrays.copyOfRange(value, at + separator.length, value.length);
                }
                yield new ProducerRecord<>(command.topic, partition, key, bytes(value));
            }
            case json -> {
                Map<String, Object> object = parse(new String(line, StandardCharsets.UTF_8));
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

    private static byte[] withoutCarriageReturn(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\r' ? Arrays.copyOf(line, line.length - 1) : line;
    }

    /** −1 if it is not there. */
    private static int indexOf(byte[] in, byte[] wanted) {
        for (int at = 0; at <= in.length - wanted.length; at++)
            if (Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) return at;
        return -1;
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

    /** @param keys whether a key is printed before the value, where it is not JSON */
    void write(ConsumerRecord<byte[], byte[]> record, boolean keys, String separator, OutputStream out)
            throws IOException {
        switch (this) {
            case text, raw, hex -> {
                if (keys) {
                    out.write(shownBytes(record.key()));
                    out.write(utf8(separator));
                }
                out.write(shownBytes(record.value()));
            }
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
                out.write(utf8(Output.text(object)));
            }
        }
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

    private byte[] bytes(byte[] said) throws CommandFailed {
        return this == hex ? bytesOfHex(new String(said, StandardCharsets.UTF_8)) : said;
    }

    private byte[] shownBytes(byte[] bytes) {
        if (bytes == null) return new byte[0];
        return this == hex ? utf8(HexFormat.of().formatHex(bytes)) : bytes;
    }
}
