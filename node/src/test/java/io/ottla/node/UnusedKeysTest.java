package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person is told of settings that change nothing. */
class UnusedKeysTest {

    private static List<String> warnings(String... keysAndValues) throws InvalidConfigException {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) properties.put(keysAndValues[i], keysAndValues[i + 1]);
        return NodeConfig.parse(properties, Path.of("/home/me"), () -> "machine.example")
                .warnings();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "log.dris | log.dris (did you mean log.dirs?)",
                "Log.Dirs | Log.Dirs (did you mean log.dirs?)",
                "log_dirs | log_dirs (did you mean log.dirs?)",
                "num.partition | num.partition (did you mean num.partitions?)",
                "log.rentention.hours | log.rentention.hours (did you mean log.retention.hours?)",
                "auto.create.topics.enabled | auto.create.topics.enabled (did you mean auto.create.topics.enable?)",
                "tickTme | tickTme (did you mean tickTime?)",
                "autopurge.snapRetainCuont | autopurge.snapRetainCuont (did you mean autopurge.snapRetainCount?)",
                "clientport | clientport (did you mean clientPort?)",
                "remote.log.storage.system.enabled | remote.log.storage.system.enabled (did you mean remote.log.storage.system.enable?)",
                "listener.name.plaintext.ssl.keystore.locaton | listener.name.plaintext.ssl.keystore.locaton (did you mean listener.name.plaintext.ssl.keystore.location?)",
                "listener.name.plantext.ssl.keystore.location | listener.name.plantext.ssl.keystore.location (there is no such listener; did you mean plaintext?)",
                "listener.name.other.max.connections | listener.name.other.max.connections (there is no such listener)",
                "a.plug.ins.own.key | a.plug.ins.own.key",
                "id | id",
            })
    void whatNobodyKnowsIsNamedWithWhatItMayMean(String key, String said) throws InvalidConfigException {
        assertThat(warnings(key, "1")).containsExactly("set, but not known, and so without effect: " + said);
    }

    @ParameterizedTest
    @CsvSource({
        "num.io.threads,8",
        "zookeeper.connection.timeout.ms,18000",
        "sasl.enabled.mechanisms,PLAIN",
        "remote.log.storage.system.enable,true",
        "rlmm.config.remote.log.metadata.topic.num.partitions,5",
        "listener.name.plaintext.sasl.enabled.mechanisms,PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config,x",
        "preAllocSize,65536",
        "commitProcessor.numWorkerThreads,1",
        "advertised.host.name,localhost",
    })
    void whatKafkaOrZooKeeperKnowsIsSetOnPurpose(String key, String value) throws InvalidConfigException {
        assertThat(warnings(key, value)).containsExactly("set, but without effect here: " + key);
    }

    @Test
    void kafkasOwnFileIsOneLine() throws InvalidConfigException {
        assertThat(warnings(
                        "broker.id", "0",
                        "num.network.threads", "3",
                        "num.io.threads", "8",
                        "socket.send.buffer.bytes", "102400",
                        "socket.receive.buffer.bytes", "102400",
                        "socket.request.max.bytes", "104857600",
                        "log.dirs", "/tmp/kafka-logs",
                        "num.partitions", "1",
                        "num.recovery.threads.per.data.dir", "1",
                        "offsets.topic.replication.factor", "1",
                        "transaction.state.log.replication.factor", "1",
                        "transaction.state.log.min.isr", "1",
                        "log.retention.hours", "168",
                        "log.retention.check.interval.ms", "300000",
                        "zookeeper.connect", "localhost:2181",
                        "zookeeper.connection.timeout.ms", "18000",
                        "group.initial.rebalance.delay.ms", "0"))
                .containsExactly("set, but without effect here: num.io.threads, num.network.threads,"
                        + " num.recovery.threads.per.data.dir, socket.receive.buffer.bytes, socket.send.buffer.bytes");
    }

    @Test
    void manyAreNotAllNamed() throws InvalidConfigException {
        String[] many = new String[200];
        for (int i = 0; i < 100; i++) {
            many[2 * i] = "some.plug.ins.key." + i;
            many[2 * i + 1] = "1";
        }
        assertThat(warnings(many)).singleElement().asString().endsWith(" and 70 more");
    }

    @Test
    void ofOurOwnNamesNoneIsTakenThatThereIsNot() {
        assertThatThrownBy(() -> warnings("ottla.log.dris", "/data"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(
                        "ottla.log.dris: there is no such setting (did you mean log.dirs?); leave it out, or correct its name");
        assertThatThrownBy(() -> NodeConfig.parseZooCfg(
                        Map.of("dataDir", "/d", "clientPort", "2181", "ottla.x.y.z", "1"),
                        Map.of(),
                        Path.of("/home/me")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("ottla.x.y.z: there is no such setting; leave it out, or correct its name");
    }

    @Test
    void aZooCfgIsReadWithTheSameEyes() throws InvalidConfigException {
        assertThat(NodeConfig.parseZooCfg(
                                Map.of(
                                        "dataDir", "/d",
                                        "clientPort", "2181",
                                        "preAllocSize", "1",
                                        "ticTime", "2000"),
                                Map.of(),
                                Path.of("/home/me"))
                        .warnings())
                .contains(
                        "set, but without effect here: preAllocSize",
                        "set, but not known, and so without effect: ticTime (did you mean tickTime?)");
    }

    @Test
    void anOldValueHasALineOfItsOwn() throws InvalidConfigException {
        assertThat(warnings("log.segment.bytes", "1000"))
                .singleElement()
                .asString()
                .contains("log.segment.bytes", "what holds is the nearest, '1048576'");
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,acb,1", "abc,ab,1", "abc,abcd,1", "abc,xbc,1", "abc,cab,2", "'',abc,3"})
    void distances(String from, String to, int distance) {
        assertThat(UnusedKeys.distance(from, to)).isEqualTo(distance);
        assertThat(UnusedKeys.nearest(from, List.of())).isEqualTo(Optional.empty());
    }
}
