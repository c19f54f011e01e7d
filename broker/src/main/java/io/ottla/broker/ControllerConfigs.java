package io.ottla.broker;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ControllerSettings;
import java.util.Map;
import java.util.Optional;

/** What a controller on this broker goes by. */
public final class ControllerConfigs implements ControllerSettings {
    private final LiveConfigs configs;

    public ControllerConfigs(LiveConfigs configs) {
        this.configs = configs;
    }

    @Override
    public int defaultPartitions() {
        return configs.now().integer("num.partitions");
    }

    @Override
    public int defaultReplicationFactor() {
        return configs.now().integer("default.replication.factor");
    }

    @Override
    public boolean isTopicDeletionEnabled() {
        return configs.now().flag("delete.topic.enable");
    }

    /** By the image that is decided on, which may be another than the one that holds now. */
    @Override
    public boolean isUncleanElectionAllowed(ClusterImage image, String topic) {
        ConfigEntity entity = ConfigEntity.topic(topic);
        String set = StoredConfigs.held(entity, image.config(entity)).get("unclean.leader.election.enable");
        return set == null ? configs.now().flag("unclean.leader.election.enable") : Boolean.parseBoolean(set);
    }

    @Override
    public Optional<String> configFlaw(String topic, Map<String, String> configs) {
        return TopicConfigs.flaw(configs);
    }
}
