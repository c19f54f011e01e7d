package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Limits;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.log.AppendOrigin;
import io.ottla.log.EpochEnd;
import io.ottla.log.LogConfig;
import io.ottla.log.LogDir;
import io.ottla.log.LogSettings;
import io.ottla.log.Logs;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas with real logs, on a disk in memory. */
class ReplicasTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final TopicId ID = new TopicId(1, 2);

    private final VirtualClock clock = new VirtualClock();
    private final MemoryDisk disk = new MemoryDisk(clock);
    private final List<String> answers = new ArrayList<>();
    private boolean stopped;
    private Logs logs;
    private Replicas replicas;

    @BeforeEach
    void start() throws Exception {
        logs = new Logs(
                List.of(LogDir.open(Path.of("/data"), disk)), disk, clock, LogSettings.DEFAULTS, new SeededRandom(1));
        replicas = new Replicas(1, logs, clock, Limits.ROOMY, () -> stopped = true);
    }

    private static Leadership alone(int epoch) {
        return new Leadership(epoch, 0, List.of(1), List.of(1));
    }

    private void lead(TopicPartition partition, TopicId topicId, Leadership leadership, PartitionConfig config) {
        replicas.assign(partition, new Assignment(topicId, leadership, config));
    }

    private static PartitionConfig config(String... namesAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) values.put(namesAndValues[i], namesAndValues[i + 1]);
        return new PartitionConfig(LogConfig.of(values), 1);
    }

    private void append(TopicPartition partition, int acks, long timeoutMs, String... values) {
        String name = String.join(",", values);
        replicas.append(
                clock.nowMs(),
                partition,
                TestBatches.of(values),
                AppendOrigin.CLIENT,
                (short) acks,
                timeoutMs,
                answer -> answers.add(name + ": " + show(answer)));
    }

    private static String show(AppendAnswer answer) {
        return switch (answer) {
            case AppendAnswer.Appended(long first, long last, long time, long start) -> first + ".." + last;
            case AppendAnswer.Refused(Errors error, String message, var records, long start) -> error.name();
        };
    }

    private List<String> take() {
        List<String> taken = List.copyOf(answers);
        answers.clear();
        return taken;
    }

    @Test
    void aLogIsOpenedByItsFirstUseAndWritersKeepTheirOrder() {
        lead(T0, ID, alone(0), config());
        clock.settle();
        assertThat(replicas.get(T0).orElseThrow().isOpen()).isFalse();
        append(T0, 1, 1000, "a");
        append(T0, -1, 1000, "b", "c");
        append(T0, 0, 1000, "d");
        assertThat(answers).isEmpty();
        clock.settle();
        assertThat(take()).containsExactly("a: 0..0", "b,c: 1..2", "d: 3..3");
        append(T0, -1, 1000, "e");
        assertThat(take()).as("open: within the call").containsExactly("e: 4..4");
    }

    @Test
    void theBytesOfAWriterThatWaitsForTheLogAreItsOwnAgain() {
        lead(T0, ID, alone(0), config());
        ByteBuffer batch = TestBatches.of("a");
        replicas.append(clock.nowMs(), T0, batch, AppendOrigin.CLIENT, (short) 1, 1000, got -> answers.add(show(got)));
        for (int i = 0; i < batch.limit(); i++) batch.put(i, (byte) 0);
        clock.settle();
        assertThat(take()).containsExactly("0..0");
    }

    @Test
    void whoIsNotLeaderIsNotWrittenTo() {
        append(T0, 1, 1000, "a");
        assertThat(take()).containsExactly("a: NOT_LEADER_OR_FOLLOWER");
        lead(T0, ID, alone(0), config());
        replicas.unassign(T0);
        append(T0, 1, 1000, "b");
        assertThat(take()).containsExactly("b: NOT_LEADER_OR_FOLLOWER");
    }

    @Test
    void oneSyncServesAllWhoWait() {
        lead(T0, ID, alone(0), config("flush.messages", "1"));
        append(T0, 1, 60_000, "a");
        clock.settle();
        take();
        int syncsBefore = disk.syncs;
        disk.isHeld = true;
        append(T0, 1, 60_000, "b");
        append(T0, -1, 60_000, "c");
        append(T0, 1, 60_000, "d");
        clock.settle();
        assertThat(answers).isEmpty();
        assertThat(replicas.get(T0).orElseThrow().partition().highWatermark()).isEqualTo(1);
        disk.letGo();
        assertThat(take()).containsExactlyInAnyOrder("b: 1..1", "c: 2..2", "d: 3..3");
        assertThat(disk.syncs - syncsBefore).isLessThanOrEqualTo(2);
        assertThat(replicas.get(T0).orElseThrow().partition().highWatermark()).isEqualTo(4);
    }

    @Test
    void whoWaitsForALogWhileTheNodeStopsIsSentElsewhere() {
        lead(T0, ID, alone(0), config());
        lead(T1, ID, alone(0), config());
        logs.closeCleanly(0, outcome -> {});
        append(T0, 1, 1000, "a");
        clock.settle();
        assertThat(take()).containsExactly("a: NOT_LEADER_OR_FOLLOWER");
        assertThat(stopped).isFalse();
    }

    @Test
    void aSyncThatFailsAcknowledgesNothingAndStopsANodeWithoutAnotherDirectory() {
        lead(T0, ID, alone(0), config("flush.messages", "1"));
        lead(T1, ID, alone(0), config());
        append(T0, 1, 60_000, "a");
        append(T1, 1, 60_000, "x");
        clock.settle();
        take();
        disk.failsSyncs = true;
        append(T0, -1, 60_000, "b");
        clock.settle();
        assertThat(take()).containsExactly("b: KAFKA_STORAGE_ERROR");
        append(T1, 1, 60_000, "y");
        assertThat(take()).as("in the same directory").containsExactly("y: KAFKA_STORAGE_ERROR");
        assertThat(stopped).isTrue();
    }

    @Test
    void aWriteThatFailsIsAStorageError() {
        lead(T0, ID, alone(0), config());
        append(T0, 1, 60_000, "a");
        clock.settle();
        take();
        disk.failsWrites = true;
        append(T0, 1, 60_000, "b");
        clock.settle();
        assertThat(take()).containsExactly("b: KAFKA_STORAGE_ERROR");
        assertThat(stopped).isTrue();
    }

    @Test
    void aReplicaIsMadeOfWhatWasDecidedWhenItIsFirstAskedFor() {
        replicas.assigned(partition -> partition.equals(T0)
                ? Optional.of(new Assignment(ID, alone(3), config("flush.messages", "1")))
                : Optional.empty());
        assertThat(replicas.made()).isEmpty();
        append(T0, -1, 60_000, "a");
        append(T1, -1, 60_000, "b");
        clock.settle();
        assertThat(take()).containsExactly("b: NOT_LEADER_OR_FOLLOWER", "a: 0..0");
        assertThat(replicas.get(T0).orElseThrow().partition().leaderEpoch()).isEqualTo(3);
        assertThat(replicas.made()).hasSize(1);
    }

    @Test
    void aReplicaThatIsMadeAfterItsDirectoryHasFailedIsFailed() {
        lead(T0, ID, alone(0), config());
        lead(T1, ID, alone(0), config());
        append(T0, 1, 60_000, "a");
        append(T1, 1, 60_000, "a");
        clock.settle();
        replicas = new Replicas(1, logs, clock, Limits.ROOMY, () -> stopped = true);
        replicas.assigned(partition -> Optional.of(new Assignment(ID, alone(0), config())));
        disk.failsWrites = true;
        append(T0, 1, 60_000, "b");
        clock.settle();
        assertThat(replicas.get(T1).orElseThrow().check(-1)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void writersAreToldWhenTheirTimeHasComeByOneTimer() {
        Leadership two = new Leadership(0, 0, List.of(1, 2), List.of(1, 2));
        lead(T0, ID, two, config());
        lead(T1, ID, two, config());
        append(T0, -1, 500, "a");
        append(T0, -1, 200, "b");
        append(T1, -1, 300, "c");
        clock.settle();
        assertThat(clock.armedTimers()).isEqualTo(1);
        clock.advance(199);
        assertThat(answers).isEmpty();
        clock.advance(1);
        assertThat(take()).containsExactly("b: REQUEST_TIMED_OUT");
        clock.advance(200);
        assertThat(take()).containsExactly("c: REQUEST_TIMED_OUT");
        clock.advance(200);
        assertThat(take()).containsExactly("a: REQUEST_TIMED_OUT");
        assertThat(clock.armedTimers())
                .as("for the follower that does not come")
                .isEqualTo(1);
        clock.advance(30_000);
        assertThat(clock.armedTimers()).isZero();
    }

    @Test
    void aWatcherIsToldWhenTheLogOpensAndOfEachRiseOfTheHighWatermark() {
        lead(T0, ID, alone(0), config());
        Replica replica = replicas.get(T0).orElseThrow();
        List<Long> seen = new ArrayList<>();
        Watcher watcher = new Watcher() {
            @Override
            protected void changed() {
                seen.add(replica.partition().highWatermark());
            }
        };
        replica.arm(watcher);
        clock.settle();
        assertThat(seen).containsExactly(0L);
        replica.arm(watcher);
        append(T0, 1, 1000, "a");
        append(T0, 1, 1000, "b");
        assertThat(seen).containsExactly(0L, 1L);
        replica.arm(watcher);
        replicas.delete(T0, done -> {});
        assertThat(seen).hasSize(3);
        assertThat(replicas.get(T0)).isEmpty();
    }

    @Test
    void aDeletedPartitionBeginsAnewUnderAnotherId() {
        lead(T0, ID, alone(3), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        take();
        lead(T0, new TopicId(7, 7), alone(0), config());
        append(T0, 1, 1000, "b");
        clock.settle();
        assertThat(take()).containsExactly("b: 0..0");
        assertThat(replicas.get(T0).orElseThrow().partition().leaderEpoch()).isZero();
    }

    @Test
    void whatIsLeftOfADeletedTopicIsSetAsideAndKept() throws Exception {
        lead(T0, ID, alone(3), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        take();
        logs.closeCleanly(-1, done -> {});
        clock.settle();
        start();
        lead(T0, new TopicId(7, 7), alone(0), config());
        append(T0, 1, 1000, "b");
        clock.settle();
        assertThat(take()).containsExactly("b: 0..0");
        List<String> stray = disk.list(Path.of("/data")).stream()
                .filter(name -> name.endsWith("-stray"))
                .toList();
        assertThat(stray).hasSize(1);
        assertThat(disk.list(Path.of("/data", stray.getFirst()))).contains("00000000000000000000.log");
        assertThat(disk.size(Path.of("/data", stray.getFirst(), "00000000000000000000.log")))
                .isPositive();
    }

    @Test
    void aTopicWithoutAnIdKeepsItsLogWhenItGetsOne() throws Exception {
        lead(T0, TopicId.ZERO, alone(3), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        lead(T0, ID, alone(3), config());
        append(T0, 1, 1000, "b");
        clock.settle();
        assertThat(take()).containsExactly("a: 0..0", "b: 1..1");
        assertThat(replicas.get(T0).orElseThrow().topicId()).isEqualTo(ID);
        logs.closeCleanly(-1, done -> {});
        clock.settle();
        start();
        lead(T0, ID, alone(3), config());
        append(T0, 1, 1000, "c");
        clock.settle();
        assertThat(take()).containsExactly("c: 2..2");
    }

    @Test
    void aRestartGoesOnWhereTheLogEnded() throws Exception {
        lead(T0, ID, alone(3), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        take();
        logs.closeCleanly(-1, done -> {});
        clock.settle();
        start();
        lead(T0, ID, alone(4), config());
        append(T0, 1, 1000, "b");
        clock.settle();
        assertThat(take()).containsExactly("b: 1..1");
        assertThat(replicas.get(T0).orElseThrow().reader().epochEnd(3).endOffset())
                .isEqualTo(1);
    }

    /** Six segments of one batch each, and room for none; then the node ends and starts again. */
    private void restartWithTooMuch(boolean cleanly) throws Exception {
        lead(T0, ID, alone(0), config("segment.bytes", "150"));
        for (int i = 0; i < 6; i++) append(T0, 1, 1000, "a record that nearly fills a segment " + i);
        clock.settle();
        assertThat(take()).hasSize(6).last().asString().endsWith(": 5..5");
        if (cleanly) {
            logs.closeCleanly(-1, done -> {});
        } else {
            // the checkpoint of an earlier time stays
            clock.advance(10_000);
            logs.tick(clock.nowMs());
            append(T0, 1, 1000, "one more");
        }
        clock.settle();
        start();
        logs.wanted(partition -> Optional.of(new Logs.Wanted(ID, ROOM_FOR_NONE.log())));
    }

    private static final PartitionConfig ROOM_FOR_NONE = config("segment.bytes", "150", "retention.bytes", "0");

    private long startAfterRetention(TopicPartition partition) {
        for (int i = 0; i < 3; i++) {
            clock.advance(LogSettings.DEFAULTS.retentionIntervalMs());
            logs.tick(clock.nowMs());
            clock.settle();
        }
        return logs.get(partition).orElseThrow().startOffset();
    }

    @Test
    void retentionGoesOnAtAPartitionThatAConsumerOpened() throws Exception {
        restartWithTooMuch(true);
        lead(T0, ID, alone(1), ROOM_FOR_NONE);
        assertThat(replicas.get(T0).orElseThrow().whenOpen(() -> {})).isTrue();
        clock.settle();
        assertThat(startAfterRetention(T0)).isEqualTo(6);
    }

    @Test
    void retentionGoesOnAtAPartitionThatNobodyUsesAfterACleanStop() throws Exception {
        restartWithTooMuch(true);
        lead(T0, ID, alone(1), ROOM_FOR_NONE);
        assertThat(startAfterRetention(T0)).isEqualTo(6);
    }

    @Test
    void retentionGoesOnAtAPartitionThatWasOnlyCheckedAfterAnUncleanStop() throws Exception {
        restartWithTooMuch(false);
        lead(T0, ID, alone(1), ROOM_FOR_NONE);
        assertThat(startAfterRetention(T0)).isEqualTo(7);
    }

    @Test
    void retentionGoesOnWhereTheCheckWasFasterThanTheNewsOfTheLeadership() throws Exception {
        restartWithTooMuch(false);
        logs.tick(clock.nowMs());
        clock.settle();
        assertThat(logs.get(T0)).isPresent();
        lead(T0, ID, alone(1), ROOM_FOR_NONE);
        assertThat(startAfterRetention(T0)).isEqualTo(7);
    }

    @Test
    void whoWaitsForAPartitionThatIsDeletedMeanwhileIsToldSo() {
        lead(T0, ID, alone(0), config());
        append(T0, 1, 1000, "a");
        replicas.delete(T0, done -> {});
        assertThat(take()).containsExactly("a: NOT_LEADER_OR_FOLLOWER");
        clock.settle();
        assertThat(answers).isEmpty();
    }

    @Test
    void settingsTakeEffectWhileRunning() {
        lead(T0, ID, alone(0), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        take();
        replicas.configure(T0, config("max.message.bytes", "10"));
        append(T0, 1, 1000, "b");
        assertThat(take()).containsExactly("b: MESSAGE_TOO_LARGE");
        replicas.configure(T0, config("flush.messages", "1"));
        disk.isHeld = true;
        append(T0, 1, 1000, "c");
        assertThat(answers).isEmpty();
        disk.letGo();
        assertThat(take()).containsExactly("c: 1..1");
    }

    @Test
    void whatWaitsForLogsToOpenIsBounded() {
        lead(T0, ID, alone(0), config("max.message.bytes", "20000000"));
        disk.isHeld = true;
        ByteBuffer large = TestBatches.of("x".repeat(5 << 20));
        for (int i = 0; i < 8; i++)
            replicas.append(
                    clock.nowMs(),
                    T0,
                    large.duplicate(),
                    AppendOrigin.CLIENT,
                    (short) 1,
                    1000,
                    got -> answers.add(show(got)));
        assertThat(take()).containsExactly("NOT_LEADER_OR_FOLLOWER", "NOT_LEADER_OR_FOLLOWER");
        disk.letGo();
        assertThat(take()).hasSize(6).first().isEqualTo("0..0");
    }

    @Test
    void loadGivesAllThatIsCommittedInWholeBatches() {
        lead(T0, ID, alone(0), config("segment.bytes", "1000000"));
        for (int i = 0; i < 40; i++) append(T0, 1, 1000, "x".repeat(100_000) + i);
        clock.settle();
        List<Integer> pieces = new ArrayList<>();
        List<LoadAnswer> loaded = new ArrayList<>();
        replicas.load(
                T0,
                piece -> pieces.add(Batches.wholeBytes(piece) == piece.remaining() ? piece.remaining() : -1),
                loaded::add);
        assertThat(loaded).as("never within the call").isEmpty();
        clock.settle();
        assertThat(loaded).containsExactly(new LoadAnswer.Loaded(40));
        assertThat(pieces).hasSizeGreaterThan(3).allMatch(bytes -> bytes > 0 && bytes <= 1 << 20);
        assertThat(pieces.stream().mapToInt(bytes -> bytes).sum()).isGreaterThan(4_000_000);
        logs.closeCleanly(-1, done -> {});
        clock.settle();
        assertThat(disk.holds).as("files let go").isZero();
    }

    @Test
    void loadOfWhatIsNotHereFails() {
        List<LoadAnswer> loaded = new ArrayList<>();
        replicas.load(T0, piece -> {}, loaded::add);
        clock.settle();
        assertThat(loaded).containsExactly(new LoadAnswer.Failed(Errors.NOT_LEADER_OR_FOLLOWER));
    }

    @Test
    void aLeaderEpochIsKnownBeforeItsFirstRecord() {
        lead(T0, ID, alone(4), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        Replica replica = replicas.get(T0).orElseThrow();
        lead(T0, ID, alone(6), config());
        assertThat(replica.reader().epochEnd(6).endOffset()).isEqualTo(1);
        assertThat(replica.reader().epochEnd(4).endOffset()).isEqualTo(1);
        assertThat(replica.reader().epochEnd(5).epoch()).isEqualTo(4);
    }

    private static Following followingOf2(int epoch) {
        return new Following(epoch, 0, 2);
    }

    @Test
    void aFollowerHoldsItsLogOpenAndRefusesWriters() {
        replicas.assign(T0, new Assignment(ID, followingOf2(3), config()));
        clock.settle();
        Replica replica = replicas.get(T0).orElseThrow();
        assertThat(replica.isOpen()).isTrue();
        assertThat(replica.partition().role()).isEqualTo(Role.FOLLOWER);
        append(T0, 1, 1000, "a");
        assertThat(take()).containsExactly("a: NOT_LEADER_OR_FOLLOWER");
        lead(T0, ID, alone(4), config());
        append(T0, 1, 1000, "b");
        assertThat(take()).containsExactly("b: 0..0");
        replicas.assign(T0, new Assignment(ID, followingOf2(5), config()));
        append(T0, 1, 1000, "c");
        assertThat(take()).containsExactly("c: NOT_LEADER_OR_FOLLOWER");
        assertThat(replica.reader().endOffset()).isEqualTo(1);
    }

    @Test
    void aFollowerCutsOffWhatItsLeaderDoesNotHave() {
        lead(T0, ID, alone(0), config());
        append(T0, 1, 1000, "a");
        append(T0, 1, 1000, "b");
        clock.settle();
        lead(T0, ID, alone(1), config());
        append(T0, 1, 1000, "c");
        clock.settle();
        take();
        Replica replica = replicas.get(T0).orElseThrow();
        replicas.assign(T0, new Assignment(ID, followingOf2(2), config()));
        disk.isHeld = true;
        replica.diverged(2, 3, new EpochEnd(0, 1));
        assertThat(replica.partition().role()).isEqualTo(Role.TRUNCATING);
        assertThat(replica.check(-1)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        // the log is not used before it is whole again, though this node leads it by then
        lead(T0, ID, alone(3), config());
        append(T0, 1, 1000, "d");
        assertThat(take()).containsExactly("d: NOT_LEADER_OR_FOLLOWER");
        disk.letGo();
        assertThat(replica.partition().role()).isEqualTo(Role.LEADER);
        append(T0, 1, 1000, "e");
        assertThat(take()).containsExactly("e: 1..1");
        assertThat(replica.reader().epochEnd(0).endOffset()).isEqualTo(1);
        assertThat(replica.reader().epochEnd(3).endOffset()).isEqualTo(2);
    }

    /** Leader 1 wrote nothing; the next leader knows nothing of its epoch (KAFKA-10706). */
    @Test
    void aFollowerForgetsAnEpochThatLeftNoRecord() {
        lead(T0, ID, alone(0), config());
        append(T0, 1, 1000, "a");
        clock.settle();
        lead(T0, ID, alone(1), config());
        Replica replica = replicas.get(T0).orElseThrow();
        replicas.assign(T0, new Assignment(ID, followingOf2(2), config()));
        replica.diverged(2, 1, new EpochEnd(0, 1));
        clock.settle();
        assertThat(replica.partition().role()).isEqualTo(Role.FOLLOWER);
        assertThat(replica.reader().epochEnd(1)).isEqualTo(EpochEnd.UNKNOWN);
        assertThat(replica.reader().endOffset()).isEqualTo(1);
    }
}
