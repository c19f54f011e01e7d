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

    /**
     * Mixed, since names and numbers run on: 31 × (hash of {@code t-1}) + 31 is 31 × (hash of {@code t-2}), and with a
     * thousand partitions a topic a table's slots would each have some thirty of them.
     */
    @Override
    public int hashCode() {
        int hash = (topic.hashCode() ^ partition * 0x9E3779B1) * 0x85EBCA6B;
        return hash ^ hash >>> 15;
    }

    /** {@code topic-partition}, as in the name of its directory. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
