package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Network;
import io.ottla.base.Secret;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.ClientAuth;
import io.ottla.base.TlsSettings.Store;
import io.ottla.keeper.api.KeeperOptions;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZooConfigTest {
    private static final Path HERE = Path.of("/home/me");

    private static Map<String, String> map(String zooCfg) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(zooCfg));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, String> map = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
        return map;
    }

    private static NodeConfig zooCfg(String text) throws InvalidConfigException {
        return NodeConfig.parseZooCfg(map(text), Map.of(), HERE);
    }

    private static ZooConfig serverProperties(String text) throws InvalidConfigException {
        return NodeConfig.parse(map(text), HERE, () -> "machine").zookeeper();
    }

    @Test
    void metricsForPrometheus() throws Exception {
        String wanted = SAMPLE
                + "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider\n";
        assertThat(zooCfg(SAMPLE).zookeeper().metrics()).isEmpty();
        NodeConfig standard = zooCfg(wanted + "metricsProvider.numWorkerThreads=1\n");
        assertThat(standard.withoutEffect()).isEmpty();
        assertThat(standard.zookeeper().metrics()).contains(new ZooConfig.Metrics("", 7000, true));
        assertThat(zooCfg(
                                wanted
                                        + "metricsProvider.httpPort=9141\nmetricsProvider.httpHost=[::1]\nmetricsProvider.exportJvmInfo=false\n")
                        .zookeeper()
                        .metrics())
                .contains(new ZooConfig.Metrics("::1", 9141, false));
        NodeConfig another = zooCfg(SAMPLE + "metricsProvider.className=my.own.Provider\nmetricsProvider.httpPort=1\n");
        assertThat(another.withoutEffect()).containsExactly("metricsProvider.className", "metricsProvider.httpPort");
    }

    /** As it comes with the original. */
    private static final String SAMPLE = """
            tickTime=2000
            initLimit=10
            syncLimit=5
            dataDir=/tmp/zookeeper
            clientPort=2181
            #maxClientCnxns=60
            """;

    @Test
    void theSampleOfTheOriginal() throws Exception {
        NodeConfig node = zooCfg(SAMPLE);
        ZooConfig config = node.zookeeper();
        assertThat(node.servesKafka()).isFalse();
        assertThat(node.withoutEffect()).isEmpty();
        assertThat(config.dataDir()).isEqualTo(Path.of("/tmp/zookeeper"));
        assertThat(config.dataLogDir()).isEqualTo(Path.of("/tmp/zookeeper"));
        assertThat(config.doors()).containsExactly(new ZooConfig.Door("", 2181, Network.Security.PLAIN, true));
        assertThat(config.clientsPerIpMax()).isEqualTo(60);
        assertThat(config.keeper().sessions())
                .isEqualTo(new KeeperOptions.Sessions(2000, 4000, 40_000, KeeperOptions.LocalSessions.OFF));
        assertThat(config.keeper().storage().snapshotsKept()).isEqualTo(3);
        assertThat(config.admin()).contains(new ZooConfig.Admin("localhost", 8080, "/commands", false));
    }

    @Test
    void anIpv6AddressMayStandInBrackets() throws Exception {
        assertThat(zooCfg(SAMPLE + "clientPortAddress=[::1]\n").zookeeper().doors())
                .containsExactly(new ZooConfig.Door("::1", 2181, Network.Security.PLAIN, true));
    }

    @Test
    void everythingThatCanBeSaid() throws Exception {
        NodeConfig node = zooCfg("""
                dataDir=data
                dataLogDir=/log
                clientPort=2182
                clientPortAddress=10.0.0.1
                secureClientPort=2281
                maxClientCnxns=0
                maxCnxns=500
                tickTime=100
                minSessionTimeout=150
                maxSessionTimeout=90000
                autopurge.snapRetainCount=7
                autopurge.purgeInterval=24
                snapCount=5000
                snapSizeLimitInKb=1024
                snapshot.compression.method=gz
                jute.maxbuffer=4194304
                extendedTypesEnabled=true
                enforceQuota=true
                localSessionsEnabled=true
                localSessionsUpgradingEnabled=true
                znode.container.checkIntervalMs=1000
                admin.serverPort=9090
                admin.serverAddress=0.0.0.0
                admin.commandURL=/zk
                serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                ssl.keyStore.location=/keys/own.jks
                ssl.keyStore.password=hush
                ssl.trustStore.location=/keys/trusted.pem
                ssl.clientAuth=want
                ssl.enabledProtocols=TLSv1.3
                ssl.ciphersuites=A,B
                client.certReload=true
                """);
        ZooConfig config = node.zookeeper();
        assertThat(node.withoutEffect()).isEmpty();
        TlsSettings tls = new TlsSettings(
                new Store.File(Path.of("/keys/own.jks"), "JKS", Optional.of(new Secret("hush"))),
                Optional.empty(),
                Optional.of(new Store.File(Path.of("/keys/trusted.pem"), "PEM", Optional.empty())),
                ClientAuth.WANTED,
                List.of("TLSv1.3"),
                List.of("A", "B"),
                true);
        assertThat(config.doors())
                .containsExactly(
                        new ZooConfig.Door("10.0.0.1", 2182, Network.Security.PLAIN, true),
                        new ZooConfig.Door("", 2281, new Network.Security.Tls(tls, false), true));
        assertThat(config.dataDir()).isEqualTo(Path.of("/home/me/data"));
        assertThat(config.dataLogDir()).isEqualTo(Path.of("/log"));
        assertThat(config.clientsMax()).isEqualTo(500);
        assertThat(config.clientsPerIpMax()).isEqualTo(Integer.MAX_VALUE);
        assertThat(config.admin()).contains(new ZooConfig.Admin("0.0.0.0", 9090, "/zk", true));
        assertThat(config.keeper().sessions())
                .isEqualTo(new KeeperOptions.Sessions(100, 150, 90_000, KeeperOptions.LocalSessions.UPGRADING));
        assertThat(config.keeper().nodes()).isEqualTo(new KeeperOptions.Nodes(true, true, 1000, 10_000, 0));
        assertThat(config.keeper().storage())
                .isEqualTo(new KeeperOptions.Storage(5000, 1 << 20, 7, KeeperOptions.Compression.GZIP, 500));
        assertThat(config.keeper().requestBytesMax()).isEqualTo(4 << 20);
    }

    @Test
    void aPortForBothAsksTheFirstByte() throws Exception {
        ZooConfig config = zooCfg(SAMPLE + "client.portUnification=true\nssl.keyStore.location=k.p12\n")
                .zookeeper();
        Network.Security.Tls tls =
                (Network.Security.Tls) config.doors().getFirst().security();
        assertThat(tls.orPlain()).isTrue();
        assertThat(tls.settings().clientAuth()).isEqualTo(ClientAuth.NEEDED);
        assertThat(tls.settings().protocols()).isEqualTo(TlsSettings.STANDARD_PROTOCOLS);
    }

    @Test
    void whatIsNotServedIsNamed() throws Exception {
        assertThat(zooCfg(SAMPLE + "metricsProvider.httpPort=7000\nmultiAddress.enabled=true\nmade.up=1\n")
                        .withoutEffect())
                .containsExactly("made.up", "metricsProvider.httpPort", "multiAddress.enabled");
        assertThat(zooCfg(
                                SAMPLE
                                        + "authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\nauthProvider.2=com.example.Own\n"
                                        + "serializeLastProcessedZxid.enabled=true\nforceSync=yes\nfsync.warningthresholdms=500\n")
                        .withoutEffect())
                .containsExactly("authProvider.2");
        assertThat(zooCfg(SAMPLE + "serializeLastProcessedZxid.enabled=false\nforceSync=no\n")
                        .withoutEffect())
                .containsExactly("forceSync", "serializeLastProcessedZxid.enabled");
    }

    @Test
    void allSnapshotsAreKeptIfPurgingIsTurnedOff() throws Exception {
        assertThat(zooCfg(SAMPLE + "autopurge.purgeInterval=0")
                        .zookeeper()
                        .keeper()
                        .storage()
                        .snapshotsKept())
                .isEqualTo(KeeperOptions.Storage.KEEP_ALL);
    }

    @Test
    void theOnlyServerLineMaySayWhereClientsConnect() throws Exception {
        String line = "dataDir=/d\nserver.1=host:2888:3888:participant;";
        assertThat(zooCfg(line + "10.0.0.1:2183").zookeeper().doors())
                .containsExactly(new ZooConfig.Door("10.0.0.1", 2183, Network.Security.PLAIN, true));
        assertThat(zooCfg(line + "2184").zookeeper().doors())
                .containsExactly(new ZooConfig.Door("", 2184, Network.Security.PLAIN, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clientPort=2181                                 | dataDir is missing",
                "dataDir=/d                                      | neither clientPort nor secureClientPort",
                "dataDir=/d\\nclientPort=x                        | is not a number that fits",
                "dataDir=/d\\nclientPort=70000                    | 70000 is not within",
                "dataDir=/d\\nclientPort=1\\ntickTime=0            | tickTime",
                "dataDir=/d\\nclientPort=1\\nminSessionTimeout=9\\nmaxSessionTimeout=8 | minSessionTimeout",
                "dataDir=/d\\nclientPort=1\\nlocalSessionsEnabled=yes | neither true nor false",
                "dataDir=/d\\nclientPort=1\\nmaxClientCnxns=x     | is not a number that fits",
                "dataDir=/d\\nclientPort=0x10                     | is not a number that fits",
                "dataDir=/d\\nsecureClientPort=1                  | ssl.keyStore.location is missing",
                "dataDir=/d\\nsecureClientPort=1\\nssl.keyStore.location=/k | set ssl.keyStore.type",
                "dataDir=/d\\nsecureClientPort=1\\nssl.keyStore.location=/k.jks\\nssl.clientAuth=maybe | none of none, want, need",
                "dataDir=/d\\nsecureClientPort=1\\nssl.keyStore.location=/k.jks\\nssl.crl=true | ssl.crl is not served",
                "dataDir=/d\\nclientPort=1\\nadmin.forceHttps=true | admin.forceHttps",
                "dataDir=/d\\nserver.1=a:1:2\\nserver.2=b:1:2      | an ensemble of 2 servers",
                "dataDir=/d\\nserver.1=a:1:2;x                    | not a client port",
            })
    void whatCannotBeIsOneSentence(String text, String sentence) {
        assertThatThrownBy(() -> zooCfg(text.replace("\\n", "\n")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(sentence);
    }

    /** What {@code OptionsParser} reads is in its own test. Each is accepted by the original, and taken so there. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maxClientCnxns              | -1                  | 2147483647 | 0",
                "maxCnxns                    | -1                  | 2147483647 | 0",
                "maxCnxns                    | x                   | 2147483647 | 0",
                "autopurge.purgeInterval     | -1                  | 2147483647 | 0",
                "autopurge.snapRetainCount   | 0                   | 3          | 3",
                "autopurge.snapRetainCount   | -1                  | 3          | 3",
                "autopurge.snapRetainCount   | 2                   | 3          | 3",
                "snapCount                   | 1                   | 2          | 2",
                "snapCount                   | 0                   | 2          | 2",
                "snapCount                   | x                   | 100000     | 100000",
                "commitLogCount              | 700                 | 700        | -",
                "commitLogCount              | 499                 | 500        | 500",
                "commitLogCount              | x                   | 500        | 500",
                "snapSizeLimitInKb           | 0                   | 4611686018427387903 | -",
                "snapSizeLimitInKb           | -1                  | 4611686018427387903 | 0",
                "snapSizeLimitInKb           | 9223372036854775807 | 4611686018427387903 | -",
                "snapSizeLimitInKb           | x                   | 268435456  | 262144",
                "minSessionTimeout           | 0                   | 1          | 1",
                "minSessionTimeout           | -2                  | 1          | 1",
                "minSessionTimeout           | -1                  | 4000       | -",
                "tickTime                    | 03000               | 3000       | -",
                "jute.maxbuffer              | -1                  | 1048575    | 1048575",
                "jute.maxbuffer              | 2147483647          | 536870911  | 536870911",
                "znode.container.checkIntervalMs | -1              | 60000      | 60000",
                "znode.container.maxPerMinute | 0                  | 10000      | 10000",
                "znode.container.maxNeverUsedIntervalMs | 3600000000 | 3600000000 | -",
                "znode.container.maxNeverUsedIntervalMs | 9223372036854775807 | 9223372036854775807 | -",
                "znode.container.maxNeverUsedIntervalMs | -1       | 0          | 0",
                "extendedTypesEnabled        | yes                 | false      | false",
                "enforceQuota                | yes                 | false      | false",
                "client.portUnification      | on                  | false      | false",
                "admin.enableServer          | yes                 | true       | true",
                "admin.enableServer          | False               | false      | -",
                "admin.forceHttps            | yes                 | true       | false",
                "admin.commandURL            | commands            | /commands  | /commands",
                "snapshot.compression.method | GZ                  | GZIP       | -",
                "snapshot.compression.method | lz4                 | NONE       | none",
            })
    void oddValuesAreTakenAsInTheOriginalAndTold(String key, String value, String holds, String told) throws Exception {
        NodeConfig node = zooCfg(SAMPLE.replace(key + "=", "#") + key + "=" + value + "\n");
        assertThat(held(node.zookeeper(), key)).hasToString(holds);
        if (told.equals("-")) assertThat(node.warnings()).isEmpty();
        else
            assertThat(node.warnings())
                    .singleElement()
                    .asString()
                    .startsWith(key + "=" + value + " is taken as " + told + ": ");
    }

    private static Object held(ZooConfig config, String key) {
        KeeperOptions keeper = config.keeper();
        return switch (key) {
            case "maxClientCnxns" -> config.clientsPerIpMax();
            case "maxCnxns" -> config.clientsMax();
            case "autopurge.purgeInterval", "autopurge.snapRetainCount" ->
                keeper.storage().snapshotsKept();
            case "snapCount" -> keeper.storage().snapCount();
            case "commitLogCount" -> keeper.storage().committedLogCount();
            case "snapSizeLimitInKb" -> keeper.storage().snapshotLogBytes();
            case "minSessionTimeout" -> keeper.sessions().timeoutMinMs();
            case "tickTime" -> keeper.sessions().tickTimeMs();
            case "jute.maxbuffer" -> keeper.requestBytesMax();
            case "znode.container.checkIntervalMs" -> keeper.nodes().cleaningIntervalMs();
            case "znode.container.maxPerMinute" -> keeper.nodes().cleanedPerMinute();
            case "znode.container.maxNeverUsedIntervalMs" -> keeper.nodes().unusedContainerMs();
            case "extendedTypesEnabled" -> keeper.nodes().extendedTypes();
            case "enforceQuota" -> keeper.nodes().quotasEnforced();
            case "client.portUnification" ->
                !config.doors().getFirst().security().equals(Network.Security.PLAIN);
            case "admin.enableServer", "admin.forceHttps" -> config.admin().isPresent();
            case "admin.commandURL" -> config.admin().orElseThrow().commandUrl();
            case "snapshot.compression.method" -> keeper.storage().compression();
            default -> throw new AssertionError(key);
        };
    }

    @Test
    void settingsOfTheVirtualMachineHoldBelowTheFile() throws Exception {
        NodeConfig node = NodeConfig.parseZooCfg(
                map(SAMPLE + "maxCnxns=7\n"),
                Map.of(
                        "zookeeper.extendedTypesEnabled", "true",
                        "zookeeper.maxCnxns", "100",
                        "zookeeper.4lw.commands.whitelist", "*",
                        "user.name", "somebody",
                        "jute.maxbuffer", "3000000",
                        "zookeeper.jute.maxbuffer", "5000000",
                        "znode.container.maxPerMinute", "5",
                        "zookeeper.snapCount", "0",
                        "zookeeper.tickTime", "1",
                        "zookeeper.root.logger", "INFO"),
                HERE);
        ZooConfig config = node.zookeeper();
        assertThat(config.keeper().nodes().extendedTypes()).isTrue();
        assertThat(config.keeper().nodes().cleanedPerMinute()).isEqualTo(5);
        assertThat(config.keeper().requestBytesMax()).isEqualTo(3_000_000);
        assertThat(config.server().packetBytesMax()).isEqualTo(3_000_000);
        assertThat(config.server().whitelist()).hasSizeGreaterThan(5);
        assertThat(config.clientsMax()).isEqualTo(7);
        assertThat(config.keeper().sessions().tickTimeMs()).isEqualTo(2000);
        assertThat(node.warnings())
                .containsExactly(
                        "snapCount=0 is taken as 2: the least is 2",
                        "set, but without effect here: -Dzookeeper.jute.maxbuffer, -Dzookeeper.root.logger, -Dzookeeper.tickTime");
        assertThat(node.withoutEffect())
                .containsExactly("-Dzookeeper.jute.maxbuffer", "-Dzookeeper.root.logger", "-Dzookeeper.tickTime");
    }

    @Test
    void besideABrokerTheyHoldForItsServiceAndNotForKafka() throws Exception {
        Map<String, String> jvm = Map.of("zookeeper.enforceQuota", "true", "zookeeper.log.dirs", "/elsewhere");
        NodeConfig own = NodeConfig.parse(Map.of("log.dirs", "/a"), jvm, HERE, () -> "machine");
        assertThat(own.zookeeper().keeper().nodes().quotasEnforced()).isTrue();
        assertThat(own.logDirs()).containsExactly(Path.of("/a"));
        assertThat(own.withoutEffect()).containsExactly("-Dzookeeper.log.dirs");
        // Apache's client reads them itself
        NodeConfig elsewhere = NodeConfig.parse(Map.of("zookeeper.connect", "z:2181"), jvm, HERE, () -> "machine");
        assertThat(elsewhere.withoutEffect()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clientPort=2181              | -                      | true",
                "secureClientPort=2181        | -                      | true",
                "server.1=a:1:2;3             | -                      | true",
                "clientPort=2181              | listeners=PLAINTEXT:// | false",
                "clientPort=2181              | log.dirs=/d            | false",
                "clientPort=1\\nbroker.id=1    | -                      | false",
                "broker.id=1                  | -                      | false",
                "dataDir=/d                   | -                      | false",
                "-                            | clientPort=2182        | false",
            })
    void aFileOfZooKeeperStartsItsServiceAlone(String file, String overrides, boolean isAlone) {
        assertThat(ZooConfig.isAlone(
                        map(file.equals("-") ? "" : file.replace("\\n", "\n")),
                        map(overrides.equals("-") ? "" : overrides)))
                .isEqualTo(isAlone);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "PLAINTEXT://localhost:9092             | localhost",
                "PLAINTEXT://10.0.0.1:9092              | 10.0.0.1",
                "PLAINTEXT://:9092                      | \"\"",
                "PLAINTEXT://0.0.0.0:9092               | 0.0.0.0",
                "A://0.0.0.0:9092,B://127.0.0.1:9093    | 127.0.0.1",
                "A://10.0.0.1:9092,B://0.0.0.0:9093     | 10.0.0.1",
            })
    void besideABrokerDoorsWithoutAnAddressAreWhereKafkaListens(String listeners, String host) throws Exception {
        String all = "listeners=" + listeners + "\nlistener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT\n"
                + "clientPort=2182\nsecureClientPort=2183\nssl.keyStore.location=/k.jks\n"
                + "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider\n";
        ZooConfig here = serverProperties(all);
        assertThat(here.doors()).extracting(ZooConfig.Door::host).containsExactly(host, host);
        assertThat(here.metrics().orElseThrow().host()).isEqualTo(host);
        ZooConfig elsewhere = serverProperties(all
                + "clientPortAddress=10.1.1.1\nsecureClientPortAddress=10.1.1.2\nmetricsProvider.httpHost=0.0.0.0\n");
        assertThat(elsewhere.doors()).extracting(ZooConfig.Door::host).containsExactly("10.1.1.1", "10.1.1.2");
        assertThat(elsewhere.metrics().orElseThrow().host()).isEqualTo("0.0.0.0");
    }

    @Test
    void besideABrokerThePortIsThisMachinesOwnUnlessItIsConfigured() throws Exception {
        assertThat(serverProperties("").doors())
                .containsExactly(new ZooConfig.Door("localhost", 2181, Network.Security.PLAIN, false));
        assertThat(serverProperties("clientPort=2182").doors())
                .containsExactly(new ZooConfig.Door("localhost", 2182, Network.Security.PLAIN, true));
        assertThat(serverProperties("clientPort=-1").doors()).isEmpty();
        assertThat(serverProperties("").admin()).isEmpty();
        assertThat(serverProperties("admin.serverPort=0").admin()).isPresent();
        assertThat(serverProperties("log.dirs=/a/logs").dataDir()).isEqualTo(Path.of("/a/logs-zookeeper"));
    }
}
