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
            return Optional.of("Topic name is invalid: it cannot be \".\" or \"..\"");
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
        private final Map<String, String> byUnified = new HashMap<>();

        static Collisions among(PersistentMap<String, ?> topics) {
            Collisions collisions = new Collisions();
            topics.forEach((topic, any) -> collisions.add(topic));
            return collisions;
        }

        void add(String topic) {
            if (mayCollide(topic)) byUnified.putIfAbsent(unified(topic), topic);
        }

        /** Another topic that {@code topic} collides with. */
        Optional<String> with(String topic) {
            if (!mayCollide(topic)) return Optional.empty();
            return Optional.ofNullable(byUnified.get(unified(topic))).filter(other -> !other.equals(topic));
        }

        private static boolean mayCollide(String topic) {
            return topic.indexOf('.') >= 0 || topic.indexOf('_') >= 0;
        }

        private static String unified(String topic) {
            return topic.replace('.', '_');
        }
    }
}
