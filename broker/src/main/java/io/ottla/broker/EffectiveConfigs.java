package io.ottla.broker;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What holds of all that was configured, with one image of the cluster: for a broker's key what was set for this broker while running, else for
 * all brokers while running, else in {@code server.properties}, else the default; for a topic's key what was set for the
 * topic, else the broker's key that belongs to it. Never changes: the next image has another ({@link LiveConfigs}).
 */
public final class EffectiveConfigs {
    private static final String CLEANER_THREADS = "log.cleaner.threads";

    private final BrokerConfigs configured;
    private final int brokerId;

    /** What holds of what its znode has, with passwords in plain text. */
    private final Map<String, String> ofThisBroker;

    private final Map<String, String> ofAllBrokers;
    private final Map<String, String> topicDefaults;
    private final ClusterImage image;

    /** Before anything is known of the cluster. */
    EffectiveConfigs(BrokerConfigs configured, int brokerId) {
        this.configured = configured;
        this.brokerId = brokerId;
        image = ClusterImage.EMPTY;
        ofThisBroker = Map.of();
        ofAllBrokers = Map.of();
        topicDefaults = TopicConfigs.defaults(this::find);
    }

    private EffectiveConfigs(EffectiveConfigs before, ClusterImage image, StoredPasswords passwords) {
        configured = before.configured;
        brokerId = before.brokerId;
        this.image = image;
        ConfigEntity us = ConfigEntity.broker(brokerId);
        ofThisBroker = StoredConfigs.held(us, passwords.inPlainText(image.config(us)));
        ofAllBrokers = StoredConfigs.held(ConfigEntity.brokers(), image.config(ConfigEntity.brokers()));
        topicDefaults = TopicConfigs.defaults(this::find);
    }

    private EffectiveConfigs(EffectiveConfigs before, ClusterImage image) {
        configured = before.configured;
        brokerId = before.brokerId;
        this.image = image;
        ofThisBroker = before.ofThisBroker;
        ofAllBrokers = before.ofAllBrokers;
        topicDefaults = before.topicDefaults;
    }

    /** With an image in which nothing that was set for brokers differs. */
    EffectiveConfigs with(ClusterImage next) {
        return new EffectiveConfigs(this, next);
    }

    EffectiveConfigs with(ClusterImage next, StoredPasswords passwords) {
        return new EffectiveConfigs(this, next, passwords);
    }

    int brokerId() {
        return brokerId;
    }

    /** What holds of what is set for this broker while running, by key. */
    Map<String, String> ofThisBroker() {
        return ofThisBroker;
    }

    /** What holds of what is set for all brokers while running, by key. */
    Map<String, String> ofAllBrokers() {
        return ofAllBrokers;
    }

    BrokerConfigs configured() {
        return configured;
    }

    /** A broker's key, synonyms resolved and in its own unit; empty if it has neither value nor default. */
    public Optional<String> find(String name) {
        return find(name, ofThisBroker, ofAllBrokers);
    }

    /** A key as it holds for one listener: {@code listener.name.LISTENER.KEY}, or else {@code KEY}. */
    public Optional<String> ofListener(String listener, String key) {
        String own = BrokerConfigs.listenerKey(listener, key);
        for (Map<String, String> source : List.of(ofThisBroker, configured.set())) {
            if (source.containsKey(own)) return Optional.of(source.get(own));
        }
        return find(key);
    }

    /**
     * What would contradict itself if that were set, as a sentence; empty if nothing.
     *
     * @param isForAll whether it is set for all brokers, or for this one
     */
    Optional<String> contradiction(Map<String, String> values, boolean isForAll) {
        UnaryOperator<String> next =
                name -> find(name, isForAll ? ofThisBroker : values, isForAll ? values : ofAllBrokers)
                        .orElseThrow(() -> new IllegalArgumentException(name + " has no default"));
        return BrokerConfigs.contradiction(next).or(() -> leap(next));
    }

