package io.ottla.cluster;

import io.ottla.base.TopicId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A topic that is asked for.
 *
 * @param partitions {@link #DEFAULT} for as many as the broker's configuration says
 * @param replicationFactor {@link #DEFAULT} for what the broker's configuration says
 * @param assignment partition to replicas; empty to leave it to the controller. With it the two above are
 *     {@link #DEFAULT}
 * @param configs what is set for it alone
 * @param id of a topic whose log exists already; empty for a new one
 */
public record NewTopic(
        String name,
        int partitions,
        int replicationFactor,
        Map<Integer, List<Integer>> assignment,
        Map<String, String> configs,
        Optional<TopicId> id) {

    public static final int DEFAULT = -1;

    /** Placed by the controller, with nothing set for it alone. */
    public static NewTopic of(String name, int partitions, int replicationFactor) {
        return new NewTopic(name, partitions, replicationFactor, Map.of(), Map.of(), Optional.empty());
    }
}
