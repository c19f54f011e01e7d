package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.ottla.node.StartResult;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ottla start zoo.cfg}, used by Apache's own client, and by a broker elsewhere. */
@SuppressWarnings("try") // closing may be interrupted
class ZooCfgTest {
    private static final int SESSION_MS = 10_000;
    private static final long LONG_S = 30;

    @TempDir
    Path folder;

    private final List<NodeProcess> processes = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (NodeProcess process : processes.reversed()) process.stop();
    }

    private StartResult.Started start(Path file, String... overrides) throws Exception {
        NodeProcess process = new NodeProcess(StartCommand.config(new ConfigFile(file, List.of(overrides))));
        processes.add(process);
        StartResult result = process.start();
        assertThat(result).isInstanceOf(StartResult.Started.class);
        return (StartResult.Started) result;
    }

    private Path zooCfg(String... lines) throws Exception {
        Path file = folder.resolve("zoo.cfg");
        Files.writeString(
                file, "tickTime=2000\ninitLimit=5\ndataDir=" + folder.resolve("zk") + "\n" + String.join("\n", lines));
        return file;
    }

    private static ZooKeeper connect(String address, Map<String, String> properties) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZKClientConfig config = new ZKClientConfig();
        properties.forEach(config::setProperty);
        ZooKeeper client = new ZooKeeper(
                address,
                SESSION_MS,
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) connected.countDown();
                },
                config);
        assertThat(connected.await(LONG_S, TimeUnit.SECONDS)).as(address).isTrue();
        return client;
    }

    private static String get(String url) throws Exception {
        try (InputStream in = URI.create(url).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void apachesClientFindsAServerAndAdminCommandsAnswer() throws Exception {
        StartResult.Started started =
                start(zooCfg("clientPort=0", "clientPortAddress=127.0.0.1", "admin.serverPort=0"));
        assertThat(started.advertised()).isEmpty();
        assertThat(StartCommand.greeting(started))
                .startsWith("Ottla " + Version.text() + " is ready. ZooKeeper clients connect to 127.0.0.1:")
                .endsWith(" Its data is in " + folder.resolve("zk") + " (new).");
        try (ZooKeeper client = connect(started.zookeeper().getFirst().local(), Map.of())) {
            client.create("/a", new byte[] {1}, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(client.getData("/a", false, new Stat())).containsExactly(1);
            String admin = "http://" + started.admin().orElseThrow().local();
            assertThat(get(admin + "/commands")).contains("<a href=\"/commands/stats\">stats</a>");
            assertThat(get(admin + "/commands/cons"))
                    .contains("\"command\" : \"connections\"", "\"error\" : null", "remote_socket_address");
            assertThat(get(admin + "/commands/ruok")).contains("\"command\" : \"ruok\"");
        }
        assertThat(folder.resolve("zk/version-2")).isDirectory();
    }

    @Test
    void theGreetingTellsWhatEachDoorIsBoundTo() throws Exception {
        StartResult.Started closed = start(
                null,
                "listeners=PLAINTEXT://127.0.0.1:0",
                "clientPort=0",
                "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
                "metricsProvider.httpPort=0",
                "log.dirs=" + folder.resolve("kafka"));
        assertThat(StartCommand.greeting(closed))
                .matches(
                        "Ottla .* is ready. Kafka clients connect to 127.0.0.1:\\d+. ZooKeeper clients connect to 127.0.0.1:\\d+."
                                + " Its metrics are at http://127.0.0.1:\\d+/metrics. Its data is in .*kafka .new., .*");
        StartResult.Started open = start(
                null,
                "listeners=PLAINTEXT://0.0.0.0:0",
                "advertised.listeners=PLAINTEXT://127.0.0.1:0",
                "clientPort=0",
                "log.dirs=" + folder.resolve("open"));
        assertThat(StartCommand.greeting(open))
                .matches(
                        "Ottla .* is ready. Kafka clients connect to 127.0.0.1:(\\d+) \\(bound to port \\1 of all addresses of this machine\\)."
                                + " ZooKeeper clients connect to localhost:(\\d+) \\(bound to port \\2 of all addresses of this machine\\). Its data .*");
    }

    @Test
    void aClientProvesWhoItIsByItsCertificate() throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path trusted = Files.writeString(folder.resolve("trusted.pem"), authority.getCertificatePEM());
        Path secret = Files.writeString(folder.resolve("secret"), "");
        StartResult.Started started = start(zooCfg(
                "secureClientPort=0",
                "secureClientPortAddress=127.0.0.1",
                "admin.enableServer=false",
                "ssl.keyStore.location=" + keys(authority, "CN=localhost"),
                "ssl.keyStore.passwordPath=" + secret,
                "ssl.trustStore.location=" + trusted));
        Map<String, String> properties = Map.of(
                "zookeeper.client.secure", "true",
                "zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty",
                "zookeeper.ssl.keyStore.location", keys(authority, "CN=alice").toString(),
                "zookeeper.ssl.trustStore.location", trusted.toString(),
                "zookeeper.ssl.hostnameVerification", "false");
        try (ZooKeeper client = connect(started.zookeeper().getFirst().local(), properties)) {
            client.create("/mine", new byte[0], ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            ACL acl = client.getACL("/mine", new Stat()).getFirst();
            assertThat(acl.getId().getScheme()).isEqualTo("x509");
            assertThat(acl.getId().getId()).isEqualTo("CN=alice");
        }
    }

    private Path keys(X509Bundle authority, String name) throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .subject(name)
                .addSanDnsName("localhost")
                .buildIssuedBy(authority);
        return Files.writeString(
                folder.resolve(name.substring(3) + ".pem"),
                bundle.getPrivateKeyPEM() + "\n" + bundle.getCertificatePathPEM());
    }

    @Test
    void aBrokerUsesAServiceElsewhere() throws Exception {
        String service = start(zooCfg("clientPort=0", "clientPortAddress=127.0.0.1", "admin.enableServer=false"))
                .zookeeper()
                .getFirst()
                .local();
        StartResult.Started broker = start(
                null,
                "zookeeper.connect=" + service + "/kafka",
                "listeners=PLAINTEXT://127.0.0.1:0",
                "log.dirs=" + folder.resolve("kafka"));
        assertThat(broker.zookeeper()).isEmpty();
        assertThat(folder.resolve("kafka-zookeeper")).doesNotExist();
        Map<String, Object> client =
                Map.of("bootstrap.servers", broker.advertised().get("PLAINTEXT").address());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("t", 0, null, new byte[] {7})).get(LONG_S, TimeUnit.SECONDS);
        }
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.poll(Duration.ofSeconds(LONG_S))
                            .iterator()
                            .next()
                            .value())
                    .containsExactly(7);
        }
        try (ZooKeeper zookeeper = connect(service, Map.of())) {
            assertThat(zookeeper.getChildren("/kafka/brokers/ids", false)).containsExactly("0");
            processes.removeLast().stop();
            assertThat(zookeeper.getChildren("/kafka/brokers/ids", false)).isEmpty();
        }
    }

    @Test
    void aServiceElsewhereThatDoesNotAnswerIsOneSentence() throws Exception {
        assertThat(connectInVain("127.0.0.1:1", 200).sentence())
                .contains("no ZooKeeper answers at 127.0.0.1:1 within 200 ms", "take zookeeper.connect out");
    }

    @Test
    void whatAStartWaitsForIsSaidWithinASecond() throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(connectInVain("nosuch.invalid:2181", 1000).sentence())
                    .contains("no ZooKeeper answers at nosuch.invalid:2181");
        } finally {
            System.setErr(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains(": no ZooKeeper has answered yet at nosuch.invalid:2181")
                .contains("with an empty one, this node brings the service itself")
                .doesNotContain("Exception");
    }

    private StartResult.Failed connectInVain(String servers, int timeoutMs) throws Exception {
        NodeProcess process = new NodeProcess(StartCommand.config(new ConfigFile(
                null,
                List.of(
                        "zookeeper.connect=" + servers,
                        "zookeeper.connection.timeout.ms=" + timeoutMs,
                        "listeners=PLAINTEXT://127.0.0.1:0",
                        "log.dirs=" + folder.resolve("kafka")))));
        StartResult result = process.start();
        process.letGo();
        return (StartResult.Failed) result;
    }
}