    /** As in Kafka: threads are halved or doubled at a time at most. */
    private Optional<String> leap(UnaryOperator<String> next) {
        int now = integer(CLEANER_THREADS);
        int then = Integer.parseInt(next.apply(CLEANER_THREADS).strip());
        if (then == now) return Optional.empty();
        if (then < 1) return Optional.of("Log cleaner threads should be at least 1");
        if (then < now / 2)
            return Optional.of("Log cleaner threads cannot be reduced to less than half the current value " + now);
        if (then > now * 2)
            return Optional.of("Log cleaner threads cannot be increased to more than double the current value " + now);
        return Optional.empty();
    }

    private Optional<String> find(String name, Map<String, String> ofThisBroker, Map<String, String> ofAllBrokers) {
        ConfigKey key = BrokerConfigs.TABLE.find(name).orElseThrow(() -> new IllegalArgumentException(name));
        List<String> synonyms = key.related().isEmpty() ? List.of(name) : key.related();
        for (Map<String, String> source : List.of(ofThisBroker, ofAllBrokers, configured.set())) {
            for (String synonym : synonyms) {
                String value = source.get(synonym);
                if (value != null) return Optional.of(inUnitOf(name, synonym, value));
            }
        }
        for (String synonym : synonyms) {
            Optional<String> standard = BrokerConfigs.TABLE.find(synonym).flatMap(ConfigKey::standard);
            if (standard.isPresent()) return Optional.of(inUnitOf(name, synonym, standard.get()));
        }
        return Optional.empty();
    }

    private static String inUnitOf(String name, String synonym, String value) {
        if (unitMs(name) == unitMs(synonym)) return value;
        long inSynonymsUnit = Long.parseLong(value.strip());
        return Long.toString(inSynonymsUnit < 0 ? -1 : inSynonymsUnit * unitMs(synonym) / unitMs(name));
    }

    private static long unitMs(String name) {
        if (name.endsWith(".hours")) return 3_600_000;
        return name.endsWith(".minutes") ? 60_000 : 1;
    }

    /** A broker's key that has a value or a default. */
    public String text(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(name + " has no default"));
    }

    /** A broker's key that has a value or a default. */
    public long number(String name) {
        return Long.parseLong(text(name).strip());
    }

    /** A broker's key that has a value or a default. */
    public int integer(String name) {
        return Integer.parseInt(text(name).strip());
    }

    /** A broker's key that has a value or a default. */
    public boolean flag(String name) {
        return Boolean.parseBoolean(text(name).strip());
    }

    /**
     * All keys of a topic with what holds, as text: what {@code LogConfig.of} takes. What stands in
     * {@code internal.segment.bytes} is given as {@code segment.bytes}.
     */
    public Map<String, String> topic(String topic) {
        ConfigEntity entity = ConfigEntity.topic(topic);
        Map<String, String> stored = image.config(entity);
        if (stored.isEmpty()) return topicDefaults;
        Map<String, String> all = new HashMap<>(topicDefaults);
        all.putAll(StoredConfigs.held(entity, stored));
        String segmentBytes = all.remove("internal.segment.bytes");
        if (segmentBytes != null) all.put("segment.bytes", segmentBytes);
        return all;
    }

    /** All keys of a topic that sets nothing, with what holds. */
    Map<String, String> topicDefaults() {
        return topicDefaults;
    }

    /** Where a topic's default comes from. */
    ConfigSource sourceOfDefault(ConfigKey topicKey) {
        if (topicKey.related().isEmpty()) return ConfigSource.DEFAULT;
        String brokerKey = topicKey.related().getFirst();
        if (ofThisBroker.containsKey(brokerKey)) return ConfigSource.DYNAMIC_BROKER;
        if (ofAllBrokers.containsKey(brokerKey)) return ConfigSource.DYNAMIC_DEFAULT_BROKER;
        return configured.isSet(brokerKey) ? ConfigSource.STATIC_BROKER : ConfigSource.DEFAULT;
    }

    /** {@code min.insync.replicas} of a topic. */
    public int minInSyncReplicas(String topic) {
        return Integer.parseInt(topic(topic).get("min.insync.replicas").strip());
    }
}
