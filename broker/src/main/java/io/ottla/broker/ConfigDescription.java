package io.ottla.broker;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsSynonym;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;

/**
 * What DescribeConfigs says of an entity: each key with its value, where that comes from, and the other places that were
 * overruled ("synonyms", the strongest first). Pure. Order of precedence and what is left out are those of Kafka's {@code
 * ConfigHelper} and {@code DynamicBrokerConfig} (KIP-226).
 *
 * @param withSynonyms whether the synonyms are told
 * @param withDocumentation whether the documentation is told
 */
record ConfigDescription(
        EffectiveConfigs configs, ClusterImage image, boolean withSynonyms, boolean withDocumentation) {

    /** {@code DescribeConfigsResponse.ConfigType.STRING}. */
    static final byte STRING = 2;

    /** A value somewhere. */
    private record Origin(String name, String value, ConfigSource source) {}

    List<DescribeConfigsResourceResult> topic(String topic) {
        Map<String, String> set = held(ConfigEntity.topic(topic));
        Map<String, String> effective = new HashMap<>(configs.topicDefaults());
        effective.putAll(set);
        return describe(TopicConfigs.TABLE, set, effective, ConfigSource.TOPIC);
    }

    List<DescribeConfigsResourceResult> group(String group) {
        Map<String, String> set = held(ConfigEntity.group(group));
        Map<String, String> effective = new HashMap<>();
        GroupConfigs.TABLE.keys().forEach((name, key) -> {
            Optional<String> fromBroker = key.related().isEmpty()
                    ? Optional.empty()
                    : configs.find(key.related().getFirst());
            fromBroker.or(key::standard).ifPresent(value -> effective.put(name, value));
        });
        effective.putAll(set);
        return describe(GroupConfigs.TABLE, set, effective, ConfigSource.GROUP);
    }

    List<DescribeConfigsResourceResult> clientMetrics(String subscription) {
        Map<String, String> set = held(new ConfigEntity(ConfigEntity.Type.CLIENT_METRICS, subscription));
        Map<String, String> effective = new HashMap<>();
        GroupConfigs.METRICS
                .keys()
                .forEach((name, key) -> effective.put(name, key.standard().orElse("")));
        effective.putAll(set);
        return describe(GroupConfigs.METRICS, set, effective, ConfigSource.CLIENT_METRICS);
    }

    private List<DescribeConfigsResourceResult> describe(
            ConfigTable table, Map<String, String> set, Map<String, String> effective, ConfigSource source) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        table.keys().forEach((name, key) -> {
            if (key.isInternal() && !set.containsKey(name)) return;
            List<Origin> origins = new ArrayList<>();
            if (set.containsKey(name)) origins.add(new Origin(name, set.get(name), source));
            if (!key.related().isEmpty())
                origins.addAll(brokerOrigins(key.related().getFirst()));
            else if (source == ConfigSource.GROUP)
                key.standard().ifPresent(value -> origins.add(new Origin(name, value, ConfigSource.DEFAULT)));
            results.add(result(name, Optional.ofNullable(effective.get(name)), Optional.of(key), origins, false));
        });
        return results;
    }

    /** Everything that the broker goes by, with what stands in its file and is not known. */
    List<DescribeConfigsResourceResult> broker() {
        TreeMap<String, Optional<String>> values = new TreeMap<>();
        BrokerConfigs.TABLE.keys().keySet().forEach(name -> values.put(name, value(name)));
        configs.configured().set().forEach((name, value) -> values.putIfAbsent(name, Optional.of(value)));
        configs.ofThisBroker().forEach((name, value) -> values.putIfAbsent(name, Optional.of(value)));
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        values.forEach((name, value) -> {
            Optional<ConfigKey> key = BrokerConfigs.key(name);
            boolean isReadOnly = key.isPresent() && key.get().change() == ConfigKey.Change.NOBODY;
            results.add(result(name, value, key, brokerOrigins(name), isReadOnly));
        });
        return results;
    }

    /** What was set while running, for all brokers. */
    List<DescribeConfigsResourceResult> brokerDefaults() {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        new TreeMap<>(configs.ofAllBrokers())
                .forEach((name, value) -> results.add(result(
                        name,
                        Optional.of(value),
                        BrokerConfigs.TABLE.find(name),
                        List.of(new Origin(name, value, ConfigSource.DYNAMIC_DEFAULT_BROKER)),
                        false)));
        return results;
    }

    /** Its own value, not that of a synonym in another unit. */
    private Optional<String> value(String name) {
        if (name.equals("broker.id") || name.equals("node.id"))
            return Optional.of(Integer.toString(configs.brokerId()));
        for (Map<String, String> source : List.of(
                configs.ofThisBroker(),
                configs.ofAllBrokers(),
                configs.configured().set())) {
            if (source.containsKey(name)) return Optional.of(source.get(name));
        }
        return BrokerConfigs.TABLE.find(name).flatMap(ConfigKey::standard);
    }

    /** What is described is what holds, not what stands in the znode. */
    private Map<String, String> held(ConfigEntity entity) {
        return StoredConfigs.held(entity, image.config(entity));
    }

    private List<Origin> brokerOrigins(String name) {
        List<String> synonyms = BrokerConfigs.TABLE
                .find(name)
                .map(ConfigKey::related)
                .filter(related -> !related.isEmpty())
                .orElse(List.of(name));
        List<Origin> origins = new ArrayList<>();
        addAll(origins, synonyms, configs.ofThisBroker(), ConfigSource.DYNAMIC_BROKER);
        addAll(origins, synonyms, configs.ofAllBrokers(), ConfigSource.DYNAMIC_DEFAULT_BROKER);
        addAll(origins, synonyms, configs.configured().set(), ConfigSource.STATIC_BROKER);
        for (String synonym : synonyms) {
            BrokerConfigs.TABLE
                    .find(synonym)
                    .flatMap(ConfigKey::standard)
                    .ifPresent(value -> origins.add(new Origin(synonym, value, ConfigSource.DEFAULT)));
        }
        // as Kafka has it: what stands before the key's own name overrules it under another name
        int first = 0;
        while (first < origins.size() && !origins.get(first).name.equals(name)) first++;
        return origins.subList(first, origins.size());
    }

    private static void addAll(
            List<Origin> origins, List<String> synonyms, Map<String, String> values, ConfigSource source) {
        for (String synonym : synonyms) {
            if (values.containsKey(synonym)) origins.add(new Origin(synonym, values.get(synonym), source));
        }
    }

    private DescribeConfigsResourceResult result(
            String name, Optional<String> value, Optional<ConfigKey> key, List<Origin> origins, boolean isReadOnly) {
        // what is not known may be a password
        boolean isSensitive = key.map(ConfigKey::isSensitive).orElse(true);
        ConfigSource source = origins.isEmpty() ? ConfigSource.DEFAULT : origins.getFirst().source;
        DescribeConfigsResourceResult result = new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(isSensitive ? null : value.orElse(null))
                .setReadOnly(isReadOnly)
                .setIsDefault(source == ConfigSource.DEFAULT)
                .setConfigSource(source.code())
                .setIsSensitive(isSensitive)
                .setConfigType(typeCode(key.map(ConfigKey::type)));
        if (withDocumentation)
            result.setDocumentation(key.map(ConfigKey::documentation).orElse(null));
        if (!withSynonyms) return result;
        for (Origin origin : origins)
            result.synonyms()
                    .add(new DescribeConfigsSynonym()
                            .setName(origin.name)
                            .setValue(isSensitive ? null : origin.value)
                            .setSource(origin.source.code()));
        return result;
    }

    /** {@code DescribeConfigsResponse.ConfigType}; 0 for a key that is not known. */
    private static byte typeCode(Optional<ConfigDef.Type> type) {
        if (type.isEmpty()) return 0;
        return switch (type.get()) {
            case BOOLEAN -> 1;
            case STRING -> STRING;
            case INT -> 3;
            case SHORT -> 4;
            case LONG -> 5;
            case DOUBLE -> 6;
            case LIST -> 7;
            case CLASS -> 8;
            case PASSWORD -> 9;
        };
    }
}
