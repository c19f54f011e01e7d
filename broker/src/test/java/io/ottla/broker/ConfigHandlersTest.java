package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ConfigEntity;
import io.ottla.kafkamessages.AlterConfigsRequestData;
import io.ottla.kafkamessages.AlterConfigsResponseData;
import io.ottla.kafkamessages.CreateTopicsRequestData;
import io.ottla.kafkamessages.CreateTopicsRequestData.CreatableTopic;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import io.ottla.kafkamessages.DescribeConfigsRequestData;
import io.ottla.kafkamessages.DescribeConfigsRequestData.DescribeConfigsResource;
import io.ottla.kafkamessages.DescribeConfigsResponseData;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResult;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData.AlterableConfig;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import io.ottla.kafkamessages.ListConfigResourcesRequestData;
import io.ottla.kafkamessages.ListConfigResourcesResponseData;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations, as clients see and change them. */
class ConfigHandlersTest {
    private final ClusterWorld world = new ClusterWorld(Map.of(
            "log.retention.ms", "5000",
            "num.io.threads", "8",
            "my.secret", "s",
            "password.encoder.secret", "of the file"));

    @BeforeEach
    void aTopic() {
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        request.topics()
                .add(new CreatableTopic().setName("t").setNumPartitions(1).setReplicationFactor((short) 1));
        world.call(7, request, CreateTopicsResponseData.class);
    }

