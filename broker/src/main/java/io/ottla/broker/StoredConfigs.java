package io.ottla.broker;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What holds of the values that znodes have. An older Kafka allowed more than Kafka 4, and other programs write what they
 * like: in place of what is not allowed the nearest that is holds. So a bad value never stops the broker, and none makes a
 * topic that is to be compacted one whose records are deleted.
 */
final class StoredConfigs {
    /** Most sentences about entities that changed at once: a tree that comes from elsewhere may have any number of them. */
    static final int WARNINGS_MAX = 20;

    private StoredConfigs() {}

    /** By key. What is not known has no effect, so nothing of it holds; but a broker shows it, as Kafka does. */
    static Map<String, String> held(ConfigEntity entity, Map<String, String> stored) {
        return held(entity, stored, (name, warning) -> {});
    }

    private static Map<String, String> held(
            ConfigEntity entity, Map<String, String> stored, BiConsumer<String, String> warnings) {
        Function<String, Optional<ConfigKey>> keys = keys(entity.type());
        Map<String, String> held = new HashMap<>();
        stored.forEach((name, value) -> {
            Optional<ConfigKey> key = keys.apply(name);
            boolean isOfBroker = entity.type() == ConfigEntity.Type.BROKERS;
            if (key.isEmpty()) {
                if (isOfBroker) held.put(name, value);
                return;
            }
            if (isOfBroker && !BrokerConfigs.canBeStored(name, key.get(), entity)) {
                warnings.accept(name, name + " has no effect there; it belongs into the broker's file");
                return;
            }
            ConfigKey.Held part = key.get().held(value);
            part.value().ifPresent(allowed -> held.put(name, allowed));
            part.warning().ifPresent(warning -> warnings.accept(name, warning));
        });
        return held;
    }

    /**
     * What is to be judged when a configuration is changed: what the change brings, and of what stood there before what
     * holds, so that an old value that would not be allowed today keeps nobody from changing another.
     */
    static Map<String, String> judged(ConfigEntity entity, Map<String, String> next, Map<String, String> before) {
        Map<String, String> held = held(entity, before);
        Map<String, String> judged = new HashMap<>(next);
        before.forEach((name, value) -> {
            if (!value.equals(next.get(name))) return;
            if (held.containsKey(name)) judged.put(name, held.get(name));
            else judged.remove(name);
        });
        return judged;
    }

    /** Of each entity whose values are not what holds, a sentence a key. */
    static List<String> warnings(ClusterImage image, Collection<ConfigEntity> changed) {
        List<String> warnings = new ArrayList<>();
        int left = 0;
        for (ConfigEntity entity : changed) {
            Map<String, String> ofEntity = new TreeMap<>();
            held(entity, image.config(entity), ofEntity::put);
            for (String warning : ofEntity.values()) {
                if (warnings.size() < WARNINGS_MAX) warnings.add("configuration of " + entity + ": " + warning);
                else left++;
            }
        }
        if (left > 0)
            warnings.add(
                    left + " more stored values are not allowed; what holds instead is what DescribeConfigs shows");
        return warnings;
    }

    private static Function<String, Optional<ConfigKey>> keys(ConfigEntity.Type type) {
        return switch (type) {
            case TOPICS -> TopicConfigs.TABLE::find;
            case BROKERS -> BrokerConfigs::key;
            case GROUPS -> GroupConfigs.TABLE::find;
            case CLIENT_METRICS -> GroupConfigs.METRICS::find;
            case CLIENTS, USERS, USER_CLIENTS, IPS -> name -> Optional.empty(); // quotas are not served
        };
    }
}
