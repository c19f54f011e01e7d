package io.ottla.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a topic may be called, as in Kafka ({@code common/internals/Topic.java}). */
public final class TopicNames {
    public static final int MAX_LENGTH = 249;
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";
    public static final String TRANSACTION_STATE = "__transaction_state";
    public static final String SHARE_GROUP_STATE = "__share_group_state";

    private TopicNames() {}

    /** Whether clients are kept from writing to it and the topic is marked in Metadata. */
    public static boolean isInternal(String topic) {
        return topic.equals(CONSUMER_OFFSETS) || topic.equals(TRANSACTION_STATE) || topic.equals(SHARE_GROUP_STATE);
    }

    public static boolean isValid(String topic) {
        return flaw(topic).isEmpty();
    }

    /** What is wrong with the name, as a sentence; empty if nothing is. */
    public static Optional<String> flaw(String topic) {
        if (topic.isEmpty()) return Optional.of("Topic name is invalid: the empty string is not allowed");
        if (topic.equals(".") || topic.equals(".."))
            return Optional.of("Topic name is invalid: '" + topic + "' is not allowed");
        if (topic.length() > MAX_LENGTH)
            return Optional.of("Topic name is invalid: its length of " + topic.length()
                    + " is longer than the max allowed length " + MAX_LENGTH);
        for (int i = 0; i < topic.length(); i++) {
            if (!isLegal(topic.charAt(i)))
                return Optional.of("Topic name is invalid: '" + printable(topic)
                        + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'");
        }
        return Optional.empty();
    }

    private static boolean isLegal(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    private static String printable(String topic) {
        return topic.replaceAll("\\p{Cntrl}", "?");
    }

    /**
     * Names that would collide in the metrics of tools, which write a dot as an underscore: {@code a.b} and
     * {@code a_b}.
     */
    static final class Collisions {
        /** A name with so many dots and underscores has 256 names to collide with: more than that, and all are looked at. */
        private static final int MAX_TRIED = 8;

        private final PersistentMap<String, ?> topics;
        private final Map<String, String> added = new HashMap<>();
        private Optional<Map<String, String>> all = Optional.empty();

        Collisions(PersistentMap<String, ?> topics) {
            this.topics = topics;
        }

        /** One that is not among the topics yet. */
        void add(String topic) {
            if (mayCollide(topic)) added.putIfAbsent(unified(topic), topic);
        }

        /** Another topic that {@code topic} collides with. */
        Optional<String> with(String topic) {
            if (!mayCollide(topic)) return Optional.empty();
            String just = added.get(unified(topic));
            if (just != null && !just.equals(topic)) return Optional.of(just);
            int count = (int) topic.chars().filter(c -> c == '.' || c == '_').count();
            return count <= MAX_TRIED ? tried(topic.toCharArray(), 0, topic) : lookedUp(topic);
        }

        /** Tries both characters in each place from {@code from} on. */
        private Optional<String> tried(char[] name, int from, String topic) {
            int place = from;
            while (place < name.length && name[place] != '.' && name[place] != '_') place++;
            if (place == name.length) {
                String other = new String(name);
                return !other.equals(topic) && topics.containsKey(other) ? Optional.of(other) : Optional.empty();
            }
            name[place] = '.';
            Optional<String> found = tried(name, place + 1, topic);
            if (found.isPresent()) return found;
            name[place] = '_';
            return tried(name, place + 1, topic);
        }

        private Optional<String> lookedUp(String topic) {
            if (all.isEmpty()) {
                Map<String, String> byUnified = new HashMap<>();
                topics.forEach((name, any) -> {
                    if (mayCollide(name)) byUnified.putIfAbsent(unified(name), name);
                });
                all = Optional.of(byUnified);
            }
            return Optional.ofNullable(all.get().get(unified(topic))).filter(other -> !other.equals(topic));
        }

        private static boolean mayCollide(String topic) {
            return topic.indexOf('.') >= 0 || topic.indexOf('_') >= 0;
        }

        private static String unified(String topic) {
            return topic.replace('.', '_');
        }
    }
}
