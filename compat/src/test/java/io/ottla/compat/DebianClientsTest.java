package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients in other languages, from Debian's packages: kcat and python3-confluent-kafka (librdkafka), python3-kafka. In
 * CI they must be there ({@code .ci/run} installs them); elsewhere the tests say which package is missing.
 */
class DebianClientsTest {
    private static final String PYTHON = "/usr/bin/python3"; // Debian's own, whose packages these are
    private static final long SECONDS_MAX = 120;

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
    Stream<DynamicTest> kafkaPython() {
        return script(
                "kafka_python.py",
                "kafka, snappy, lz4",
                "python3-kafka python3-snappy python3-lz4",
                List.of("tutorial", "keys_headers_codecs", "admin"));
    }

    @TestFactory
    Stream<DynamicTest> confluentKafkaPython() {
        return script(
                "confluent_kafka_python.py",
                "confluent_kafka",
                "python3-confluent-kafka",
                List.of("tutorial", "idempotent_and_codecs", "two_members", "admin", "transactional"));
    }

    @Test
    void kcatProducesAndConsumes() {
        Program.require(Program.installed("kcat"), "kcat");
        String lines = String.join(
                "\n", IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList());
        Program produced = kcat(lines + "\n", "-P", "-t", "kcat", "-z", "lz4", "-X", "enable.idempotence=true");
        assertThat(produced.exit()).as(produced.text()).isZero();
        Program consumed = kcat("", "-C", "-t", "kcat", "-e", "-q", "-o", "beginning");
        assertThat(consumed.text()).isEqualTo(lines);
        Program grouped =
                kcat("", "-G", "kcat-group", "-e", "-q", "-o", "beginning", "-X", "auto.offset.reset=earliest", "kcat");
        assertThat(grouped.lines()).hasSizeGreaterThanOrEqualTo(1000);
        Program listed = kcat("", "-L");
        assertThat(listed.text()).contains("topic \"kcat\" with 1 partitions");
    }

    private Program kcat(String input, String... arguments) {
        List<String> command = Stream.concat(Stream.of("kcat", "-b", node.bootstrap()), Stream.of(arguments))
                .toList();
        return Program.run(home, SECONDS_MAX, input, command);
    }

    private Stream<DynamicTest> script(String file, String module, String aptPackage, List<String> scenarios) {
        Program probe = Program.run(home, SECONDS_MAX, "", List.of(PYTHON, "-c", "import " + module));
        Program.require(probe.exit() == 0, aptPackage);
        Path path = Path.of("src/test/resources/clients", file).toAbsolutePath();
        assertThat(Files.exists(path)).isTrue();
        Program run = Program.run(
                home,
                SECONDS_MAX,
                "",
                List.of(PYTHON, path.toString(), node.bootstrap(), "p-" + file.replace(".py", "")));
        return scenarios.stream()
                .map(scenario -> dynamicTest(scenario, () -> {
                    if (run.lines().stream().noneMatch(("PASSED " + scenario)::equals))
                        fail(run.text() + "\nnode: " + node.tail());
                }));
    }
}
