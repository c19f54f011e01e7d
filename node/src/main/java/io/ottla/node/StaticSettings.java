package io.ottla.node;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ControllerSettings;
import java.util.Map;
import java.util.Optional;

/** Kafka's defaults. */
final class StaticSettings implements ControllerSettings {
    @Override
    public int defaultPartitions() {
        return 1;
    }

    @Override
    public int defaultReplicationFactor() {
        return 1;
    }

    @Override
    public boolean isTopicDeletionEnabled() {
        return true;
    }

    @Override
    public boolean isUncleanElectionAllowed(ClusterImage image, String topic) {
        return false;
    }

    @Override
    public Optional<String> configFlaw(String topic, Map<String, String> configs) {
        return Optional.empty();
    }
}
