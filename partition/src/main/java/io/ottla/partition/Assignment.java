package io.ottla.partition;

import io.ottla.base.TopicId;

/** What the cluster decided about a partition that has a replica here, and whose it is. */
public record Assignment(TopicId topicId, Decision decision, PartitionConfig config) {}
