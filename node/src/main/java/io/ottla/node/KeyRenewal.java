package io.ottla.node;

import io.ottla.base.Network;
import io.ottla.base.Outcome;
import io.ottla.base.TlsSettings;
import io.ottla.broker.ListenerKeyCheck;
import io.ottla.broker.LiveConfigs;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives TLS listeners new keys when this broker's configuration changes while it runs (KIP-226): new connections go by
 * them, those that are open stay. Keys that cannot be used are refused when they are asked for; where they got into the
 * configuration nevertheless, they change nothing.
 */
final class KeyRenewal implements ImageListener, ListenerKeyCheck {
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

    @Override
    public void check(Map<String, String> values, Consumer<Optional<String>> flaw) {
        ArrayDeque<String> listeners = new ArrayDeque<>();
        config.security().forEach((listener, security) -> {
            boolean isConcerned = values.keySet().stream().anyMatch(key -> key.startsWith(prefix(listener) + "ssl."));
            if (isConcerned && security instanceof Network.Security.Tls) listeners.add(listener);
        });
        checkNext(listeners, values, flaw);
    }

    private void checkNext(ArrayDeque<String> listeners, Map<String, String> values, Consumer<Optional<String>> flaw) {
        if (listeners.isEmpty()) {
            flaw.accept(Optional.empty());
            return;
        }
        String listener = listeners.remove();
        try {
            TlsSettings settings = new ListenerTls(
                            key -> Optional.ofNullable(values.get(prefix(listener) + key))
                                    .or(() -> config.broker().ofListener(listener, key)),
                            config.workingDir())
                    .settings();
            doors.check(listener, settings, outcome -> {
                if (outcome instanceof Outcome.Failed<Void>(IOException cause))
                    flaw.accept(Optional.of("listener " + listener + ": " + cause.getMessage()));
                else checkNext(listeners, values, flaw);
            });
        } catch (InvalidConfigException e) {
            flaw.accept(Optional.of("listener " + listener + ": " + e.getMessage()));
        }
    }

    private static String prefix(String listener) {
        return "listener.name." + listener.toLowerCase(Locale.ROOT) + ".";
    }

    private void renew(String listener) {
        TlsSettings settings;
        try {
            settings = new ListenerTls(key -> configs.now().ofListener(listener, key), config.workingDir()).settings();
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
