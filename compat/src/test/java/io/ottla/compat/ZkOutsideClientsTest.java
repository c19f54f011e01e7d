package io.ottla.compat;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Apache's Java clients of 3.9 and 3.4 and Curator's recipes, each in a process of its own. */
class ZkOutsideClientsTest {
    private static final long SECONDS_MAX = 300;

    @TempDir
    static Path home;

    static ZkServer server;

    @BeforeAll
    static void startServer() throws Exception {
        ZkServer.repairClient34();
        server = new ZkServer(
                ZkServer.Kind.tested(), home, "extendedTypesEnabled=true", "znode.container.checkIntervalMs=300");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @TestFactory
    Stream<DynamicNode> programs() {
        return Stream.of(
                scenarios(
                        "zookeeper39",
                        ZkClientScenarios.class,
                        ZkClientScenarios.all().keySet()),
                scenarios(
                        "zookeeper34",
                        ZkClientScenarios.class,
                        ZkClientScenarios.all().keySet()),
                scenarios(
                        "curator",
                        CuratorScenarios.class,
                        CuratorScenarios.all().keySet()));
    }

    private static DynamicNode scenarios(String peer, Class<?> program, Set<String> names) {
        return dynamicContainer(peer, () -> {
            Program run = ZkServer.runJava(
                    home, SECONDS_MAX, peer, program, server.address(), "/" + peer + "-" + program.getSimpleName());
            return names.stream()
                    .<DynamicNode>map(name -> dynamicTest(name, () -> judge(name, run)))
                    .iterator();
        });
    }

    static void judge(String scenario, Program run) {
        for (String line : run.lines()) {
            if (line.startsWith("PASSED " + scenario + " ")) return;
            if (line.startsWith("FAILED " + scenario + ":")) fail(line + "\nserver: " + server.tail());
            if (line.startsWith("ABSENT " + scenario + ":")) Assumptions.abort(line);
        }
        fail("no outcome for " + scenario + ": " + run.text());
    }
}
