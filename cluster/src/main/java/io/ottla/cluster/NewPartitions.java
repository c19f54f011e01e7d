package io.ottla.cluster;

import java.util.List;
import java.util.Optional;

/**
 * A topic that is to have more partitions.
 *
 * @param total how many it shall have then
 * @param assignment replicas of each one that is added; empty to leave it to the controller
 */
public record NewPartitions(String topic, int total, Optional<List<List<Integer>>> assignment) {}
