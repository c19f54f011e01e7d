package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.node.StartResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A log directory that is not there, while the coordination service knows what was in it: refused, and not made to look right by the attempt. */
class MissingLogDirTest {
    private static final long START_MS_MAX = 60_000;
    private static final Path A = Path.of("/a");
    private static final Path B = Path.of("/b");

    private final World world = new World(1);
    private final Machine machine = world.machine("node-0", 1L << 30);

    private StartResult start(String logDirs, String lost) {
        NodeProgram program =
                new NodeProgram(Map.of("log.dirs", logDirs, "dataDir", "/zookeeper", "ottla.log.dirs.lost", lost));
        machine.start(program);
        world.until(
                "the node is started, or is not",
                START_MS_MAX,
                () -> program.started().isPresent());
        return program.started().orElseThrow();
    }

    private void stop() {
        machine.stop();
        world.until("the node is stopped", START_MS_MAX, () -> !machine.isRunning());
    }

    private void mustServe(String logDirs, String lost) {
        assertThat(start(logDirs, lost)).isInstanceOf(StartResult.Started.class);
        stop();
    }

    private String refusal(String logDirs, String lost) {
        StartResult result = start(logDirs, lost);
        machine.kill();
        assertThat(result).isInstanceOf(StartResult.Failed.class);
        return result instanceof StartResult.Failed(String sentence) ? sentence : "";
    }

    private void fill(String logDirs, String... topics) {
        assertThat(start(logDirs, "")).isInstanceOf(StartResult.Started.class);
        for (String topic : topics) SimulatedAdmin.createTopic(world, machine, topic, Map.of());
        stop();
    }

    private void unmount(Path path) throws IOException {
        machine.drive().rename(path, path.resolveSibling(path.getFileName() + ".unmounted"));
    }

    private void mount(Path path) throws IOException {
        machine.drive().delete(path.resolve(".lock"));
        machine.drive().delete(path);
        machine.drive().rename(path.resolveSibling(path.getFileName() + ".unmounted"), path);
    }

    @Test
    void theOnlyOneIsMissing() throws IOException {
        fill("/a", "orders", "payments");
        unmount(A);
        for (int attempt = 0; attempt < 2; attempt++)
            assertThat(refusal("/a", ""))
                    .contains("log directory /a is empty")
                    .contains("2 partitions of 2 topics on this broker (0)")
                    .contains("orders-0, payments-0")
                    .contains("ottla.log.dirs.lost=/a");
        mount(A);
        mustServe("/a", "");
    }

    @Test
    void itIsSaidThatItsRecordsAreLost() throws IOException {
        fill("/a", "orders");
        unmount(A);
        refusal("/a", "/b");
        mustServe("/a", "/a");
        mustServe("/a", "");
    }

    @Test
    void oneOfTwoIsMissing() throws IOException {
        fill("/a,/b", "orders", "payments");
        unmount(B);
        assertThat(refusal("/a,/b", "")).contains("log directory /b is empty");
        assertThat(refusal("/a", "")).as("not configured any more").contains("/b");
        mustServe("/a,/b", "/b");
        mustServe("/a,/b", "");
    }

    @Test
    void aFirstStartMissesNothing() {
        mustServe("/a", "");
        mustServe("/a", "");
        mustServe("/a,/b", "");
    }

    @Test
    void topicsThatNobodyWroteToAreNotMissedWhileTheirDirectoryIsThere() throws IOException {
        fill("/a", "orders");
        mustServe("/a", "");
        assertThat(machine.drive().files()).noneMatch(file -> file.startsWith(A.resolve("orders-0")));
        mustServe("/a,/b", ""); // one more
        machine.drive().rename(B, Path.of("/moved"));
        mustServe("/a,/moved", "");
    }
}
