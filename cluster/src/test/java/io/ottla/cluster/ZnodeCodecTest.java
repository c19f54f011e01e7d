package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.TopicId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read and written, against the text that Kafka 3.9 leaves in ZooKeeper. */
class ZnodeCodecTest {
    private static final TopicId ID = TopicId.parse("vGc-VJG3TUWhRIUH1KY5cA");

    @Test
    void topic() throws MalformedZnodeException {
        TopicZnode expected = new TopicZnode(
                Optional.of(ID), Map.of(0, List.of(1, 2), 1, List.of(2, 1)), Map.of(1, List.of(2)), Map.of());
        assertThat(TopicZnode.decode("/brokers/topics/t", bytes("""
                                {"removing_replicas":{},"partitions":{"1":[2,1],"0":[1,2]},\
                                "topic_id":"vGc-VJG3TUWhRIUH1KY5cA","adding_replicas":{"1":[2]},"version":3}"""))).isEqualTo(expected);
        assertThat(text(expected.encode())).isEqualTo("""
                        {"version":3,"topic_id":"vGc-VJG3TUWhRIUH1KY5cA","partitions":{"0":[1,2],"1":[2,1]},\
                        "adding_replicas":{"1":[2]},"removing_replicas":{}}""");
    }

    @Test
    void topicOfOldKafkas() throws MalformedZnodeException {
        TopicZnode noId = new TopicZnode(Optional.empty(), Map.of(0, List.of(0)), Map.of(), Map.of());
        assertThat(TopicZnode.decode("/t", bytes("{\"version\":1,\"partitions\":{\"0\":[0]}}")))
                .isEqualTo(noId);
        assertThat(
                        TopicZnode.decode(
                                "/t",
                                bytes(
                                        "{\"version\":2,\"partitions\":{\"0\":[0]},\"adding_replicas\":{},\"removing_replicas\":{}}")))
                .isEqualTo(noId);
        assertThat(text(noId.encode())).startsWith("{\"version\":2,\"partitions\"");
    }

    @Test
    void partitionState() throws MalformedZnodeException {
        String kafkas = "{\"controller_epoch\":3,\"leader\":1,\"version\":1,\"leader_epoch\":5,\"isr\":[1,2]}";
        PartitionState state = new PartitionState(1, 5, 3, List.of(1, 2), false);
        assertThat(PartitionState.decode("/p", bytes(kafkas))).isEqualTo(state);
        assertThat(text(state.encode()))
                .isEqualTo("{\"version\":1,\"leader\":1,\"leader_epoch\":5,\"controller_epoch\":3,\"isr\":[1,2]}");
        PartitionState recovering = new PartitionState(1, 5, 3, List.of(1), true);
        assertThat(text(recovering.encode())).endsWith(",\"isr\":[1],\"leader_recovery_state\":1}");
        assertThat(PartitionState.decode("/p", recovering.encode())).isEqualTo(recovering);
    }

    @Test
    void broker() throws MalformedZnodeException {
        String kafkas = """
                {"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT","IN":"SSL"},\
                "endpoints":["PLAINTEXT://h1:9092","IN://[::1]:9093"],"jmx_port":9999,"port":9092,"host":"h1",\
                "version":5,"rack":"r1","timestamp":"1690000000000","from the future":[1]}""";
        BrokerImage broker = new BrokerImage(
                4,
                77,
                List.of(
                        new BrokerImage.Endpoint("PLAINTEXT", "PLAINTEXT", "h1", 9092),
                        new BrokerImage.Endpoint("IN", "SSL", "::1", 9093)),
                Optional.of("r1"),
                1690000000000L);
        assertThat(BrokerImage.decode("/brokers/ids/4", 4, 77, bytes(kafkas))).isEqualTo(broker);
        assertThat(text(broker.encode())).isEqualTo("""
                        {"version":5,"host":"h1","port":9092,"jmx_port":-1,"timestamp":"1690000000000",\
                        "endpoints":["PLAINTEXT://h1:9092","IN://[::1]:9093"],"rack":"r1",\
                        "listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT","IN":"SSL"},"features":{}}""");
    }

    @Test
    void brokerWithoutPlaintextListenerHasNeitherHostNorPort() throws MalformedZnodeException {
        BrokerImage broker =
                new BrokerImage(0, 1, List.of(new BrokerImage.Endpoint("SSL", "SSL", "h", 1)), Optional.empty(), 5);
        assertThat(text(broker.encode())).startsWith("{\"version\":5,\"host\":null,\"port\":-1,\"jmx_port\":-1,");
        assertThat(BrokerImage.decode("/b", 0, 1, broker.encode())).isEqualTo(broker);
    }

    @Test
    void controller() throws MalformedZnodeException {
        String kafkas = "{\"version\":2,\"brokerid\":1,\"timestamp\":\"1690000000000\",\"kraftControllerEpoch\":-1}";
        assertThat(ControllerZnode.decode("/controller", bytes(kafkas)))
                .isEqualTo(new ControllerZnode(1, 1690000000000L));
        assertThat(text(new ControllerZnode(1, 1690000000000L).encode())).isEqualTo(kafkas);
        assertThat(ControllerZnode.decodeEpoch("/controller_epoch", bytes("12")))
                .isEqualTo(12);
        assertThat(text(ControllerZnode.encodeEpoch(12))).isEqualTo("12");
    }

