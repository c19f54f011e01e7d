package io.ottla.node;

import io.ottla.base.Network;
import io.ottla.base.Outcome;
import io.ottla.base.TlsSettings;
import io.ottla.broker.LiveConfigs;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives TLS listeners new keys when this broker's configuration changes while it runs (KIP-226): new connections go by
 * them, those that are open stay. Keys that cannot be used change nothing.
 */
final class KeyRenewal implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRenewal.class);

    private final NodeConfig config;
    private final ConfigEntity ours;
    private final LiveConfigs configs;
    private final Doors doors;

    /** To be told after {@code configs} of a new image. */
    KeyRenewal(NodeConfig config, int brokerId, LiveConfigs configs, Doors doors) {
        this.config = config;
        ours = ConfigEntity.broker(brokerId);
        this.configs = configs;
        this.doors = doors;
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        if (!delta.configs().contains(ours)) return;
        config.security().forEach((listener, security) -> {
            if (security instanceof Network.Security.Tls) renew(listener);
        });
    }

    private void renew(String listener) {
        TlsSettings settings;
        try {
            settings = new ListenerTls(key -> configs.ofListener(listener, key), config.workingDir()).settings();
        } catch (InvalidConfigException e) {
            stays(listener, e.getMessage());
            return;
        }
        doors.renew(listener, settings, outcome -> {
            if (outcome instanceof Outcome.Failed<Void>(IOException cause)) stays(listener, cause.getMessage());
            else LOG.info("listener {}: new connections go by the keys configured now", listener);
        });
    }

    private static void stays(String listener, String why) {
        LOG.error(
                "listener {} stays with the keys it has, since those configured now cannot be used: {}", listener, why);
    }
}
