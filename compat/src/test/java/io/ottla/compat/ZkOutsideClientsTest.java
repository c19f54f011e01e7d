package io.ottla.compat;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
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
        Set<String> all = ZkClientScenarios.all().keySet();
        return Stream.of(
                scenarios("zookeeper39", ZkClientScenarios.class, all, Set.of()),
                scenarios(
                        "zookeeper34",
                        ZkClientScenarios.class,
                        all,
                        ZkClientScenarios.newer().keySet()),
                scenarios(
                        "curator",
                        CuratorScenarios.class,
                        CuratorScenarios.all().keySet(),
                        Set.of()));
    }

    /** @param lacking what the client has not got */
    private static DynamicNode scenarios(String peer, Class<?> program, Set<String> names, Set<String> lacking) {
        return dynamicContainer(peer, () -> {
            Program run = ZkServer.runJava(
                    home, SECONDS_MAX, peer, program, server.address(), "/" + peer + "-" + program.getSimpleName());
            return names.stream()
                    .<DynamicNode>map(
                            name -> dynamicTest(name, () -> run.judge(name, lacking.contains(name), server::tail)))
                    .iterator();
        });
    }
}