    private DescribeConfigsResult describe(ResourceType type, String name, String... keys) {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(true)
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(type.code())
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys))));
        return world.call(4, request, DescribeConfigsResponseData.class)
                .results()
                .getFirst();
    }

    /** {@code value source [synonym=value/source …]} */
    private String describe(ResourceType type, String name, String key) {
        List<DescribeConfigsResourceResult> configs =
                describe(type, name, new String[] {key}).configs();
        if (configs.isEmpty()) return "absent";
        DescribeConfigsResourceResult config = configs.getFirst();
        StringBuilder text = new StringBuilder(config.value() + " " + config.configSource());
        if (config.readOnly()) text.append(" fixed");
        if (config.isSensitive()) text.append(" hidden");
        config.synonyms()
                .forEach(synonym -> text.append(' ')
                        .append(synonym.name())
                        .append('=')
                        .append(synonym.value())
                        .append('/')
                        .append(synonym.source()));
        return text.toString();
    }

    private String alter(ResourceType type, String name, int operation, String key, String value) {
        return alter(world, type, name, operation, key, value);
    }

    private static String alter(
            ClusterWorld world, ResourceType type, String name, int operation, String key, String value) {
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type.code()).setResourceName(name);
        resource.configs()
                .add(new AlterableConfig()
                        .setName(key)
                        .setConfigOperation((byte) operation)
                        .setValue(value));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        AlterConfigsResourceResponse response = world.call(1, request, IncrementalAlterConfigsResponseData.class)
                .responses()
                .getFirst();
        return Errors.forCode(response.errorCode())
                + (response.errorMessage() == null ? "" : ": " + response.errorMessage());
    }

    @Test
    void aTopicsValueComesFromWhoeverSetsItMostCloselyAndSaysSo() {
        assertThat(describe(ResourceType.TOPIC, "t", "retention.ms"))
                .isEqualTo("5000 4 log.retention.ms=5000/4 log.retention.hours=168/5");
        assertThat(describe(ResourceType.TOPIC, "t", "segment.bytes"))
                .isEqualTo("1073741824 5 log.segment.bytes=1073741824/5");
        assertThat(alter(ResourceType.BROKER, "", 0, "log.retention.ms", "6000"))
                .isEqualTo("NONE");
        assertThat(describe(ResourceType.TOPIC, "t", "retention.ms"))
                .isEqualTo("6000 3 log.retention.ms=6000/3 log.retention.ms=5000/4 log.retention.hours=168/5");
        assertThat(alter(ResourceType.BROKER, "7", 0, "log.retention.ms", "7000"))
                .isEqualTo("NONE");
        assertThat(world.configs.now().topic("t")).containsEntry("retention.ms", "7000");
        assertThat(alter(ResourceType.TOPIC, "t", 0, "retention.ms", "8000")).isEqualTo("NONE");
        assertThat(describe(ResourceType.TOPIC, "t", "retention.ms"))
                .isEqualTo(
                        "8000 1 retention.ms=8000/1 log.retention.ms=7000/2 log.retention.ms=6000/3 log.retention.ms=5000/4 log.retention.hours=168/5");
        assertThat(world.configs.now().topic("t")).containsEntry("retention.ms", "8000");
        assertThat(world.configs.now().topic("other")).containsEntry("retention.ms", "7000");
        assertThat(alter(ResourceType.TOPIC, "t", 1, "retention.ms", null)).isEqualTo("NONE");
        assertThat(world.configs.now().topic("t")).containsEntry("retention.ms", "7000");
    }

    @Test
    void listsAreAddedToAndTakenFrom() {
        assertThat(alter(ResourceType.TOPIC, "t", 2, "cleanup.policy", "compact"))
                .isEqualTo("NONE");
        assertThat(describe(ResourceType.TOPIC, "t", "cleanup.policy")).startsWith("delete,compact 1");
        assertThat(alter(ResourceType.TOPIC, "t", 2, "cleanup.policy", "compact"))
                .isEqualTo("NONE");
        assertThat(alter(ResourceType.TOPIC, "t", 3, "cleanup.policy", "delete"))
                .isEqualTo("NONE");
        assertThat(describe(ResourceType.TOPIC, "t", "cleanup.policy")).startsWith("compact 1");
        assertThat(alter(ResourceType.TOPIC, "t", 2, "retention.ms", "1"))
                .isEqualTo("INVALID_CONFIG: Can't APPEND to key retention.ms because its type is not LIST.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "TOPIC | t | 0 | retention.ms | -5 | INVALID_CONFIG: Invalid value -5 for configuration retention.ms",
                "TOPIC | t | 0 | no.such.key | 1 | INVALID_CONFIG: Unknown topic config name: no.such.key",
                "TOPIC | t | 0 | retention.ms | null | INVALID_REQUEST: Null value not supported for : retention.ms",
                "TOPIC | t | 9 | retention.ms | 1 | INVALID_REQUEST: Unknown operations type 9",
                "TOPIC | gone | 0 | retention.ms | 1 | UNKNOWN_TOPIC_OR_PARTITION: The topic 'gone' does not exist.",
                "TOPIC | '' | 0 | retention.ms | 1 | INVALID_REQUEST: Default topic resources are not allowed.",
                "TOPIC | a/b | 0 | retention.ms | 1 | INVALID_TOPIC_EXCEPTION",
                "BROKER | 8 | 0 | log.retention.ms | 1 | INVALID_REQUEST: Unexpected broker id, expected 7, but received 8",
                "BROKER | x | 0 | log.retention.ms | 1 | INVALID_REQUEST: Node id must be an integer, but it is: x",
                "BROKER | 7 | 0 | node.id | 1 | INVALID_REQUEST: Cannot update these configs dynamically: [node.id]",
                "BROKER | 7 | 0 | log.segment.bytes | x | INVALID_REQUEST: Invalid value x for configuration log.segment.bytes",
                "BROKER | 7 | 0 | ssl.truststore.type | PKCS12 | INVALID_REQUEST: These security configs can be dynamically updated only per-listener",
                "BROKER | 7 | 0 | listener.name.inside.ssl.truststore.type | PKCS12 | NONE",
                "BROKER | '' | 0 | listener.name.inside.ssl.truststore.type | PKCS12 | INVALID_REQUEST: Cannot update these configs at default cluster level",
                "BROKER | 7 | 0 | log.cleaner.min.compaction.lag.ms | 9 | NONE",
                "BROKER | 7 | 0 | log.cleaner.threads | 2 | NONE",
                "BROKER | 7 | 0 | log.cleaner.threads | 3 | INVALID_REQUEST: Log cleaner threads cannot be increased to more than double the current value 1",
                "BROKER | 7 | 0 | log.cleaner.threads | 0 | INVALID_REQUEST: Log cleaner threads should be at least 1",
                "BROKER | 7 | 0 | log.cleaner.threads | 128 | INVALID_REQUEST: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread",
                "BROKER | '' | 0 | log.cleaner.threads | 128 | INVALID_REQUEST: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread",
                "BROKER_LOGGER | 7 | 0 | a.b | DEBUG | INVALID_CONFIG: Logger a.b does not exist!",
                "BROKER_LOGGER | 7 | 0 | root | LOUD | INVALID_CONFIG: Cannot set the log level of root to LOUD as it is"
                        + " not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN",
                "BROKER_LOGGER | 7 | 0 | root | DEBUG | NONE",
                "BROKER_LOGGER | 7 | 1 | root | | INVALID_REQUEST: Removing the log level of the root logger is not"
                        + " allowed",
                "BROKER_LOGGER | 7 | 2 | root | DEBUG | INVALID_REQUEST: APPEND operation is not allowed for the"
                        + " BROKER_LOGGER resource",
                "BROKER_LOGGER | 8 | 0 | root | DEBUG | INVALID_REQUEST: Unexpected broker id, expected 7, but received 8",
                "GROUP | '' | 0 | consumer.session.timeout.ms | 1 | INVALID_REQUEST: Default group resources are not allowed.",
                "GROUP | g | 0 | consumer.session.timeout.ms | 46000 | NONE",
                "GROUP | g | 0 | consumer.session.timeout.ms | 44999 | INVALID_CONFIG: consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
                "GROUP | g | 0 | streams.num.standby.replicas | 3 | INVALID_CONFIG: streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas",
                "GROUP | g | 0 | unknown | 1 | INVALID_CONFIG: Unknown group config name: unknown",
                "CLIENT_METRICS | m | 0 | interval.ms | 1000 | NONE",
                "CLIENT_METRICS | m | 0 | match | client_id=a | NONE",
                "CLIENT_METRICS | m | 0 | match | nonsense | INVALID_CONFIG: Illegal client matching pattern: nonsense",
            })
    void whatIsAllowedAndWhatIsNot(
            ResourceType type, String name, int operation, String key, String value, String expected) {
        assertThat(alter(type, name, operation, key, value)).startsWith(expected);
    }

    @Test
    void theOldWayReplacesEverything() {
        alter(ResourceType.TOPIC, "t", 0, "retention.ms", "8000");
        AlterConfigsRequestData.AlterConfigsResource resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(ResourceType.TOPIC.code())
                .setResourceName("t");
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig()
                        .setName("segment.ms")
                        .setValue("9000"));
        AlterConfigsRequestData request = new AlterConfigsRequestData().setValidateOnly(true);
        request.resources().add(resource);
        world.call(2, request, AlterConfigsResponseData.class);
        assertThat(world.configs.now().topic("t")).containsEntry("retention.ms", "8000");
        world.call(2, request.setValidateOnly(false), AlterConfigsResponseData.class);
        assertThat(world.configs.now().topic("t"))
                .containsEntry("segment.ms", "9000")
                .containsEntry("retention.ms", "5000");
        assertThat(world.tree.text("/config/topics/t"))
                .contains("{\"version\":1,\"config\":{\"segment.ms\":\"9000\"}}");
    }

    @Test
    void aResourceThatIsNamedTwiceIsRefusedBothTimes() {
        AlterConfigsResource resource = new AlterConfigsResource()
                .setResourceType(ResourceType.TOPIC.code())
                .setResourceName("t");
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource.duplicate());
        request.resources().add(resource.duplicate());
        assertThat(world.call(1, request, IncrementalAlterConfigsResponseData.class)
                        .responses())
                .hasSize(2)
                .allMatch(response -> response.errorCode() == Errors.INVALID_REQUEST.code());
    }

    @Test
    void brokersShowWhatTheyGoByAndHideWhatTheyDoNotKnow() {
        DescribeConfigsResult broker = describe(ResourceType.BROKER, "7");
        assertThat(broker.configs()).hasSizeGreaterThan(100);
        assertThat(broker.configs())
                .filteredOn(config -> !config.isSensitive())
                .allMatch(config ->
                        config.configType() != 0 && !config.documentation().isEmpty());
        assertThat(describe(ResourceType.BROKER, "7", "node.id")).startsWith("7 5 fixed");
        assertThat(describe(ResourceType.BROKER, "7", "log.retention.ms"))
                .isEqualTo("5000 4 log.retention.ms=5000/4 log.retention.hours=168/5");
        assertThat(describe(ResourceType.BROKER, "7", "my.secret")).isEqualTo("null 4 hidden my.secret=null/4");
        assertThat(describe(ResourceType.BROKER, "", "log.retention.ms")).isEqualTo("absent");
        alter(ResourceType.BROKER, "7", 0, "listener.name.inside.ssl.keystore.location", "/k");
        alter(ResourceType.BROKER, "7", 0, "listener.name.inside.ssl.keystore.password", "secret");
        assertThat(describe(ResourceType.BROKER, "7", "listener.name.inside.ssl.keystore.location"))
                .startsWith("/k 2");
        assertThat(describe(ResourceType.BROKER, "7", "listener.name.inside.ssl.keystore.password"))
                .startsWith("null 2 hidden");
        alter(ResourceType.BROKER, "", 0, "log.retention.ms", "6000");
        assertThat(describe(ResourceType.BROKER, "", "log.retention.ms")).isEqualTo("6000 3 log.retention.ms=6000/3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TOPIC | gone | UNKNOWN_TOPIC_OR_PARTITION",
                "TOPIC | '' | INVALID_TOPIC_EXCEPTION",
                "BROKER | 8 | INVALID_REQUEST",
                "BROKER | x | INVALID_REQUEST",
                "BROKER_LOGGER | 7 | NONE",
                "BROKER_LOGGER | '' | INVALID_REQUEST",
                "GROUP | g | NONE",
                "GROUP | '' | INVALID_REQUEST",
                "CLIENT_METRICS | m | NONE",
                "CLIENT_METRICS | '' | INVALID_REQUEST",
            })
    void whatCanBeDescribed(ResourceType type, String name, Errors error) {
        assertThat(Errors.forCode(describe(type, name, new String[0]).errorCode()))
                .isEqualTo(error);
    }

    @Test
    void levelsOfLoggersHoldAtOnce() {
        assertThat(describe(ResourceType.BROKER_LOGGER, "7", "root")).isEqualTo("INFO 6");
        assertThat(alter(ResourceType.BROKER_LOGGER, "7", 0, "root", "debug")).isEqualTo("NONE");
        assertThat(describe(ResourceType.BROKER_LOGGER, "7", "root")).isEqualTo("DEBUG 6");
        assertThat(alter(ResourceType.BROKER_LOGGER, "7", 0, "root", "FATAL")).isEqualTo("NONE");
        assertThat(describe(ResourceType.BROKER_LOGGER, "7", "root")).isEqualTo("ERROR 6");
    }

    @Test
    void passwordsStandEncryptedInTheTree() {
        String key = "listener.name.inside.ssl.keystore.password";
        assertThat(alter(ResourceType.BROKER, "7", 0, key, " open sesame ")).isEqualTo("NONE");
        String stored =
                world.member.follower().image().config(ConfigEntity.broker(7)).get(key);
        assertThat(stored).startsWith("cipherAlgorithm:AES/CBC/PKCS5Padding,").doesNotContain("sesame");
        assertThat(world.configs.now().ofListener("INSIDE", "ssl.keystore.password"))
                .contains("open sesame");
        // another change leaves it as it is, and it can be taken away
        assertThat(alter(ResourceType.BROKER, "7", 0, "log.retention.ms", "1")).isEqualTo("NONE");
        assertThat(world.member.follower().image().config(ConfigEntity.broker(7)))
                .containsEntry(key, stored);
        assertThat(alter(ResourceType.BROKER, "7", 1, key, null)).isEqualTo("NONE");
        assertThat(world.configs.now().ofListener("INSIDE", "ssl.keystore.password"))
                .isEmpty();
    }

    @Test
    void withoutASecretNoPasswordIsTaken() {
        ClusterWorld bare = new ClusterWorld(Map.of());
        assertThat(alter(
                        bare,
                        ResourceType.BROKER,
                        "7",
                        0,
                        "listener.name.inside.ssl.truststore.password",
                        "open sesame"))
                .startsWith("INVALID_REQUEST")
                .contains("Password encoder secret not configured", "password.encoder.secret")
                .doesNotContain("sesame");
        assertThat(alter(bare, ResourceType.BROKER, "7", 0, "listener.name.inside.ssl.truststore.location", "/t"))
                .isEqualTo("NONE");
    }

    @Test
    void aPasswordThatCannotBeDecryptedIsPassedOver() {
        String key = "listener.name.inside.ssl.key.password";
        alter(ResourceType.BROKER, "7", 0, key, "open sesame");
        Map<String, String> stored = world.member.follower().image().config(ConfigEntity.broker(7));
        assertThat(new ClusterWorld(Map.of("password.encoder.secret", "another")).passwords.inPlainText(stored))
                .isEmpty();
        assertThat(new ClusterWorld(Map.of()).passwords.inPlainText(stored)).isEmpty();
        assertThat(world.passwords.inPlainText(Map.of(key, "open sesame"))).isEmpty();
    }

    @Test
    void aNewSecretTakesOverFromTheOldOne() {
        String key = "listener.name.inside.ssl.key.password";
        alter(ResourceType.BROKER, "7", 0, key, "open sesame");
        Map<String, String> stored = world.member.follower().image().config(ConfigEntity.broker(7));
        ClusterWorld next = new ClusterWorld(
                Map.of("password.encoder.secret", "another", "password.encoder.old.secret", "of the file"));
        assertThat(next.passwords.inPlainText(stored)).containsEntry(key, "open sesame");
        Map<String, String> anew = ((Answer.Ok<Map<String, String>>) next.passwords
                        .anew(7, new SeededRandom(5))
                        .orElseThrow()
                        .edit()
                        .apply(stored))
                .value();
        assertThat(new ClusterWorld(Map.of("password.encoder.secret", "another")).passwords.inPlainText(anew))
                .containsEntry(key, "open sesame");
        assertThat(world.passwords.anew(7, new SeededRandom(5))).isEmpty();
    }

    @Test
    void whatIsSetInTwoPlacesMustFitTogether() {
        assertThat(alter(ResourceType.BROKER, "", 0, "log.cleaner.max.compaction.lag.ms", "100"))
                .isEqualTo("NONE");
        assertThat(alter(ResourceType.BROKER, "7", 0, "log.cleaner.min.compaction.lag.ms", "100"))
                .isEqualTo("NONE");
        assertThat(alter(ResourceType.BROKER, "7", 0, "log.cleaner.min.compaction.lag.ms", "101"))
                .isEqualTo("INVALID_REQUEST: log.cleaner.min.compaction.lag.ms is 101, which is more than"
                        + " log.cleaner.max.compaction.lag.ms, 100");
        assertThat(alter(ResourceType.BROKER, "", 0, "log.cleaner.max.compaction.lag.ms", "99"))
                .startsWith("INVALID_REQUEST: log.cleaner.min.compaction.lag.ms is 100");
        // what is set for this broker overrules what is set for all
        assertThat(alter(ResourceType.BROKER, "", 0, "log.cleaner.min.compaction.lag.ms", "101"))
                .isEqualTo("NONE");
        assertThat(alter(ResourceType.BROKER, "7", 1, "log.cleaner.min.compaction.lag.ms", null))
                .startsWith("INVALID_REQUEST: log.cleaner.min.compaction.lag.ms is 101");
    }

    @Test
    void groupsShowWhereTheirDefaultsComeFrom() {
        assertThat(describe(ResourceType.GROUP, "g", "share.auto.offset.reset"))
                .isEqualTo("latest 5 share.auto.offset.reset=latest/5");
        assertThat(describe(ResourceType.GROUP, "g", "consumer.session.timeout.ms"))
                .isEqualTo("45000 5 group.consumer.session.timeout.ms=45000/5");
        alter(ResourceType.GROUP, "g", 0, "consumer.session.timeout.ms", "46000");
        assertThat(describe(ResourceType.GROUP, "g", "consumer.session.timeout.ms"))
                .isEqualTo("46000 8 consumer.session.timeout.ms=46000/8 group.consumer.session.timeout.ms=45000/5");
    }

    @Test
    void subscriptionsToMetricsShowWhatWasSetAndNoDefaultBehindIt() {
        assertThat(describe(ResourceType.CLIENT_METRICS, "m", "interval.ms")).isEqualTo("300000 5");
        alter(ResourceType.CLIENT_METRICS, "m", 0, "interval.ms", "1000");
        assertThat(describe(ResourceType.CLIENT_METRICS, "m", "interval.ms")).isEqualTo("1000 7 interval.ms=1000/7");
    }

    @Test
    void smallSegmentsAreForTestsAndShownOnlyWhereTheyAreSet() {
        assertThat(describe(ResourceType.TOPIC, "t", "internal.segment.bytes")).isEqualTo("absent");
        alter(ResourceType.TOPIC, "t", 0, "internal.segment.bytes", "1000");
        assertThat(describe(ResourceType.TOPIC, "t", "internal.segment.bytes"))
                .isEqualTo("1000 1 internal.segment.bytes=1000/1");
        assertThat(world.configs.now().topic("t")).containsEntry("segment.bytes", "1000");
    }

    @Test
    void doubledItemsOfAListCountOnce() {
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        CreatableTopic topic =
                new CreatableTopic().setName("twice").setNumPartitions(1).setReplicationFactor((short) 1);
        topic.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName("cleanup.policy")
                        .setValue("compact,compact"));
        request.topics().add(topic);
        CreateTopicsResponseData.CreatableTopicResult created =
                world.call(7, request, CreateTopicsResponseData.class).topics().find("twice");
        assertThat(created.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(created.configs())
                .filteredOn(config -> config.name().equals("cleanup.policy"))
                .extracting(CreateTopicsResponseData.CreatableTopicConfigs::value)
                .containsExactly("compact");
        assertThat(describe(ResourceType.TOPIC, "twice", "cleanup.policy")).startsWith("compact 1");
        assertThat(alter(ResourceType.TOPIC, "t", 0, "cleanup.policy", "delete,compact,delete"))
                .isEqualTo("NONE");
        assertThat(describe(ResourceType.TOPIC, "t", "cleanup.policy")).startsWith("delete,compact 1");
        assertThat(alter(ResourceType.BROKER, "7", 0, "log.cleanup.policy", "compact,compact"))
                .isEqualTo("NONE");
        assertThat(describe(ResourceType.BROKER, "7", "log.cleanup.policy")).startsWith("compact 2");
    }

    @Test
    void anOldValueKeepsNobodyFromChangingAnother() {
        world.tree.put(
                "/config/topics/t",
                "{\"version\":1,\"config\":{\"segment.bytes\":\"1000\",\"message.format.version\":\"2.8\"}}");
        world.tree.put(
                "/config/brokers/7",
                "{\"version\":1,\"config\":{\"log.segment.bytes\":\"1000\",\"listeners\":\"A://b:1\"}}");
        world.drain();
        assertThat(alter(ResourceType.TOPIC, "t", 0, "retention.ms", "8000")).isEqualTo("NONE");
        assertThat(alter(ResourceType.TOPIC, "t", 0, "segment.bytes", "1001"))
                .startsWith("INVALID_CONFIG: Invalid value 1001 for configuration segment.bytes");
        assertThat(alter(ResourceType.BROKER, "7", 0, "log.retention.ms", "8000"))
                .isEqualTo("NONE");
        assertThat(world.tree.text("/config/topics/t").orElseThrow())
                .contains("\"segment.bytes\":\"1000\"", "2.8", "8000");
    }

    @Test
    void resourcesAreListedByType() {
        alter(ResourceType.GROUP, "g", 0, "consumer.session.timeout.ms", "46000");
        alter(ResourceType.CLIENT_METRICS, "m", 0, "interval.ms", "1000");
        assertThat(listed(1)).containsExactly("2 t", "4 7", "8 7", "16 m", "32 g");
        assertThat(listed(1, (byte) 32)).containsExactly("32 g");
        assertThat(listed(0)).containsExactly("16 m");
        assertThat(world.call(
                                1,
                                new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 3)),
                                ListConfigResourcesResponseData.class)
                        .errorCode())
                .isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }

    private List<String> listed(int version, Byte... types) {
        return world
                .call(
                        version,
                        new ListConfigResourcesRequestData().setResourceTypes(List.of(types)),
                        ListConfigResourcesResponseData.class)
                .configResources()
                .stream()
                .map(resource -> resource.resourceType() + " " + resource.resourceName())
                .toList();
    }
}
