package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.NewTopic;
import io.ottla.kafkamessages.DescribeConfigsRequestData;
import io.ottla.kafkamessages.DescribeConfigsRequestData.DescribeConfigsResource;
import io.ottla.kafkamessages.DescribeConfigsResponseData;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import io.ottla.log.LogConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds of what stands in znodes, and that it is what is described and what is warned of. */
class StoredConfigsTest {
    private static final List<String> ODD = List.of(
            "",
            " ",
            "x",
            ",",
            "-99999999999999999999",
            "-5",
            "-1",
            "0",
            "1",
            "14",
            "1.5",
            "NaN",
            "1e400",
            " 7 ",
            "99999999999999999999",
            "9".repeat(1000),
            "TRUE",
            "yes",
            "COMPACT",
            "compact,compact",
            "compact, delete,,delete",
            "compact,shred",
            "0:1,x,0:1",
            "*",
            "GZIP",
            "createtime");

    private final ClusterWorld world = new ClusterWorld(Map.of());

    private static String config(Map<String, String> config) {
        StringBuilder json = new StringBuilder("{\"version\":1,\"config\":{");
        config.forEach((key, value) -> json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
                .append("\"%s\":\"%s\"".formatted(key, value)));
        return json.append("}}").toString();
    }

    private Optional<DescribeConfigsResourceResult> described(ResourceType type, String name, String key) {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(type.code())
                        .setResourceName(name)
                        .setConfigurationKeys(List.of(key))));
        return world.call(4, request, DescribeConfigsResponseData.class).results().getFirst().configs().stream()
                .findFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "default",
            value = {
                // what 3.9 allowed
                "cleanup.policy | compact,compact | compact",
                "cleanup.policy | compact,delete,compact | compact,delete",
                "segment.bytes | 1000 | 1048576",
                // what no Kafka allowed: never less than was asked to be kept
                "cleanup.policy | Compact | compact",
                "cleanup.policy | compact, | compact",
                "cleanup.policy | compact;delete | ''",
                "cleanup.policy | none | ''",
                "retention.ms | -5 | -1",
                "retention.ms | soon | -1",
                "retention.ms | 99999999999999999999 | 9223372036854775807",
                "retention.bytes | 1 GB | -1",
                "delete.retention.ms | 1d | 9223372036854775807",
                "min.compaction.lag.ms | 1d | 9223372036854775807",
                "unclean.leader.election.enable | yes | false",
                "remote.storage.enable | true | false",
                "min.cleanable.dirty.ratio | 1.5 | 1.0",
                "min.cleanable.dirty.ratio | half | default",
                "compression.gzip.level | 0 | 1",
                "compression.gzip.level | 10 | 9",
                "compression.type | GZIP | gzip",
                "compression.type | brotli | default",
                "message.timestamp.type | createtime | CreateTime",
                "min.insync.replicas | 0 | 1",
                "segment.ms | x | default",
                "leader.replication.throttled.replicas | 0:1,x,*:2 | 0:1",
            })
    void whatHoldsOfATopicsValue(String key, String stored, String held) {
        Map<String, String> all = new HashMap<>();
        all.put(key, stored);
        ConfigEntity entity = ConfigEntity.topic("t");
        assertThat(StoredConfigs.held(entity, all)).isEqualTo(held == null ? Map.of() : Map.of(key, held));
        String alone = TopicConfigs.TABLE
                .find(key)
                .orElseThrow()
                .held(stored)
                .warning()
                .orElse("");
        boolean isAllowed = key.equals("cleanup.policy") && stored.contains("compact,") && !stored.endsWith(",");
        assertThat(alone.isEmpty()).isEqualTo(isAllowed);
    }

    @Test
    void whateverIsStoredWhatHoldsIsAllowedAndIsWhatIsDescribed() {
        for (String odd : ODD) {
            Map<String, String> ofTopic = new TreeMap<>();
            TopicConfigs.TABLE.keys().keySet().forEach(key -> ofTopic.put(key, odd));
            world.tree.put("/config/topics/t", config(ofTopic));
            Map<String, String> ofBroker = new TreeMap<>();
            BrokerConfigs.TABLE.keys().keySet().forEach(key -> ofBroker.put(key, odd));
            world.tree.put("/config/brokers/7", config(ofBroker));
            world.tree.put("/config/brokers/<default>", config(ofBroker));
            world.drain();

            Map<String, String> held = StoredConfigs.held(ConfigEntity.topic("t"), ofTopic);
            held.forEach((name, value) -> assertAllowed(TopicConfigs.TABLE, name, value));
            LogConfig.of(world.configs.now().topic("t")); // reads them all
            world.configs.now().minInSyncReplicas("t");
            StoredConfigs.held(ConfigEntity.broker(7), ofBroker)
                    .forEach((name, value) -> assertAllowed(BrokerConfigs.TABLE, name, value));
            TopicConfigs.defaults(world.configs.now()::find)
                    .forEach((name, value) -> assertAllowed(TopicConfigs.TABLE, name, value));
        }
    }

    @Test
    void whatIsDescribedOfATopicIsWhatHolds() {
        world.member.controller().createTopics(List.of(NewTopic.of("t", 1, (short) 1)), false, answers -> {});
        world.drain();
        TopicConfigs.TABLE.keys().forEach((name, key) -> {
            for (String odd : ODD) {
                world.tree.put("/config/topics/t", config(Map.of(name, odd)));
                world.drain();
                String holds = world.configs
                        .now()
                        .topic("t")
                        .get(name.equals("internal.segment.bytes") ? "segment.bytes" : name);
                Optional<DescribeConfigsResourceResult> described = described(ResourceType.TOPIC, "t", name);
                if (described.isEmpty()) {
                    assertThat(key.isInternal()).isTrue();
                    continue;
                }
                assertThat(described.get().value()).as("%s=%s", name, odd).isEqualTo(holds);
                described.get().synonyms().stream()
                        .findFirst()
                        .ifPresent(first -> assertThat(first.value()).isEqualTo(holds));
            }
        });
    }

    @Test
    void whatIsDescribedOfABrokerIsWhatHolds() {
        BrokerConfigs.TABLE.keys().forEach((name, key) -> {
            if (key.isSensitive() || name.equals("broker.id") || name.equals("node.id")) return;
            for (String odd : List.of("x", "-5", "compact,compact", "99999999999999999999", "TRUE")) {
                world.tree.put("/config/brokers/7", config(Map.of(name, odd)));
                world.drain();
                DescribeConfigsResourceResult described =
                        described(ResourceType.BROKER, "7", name).orElseThrow();
                if (described.value() == null) continue; // a synonym's, in another unit
                assertThat(described.value())
                        .as("%s=%s", name, odd)
                        .isEqualTo(world.configs.now().find(name).orElseThrow());
            }
        });
    }

    @Test
    void aWarningForEachValueThatDoesNotHoldAndForNoOther() {
        List<String> wrong = new ArrayList<>();
        for (ConfigTable table : List.of(TopicConfigs.TABLE, GroupConfigs.TABLE, GroupConfigs.METRICS)) {
            table.keys().forEach((name, key) -> {
                for (String odd : ODD) {
                    boolean isAllowed = true;
                    try {
                        key.normalized(odd);
                    } catch (ConfigException e) {
                        isAllowed = false;
                    }
                    if (key.held(odd).warning().isEmpty() != isAllowed) wrong.add(name + "=" + odd);
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatABrokersZnodeCannotSetIsNotTakenFromIt() {
        Map<String, String> stored = Map.of(
                "listeners", "PLAINTEXT://elsewhere:1",
                "ssl.keystore.type", "PEM",
                "listener.name.inside.ssl.keystore.type", "PEM",
                "log.retention.ms", "7",
                "a.plug.ins", "1");
        assertThat(StoredConfigs.held(ConfigEntity.broker(7), stored))
                .isEqualTo(Map.of(
                        "listener.name.inside.ssl.keystore.type", "PEM", "log.retention.ms", "7", "a.plug.ins", "1"));
        assertThat(StoredConfigs.held(ConfigEntity.brokers(), stored))
                .isEqualTo(Map.of("log.retention.ms", "7", "a.plug.ins", "1"));
    }

    @Test
    void manyOddValuesAreAFewLines() {
        for (int i = 0; i < 100; i++) world.tree.put("/config/topics/t" + i, config(Map.of("segment.bytes", "14")));
        world.drain();
        List<ConfigEntity> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) all.add(ConfigEntity.topic("t" + i));
        List<String> warnings = StoredConfigs.warnings(world.member.follower().image(), all);
        assertThat(warnings).hasSize(StoredConfigs.WARNINGS_MAX + 1);
        assertThat(warnings.getFirst())
                .isEqualTo(
                        "configuration of topics/t0: Invalid value 14 for configuration segment.bytes: Value must be at"
                                + " least 1048576; what holds is the nearest, '1048576'");
        assertThat(warnings.getLast()).startsWith("80 more stored values are not allowed");
    }

    private static void assertAllowed(ConfigTable table, String name, String value) {
        Optional<ConfigKey> key = table.find(name);
        if (key.isEmpty() || key.get().type() == ConfigDef.Type.PASSWORD) return;
        assertThat(key.get().normalized(value)).as(name).isEqualTo(value);
    }
}
