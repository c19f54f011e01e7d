package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.log.LogConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be configured, what is refused, and with which words. */
class ConfigTablesTest {

    @Test
    void everyDefaultIsAllowedAndEveryRelatedKeyExists() {
        for (ConfigTable table :
                List.of(BrokerConfigs.TABLE, TopicConfigs.TABLE, GroupConfigs.TABLE, GroupConfigs.METRICS)) {
            assertThat(table.keys()).isNotEmpty();
            table.keys().forEach((name, key) -> {
                key.standard()
                        .ifPresent(value -> assertThat(key.normalized(value)).isEqualTo(value));
                assertThat(key.documentation()).as(name).endsWith(".");
                assertThat(key.related())
                        .as(name)
                        .allMatch(related -> BrokerConfigs.TABLE.find(related).isPresent());
            });
        }
    }

    @Test
    void topicsHaveTheKeysThatKafkasClientsKnow() throws IllegalAccessException {
        for (var field : TopicConfig.class.getFields()) {
            if (!field.getName().endsWith("_CONFIG")) continue;
            String name = (String) field.get(null);
            // gone in Kafka 4
            boolean isGone = name.equals("message.downconversion.enable") || name.equals("message.format.version");
            assertThat(TopicConfigs.TABLE.find(name).isPresent()).as(name).isNotEqualTo(isGone);
        }
    }

    @Test
    void whatLogsGoByCanBeConfigured() {
        assertThat(TopicConfigs.TABLE.keys())
                .containsKeys(LogConfig.STANDARD.keySet().toArray(String[]::new));
        LogConfig.STANDARD.forEach((name, value) -> assertThat(
                        TopicConfigs.TABLE.find(name).orElseThrow().standard())
                .contains(value));
    }

    @Test
    void aBrokerThatSetsNothingLeavesTopicsTheirDefaults() {
        EffectiveConfigs configs = new EffectiveConfigs(BrokerConfigs.defaults(), 0);
        assertThat(LogConfig.of(configs.topic("any"))).isEqualTo(LogConfig.DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retention.ms | -1 |",
                "retention.ms | -2 | Invalid value -2 for configuration retention.ms: Value must be at least -1",
                "retention.ms | soon | Invalid value soon for configuration retention.ms: Not a number of type LONG",
                "retention.ms | 99999999999999999999 | Not a number of type LONG",
                "segment.bytes | 14 | Value must be at least 1048576",
                "segment.bytes | 3000000000 | Not a number of type INT",
                "cleanup.policy | compact,delete |",
                "cleanup.policy | '' |",
                "cleanup.policy | compact,compact |",
                "cleanup.policy | 'compact,' | values must not be empty",
                "leader.replication.throttled.replicas | 0:1,0:1 |",
                "cleanup.policy | shred | cleanup.policy",
                "compression.type | gzip |",
                "compression.type | GZIP | String must be one of",
                "compression.gzip.level | 0 | Value must be between 1 and 9 or equal to -1",
                "min.cleanable.dirty.ratio | 1.5 | Value must be no more than 1",
                "unclean.leader.election.enable | maybe | Expected value to be either true or false",
                "min.compaction.lag.ms | 9223372036854775807 |",
                "remote.storage.enable | true | Tiered Storage functionality is disabled in the broker",
                "leader.replication.throttled.replicas | 0:1,1:2 |",
                "leader.replication.throttled.replicas | 0-1 | [partitionId]:[brokerId]",
                "no.such.key | 1 | Unknown topic config name: no.such.key",
            })
    void topicValues(String key, String value, String flaw) {
        Optional<String> found = TopicConfigs.flaw(Map.of(key, value));
        if (flaw == null) assertThat(found).isEmpty();
        else assertThat(found.orElse("nothing")).contains(flaw);
    }