    @Test
    void clusterIdAndProducerIds() throws MalformedZnodeException {
        String id = "{\"version\":\"1\",\"id\":\"vGc-VJG3TUWhRIUH1KY5cA\"}";
        assertThat(ClusterIdZnode.decode("/cluster/id", bytes(id))).isEqualTo("vGc-VJG3TUWhRIUH1KY5cA");
        assertThat(text(ClusterIdZnode.encode("vGc-VJG3TUWhRIUH1KY5cA"))).isEqualTo(id);
        String block = "{\"version\":1,\"broker\":1,\"block_start\":\"1000\",\"block_end\":\"1999\"}";
        assertThat(ProducerIdBlock.decode("/latest_producer_id_block", bytes(block)))
                .isEqualTo(new ProducerIdBlock(1, 1000, 1999));
        assertThat(text(new ProducerIdBlock(1, 1000, 1999).encode())).isEqualTo(block);
        assertThat(new ProducerIdBlock(1, 0, 999).next(2)).isEqualTo(new ProducerIdBlock(2, 1000, 1999));
    }

    @Test
    void configuration() throws MalformedZnodeException {
        String kafkas = "{\"version\":1,\"config\":{\"retention.ms\":\"1000\",\"cleanup.policy\":\"compact\"}}";
        Map<String, String> config = Map.of("retention.ms", "1000", "cleanup.policy", "compact");
        assertThat(ConfigZnode.decode("/config/topics/t", bytes(kafkas))).isEqualTo(config);
        assertThat(ConfigZnode.decode("/config/topics/t", ConfigZnode.encode(config)))
                .isEqualTo(config);
        assertThat(ConfigZnode.decode("/config/topics/t", new byte[0])).isEmpty();
        assertThat(text(ConfigZnode.notification(ConfigEntity.topic("t"))))
                .isEqualTo("{\"version\":2,\"entity_path\":\"topics/t\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/config/topics/a.b      | TOPICS         | a.b",
                "/config/brokers/1       | BROKERS        | 1",
                "/config/brokers/<default> | BROKERS      | <default>",
                "/config/groups/my%20group%2A | GROUPS    | my group*",
                "/config/client-metrics/m | CLIENT_METRICS | m",
                "/config/clients/<default> | CLIENTS      | <default>",
                "/config/users/a%2Fb     | USERS          | a/b",
                "/config/users/u%2B/clients/c | USER_CLIENTS | u%2B/c",
                "/config/ips/10.0.0.1    | IPS            | 10.0.0.1",
            })
    void entitiesHaveTheirPaths(String path, ConfigEntity.Type type, String name) throws MalformedZnodeException {
        ConfigEntity entity = new ConfigEntity(type, name);
        assertThat(ConfigEntity.ofPath(path)).contains(entity);
        assertThat(entity.path()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                 | is empty",
                "nonsense                           | is not JSON",
                "[1]                                | a JSON object is wanted",
                "{\"version\":3                     | is not JSON",
                "{\"partitions\":{}}                | field 'version' must be a 32-bit number",
                "{\"version\":\"3\",\"partitions\":{}} | field 'version' must be a 32-bit number, not '3'",
                "{\"version\":9,\"partitions\":{}}  | field 'version' must be 1, 2 or 3",
                "{\"version\":3,\"partitions\":[]}  | field 'partitions' must be an object",
                "{\"version\":3,\"partitions\":{\"x\":[1]}} | field 'partitions' must be an object with partition numbers",
                "{\"version\":3,\"partitions\":{\"0\":[\"1\"]}} | must be a list of numbers",
                "{\"version\":3,\"partitions\":{\"0\":[99999999999]}} | must be a list of numbers",
                "{\"version\":3,\"partitions\":{\"1\":[1]}} | of 1 partitions number 0 is missing",
                "{\"version\":3,\"partitions\":{\"0\":[]}} | partition 0 has the replicas []",
                "{\"version\":3,\"partitions\":{\"0\":[2],\"1\":[1,1]}} | partition 1 has the replicas [1, 1]",
                "{\"version\":3,\"partitions\":{\"0\":[-1]}} | partition 0 has the replicas [-1]",
                "{\"version\":3,\"partitions\":{},\"topic_id\":\"short\"} | field 'topic_id': 'short' is not an id",
            })
    void badJsonIsAnErrorThatNamesThePath(String data, String why) {
        assertThatThrownBy(() -> TopicZnode.decode("/brokers/topics/t", bytes(data)))
                .isInstanceOf(MalformedZnodeException.class)
                .hasMessageStartingWith("znode /brokers/topics/t: ")
                .hasMessageContaining(why);
    }

    @Test
    void deeplyNestedAndHugeDataAreRefused() {
        assertThatThrownBy(() -> ConfigZnode.decode("/c", bytes("[".repeat(100_000))))
                .isInstanceOf(MalformedZnodeException.class);
        assertThatThrownBy(() -> ConfigZnode.decode("/c", new byte[ZnodeJson.MAX_BYTES + 1]))
                .hasMessageContaining("too many");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
