package io.ottla.broker;

import io.ottla.cluster.ConfigEntity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigException;

/**
 * What can be configured of a broker ({@code broker-configs.txt} has the list), and what a {@code server.properties}
 * says of it. Names and defaults are Kafka's, but for {@code listeners}: without configuration only this machine is
 * listened to.
 */
public final class BrokerConfigs {
    static final ConfigTable TABLE = ConfigTable.read("broker-configs.txt");

    private static final String LISTENER_PREFIX = "listener.name.";

    /** As in Kafka's {@code AbstractKafkaConfig}. */
    private static final long CLEANER_THREAD_MEMORY_MIN_BYTES = 1024 * 1024;

    private final Map<String, String> set;

    private BrokerConfigs(Map<String, String> set) {
        this.set = Collections.unmodifiableMap(set);
    }

    /**
     * @param configs what was understood
     * @param withoutEffect keys that are set but change nothing here, sorted: known to Kafka and without a meaning in this
     *     broker, or not known at all. To be named in a warning
     * @param warnings sentences about values that another one holds for
     */
    public record Parsed(BrokerConfigs configs, List<String> withoutEffect, List<String> warnings) {}

    /** A {@code server.properties} that a broker cannot start with; the message is a sentence for people. */
    public static final class BadConfigException extends Exception {
        private static final long serialVersionUID = 1;

        BadConfigException(String sentence) {
            super(sentence);
        }
    }

    /** Of all keys, without those of single listeners. */
    public static Set<String> names() {
        return TABLE.keys().keySet();
    }

    /** The key of that name; {@code listener.name.NAME.KEY} is KEY for one listener alone. */
    static Optional<ConfigKey> key(String name) {
        if (!name.startsWith(LISTENER_PREFIX)) return TABLE.find(name);
        int dot = name.indexOf('.', LISTENER_PREFIX.length());
        return dot < 0 ? Optional.empty() : TABLE.find(name.substring(dot + 1));
    }

    /** Whether it may be set while running: for all brokers, for one, for a listener of one. */
    static boolean canBeStored(String name, ConfigKey key, ConfigEntity entity) {
        return switch (key.change()) {
            case NOBODY -> false;
            // keys of TLS belong to a listener: "ssl." alone would be for all of them
            case ONE_BROKER -> !entity.equals(ConfigEntity.brokers()) && !name.startsWith("ssl.");
            case CLUSTER -> true;
        };
    }

    /** Whether its value is encrypted where it is set while running. */
    static boolean isPassword(String name) {
        return key(name).filter(ConfigKey::isSensitive).isPresent();
    }

    static String listenerKey(String listener, String key) {
        return LISTENER_PREFIX + listener.toLowerCase(Locale.ROOT) + "." + key;
    }

    /** A key as it is set for one listener: {@code listener.name.LISTENER.KEY}, or else {@code KEY}; or else its default. */
    public Optional<String> ofListener(String listener, String key) {
        String own = set.get(listenerKey(listener, key));
        return own != null ? Optional.of(own) : find(key);
    }

    /** Nothing set. */
    public static BrokerConfigs defaults() {
        return new BrokerConfigs(Map.of());
    }

    /** @throws BadConfigException if a value is not allowed, or two contradict */
    public static Parsed parse(Map<String, String> serverProperties) throws BadConfigException {
        Map<String, String> set = new TreeMap<>();
        List<String> withoutEffect = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (Map.Entry<String, String> entry : new TreeMap<>(serverProperties).entrySet()) {
            String name = entry.getKey();
            Optional<ConfigKey> key = key(name);
            if (key.isEmpty() || !key.get().isServed()) withoutEffect.add(name);
            try {
                ConfigKey.Held held = key.isPresent()
                        ? key.get().heldFromFile(entry.getValue())
                        : new ConfigKey.Held(Optional.of(entry.getValue()), Optional.empty());
                held.value().ifPresent(value -> set.put(name, value));
                held.warning().ifPresent(warnings::add);
            } catch (ConfigException e) {
                throw new BadConfigException(e.getMessage());
            }
        }
        BrokerConfigs configs = new BrokerConfigs(set);
        configs.checkTogether();
        return new Parsed(configs, List.copyOf(withoutEffect), List.copyOf(warnings));
    }

    private void checkTogether() throws BadConfigException {
        if (!set.getOrDefault("authorizer.class.name", "").isBlank())
            throw new BadConfigException("authorizer.class.name: authorization is not served yet, and to start"
                    + " without it would leave open what was meant to be guarded");
        if (set.containsKey("broker.id")
                && set.containsKey("node.id")
                && !set.get("broker.id").equals(set.get("node.id")))
            throw new BadConfigException("broker.id and node.id mean the same, but are set to different values");
        Optional<String> contradiction = contradiction(this::text).or(() -> PasswordCipher.flaw(this));
        if (contradiction.isPresent()) throw new BadConfigException(contradiction.get());
    }

    /**
     * Values that are allowed each for itself, but not together, as a sentence; empty if there are none.
     *
     * @param text the value of a key that has a default
     */
    static Optional<String> contradiction(UnaryOperator<String> text) {
        return outOfOrder("group.min.session.timeout.ms", "group.max.session.timeout.ms", text)
                .or(() -> outOfOrder("log.cleaner.min.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", text))
                .or(() -> tooLittleToClean(text));
    }

    private static Optional<String> outOfOrder(String smaller, String larger, UnaryOperator<String> text) {
        if (number(smaller, text) <= number(larger, text)) return Optional.empty();
        return Optional.of(
                smaller + " is " + text.apply(smaller) + ", which is more than " + larger + ", " + text.apply(larger));
    }

    /** Each that compacts needs memory for keys; what Kafka would not start with shall not be written for it either. */
    private static Optional<String> tooLittleToClean(UnaryOperator<String> text) {
        long threads = Math.max(1, number("log.cleaner.threads", text));
        if (number("log.cleaner.dedupe.buffer.size", text) / threads > CLEANER_THREAD_MEMORY_MIN_BYTES)
            return Optional.empty();
        return Optional.of("log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread");
    }

    private static long number(String name, UnaryOperator<String> text) {
        return Long.parseLong(text.apply(name).strip());
    }

    /** What was set, sorted by name; with keys that are not known. */
    Map<String, String> set() {
        return set;
    }

    public boolean isSet(String name) {
        return set.containsKey(name);
    }

    /** The value that was set, or else the default; empty if there is neither. */
    public Optional<String> find(String name) {
        String value = set.get(name);
        return value != null ? Optional.of(value) : TABLE.find(name).flatMap(ConfigKey::standard);
    }

    /** Of a key that has a default. */
    public String text(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(name + " has no default"));
    }

    /** Of a key that has a default. */
    public long number(String name) {
        return Long.parseLong(text(name));
    }

    /** Of a key that has a default. */
    public int integer(String name) {
        return Integer.parseInt(text(name));
    }

    /** Of a key that has a default. */
    public boolean flag(String name) {
        return Boolean.parseBoolean(text(name));
    }
}