    @Test
    void lagsThatContradictAreRefused() {
        assertThat(TopicConfigs.flaw(Map.of("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "9")))
                .contains("conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (9)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "log.segment.bytes | many | Invalid value many for configuration log.segment.bytes: Not a number of type INT",
                "num.partitions | 0 | Value must be at least 1",
                "authorizer.class.name | a.b.C | authorizer.class.name: authorization is not served yet",
                "log.cleaner.dedupe.buffer.size | 1048576 | log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread",
                "group.max.session.timeout.ms | 10 | group.min.session.timeout.ms is 6000, which is more than group.max.session.timeout.ms, 10",
            })
    void aBadServerPropertiesIsOneSentence(String key, String value, String sentence) {
        assertThatThrownBy(() -> BrokerConfigs.parse(Map.of(key, value)))
                .isInstanceOf(BrokerConfigs.BadConfigException.class)
                .hasMessageContaining(sentence);
    }

    /** Values that one of the Kafkas starts with, and another does not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "log.segment.bytes | 1000 | 1048576",
                "log.cleanup.policy | compact,compact | compact",
                "controller.quorum.fetch.timeout.ms | -1 | 0",
                "num.replica.fetchers | 0 | 1",
                "log.flush.interval.ms | -1 | 0",
                "log.roll.ms | 0 | 1",
            })
    void anOldServerPropertiesIsTaken(String key, String value, String held) throws BrokerConfigs.BadConfigException {
        BrokerConfigs.Parsed parsed = BrokerConfigs.parse(Map.of(key, value));
        assertThat(parsed.configs().text(key)).isEqualTo(held);
        if (key.equals("log.cleanup.policy")) assertThat(parsed.warnings()).isEmpty();
        else assertThat(parsed.warnings()).singleElement().asString().contains(key, "'" + held + "'");
        // what no Kafka starts with
        assertThatThrownBy(() -> BrokerConfigs.parse(Map.of("log.segment.bytes", "13")))
                .isInstanceOf(BrokerConfigs.BadConfigException.class)
                .hasMessageContaining("Value must be at least 14");
    }

    @Test
    void whatHasNoEffectIsNamed() throws BrokerConfigs.BadConfigException {
        BrokerConfigs.Parsed parsed = BrokerConfigs.parse(Map.of(
                "process.roles", "broker,controller",
                "controller.quorum.voters", "1@localhost:9093",
                "controller.listener.names", "CONTROLLER",
                "num.io.threads", "8",
                "ssl.provider", "/k",
                "log.retention.hours", " 24 ",
                "node.id", "3"));
        assertThat(parsed.withoutEffect())
                .containsExactly(
                        "controller.listener.names",
                        "controller.quorum.voters",
                        "num.io.threads",
                        "process.roles",
                        "ssl.provider");
        assertThat(parsed.configs().integer("log.retention.hours")).isEqualTo(24);
        assertThat(parsed.configs().integer("node.id")).isEqualTo(3);
        assertThat(parsed.configs().text("listeners")).isEqualTo("PLAINTEXT://localhost:9092");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "log.retention.hours=1 | retention.ms | 3600000",
                "log.retention.hours=1;log.retention.minutes=2 | retention.ms | 120000",
                "log.retention.hours=1;log.retention.minutes=2;log.retention.ms=3 | retention.ms | 3",
                "log.retention.hours=-1 | retention.ms | -1",
                "log.roll.hours=2 | segment.ms | 7200000",
                "log.roll.jitter.hours=2 | segment.jitter.ms | 7200000",
                "log.flush.scheduler.interval.ms=5 | flush.ms | 5",
                "message.max.bytes=7 | max.message.bytes | 7",
                "log.retention.ms=-5 | retention.ms | -1",
                "log.cleanup.policy=compact | cleanup.policy | compact",
                "log.message.timestamp.type=LogAppendTime | message.timestamp.type | LogAppendTime",
            })
    void topicsTakeTheirDefaultsFromTheBroker(String properties, String key, String expected)
            throws BrokerConfigs.BadConfigException {
        Map<String, String> set = new HashMap<>();
        for (String property : properties.split(";", -1)) {
            int equals = property.indexOf('=');
            set.put(property.substring(0, equals), property.substring(equals + 1));
        }
        EffectiveConfigs configs = new EffectiveConfigs(BrokerConfigs.parse(set).configs(), 0);
        assertThat(configs.topic("any")).containsEntry(key, expected);
    }
}
