package io.ottla.cluster;

import io.ottla.base.TopicId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * A topic as the cluster has it.
 *
 * @param id {@link TopicId#ZERO} if it comes from a Kafka before 2.8; a controller gives it one
 * @param partitions by number, from 0 without a gap
 * @param version of its znode
 * @param hasPartitionsZnode whether the parent of its partitions' znodes exists
 */
public record TopicImage(
        String name, TopicId id, List<PartitionImage> partitions, int version, boolean hasPartitionsZnode) {

    public Optional<PartitionImage> partition(int partition) {
        return partition < 0 || partition >= partitions.size()
                ? Optional.empty()
                : Optional.of(partitions.get(partition));
    }

    /** That of its first partition, as Kafka tells it. */
    public int replicationFactor() {
        return partitions.isEmpty() ? 0 : partitions.getFirst().replicas().size();
    }

    TopicZnode znode() {
        var assignment = new LinkedHashMap<Integer, List<Integer>>();
        var adding = new LinkedHashMap<Integer, List<Integer>>();
        var removing = new LinkedHashMap<Integer, List<Integer>>();
        for (PartitionImage partition : partitions) {
            assignment.put(partition.partition(), partition.replicas());
            if (!partition.adding().isEmpty()) adding.put(partition.partition(), partition.adding());
            if (!partition.removing().isEmpty()) removing.put(partition.partition(), partition.removing());
        }
        return new TopicZnode(
                id.equals(TopicId.ZERO) ? Optional.empty() : Optional.of(id), assignment, adding, removing);
    }
}
