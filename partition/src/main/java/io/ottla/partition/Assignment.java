package io.ottla.partition;

import io.ottla.base.TopicId;

/** What the cluster decided about a partition that this node leads. */
public record Assignment(TopicId topicId, Leadership leadership, PartitionConfig config) {}
