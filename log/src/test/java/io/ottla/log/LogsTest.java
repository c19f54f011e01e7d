package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log directories and the logs in them, from start to clean stop. */
class LogsTest {
    @TempDir
    private Path folder;

    private final TestDisk disk = new TestDisk();

    private LogDir claimed(Path path) throws LogDirException {
        LogDir dir = LogDir.open(path, disk);
        dir.claim(1, "cluster", new TopicId(1, 2));
        return dir;
    }

    private Logs logs(LogDir... dirs) throws LogDirException {
        return new Logs(List.of(dirs), disk, disk, LogSettings.DEFAULTS, new SeededRandom(1));
    }

    private Outcome<Log> open(Logs logs, String topic, int partition, TopicId id) {
        List<Outcome<Log>> outcomes = new ArrayList<>();
        logs.open(new TopicPartition(topic, partition), id, LogConfig.DEFAULTS, outcomes::add);
        assertThat(outcomes).isEmpty();
        disk.run();
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    private static Log log(Outcome<Log> outcome) {
        return LogBench.value(List.of(outcome));
    }

    private void stop(Logs logs) {
        List<Outcome<Void>> outcomes = new ArrayList<>();
        logs.closeCleanly(-1, outcomes::add);
        disk.run();
        assertThat(outcomes).containsExactly(Outcome.done(null));
    }

    @Test
    void aDirectoryHasOneOwner() throws Exception {
        LogDir dir = claimed(folder);
        assertThatThrownBy(() -> LogDir.open(folder, disk))
                .isInstanceOf(LogDirException.class)
                .hasMessageContaining("another process holds its .lock file");
        dir.close();
        LogDir.open(folder, disk).close();
    }

    @Test
    void aDirectoryBelongsToOneNodeOfOneCluster() throws Exception {
        claimed(folder).close();
        LogDir again = LogDir.open(folder, disk);
        assertThat(again.directoryId()).hasValue(new TopicId(1, 2));
        assertThatThrownBy(() -> again.claim(2, "cluster", TopicId.ZERO))
                .hasMessageContaining("belongs to node 1, and this is node 2");
        assertThatThrownBy(() -> again.claim(1, "other", TopicId.ZERO))
                .hasMessageContaining("belongs to cluster cluster, and this node is of cluster other");
        again.claim(1, "cluster", TopicId.ZERO);
        assertThat(Files.readString(folder.resolve("meta.properties")))
                .isEqualTo("#\nbroker.id=1\ncluster.id=cluster\ndirectory.id=AAAAAAAAAAEAAAAAAAAAAg\nversion=0\n");
        again.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broker.id=1 | has no version",
                "version=2 | has version 2",
                "version=0,broker.id=one | has a value that cannot be read",
                "version=1,node.id=1,directory.id=short | has a value that cannot be read",
            })
    void aBadMetaPropertiesIsSaidAndTheLockGivenBack(String lines, String said) throws Exception {
        Files.writeString(folder.resolve("meta.properties"), lines.replace(",", "\n"));
        for (int i = 0; i < 2; i++)
            assertThatThrownBy(() -> LogDir.open(folder, disk))
                    .isInstanceOf(LogDirException.class)
                    .hasMessageContaining("meta.properties " + said);
    }

    @Test
    void whatIsThereOfMetaPropertiesIsKept() throws Exception {
        Files.writeString(
                folder.resolve("meta.properties"), "version=1\nnode.id=1\ncluster.id=cluster\nsome.key=a b\n");
        claimed(folder).close();
        assertThat(Files.readString(folder.resolve("meta.properties")))
                .isEqualTo(
                        "#\ncluster.id=cluster\ndirectory.id=AAAAAAAAAAEAAAAAAAAAAg\nnode.id=1\nsome.key=a\\ b\nversion=1\n");
    }

    @ParameterizedTest
    @CsvSource({
        "topic-0, topic, 0",
        "a-b.c_d-12, a-b.c_d, 12",
        "topic-0.0123456789abcdef0123456789abcdef-delete,,",
        "topic-0.0123456789abcdef0123456789abcdef-future,,",
        "topic-0.0123456789abcdef0123456789abcdef-stray,,",
        "__cluster_metadata-0,,",
        "remote-log-index-cache,,",
        "-0,,",
        "topic-,,",
        "topic-01,,",
        "topic--1, topic-, 1",
        "lost+found,,",
        "topic-99999999999,,",
    })
    void namesOfDirectories(String name, String topic, Integer partition) {
        if (topic == null) assertThat(PartitionDirectory.parse(name)).isEmpty();
        else assertThat(PartitionDirectory.parse(name)).hasValue(new TopicPartition(topic, partition));
    }

    @Test
    void theNameOfADeletedDirectoryFitsIntoAFileName() {
        String name = PartitionDirectory.deletedName(new TopicPartition("t".repeat(249), 1234), 1, 2);
        assertThat(name).hasSize(255).endsWith("-1234.00000000000000010000000000000002-delete");
    }

