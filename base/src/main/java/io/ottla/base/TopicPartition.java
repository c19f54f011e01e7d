package io.ottla.base;

/**
 * A partition of a topic, by name.
 *
 * @param topic 1 to 249 characters of {@code [a-zA-Z0-9._-]}
 * @param partition 0 or more
 */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {

    @Override
    public int compareTo(TopicPartition other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
    }

    /** {@code topic-partition}, as in the name of its directory. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
