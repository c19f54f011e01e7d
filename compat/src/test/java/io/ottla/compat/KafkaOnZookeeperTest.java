package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers of Apache Kafka 3.9.2 whose ZooKeeper is ours, with Kafka's own tools. */
class KafkaOnZookeeperTest {
    private static final int BROKERS = 3;
    private static final long READY_MS_MAX = 90_000;

    @TempDir
    Path home;

    private ZkServer zookeeper;
    private final int[] ports = new int[BROKERS];
    private final Process[] brokers = new Process[BROKERS];

    @Test
    void aClusterWorks() throws Exception {
        try (ZkServer server = new ZkServer(ZkServer.Kind.tested(), home.resolve("zookeeper"), "tickTime=2000")) {
            zookeeper = server;
            for (int i = 0; i < BROKERS; i++) ports[i] = OttlaProcess.freePort();
            for (int i = 0; i < BROKERS; i++) start(i);
            for (int i = 0; i < BROKERS; i++) awaitPort(i);
            try {
                topicsAndRecords();
                configsAndAcls();
                reassignment();
                aBrokerGoesAndComesBack();
            } finally {
                for (Process broker : brokers)
                    if (broker != null) broker.destroyForcibly().waitFor();
            }
        }
    }

    private void start(int id) throws IOException {
        Path properties = home.resolve("broker-" + id + ".properties");
        Files.write(
                properties,
                List.of(
                        "broker.id=" + id,
                        "zookeeper.connect=" + zookeeper.address() + "/kafka",
                        "listeners=PLAINTEXT://127.0.0.1:" + ports[id],
                        "log.dirs=" + home.resolve("broker-" + id),
                        "authorizer.class.name=kafka.security.authorizer.AclAuthorizer",
                        "allow.everyone.if.no.acl.found=true",
                        "zookeeper.set.acl=false",
                        "zookeeper.session.timeout.ms=6000",
                        "offsets.topic.num.partitions=3",
                        "group.initial.rebalance.delay.ms=0",
                        "log.cleaner.dedupe.buffer.size=10000000",
                        "controlled.shutdown.enable=true"));
        brokers[id] = new ProcessBuilder(ApacheKafka.command("-Xmx300m", "kafka.Kafka", properties.toString()))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(id).toFile()))
                .start();
    }

    private Path log(int id) {
        return home.resolve("broker-" + id + ".log");
    }

    private String tail(int id) throws IOException {
        List<String> all = Files.readAllLines(log(id));
        return String.join("\n", all.subList(Math.max(0, all.size() - 20), all.size()));
    }

    private void awaitPort(int id) throws Exception {
        long untilMs = System.currentTimeMillis() + READY_MS_MAX;
        while (true) {
            try (Socket socket = new Socket("127.0.0.1", ports[id])) {
                assertThat(socket.isConnected()).isTrue();
                return;
            } catch (IOException notYet) {
                assertThat(brokers[id].isAlive())
                        .as("broker %d: %s", id, tail(id))
                        .isTrue();
                assertThat(System.currentTimeMillis())
                        .as("broker %d: %s", id, tail(id))
                        .isLessThan(untilMs);
                assertThat(brokers[id].waitFor(100, TimeUnit.MILLISECONDS))
                        .as("broker %d has ended", id)
                        .isFalse();
            }
        }
    }

    private String bootstrap() {
        return String.join(
                ",", Arrays.stream(ports).mapToObj(port -> "127.0.0.1:" + port).toList());
    }

    private String tool(String main, String... arguments) {
        Program run = Program.run(home, 120, "", ApacheKafka.command("-Xmx200m", main, arguments));
        assertThat(run.exit()).as("%s: %s", main, run.text()).isZero();
        return run.text();
    }

    private void topicsAndRecords() throws Exception {
        String created = tool(
                "org.apache.kafka.tools.TopicCommand",
                "--bootstrap-server",
                bootstrap(),
                "--create",
                "--topic",
                "events",
                "--partitions",
                "3",
                "--replication-factor",
                "3");
        assertThat(created).contains("Created topic events");
        produce(0, 300);
        assertThat(consume(300)).isEqualTo(300);
    }

    private void produce(int from, int count) throws Exception {
        try (Producer<String, byte[]> producer =
                new ClientJob(bootstrap(), "events").producer("acks", "all", "delivery.timeout.ms", "120000")) {
            for (int i = from; i < from + count; i++)
                producer.send(new ProducerRecord<>("events", i % 3, "k", ("" + i).getBytes(StandardCharsets.US_ASCII)))
                        .get(60, TimeUnit.SECONDS);
        }
    }

    /** How many different ones are read. */
    private long consume(int count) {
        try (Consumer<String, byte[]> consumer =
                new ClientJob(bootstrap(), "events").consumer("auto.offset.reset", "earliest")) {
            consumer.assign(IntStream.range(0, 3)
                    .mapToObj(partition -> new TopicPartition("events", partition))
                    .toList());
            return ClientJob.take(consumer, count).stream()
                    .map(ConsumerRecord::value)
                    .map(value -> new String(value, StandardCharsets.US_ASCII))
                    .distinct()
                    .count();
        }
    }

    private void configsAndAcls() {
        tool(
                "kafka.admin.ConfigCommand",
                "--bootstrap-server",
                bootstrap(),
                "--alter",
                "--entity-type",
                "topics",
                "--entity-name",
                "events",
                "--add-config",
                "retention.ms=86400000");
        assertThat(tool(
                        "kafka.admin.ConfigCommand",
                        "--bootstrap-server",
                        bootstrap(),
                        "--describe",
                        "--entity-type",
                        "topics",
                        "--entity-name",
                        "events"))
                .contains("retention.ms=86400000");
        tool(
                "kafka.admin.AclCommand",
                "--authorizer-properties",
                "zookeeper.connect=" + zookeeper.address() + "/kafka",
                "--add",
                "--allow-principal",
                "User:ann",
                "--operation",
                "Read",
                "--topic",
                "guarded");
        assertThat(tool("kafka.admin.AclCommand", "--bootstrap-server", bootstrap(), "--list", "--topic", "guarded"))
                .contains("User:ann");
    }

    private void reassignment() throws Exception {
        tool(
                "org.apache.kafka.tools.TopicCommand",
                "--bootstrap-server",
                bootstrap(),
                "--create",
                "--topic",
                "moved",
                "--replica-assignment",
                "0:1");
        Path plan = Files.writeString(
                home.resolve("plan.json"),
                "{\"version\":1,\"partitions\":[{\"topic\":\"moved\",\"partition\":0,\"replicas\":[2,1]}]}");
        String main = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
        tool(main, "--bootstrap-server", bootstrap(), "--reassignment-json-file", plan.toString(), "--execute");
        long untilMs = System.currentTimeMillis() + 60_000;
        String verified = "";
        while (!verified.contains("is completed")) {
            assertThat(System.currentTimeMillis()).as(verified).isLessThan(untilMs);
            verified = tool(
                    main, "--bootstrap-server", bootstrap(), "--reassignment-json-file", plan.toString(), "--verify");
        }
        assertThat(describe("moved").partitions().getFirst().replicas().stream()
                        .map(node -> node.id())
                        .toList())
                .containsExactly(2, 1);
    }

    private TopicDescription describe(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            return admin.describeTopics(List.of(topic)).all().get().get(topic);
        }
    }

    private boolean areAllInSync(String topic) throws Exception {
        try {
            return describe(topic).partitions().stream()
                    .allMatch(partition -> partition.isr().size() == BROKERS);
        } catch (ExecutionException e) {
            // a broker of Kafka serves clients before the controller has told it of any topic
            if (e.getCause() instanceof UnknownTopicOrPartitionException) return false;
            throw e;
        }
    }

    private void aBrokerGoesAndComesBack() throws Exception {
        brokers[0].destroyForcibly().waitFor();
        produce(300, 300);
        assertThat(consume(600)).isEqualTo(600);
        assertThat(describe("events").partitions())
                .allSatisfy(partition -> assertThat(partition.leader().id()).isNotZero());
        start(0);
        awaitPort(0);
        long untilMs = System.currentTimeMillis() + READY_MS_MAX;
        while (!areAllInSync("events")) {
            assertThat(System.currentTimeMillis()).as(tail(0)).isLessThan(untilMs);
            assertThat(brokers[0].waitFor(200, TimeUnit.MILLISECONDS))
                    .as("broker 0 has ended")
                    .isFalse();
        }
        produce(600, 100);
        assertThat(consume(700)).isEqualTo(700);
    }
}
