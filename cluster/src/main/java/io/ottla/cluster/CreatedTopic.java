package io.ottla.cluster;

import io.ottla.base.TopicId;
import java.util.Map;

/** What became of a {@link NewTopic}, or would become of it. */
public record CreatedTopic(
        String name, TopicId id, int partitions, int replicationFactor, Map<String, String> configs) {}
