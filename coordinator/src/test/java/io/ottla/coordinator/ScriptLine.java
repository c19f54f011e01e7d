package io.ottla.coordinator;

import io.ottla.base.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A command's words, and its options {@code name=value}. */
record ScriptLine(List<String> words, Map<String, String> options) {

    static ScriptLine parse(List<String> parts) {
        List<String> words = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            if (equals < 0) words.add(part);
            else options.put(part.substring(0, equals), part.substring(equals + 1));
        }
        return new ScriptLine(words, options);
    }

    /** {@code ''} is the empty one. */
    String word(int index) {
        return words.get(index).equals("''") ? "" : words.get(index);
    }

    String text(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return options.containsKey(name) ? Integer.parseInt(options.get(name)) : otherwise;
    }

    List<String> list(String name, String otherwise) {
        String text = text(name, otherwise);
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    static TopicPartition partition(String text) {
        int dash = text.lastIndexOf('-');
        return new TopicPartition(text.substring(0, dash), Integer.parseInt(text.substring(dash + 1)));
    }
}
