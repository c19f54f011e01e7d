package io.ottla.cluster;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The JSON object in a znode. Fields that nobody asks for are tolerated, as Kafka does; a field that is missing or of
 * another type gives an error that names path and field.
 */
final class ZnodeJson {
    /** No znode of Kafka's is larger, since ZooKeeper takes no larger ones (jute.maxbuffer). */
    static final int MAX_BYTES = 1 << 20;

    private static final JSON WRITER = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

    private final String path;
    private final Map<String, Object> fields;

    private ZnodeJson(String path, Map<String, Object> fields) {
        this.path = path;
        this.fields = fields;
    }

    static ZnodeJson parse(String path, byte[] data) throws MalformedZnodeException {
        if (data.length == 0) throw new MalformedZnodeException(path, "is empty, a JSON object is wanted");
        if (data.length > MAX_BYTES)
            throw new MalformedZnodeException(path, data.length + " bytes are too many, the limit is " + MAX_BYTES);
        try {
            Object any = JSON.std.anyFrom(data);
            if (!(any instanceof Map<?, ?> map))
                throw new MalformedZnodeException(path, "a JSON object is wanted: " + excerpt(data));
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((key, value) -> fields.put(String.valueOf(key), value));
            return new ZnodeJson(path, fields);
        } catch (IOException e) {
            throw new MalformedZnodeException(path, "is not JSON: " + excerpt(data));
        }
    }

    static byte[] encode(Map<String, ?> fields) {
        try {
            return WRITER.asBytes(fields);
        } catch (IOException e) {
            throw new UncheckedIOException("maps of strings, numbers and lists always encode", e);
        }
    }

    int intAt(String field) throws MalformedZnodeException {
        if (fields.get(field) instanceof Number number && fitsInt(number)) return number.intValue();
        throw wrong(field, "a 32-bit number");
    }

    int intAt(String field, int absent) throws MalformedZnodeException {
        return fields.containsKey(field) ? intAt(field) : absent;
    }

    String stringAt(String field) throws MalformedZnodeException {
        if (fields.get(field) instanceof String text) return text;
        throw wrong(field, "a string");
    }

    Optional<String> optionalStringAt(String field) throws MalformedZnodeException {
        return fields.get(field) == null ? Optional.empty() : Optional.of(stringAt(field));
    }

    List<Integer> intsAt(String field) throws MalformedZnodeException {
        return ints(field, fields.get(field));
    }

    List<String> stringsAt(String field) throws MalformedZnodeException {
        if (!(fields.get(field) instanceof List<?> list)) throw wrong(field, "a list of strings");
        List<String> strings = new ArrayList<>(list.size());
        for (Object item : list) {
            if (!(item instanceof String text)) throw wrong(field, "a list of strings");
            strings.add(text);
        }
        return List.copyOf(strings);
    }

    boolean flagAt(String field) throws MalformedZnodeException {
        if (fields.get(field) instanceof Boolean flag) return flag;
        throw wrong(field, "true or false");
    }

    /** All fields but those. */
    Map<String, Object> except(Set<String> known) {
        Map<String, Object> others = new LinkedHashMap<>(fields);
        others.keySet().removeAll(known);
        return others;
    }

    /** Numbers and truth values are taken as text. Empty if the field is absent. */
    Map<String, String> stringMapAt(String field) throws MalformedZnodeException {
        Map<String, String> strings = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : mapAt(field).entrySet()) {
            if (entry.getValue() == null || entry.getValue() instanceof Map || entry.getValue() instanceof List)
                throw wrong(field + "." + entry.getKey(), "a string");
            strings.put(String.valueOf(entry.getKey()), entry.getValue().toString());
        }
        return strings;
    }

    /** Partition to replicas; empty if the field is absent. */
    Map<Integer, List<Integer>> assignmentAt(String field) throws MalformedZnodeException {
        Map<Integer, List<Integer>> assignment = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : mapAt(field).entrySet()) {
            int partition;
            try {
                partition = Integer.parseInt(String.valueOf(entry.getKey()));
            } catch (NumberFormatException e) {
                throw wrong(field, "an object with partition numbers as keys");
            }
            assignment.put(partition, ints(field + "." + partition, entry.getValue()));
        }
        return assignment;
    }

    MalformedZnodeException wrong(String field, String wanted) {
        Object found = fields.get(field);
        return new MalformedZnodeException(
                path, "field '" + field + "' must be " + wanted + (found == null ? "" : ", not " + shortened(found)));
    }

    private Map<?, ?> mapAt(String field) throws MalformedZnodeException {
        Object value = fields.get(field);
        if (value == null) return Map.of();
        if (value instanceof Map<?, ?> map) return map;
        throw wrong(field, "an object");
    }

    private List<Integer> ints(String field, Object value) throws MalformedZnodeException {
        if (!(value instanceof List<?> list)) throw wrong(field, "a list of numbers");
        List<Integer> numbers = new ArrayList<>(list.size());
        for (Object item : list) {
            if (!(item instanceof Number number) || !fitsInt(number)) throw wrong(field, "a list of numbers");
            numbers.add(number.intValue());
        }
        return List.copyOf(numbers);
    }

    private static boolean fitsInt(Number number) {
        return (number instanceof Integer || number instanceof Long) && number.longValue() == number.intValue();
    }

    private static String excerpt(byte[] data) {
        return shortened(new String(data, 0, Math.min(data.length, 200), StandardCharsets.UTF_8));
    }

    private static String shortened(Object value) {
        String text = value.toString();
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }
}
