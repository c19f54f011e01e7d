package io.ottla.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.compare.ZooKeeperLoad.Kind;
import io.ottla.compare.ZooKeeperLoad.Sample;
import io.ottla.compare.ZooKeeperLoad.Step;
import io.ottla.compare.ZooKeeperLoad.Track;
import io.ottla.load.LoadFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rows of a ZooKeeper server write, ask and count. */
class ZooKeeperRowsTest {
    @TempDir
    Path folder;

    /** Apache's own reader takes it, digest and checksums included. */
    @Test
    void theDataDirectoryIsOneOfApaches() throws Exception {
        new ZooKeeperData(2500).write(folder, 3000);
        DataTree tree = new DataTree();
        Map<Long, Integer> sessions = new HashMap<>();
        FileTxnSnapLog files = new FileTxnSnapLog(folder.toFile(), folder.toFile());
        long zxid = files.restore(tree, sessions, (header, txn, digest) -> {});
        files.close();
        assertThat(zxid).isEqualTo(1 + 3 + 2500 + 3000);
        assertThat(tree.getNodeCount()).isEqualTo(5 + 4 + 2500); // Apache's has a root and its own four beside
        Stat stat = new Stat();
        assertThat(tree.getData(ZooKeeperData.path(499), stat, null)).hasSize(ZooKeeperData.DATA_BYTES);
        assertThat(stat.getVersion()).isEqualTo(2);
        assertThat(stat.getMzxid()).isEqualTo(zxid);
        tree.getData(ZooKeeperData.path(2499), stat, null);
        assertThat(stat.getVersion()).isEqualTo(1);
        tree.getData("/many/part2", stat, null);
        assertThat(stat.getNumChildren()).isEqualTo(500);
        assertThat(sessions).isEmpty();
        Folders.remove(folder);
        assertThat(Files.exists(folder)).isFalse();
    }

    @Test
    void setsCountThatWereDueWhileASnapshotWasTaken() {
        List<String> samples = List.of("100 5", "200 90", "201 3", "300 7", "401 1000");
        List<ZooKeeperSnapshotRow.Span> spans =
                List.of(new ZooKeeperSnapshotRow.Span(150, 200), new ZooKeeperSnapshotRow.Span(300, 400));
        assertThat(ZooKeeperSnapshotRow.during(samples, spans)).containsExactly(7, 90);
        assertThat(ZooKeeperSnapshotRow.during(samples, List.of())).isEmpty();
    }

    @Test
    void aTrackTellsLatenciesByPercentile() {
        List<Sample> samples = LongStream.rangeClosed(1, 1000)
                .mapToObj(i -> new Sample(0, i * 1000))
                .toList();
        assertThat(new Track(Kind.SET, 5, samples).toMap())
                .containsEntry("track", "set")
                .containsEntry("requests", 1000)
                .containsEntry("latencyMs", Map.of("p50", 501.0, "p99", 991.0, "p99.9", 1000.0, "max", 1000.0));
        assertThat(new Track(Kind.GET, 0, List.of()).toMap())
                .containsEntry("latencyMs", Map.of("p50", 0.0, "p99", 0.0, "p99.9", 0.0, "max", 0.0));
    }

    @Test
    void aStepIsAKindAndACount() throws Exception {
        assertThat(Step.of("set:100000")).isEqualTo(new Step(Kind.SET, 100_000));
        assertThat(Step.of("mixed:1")).isEqualTo(new Step(Kind.MIXED, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "set",
                "set:",
                "set:0",
                "set:-1",
                "set:1:2",
                "SET:5",
                "delete:5",
                "set:5000001",
                "set:9999999999"
            })
    void whatIsNoStepIsSaid(String text) {
        assertThatThrownBy(() -> Step.of(text))
                .isInstanceOf(LoadFailedException.class)
                .hasMessageContaining("is no step");
    }
}
