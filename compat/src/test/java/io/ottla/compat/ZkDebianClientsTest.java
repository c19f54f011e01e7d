package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * ZooKeeper's clients in other languages, from Debian's packages: python3-kazoo with its recipes, Apache's C client
 * (libzookeeper-mt-dev, zookeeper-bin). In CI they must be there ({@code .ci/run} installs them); elsewhere the tests say which
 * package is missing.
 */
class ZkDebianClientsTest {
    private static final String PYTHON = "/usr/bin/python3"; // Debian's own, whose packages these are
    private static final Path CLI = Path.of("/usr/lib/zookeeper/bin/cli_mt");
    private static final Path CLIENTS = Path.of("src/test/resources/clients").toAbsolutePath();
    private static final long SECONDS_MAX = 200;
    private static final Pattern OUTCOME = Pattern.compile("(PASSED|FAILED) ([a-z-]+)\\b.*");

    @TempDir
    static Path home;

    static ZkServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = new ZkServer(
                ZkServer.Kind.tested(), home, "extendedTypesEnabled=true", "znode.container.checkIntervalMs=300");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> kazoo() {
        boolean there = Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/kazoo"));
        Program.require(there, "python3-kazoo");
        Path script = CLIENTS.resolve("kazoo_scenarios.py");
        Program run =
                Program.run(home, SECONDS_MAX, "", List.of(PYTHON, script.toString(), server.address(), "/kazoo"));
        return outcomes(run, 20);
    }

    @TestFactory
    Stream<DynamicTest> theCClient() {
        Program.require(Files.exists(Path.of("/usr/include/zookeeper/zookeeper.h")), "libzookeeper-mt-dev");
        Program.require(Program.installed("gcc"), "gcc");
        Path binary = home.resolve("zookeeper_scenarios");
        Program compiled = Program.run(
                home,
                SECONDS_MAX,
                "",
                List.of(
                        "gcc",
                        "-DTHREADED",
                        "-o",
                        binary.toString(),
                        CLIENTS.resolve("zookeeper_scenarios.c").toString(),
                        "-lzookeeper_mt",
                        "-lpthread"));
        assertThat(compiled.exit()).as(compiled.text()).isZero();
        Program run = Program.run(home, SECONDS_MAX, "", List.of(binary.toString(), server.address(), "/c"));
        return outcomes(run, 8);
    }

    private static Stream<DynamicTest> outcomes(Program run, int least) {
        List<DynamicTest> tests = run.lines().stream()
                .map(OUTCOME::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(line -> dynamicTest(
                        line.group(2),
                        () -> assertThat(line.group(1)).as(line.group()).isEqualTo("PASSED")))
                .toList();
        assertThat(tests).as(run.text()).hasSizeGreaterThanOrEqualTo(least);
        return tests.stream();
    }

    @Test
    void theShellOfTheCClient() {
        Program.require(Files.isExecutable(CLI), "zookeeper-bin");
        String commands = String.join(
                "\n",
                "create /cli",
                "set /cli hello",
                "get /cli",
                "set /cli world",
                "get /cli",
                "create /cli/x",
                "ls /cli",
                "delete /cli/x",
                "delete /cli",
                "quit",
                "");
        Program run = Program.run(
                home,
                SECONDS_MAX,
                "",
                List.of(
                        "/bin/sh",
                        "-c",
                        "printf '%s' '" + commands + "' | (while read -r line; do"
                                + " echo \"$line\"; sleep 0.3; done) | " + CLI + " " + server.address()));
        assertThat(run.text()).contains("value_len = 5", "world", "\tx");
    }
}
