package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Network;
import io.ottla.base.Secret;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.Store;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
    private static final Path HERE = Path.of("/home/me");

    private static NodeConfig parse(String... keysAndValues) throws InvalidConfigException {
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) properties.put(keysAndValues[i], keysAndValues[i + 1]);
        return NodeConfig.parse(properties, HERE, () -> "machine.example");
    }

    @Test
    void withoutConfigurationANodeListensOnLoopbackAndKeepsItsDataHere() throws Exception {
        NodeConfig config = parse();
        assertThat(config.listeners()).containsExactly(new ListenerConfig("PLAINTEXT", "localhost", 9092));
        assertThat(config.advertised().get("PLAINTEXT").address()).isEqualTo("localhost:9092");
        assertThat(config.logDirs()).containsExactly(Path.of("/home/me/ottla-data/kafka"));
        assertThat(config.zookeeper().dataDir()).isEqualTo(Path.of("/home/me/ottla-data/zookeeper"));
        assertThat(config.brokerId()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "PLAINTEXT://:9092              | -                              | machine.example:9092",
                "PLAINTEXT://0.0.0.0:9092       | -                              | machine.example:9092",
                "PLAINTEXT://[::]:9092          | -                              | machine.example:9092",
                "PLAINTEXT://[::1]:9092         | -                              | [::1]:9092",
                "plaintext://10.0.0.1:1         | -                              | 10.0.0.1:1",
                "PLAINTEXT://0.0.0.0:9092       | PLAINTEXT://kafka.example:443  | kafka.example:443",
                "PLAINTEXT://:9092              | PLAINTEXT://:443               | machine.example:443",
            })
    void clientsAreToldAnAddressThatTheyCanReach(String listeners, String advertised, String told) throws Exception {
        NodeConfig config = advertised == null
                ? parse("listeners", listeners)
                : parse("listeners", listeners, "advertised.listeners", advertised);
        assertThat(config.advertised().get("PLAINTEXT").address()).isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clientPort               | 9092 | listener PLAINTEXT and clientPort are both on port 9092",
                "admin.serverPort         | 9092 | listener PLAINTEXT and admin.serverPort are both on port 9092",
                "metricsProvider.httpPort | 2281 | clientPort and metricsProvider.httpPort are both on port 2281",
            })
    void twoDoorsCannotHaveOnePort(String key, String port, String sentence) {
        Map<String, String> all = new HashMap<>(Map.of(
                "clientPort",
                "2281",
                "metricsProvider.className",
                "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider"));
        all.put(key, port);
        assertThatThrownBy(() -> NodeConfig.parse(all, HERE, () -> "machine"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void listenersMayShareAPortOnIpv4AndIpv6() throws Exception {
        assertThat(parse(
                                "listeners", "A://127.0.0.1:9092,B://[::1]:9092,C://:0,D://:0,",
                                "listener.security.protocol.map", "a:plaintext,B:PLAINTEXT,C:PLAINTEXT, D:PLAINTEXT,")
                        .listeners())
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "PLAINTEXT://:9092           | -                          | tells them to go on at machine.example, which is its name",
                "PLAINTEXT://0.0.0.0:9092    | -                          | advertised.listeners=PLAINTEXT://HOST:9092 tells them another",
                "PLAINTEXT://0.0.0.0:9092    | PLAINTEXT://localhost:9092 | tells them to go on at localhost, where they are alone",
                "PLAINTEXT://10.0.0.1:9092   | PLAINTEXT://127.0.0.1:9092 | tells them to go on at 127.0.0.1",
                "PLAINTEXT://0.0.0.0:9092    | PLAINTEXT://kafka:9092     | -",
                "PLAINTEXT://localhost:9092  | -                          | -",
                "PLAINTEXT://10.0.0.1:9092   | -                          | -",
            })
    void itIsSaidWhatClientsElsewhereAreTold(String listeners, String advertised, String sentence) throws Exception {
        NodeConfig config = advertised == null
                ? parse("listeners", listeners)
                : parse("listeners", listeners, "advertised.listeners", advertised);
        if (sentence == null) assertThat(config.warnings()).isEmpty();
        else assertThat(config.warnings()).singleElement().asString().contains("listener PLAINTEXT takes", sentence);
    }

    @Test
    void aMachineThatIsCalledLocalhostIsNoNameForOthers() throws Exception {
        assertThat(NodeConfig.parse(Map.of("listeners", "PLAINTEXT://:9092"), HERE, () -> "localhost")
                        .warnings())
                .singleElement()
                .asString()
                .contains("go on at localhost, where they are alone", "advertised.listeners=PLAINTEXT://HOST:9092");
    }

    @Test
    void aKraftConfigurationIsAcceptedWithoutItsControllerListener() throws Exception {
        NodeConfig config = parse(
                "node.id", "7",
                "process.roles", "broker,controller",
                "listeners", "PLAINTEXT://:9092,CONTROLLER://:9093",
                "advertised.listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
                "controller.listener.names", "CONTROLLER",
                "listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL",
                "log.dirs", "/tmp/kraft-combined-logs");
        assertThat(config.brokerId()).hasValue(7);
        assertThat(config.listeners()).extracting(ListenerConfig::port).containsExactly(9092);
        assertThat(config.zookeeper().dataDir()).isEqualTo(Path.of("/tmp/kraft-combined-logs-zookeeper"));
    }

    @Test
    void relativePathsAreRelativeToTheWorkingFolder() throws Exception {
        NodeConfig config = parse("log.dirs", "a, /b,../c", "dataDir", "zk");
        assertThat(config.logDirs()).isEqualTo(List.of(Path.of("/home/me/a"), Path.of("/b"), Path.of("/home/c")));
        assertThat(config.zookeeper().dataDir()).isEqualTo(Path.of("/home/me/zk"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listeners               | 9092                              | is not a listener",
                "listeners               | PLAINTEXT://localhost             | is not a listener",
                "listeners               | PLAINTEXT://localhost:99999       | 99999 is not a port",
                "listeners               | PLAINTEXT://a:1,PLAINTEXT://b:2   | PLAINTEXT is there twice",
                "listeners               | SASL_SSL://localhost:9092         | SASL_SSL asks for SASL_SSL",
                "listeners               | SSL://localhost:9092              | ssl.keystore.location is missing",
                "listeners               | INTERNAL://localhost:9092         | add INTERNAL:PLAINTEXT, or INTERNAL:SSL, to it",
                "listeners               | ,                                 | there is none for clients",
                "listeners               | PLAINTEXT://:1,SSL://:1           | PLAINTEXT://:1 and SSL://:1 are on one port",
                "listeners               | PLAINTEXT://10.0.0.1:1,SSL://10.0.0.2:1 | are on one port",
                "listeners               | PLAINTEXT://localhost:1,SSL://[::1]:1   | are on one port",
                "listeners               | PLAINTEXT://10.0.0.1:1,SSL://[::1]:1,SASL_SSL://[::2]:1 | are on one port",
                "listener.security.protocol.map | PLAINTEXT:PLAIN            | PLAIN' names no protocol",
                "listener.security.protocol.map | PLAINTEXT                  | is not NAME:PROTOCOL",
                "inter.broker.listener.name | INSIDE                         | INSIDE is not among the listeners, which are PLAINTEXT",
                "advertised.listeners    | PLAINTEXT://0.0.0.0:9092          | clients cannot connect to 0.0.0.0",
                "advertised.listeners    | OTHER://a:1                       | OTHER is not among the listeners",
                "broker.id               | one                               | Not a number",
                "broker.id               | 9999999999                        | Not a number",
                "max.connections         | -1                                | at least 0",
                "log.dirs                | a,,b                              | has an empty entry",
                "log.dirs                | a,./a                             | is there twice",
            })
    void whatCannotBeUsedIsNamedWithItsKey(String key, String value, String why) {
        assertThatThrownBy(() -> parse(key, value))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(why);
    }

    @Test
    void aTlsListenerTakesItsOwnKeysBeforeThoseOfAll() throws Exception {
        NodeConfig config = parse(
                "listeners", "PLAIN://:1,SSL://:2,OTHER://:3",
                "listener.security.protocol.map", "PLAIN:PLAINTEXT, SSL:SSL, OTHER:SSL",
                "ssl.keystore.location", "keys/all.jks",
                "ssl.keystore.password", "all",
                "ssl.truststore.location", "/trust.p12",
                "ssl.truststore.type", "PKCS12",
                "ssl.client.auth", "required",
                "ssl.cipher.suites", "A, B",
                "listener.name.other.ssl.keystore.location", "/keys/other.pem",
                "listener.name.other.ssl.keystore.type", "PEM",
                "listener.name.other.ssl.client.auth", "none");
        assertThat(config.security().get("PLAIN")).isEqualTo(Network.Security.PLAIN);
        TlsSettings all = ((Network.Security.Tls) config.security().get("SSL")).settings();
        assertThat(all)
                .isEqualTo(new TlsSettings(
                        new Store.File(Path.of("/home/me/keys/all.jks"), "JKS", Optional.of(new Secret("all"))),
                        Optional.empty(),
                        Optional.of(new Store.File(Path.of("/trust.p12"), "PKCS12", Optional.empty())),
                        TlsSettings.ClientAuth.NEEDED,
                        List.of("TLSv1.2", "TLSv1.3"),
                        List.of("A", "B"),
                        true));
        TlsSettings other = ((Network.Security.Tls) config.security().get("OTHER")).settings();
        assertThat(other.keys())
                .isEqualTo(new Store.File(Path.of("/keys/other.pem"), "PEM", Optional.of(new Secret("all"))));
        assertThat(other.clientAuth()).isEqualTo(TlsSettings.ClientAuth.NONE);
        assertThat(config.withoutEffect()).isEmpty();
    }

    @Test
    void keysMayStandInTheConfigurationItself() throws Exception {
        NodeConfig config = parse(
                "listeners", "SSL://:2",
                "ssl.keystore.type", "PEM",
                "ssl.keystore.key", "KEY",
                "ssl.keystore.certificate.chain", "CHAIN",
                "ssl.truststore.type", "PEM",
                "ssl.truststore.certificates", "TRUSTED");
        TlsSettings settings = ((Network.Security.Tls) config.security().get("SSL")).settings();
        assertThat(settings.keys()).isEqualTo(new Store.Pem(Optional.of(new Secret("KEY")), "CHAIN"));
        assertThat(settings.trust()).contains(new Store.Pem(Optional.empty(), "TRUSTED"));
        assertThat(settings.clientAuth()).isEqualTo(TlsSettings.ClientAuth.NONE);
        assertThatThrownBy(() -> parse("listeners", "SSL://:2", "ssl.keystore.key", "KEY"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("belong together");
    }
}
