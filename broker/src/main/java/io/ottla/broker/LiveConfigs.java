package io.ottla.broker;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has what holds {@link #now} follow the cluster. To be the first stage that is told of an image, so that those after it can ask. */
public final class LiveConfigs implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfigs.class);

    private final StoredPasswords passwords;
    private EffectiveConfigs now;

    public LiveConfigs(BrokerConfigs configured, int brokerId, StoredPasswords passwords) {
        this.passwords = passwords;
        now = new EffectiveConfigs(configured, brokerId);
    }

    public EffectiveConfigs now() {
        return now;
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        StoredConfigs.warnings(after, delta.configs()).forEach(LOG::warn);
        now = concernsAllTopics(delta) ? now.with(after, passwords) : now.with(after);
    }

    /** Whether a change may concern every topic: a broker's key changed that topics take their defaults from. */
    public boolean concernsAllTopics(ImageDelta delta) {
        return delta.configs().contains(ConfigEntity.broker(now.brokerId()))
                || delta.configs().contains(ConfigEntity.brokers());
    }
}
