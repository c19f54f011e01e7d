package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import com.fasterxml.jackson.jr.ob.JSON;
import io.ottla.node.StartResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each load once, small, against a node in this process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BenchCommandTest {
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;
    private int zooKeeperPort;
    private NodeProcess node;
    private String bootstrap;

    private record Ran(int status, String out, String err) {
        Map<String, Object> json() throws Exception {
            return JSON.std.mapFrom(out);
        }

        Map<String, Object> track(int index) throws Exception {
            Map<String, Object> track = new HashMap<>();
            ((Map<?, ?>) ((List<?>) json().get("tracks")).get(index))
                    .forEach((name, value) -> track.put((String) name, value));
            return track;
        }
    }

    @BeforeAll
    void startNode(@TempDir Path folder) throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            zooKeeperPort = free.getLocalPort();
        }
        node = new NodeProcess(StartCommand.config(new ConfigFile(
                null,
                List.of(
                        "listeners=PLAINTEXT://127.0.0.1:0",
                        "log.dirs=" + folder.resolve("kafka"),
                        "dataDir=" + folder.resolve("zookeeper"),
                        "clientPort=" + zooKeeperPort,
                        "group.initial.rebalance.delay.ms=0"))));
        StartResult started = node.start();
        assertThat(started).isInstanceOf(StartResult.Started.class);
        bootstrap =
                ((StartResult.Started) started).advertised().get("PLAINTEXT").address();
    }

    @AfterAll
    void stopNode() throws Exception {
        assertThat(node.stop()).isTrue();
    }

    private Ran run(String arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int status = Main.run(("bench " + arguments.replace("BROKER", "-b " + bootstrap)).split(" +", -1));
            return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(realOut);
            System.setErr(realErr);
        }
    }

    private List<String> topics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return List.copyOf(admin.listTopics().names().get());
        }
    }

    @Test
    void produceCountsWhatWasAcknowledgedAndRemovesItsTopic() throws Exception {
        Ran ran = run(
                "produce BROKER --count 2000 --record-size 100 --producers 2 --partitions 3 --compression lz4 --json");
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.track(0))
                .containsEntry("track", "produce")
                .containsEntry("records", 2000)
                .containsEntry("bytes", 200_000);
        assertThat(topics()).noneMatch(name -> name.startsWith("ottla-bench"));
    }

    @Test
    void aTopicThatIsThereStays() throws Exception {
        run("produce own BROKER --count 10 --keep --quiet");
        assertThat(run("consume own BROKER --json --quiet").track(0)).containsEntry("records", 10);
        assertThat(topics()).contains("own");
    }

    @Test
    void aDurationReadsATopicOverAndOver() throws Exception {
        run("produce again BROKER --count 100 --keep --quiet");
        assertThat((int) run("consume again BROKER --duration 1 --json --quiet")
                        .track(0)
                        .get("records"))
                .isGreaterThan(100);
    }

    @Test
    void aRateHoldsAConsumerBack() throws Exception {
        run("produce slow BROKER --count 100 --keep --quiet");
        Ran ran = run("consume slow BROKER --duration 2 --rate 200 --json --quiet");
        assertThat((int) ran.track(0).get("records")).isBetween(1, 2 * 200 + 20);
    }

    @Test
    void consumeFillsANewTopicAndReadsAllOfIt() throws Exception {
        Ran ran = run("consume BROKER --count 3000 --record-size 200 --partitions 4 --consumers 2 --json");
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.track(0)).containsEntry("records", 3000).containsEntry("bytes", 600_000);
        assertThat(ran.err).contains("Filling");
    }

    @Test
    void aGroupReadsAllOfIt() throws Exception {
        assertThat(run("consume BROKER --count 500 --partitions 2 --consumers 2 --group g --json --quiet")
                        .track(0))
                .containsEntry("records", 500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"e2e", "mixed"})
    void bothSidesSeeTheSameRecords(String load, @TempDir Path folder) throws Exception {
        Path html = folder.resolve("report.html");
        Ran ran =
                run(load + " BROKER --count 200 --rate 400 --active-partitions 2 --partitions 5 --json --html " + html);
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.track(0)).containsEntry("track", "produce").containsEntry("records", 200);
        assertThat(ran.track(1)).containsEntry("track", "consume").containsEntry("records", 200);
        double elapsedS = ((Number) ran.track(0).get("elapsedS")).doubleValue();
        assertThat(elapsedS).as("200 records at 400 a second").isGreaterThan(0.45);
        assertThat(Files.readString(html)).contains("Percentile distribution").doesNotContain("http:");
    }

    @Test
    void peopleGetProgressATableAndAHistogram() {
        Ran ran = run("produce BROKER --duration 1.5 --rate 1000 --warmup 0.5");
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.err).contains("produce/s").contains("warming up");
        assertThat(ran.out).contains("p99.99").contains("###");
    }

    @Test
    void aZooKeeperServerIsLoadedAndItsTreeLeftAsItWas(@TempDir Path folder) throws Exception {
        Path samples = folder.resolve("samples");
        Ran ran = run(
                "zookeeper set:40 get:80 create:20 mixed:44 --sessions 2 --outstanding 4 --warmup set:10 --rate 5000 --json"
                        + " --samples " + samples + " -b 127.0.0.1:" + zooKeeperPort);
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.track(0)).containsEntry("track", "set").containsEntry("requests", 40);
        assertThat(ran.track(3)).containsEntry("track", "mixed").containsEntry("requests", 44);
        assertThat(Files.readAllLines(samples))
                .hasSize(40 + 80 + 20 + 44)
                .allMatch(line -> line.matches("\\d{16} \\d+"));
        assertThat(run("zookeeper get:20 -b 127.0.0.1:" + zooKeeperPort).out)
                .contains("get")
                .contains("20 requests");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            produce --rate fast                       | 2 | is no rate
            produce --rate -5                         | 2 | is no rate
            produce --rate 0MB                        | 2 | is no rate
            produce BROKER --producers 0              | 2 | --producers takes 1 or more
            produce BROKER --partitions 0             | 2 | --partitions takes 1 or more
            produce BROKER --duration 0               | 2 | --duration takes more than 0
            produce BROKER --duration 2 --warmup 2    | 2 | --warmup takes
            consume BROKER --count 5 --consumers 2 -q | 1 | 2 consumers cannot divide the 1 partitions
            e2e BROKER --record-size 8                | 1 | no room for their time
            produce BROKER --active-partitions 2      | 1 | 2 active of 1 partitions
            produce BROKER --acks 7                   | 1 | Invalid value 7
            produce BROKER --count 1 --client-config /no/such | 1 | there is no file /no/such
            produce BROKER --count 5 --record-size 3000000 -q | 1 | max.request.size
            consume BROKER --record-size -1           | 2 | --record-size takes 1 or more
            produce BROKER --record-size -1           | 1 | records of -1 bytes
            produce BROKER --active-partitions -1     | 1 | -1 active of 1 partitions
            produce BROKER --warmup NaN               | 2 | --warmup takes
            compare --rows speed                      | 1 | no row 'speed'
            compare --turns 0                         | 1 | take 1 or more
            compare --scale 0                         | 1 | --scale takes
            compare --side kafka --kafka-version latest | 1 | no version of Kafka
            compare --side zookeeper --rows zk-start --zookeeper-version 3 | 1 | no version of ZooKeeper
            zookeeper set:many                        | 1 | is no step
            zookeeper                                 | 2 | STEP
            zookeeper set:5 --sessions 0              | 1 | take 1 or more
            zookeeper set:5 --size -1                 | 1 | --size takes
            zookeeper set:5 --rate -1                 | 1 | --rate takes
            compare --side ottla --rows start         | 1 | run it as ./ottla bench compare
            """)
    void whatCannotBeDoneIsSaid(String arguments, int status, String message) throws Exception {
        Ran ran = run(arguments);
        assertThat(ran.err).contains(message);
        assertThat(ran.status).isEqualTo(status);
        assertThat(topics()).noneMatch(name -> name.startsWith("ottla-bench"));
    }

    @Test
    void secretsOfTheClientAreNotReported() throws Exception {
        Ran ran = run("produce BROKER --count 5 -q --json -X ssl.keystore.key=pem -X ssl.key.password=word"
                + " -X my.plugin.secret=mine -X linger.ms=3");
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.json().get("settings"))
                .asInstanceOf(MAP)
                .containsEntry("linger.ms", "3")
                .doesNotContainKeys("ssl.keystore.key", "ssl.key.password", "my.plugin.secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "produce", "consume", "e2e", "mixed", "zookeeper", "compare"})
    void everyCommandHasHelpWithAnExample(String command) {
        Ran ran = run((command + " --help").strip());
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("Example").contains("ottla bench");
    }

    @ParameterizedTest
    @CsvSource({"500,1000,500", "20MB,1000,20000", "1.5kB,100,15", "1GB,1000,1000000", "800B,100,8"})
    void aRateIsOfRecordsOrBytes(String text, int recordBytes, double recordsPerS) {
        assertThat(new BenchProducerOptions.RateConverter().convert(text).recordsPerS(recordBytes))
                .isEqualTo(recordsPerS);
    }
}
