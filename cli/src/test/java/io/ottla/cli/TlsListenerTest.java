package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.ottla.node.StartResult;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with a TLS listener, used by Kafka's own clients. */
class TlsListenerTest {
    private static final long LONG_S = 30;

    @TempDir
    Path folder;

    private X509Bundle authority;
    private NodeProcess process;
    private int port;

    @BeforeEach
    void start() throws Exception {
        authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        process = new NodeProcess(StartCommand.config(new ConfigFile(
                null,
                List.of(
                        "listeners=SSL://localhost:0",
                        "log.dirs=" + folder.resolve("kafka"),
                        "dataDir=" + folder.resolve("zookeeper"),
                        "clientPort=-1",
                        "ssl.keystore.type=PEM",
                        "ssl.keystore.location=" + keys("CN=first"),
                        "ssl.truststore.type=PEM",
                        "ssl.truststore.certificates=" + authority.getCertificatePEM(),
                        "ssl.client.auth=required"))));
        StartResult result = process.start();
        assertThat(result).isInstanceOf(StartResult.Started.class);
        port = ((StartResult.Started) result).advertised().get("SSL").port();
    }

    @AfterEach
    void stop() throws InterruptedException {
        process.stop();
    }

    private Path keys(String name) throws Exception {
        X509Bundle bundle = issued(name);
        Path file = folder.resolve(name.substring(3) + ".pem");
        Files.writeString(file, bundle.getPrivateKeyPEM() + "\n" + bundle.getCertificatePathPEM());
        return file;
    }

    private X509Bundle issued(String name) throws Exception {
        return new CertificateBuilder().subject(name).addSanDnsName("localhost").buildIssuedBy(authority);
    }

    private Map<String, Object> client() throws Exception {
        X509Bundle own = issued("CN=client");
        return Map.of(
                "bootstrap.servers",
                "localhost:" + port,
                "security.protocol",
                "SSL",
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.key",
                own.getPrivateKeyPEM(),
                "ssl.keystore.certificate.chain",
                own.getCertificatePathPEM(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                authority.getCertificatePEM());
    }

    @Test
    void recordsGoInAndOut() throws Exception {
        int records = 300;
        byte[] value = new byte[100_000];
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                Arrays.fill(value, (byte) i);
                producer.send(new ProducerRecord<>("t", 0, null, value.clone())).get(LONG_S, TimeUnit.SECONDS);
            }
        }
        List<Byte> read = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (read.size() < records) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(LONG_S))) {
                    assertThat(record.value()).hasSize(value.length).containsOnly(record.value()[0]);
                    read.add(record.value()[0]);
                }
            }
        }
        for (int i = 0; i < records; i++) assertThat(read.get(i)).isEqualTo((byte) i);
    }

    @Test
    void newKeysByAlterConfigsAndNoPasswordInDescribeConfigs() throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "0");
        try (Admin admin = Admin.create(client())) {
            assertThat(admin.describeCluster().nodes().get(LONG_S, TimeUnit.SECONDS))
                    .hasSize(1);
            assertThat(nameOfServer()).isEqualTo("CN=first");
            ConfigEntry secret = admin.describeConfigs(List.of(broker))
                    .all()
                    .get(LONG_S, TimeUnit.SECONDS)
                    .get(broker)
                    .get("ssl.truststore.certificates");
            assertThat(secret.isSensitive()).isTrue();
            assertThat(secret.value()).isNull();
            ConfigEntry other = new ConfigEntry(
                    "listener.name.ssl.ssl.keystore.location", keys("CN=second").toString());
            admin.incrementalAlterConfigs(Map.of(broker, List.of(new AlterConfigOp(other, AlterConfigOp.OpType.SET))))
                    .all()
                    .get(LONG_S, TimeUnit.SECONDS);
            ConfigEntry none = new ConfigEntry("listener.name.ssl.ssl.keystore.location", "/none.pem");
            assertThatThrownBy(() -> admin.incrementalAlterConfigs(
                                    Map.of(broker, List.of(new AlterConfigOp(none, AlterConfigOp.OpType.SET))))
                            .all()
                            .get(LONG_S, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("the key store /none.pem does not exist");
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_S);
            while (!nameOfServer().equals("CN=second"))
                assertThat(System.nanoTime()).isLessThan(deadlineNs);
        }
    }

    private String nameOfServer() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getByName("localhost"), port)) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }
}
