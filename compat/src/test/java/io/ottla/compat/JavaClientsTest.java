package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The main job through Apache's Java clients of ten years, each in a process of its own. {@code -Dottla.clients=4.4.0,2.8.2} takes some of them. */
@Tag("coordination")
class JavaClientsTest {
    private static final String NEWEST = "4.4.0";
    private static final List<String> VERSIONS =
            List.of(System.getProperty("ottla.clients", NEWEST + ",3.9.2,2.8.2,1.1.1,0.10.2.2")
                    .split(",", -1));
    private static final long SECONDS_MAX = 300;

    @TempDir
    static Path home;

    static OttlaProcess node;

    @BeforeAll
    static void startNode() throws Exception {
        node = new OttlaProcess(home, "group.initial.rebalance.delay.ms=0"); // as in Kafka's sample configuration
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @TestFactory
    Stream<DynamicNode> versions() {
        return VERSIONS.stream()
                .map(version -> dynamicContainer(
                        "kafka-clients " + version, () -> scenarios(version).iterator()));
    }

    private Stream<DynamicNode> scenarios(String version) {
        String prefix = "v" + version;
        createTopics(prefix);
        Program run = Program.run(
                home,
                SECONDS_MAX,
                "",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx400m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        "target/classes:target/clients/%s/*"
                                .formatted(version)
                                .replace("target/", Path.of("target").toAbsolutePath() + "/"),
                        ClientScenarios.class.getName(),
                        node.bootstrap(),
                        prefix));
        return ClientScenarios.TOPICS.keySet().stream()
                .map(scenario -> dynamicTest(scenario, () -> run.judge(scenario, !version.equals(NEWEST), node::tail)));
    }

    private static void createTopics(String prefix) {
        Properties config = new Properties();
        config.put("bootstrap.servers", node.bootstrap());
        List<NewTopic> topics = new ArrayList<>();
        ClientScenarios.TOPICS.forEach((scenario, partitions) -> {
            NewTopic topic = new NewTopic(prefix + "-" + scenario, partitions, (short) 1);
            if (scenario.equals("large")) topic.configs(Map.of("max.message.bytes", "12000000"));
            topics.add(topic);
        });
        try (Admin admin = Admin.create(config)) {
            admin.createTopics(topics).all().get();
            assertThat(admin.listTopics().names().get()).contains(prefix + "-large");
        } catch (Exception e) {
            fail("topics could not be created: " + e + "\nnode: " + node.tail(), e);
        }
    }
}
