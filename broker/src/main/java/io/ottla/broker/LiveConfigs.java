package io.ottla.broker;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEdit;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ControllerSettings;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds now, of all that was configured: for a broker's key what was set for this broker while running, else for
 * all brokers while running, else in {@code server.properties}, else the default; for a topic's key what was set for the
 * topic, else the broker's key that belongs to it.
 *
 * <p>To be the first listener of the image, so that those after it can ask.
 */
public final class LiveConfigs implements ImageListener, ControllerSettings {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfigs.class);

    private static final String CLEANER_THREADS = "log.cleaner.threads";

    /** Looks whether the keys of listeners could be used, before they are set. */
    @FunctionalInterface
    public interface KeyCheck {
        /**
         * @param values what would be set for this broker
         * @param flaw gets a sentence for people, or nothing; perhaps within the call
         */
        void check(Map<String, String> values, Consumer<Optional<String>> flaw);
    }

    private final BrokerConfigs configured;
    private final int brokerId;
    private final ToIntFunction<TopicPartition> lastEpochs;
    /** Empty without {@code password.encoder.secret}. */
    private final Optional<PasswordCipher> cipher;
    /** What passwords may still be encrypted with that were set before the secret was changed. */
    private final Optional<PasswordCipher> oldCipher;

    /** What holds of what its znode has, with passwords in plain text. */
    private Map<String, String> ofThisBroker = Map.of();

    private Map<String, String> ofAllBrokers = Map.of();
    private Map<String, String> topicDefaults;
    private ClusterImage image = ClusterImage.EMPTY;
    private KeyCheck keyCheck = (values, flaw) -> flaw.accept(Optional.empty());

    public LiveConfigs(BrokerConfigs configured, int brokerId) {
        this(configured, brokerId, partition -> -1);
    }

    /** @param lastEpochs in the log directories ({@link io.ottla.log.Logs#lastEpochFound}) */
    public LiveConfigs(BrokerConfigs configured, int brokerId, ToIntFunction<TopicPartition> lastEpochs) {
        this.lastEpochs = lastEpochs;
        this.configured = configured;
        this.brokerId = brokerId;
        cipher = PasswordCipher.of(configured, PasswordCipher.SECRET);
        oldCipher = PasswordCipher.of(configured, PasswordCipher.OLD_SECRET);
        topicDefaults = TopicConfigs.defaults(this::find);
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        image = after;
        StoredConfigs.warnings(image, delta.configs()).forEach(LOG::warn);
        if (!concernsAllTopics(delta)) return;
        ConfigEntity us = ConfigEntity.broker(brokerId);
        ofThisBroker = StoredConfigs.held(us, inPlainText(image.config(us)));
        ofAllBrokers = StoredConfigs.held(ConfigEntity.brokers(), image.config(ConfigEntity.brokers()));
        topicDefaults = TopicConfigs.defaults(this::find);
    }

    @Override
    public int lastEpochFound(String topic, int partition) {
        return lastEpochs.applyAsInt(new TopicPartition(topic, partition));
    }

    /** Empty without {@code password.encoder.secret}. */
    Optional<PasswordCipher> cipher() {
        return cipher;
    }

    /**
     * Encrypts with the new secret what was encrypted with the old one, if there is an old one. To be written once this broker serves.
     *
     * @param random salts passwords
     */
    public Optional<ConfigEdit> passwordsAnew(SeededRandom random) {
        if (oldCipher.isEmpty() || cipher.isEmpty()) return Optional.empty();
        return Optional.of(new ConfigEdit(ConfigEntity.broker(brokerId), set -> {
            Map<String, String> anew = new HashMap<>(set);
            set.forEach((name, value) -> {
                if (BrokerConfigs.isPassword(name)
                        && cipher.get().decrypt(value).isEmpty())
                    oldCipher
                            .get()
                            .decrypt(value)
                            .ifPresent(password -> anew.put(name, cipher.get().encrypt(password, random)));
            });
            return Answer.ok(anew);
        }));
    }

    /** With passwords decrypted; without those that cannot be, as in Kafka: a broker must not go by what nobody can read. */
    Map<String, String> inPlainText(Map<String, String> set) {
        Map<String, String> plain = new HashMap<>(set);
        set.forEach((name, value) -> {
            if (!BrokerConfigs.isPassword(name)) return;
            Optional<String> password = cipher.flatMap(current -> current.decrypt(value))
                    .or(() -> oldCipher.flatMap(old -> old.decrypt(value)));
            if (password.isPresent()) {
                plain.put(name, password.get());
            } else {
                plain.remove(name);
                LOG.warn(
                        "{} is set for this broker, but cannot be decrypted with {}, and is passed over;"
                                + " set it anew with kafka-configs.sh",
                        name,
                        PasswordCipher.SECRET);
            }
        });
        return plain;
    }

    /** From now on; without it all keys are taken. */
    public void checkKeysBy(KeyCheck check) {
        keyCheck = check;
    }

    KeyCheck keyCheck() {
        return keyCheck;
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

    /** Whether a change may concern every topic: a broker's key changed that topics take their defaults from. */
    public boolean concernsAllTopics(ImageDelta delta) {
        return delta.configs().contains(ConfigEntity.broker(brokerId))
                || delta.configs().contains(ConfigEntity.brokers());
    }

    @Override
    public int defaultPartitions() {
        return integer("num.partitions");
    }

    @Override
    public int defaultReplicationFactor() {
        return integer("default.replication.factor");
    }

    @Override
    public boolean isTopicDeletionEnabled() {
        return flag("delete.topic.enable");
    }

    @Override
    public boolean isUncleanElectionAllowed(ClusterImage now, String topic) {
        ConfigEntity entity = ConfigEntity.topic(topic);
        String set = StoredConfigs.held(entity, now.config(entity)).get("unclean.leader.election.enable");
        return set == null ? flag("unclean.leader.election.enable") : Boolean.parseBoolean(set);
    }

    @Override
    public Optional<String> configFlaw(String topic, Map<String, String> configs) {
        return TopicConfigs.flaw(configs);
    }
}
