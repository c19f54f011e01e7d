package io.ottla.cluster;

import java.util.Map;
import java.util.Optional;

/** What the controller must know of the broker's configuration. Asked anew for every decision, since it may change. */
public interface ControllerSettings {

    /** {@code num.partitions} */
    int defaultPartitions();

    /** {@code default.replication.factor} */
    int defaultReplicationFactor();

    /** {@code delete.topic.enable} */
    boolean isTopicDeletionEnabled();

    /** {@code unclean.leader.election.enable}, of the topic or else of the broker */
    boolean isUncleanElectionAllowed(ClusterImage image, String topic);

    /** What is wrong with a topic's configuration, as a sentence; empty if nothing is. */
    Optional<String> configFlaw(String topic, Map<String, String> configs);
}