    @Test
    void aDeletedPartitionIsRenamedAndGoesLater() throws Exception {
        Logs logs = logs(claimed(folder));
        log(open(logs, "t", 0, new TopicId(1, 1))).append(disk.nowMs, LogBench.batch(1, "a"), AppendOrigin.CLIENT, 0);
        List<Outcome<Void>> outcomes = new ArrayList<>();
        logs.delete(new TopicPartition("t", 0), outcomes::add);
        disk.run();
        assertThat(outcomes).hasSize(1);
        assertThat(disk.list(folder))
                .anyMatch(name -> name.matches("t-0\\.[0-9a-f]{32}-delete"))
                .doesNotContain("t-0");
        Log again = log(open(logs, "t", 0, new TopicId(2, 2))); // the name is free at once
        assertThat(again.endOffset()).isEqualTo(0);
        disk.nowMs += 61_000;
        logs.tick(disk.nowMs);
        disk.run();
        assertThat(disk.list(folder))
                .noneMatch(name -> name.endsWith("-delete"))
                .contains("t-0");
        logs.delete(new TopicPartition("absent", 0), outcomes::add);
        disk.run();
        assertThat(outcomes).hasSize(2);
    }

    @Test
    void aPartitionDeletedWhileItOpensIsNotTheNextOneOfThatName() throws Exception {
        TopicPartition tp = new TopicPartition("t", 0);
        Logs before = logs(claimed(folder));
        log(open(before, "t", 0, new TopicId(1, 1))).append(disk.nowMs, LogBench.batch(1, "a"), AppendOrigin.CLIENT, 0);
        before.dirs().forEach(LogDir::close);
        Logs logs = logs(claimed(folder));
        List<Outcome<Log>> first = new ArrayList<>();
        List<Outcome<Log>> next = new ArrayList<>();
        List<Outcome<Void>> deleted = new ArrayList<>();
        LogConfig config = LogConfig.of(Map.of());
        logs.open(tp, new TopicId(1, 1), config, first::add);
        logs.delete(tp, deleted::add);
        logs.open(tp, new TopicId(2, 2), config, next::add);
        disk.run();
        assertThat(deleted).hasSize(1);
        Log log = LogBench.value(next);
        assertThat(log.endOffset()).isEqualTo(0);
        assertThat(log.isOpen()).isTrue();
        assertThat(logs.get(tp)).contains(log);
    }

    @Test
    void aDeletionThatAStopInterruptedIsFinishedAtTheNextStart() throws Exception {
        Files.createDirectories(folder.resolve("t-0.0123456789abcdef0123456789abcdef-delete"));
        Files.writeString(folder.resolve("t-0.0123456789abcdef0123456789abcdef-delete/00000000000000000000.log"), "x");
        Logs logs = logs(claimed(folder));
        disk.nowMs += 1000;
        logs.tick(disk.nowMs);
        disk.run();
        assertThat(disk.list(folder)).noneMatch(name -> name.endsWith("-delete"));
    }

    @Test
    void aDirectoryOfAnEarlierTopicIsNotServed() throws Exception {
        Logs logs = logs(claimed(folder));
        open(logs, "t", 0, new TopicId(1, 1));
        assertThat(open(logs, "t", 0, new TopicId(9, 9)))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(InconsistentTopicId.class));
        stop(logs);
        Logs next = logs(claimed(folder));
        assertThat(open(next, "t", 0, new TopicId(9, 9))).isInstanceOf(Outcome.Failed.class);
        assertThat(next.dirs().getFirst().failure()).isEmpty();
        assertThat(log(open(next, "t", 0, new TopicId(1, 1))).endOffset()).isEqualTo(0);
    }

    @Test
    void directoriesThatWaitForTheirTopicTellTheirLastLeaderEpochs() throws Exception {
        for (String name : List.of("old-0", "old-1", "new-0", "bad-0")) Files.createDirectories(folder.resolve(name));
        Files.writeString(folder.resolve("old-0/leader-epoch-checkpoint"), "0\n2\n3 0\n6 10\n");
        Files.writeString(folder.resolve("old-1/leader-epoch-checkpoint"), "0\n0\n");
        Files.writeString(folder.resolve("bad-0/leader-epoch-checkpoint"), "nonsense");
        Logs logs = logs(claimed(folder));
        List<TopicPartition> asked = new ArrayList<>(logs.partitions());
        asked.add(new TopicPartition("none", 0));
        List<Outcome<Map<TopicPartition, Integer>>> outcomes = new ArrayList<>();
        logs.lastEpochsFound(asked, outcomes::add);
        disk.run();
        assertThat(outcomes).containsExactly(Outcome.done(Map.of(new TopicPartition("old", 0), 6)));
    }

    @Test
    void partitionsAreSpreadOverDirectoriesAndFoundThere() throws Exception {
        Path[] paths = {folder.resolve("one"), folder.resolve("two")};
        Logs logs = logs(claimed(paths[0]), claimed(paths[1]));
        for (int i = 0; i < 6; i++) open(logs, "t", i, new TopicId(1, 1));
        assertThat(PartitionDirectory.list(disk, paths[0]).partitions()).hasSize(3);
        assertThat(PartitionDirectory.list(disk, paths[1]).partitions()).hasSize(3);
        LogDir before = logs.dirOf(new TopicPartition("t", 4)).orElseThrow();
        stop(logs);
        Logs next = logs(claimed(paths[0]), claimed(paths[1]));
        assertThat(next.partitions()).hasSize(6);
        assertThat(next.dirOf(new TopicPartition("t", 4)).orElseThrow().path()).isEqualTo(before.path());
        stop(next);
        Files.createDirectories(paths[0].resolve("u-0"));
        Files.createDirectories(paths[1].resolve("u-0"));
        LogDir[] dirs = {claimed(paths[0]), claimed(paths[1])};
        assertThatThrownBy(() -> logs(dirs)).hasMessageContaining("Partition u-0 is in two log directories");
    }

    @Test
    void afterAnUncleanStopAllIsCheckedBeforeAStopCountsAsClean() throws Exception {
        Logs logs = logs(claimed(folder));
        for (int i = 0; i < 10; i++)
            log(open(logs, "t", i, new TopicId(1, 1)))
                    .append(disk.nowMs, LogBench.batch(1, "a"), AppendOrigin.CLIENT, 0);
        logs.dirs().getFirst().close();
        Logs second = logs(claimed(folder));
        assertThat(second.unrecovered()).hasSize(10);
        open(second, "t", 3, new TopicId(1, 1));
        assertThat(second.unrecovered()).hasSize(9);
        stop(second);
        assertThat(disk.list(folder)).doesNotContain(LogDir.CLEAN_SHUTDOWN);
        Logs third = logs(claimed(folder));
        for (int i = 0; i < 5; i++) {
            disk.nowMs += 1000;
            third.tick(disk.nowMs);
            disk.run();
        }
        assertThat(third.unrecovered()).isEmpty();
        stop(third);
        assertThat(disk.list(folder)).contains(LogDir.CLEAN_SHUTDOWN);
        Logs fourth = logs(claimed(folder));
        assertThat(fourth.unrecovered()).isEmpty();
        assertThat(disk.list(folder)).doesNotContain(LogDir.CLEAN_SHUTDOWN);
        assertThat(log(open(fourth, "t", 7, new TopicId(1, 1))).endOffset()).isEqualTo(1);
    }

    @Test
    void sizesAreKnownOfOpenAndOfUnopenedLogsAndOfThoseNotThereYet() throws Exception {
        Logs logs = logs(claimed(folder));
        for (int i = 0; i < 2; i++)
            log(open(logs, "t", i, new TopicId(1, 1)))
                    .append(disk.nowMs, LogBench.batch(1, "abc"), AppendOrigin.CLIENT, 0);
        stop(logs);
        Logs next = logs(claimed(folder));
        open(next, "t", 0, new TopicId(1, 1));
        List<Outcome<List<Logs.Description>>> outcomes = new ArrayList<>();
        next.describe(List.of(new TopicPartition("t", 1), new TopicPartition("u", 0)), outcomes::add);
        disk.run();
        long size = LogBench.batch(1, "abc").remaining();
        Logs.Description description = LogBench.value(outcomes).getFirst();
        assertThat(description.sizes())
                .isEqualTo(Map.of(
                        new TopicPartition("t", 0),
                        size,
                        new TopicPartition("t", 1),
                        size,
                        new TopicPartition("u", 0),
                        0L));
        // told where it would be created, but not created
        assertThat(next.dirOf(new TopicPartition("u", 0))).isEmpty();
        assertThat(description.totalBytes()).isEqualTo(1L << 41);
    }

    @Test
    void openFilesAreBoundedAndIdleOnesClosed() throws Exception {
        LogSettings was = LogSettings.DEFAULTS;
        LogSettings few = new LogSettings(
                was.producerExpirationMs(),
                was.retentionIntervalMs(),
                was.batchHeldBytesMax(),
                was.checkpoints(),
                new LogSettings.Files(7, was.files().idleMs(), was.files().recoveriesMax()),
                was.finishing(),
                new LogSettings.Cleaning(false, 1, 1, 15_000, 1));
        Logs logs = new Logs(List.of(claimed(folder)), disk, disk, few, new SeededRandom(1));
        for (int i = 0; i < 50; i++)
            log(open(logs, "t", i, new TopicId(1, 1)))
                    .append(disk.nowMs, LogBench.batch(1, "a"), AppendOrigin.CLIENT, 0);
        assertThat(disk.openFiles.get()).isLessThanOrEqualTo(7);
        for (int i = 0; i < 2; i++) {
            disk.nowMs += 100_000;
            logs.tick(disk.nowMs);
            disk.run();
        }
        assertThat(disk.openFiles.get()).isZero();
        Log log = logs.get(new TopicPartition("t", 30)).orElseThrow();
        assertThat(log.read(0, 100, Long.MAX_VALUE, true)).isInstanceOf(Read.Slice.class);
    }
}
