package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Follower;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.ZnodeView;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.Snapshots;
import io.ottla.keeper.files.TxnLog;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.Journal;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

public class KeeperTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FILES = DATA.resolve("version-2");

    private final TestWorld world = new TestWorld();

    public static Outcome<Keeper> tryOpen(TestWorld world, KeeperOptions options) {
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(options, DATA, world, world, new SeededRandom(1), world, opened::add);
        assertThat(opened).isEmpty();
        world.drain();
        return opened.getFirst();
    }

    public static Keeper open(TestWorld world) {
        return ((Outcome.Done<Keeper>) tryOpen(world, KeeperOptions.DEFAULT)).value();
    }

    private static String refusal(TestWorld world) {
        return ((Outcome.Failed<Keeper>) tryOpen(world, KeeperOptions.DEFAULT))
                .cause()
                .getMessage();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Request.Op create(String path) {
        return new Request.Create(path, bytes("x"), CreateMode.PERSISTENT);
    }

    private List<Result> submit(Keeper keeper, Request.Op... ops) {
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(List.of(ops), answers::add);
        return answers;
    }

    private Result now(Keeper keeper, Request.Op... ops) {
        List<Result> answers = submit(keeper, ops);
        assertThat(answers).isEmpty();
        world.drain();
        return answers.getFirst();
    }

    public static void close(TestWorld world, Keeper keeper) {
        List<Outcome<Void>> closed = new ArrayList<>();
        keeper.close(closed::add);
        world.drain();
        assertThat(closed).containsExactly(Outcome.done(null));
    }

    @Test
    void whatIsCommittedIsThereAfterARestart() {
        Keeper keeper = open(world);
        assertThat(now(keeper, create("/a"))).isInstanceOf(Result.Committed.class);
        assertThat(now(keeper, create("/a/b"), new Request.SetData("/a", bytes("y"), 0)))
                .isInstanceOf(Result.Committed.class);
        long zxid = keeper.lastZxid();
        close(world, keeper);
        Keeper again = open(world);
        assertThat(again.lastZxid()).isEqualTo(zxid + 2); // the session's end, and the next one's begin
        assertThat(again.node("/a").orElseThrow().data()).isEqualTo(bytes("y"));
        assertThat(again.node("/a").orElseThrow().version()).isEqualTo(1);
        assertThat(again.children("/a")).containsExactly("b");
    }

    @Test
    void aTransactionThatIsRefusedChangesNothingAndSaysWhichOperationItWas() {
        Keeper keeper = open(world);
        now(keeper, create("/a"));
        assertThat(now(keeper, create("/b"), new Request.Check("/a", 7), create("/c")))
                .isEqualTo(new Result.Refused(1, ErrorCode.BAD_VERSION.code()));
        assertThat(keeper.node("/b")).isEmpty();
        assertThat(now(keeper, new Request.Check("/a", 0))).isInstanceOf(Result.Committed.class);
        assertThat(now(keeper, new Request.Delete("/none", -1)))
                .isEqualTo(new Result.Refused(0, ErrorCode.NO_NODE.code()));
    }

    @Test
    void ephemeralsGoAtTheNextStartWhenTheBrokerWasKilled() {
        Keeper keeper = open(world);
        now(keeper, new Request.Create("/e", bytes("1"), CreateMode.EPHEMERAL));
        assertThat(keeper.node("/e").orElseThrow().ephemeralOwner()).isEqualTo(keeper.session());
        world.crash(new SeededRandom(5));
        Keeper again = open(world);
        assertThat(again.node("/e")).isEmpty();
        assertThat(again.session()).isNotEqualTo(keeper.session());
    }

    @Test
    void ephemeralsGoAtACleanStop() {
        Keeper keeper = open(world);
        now(keeper, new Request.Create("/e", bytes("1"), CreateMode.EPHEMERAL));
        close(world, keeper);
        assertThat(keeper.node("/e")).isEmpty();
        assertThat(submit(keeper, create("/late"))).isEmpty();
    }

    /** Records what a follower is told. */
    private static final class Told implements Follower {
        final List<String> lines = new ArrayList<>();

        @Override
        public void present(ZnodeView node) {
            lines.add("present " + node.path());
        }

        @Override
        public void caughtUp() {
            lines.add("caught up");
        }

        @Override
        public void created(ZnodeView node) {
            lines.add("created " + node.path() + "=" + new String(node.data(), StandardCharsets.UTF_8));
        }

        @Override
        public void dataChanged(ZnodeView node) {
            lines.add("changed " + node.path() + "=" + new String(node.data(), StandardCharsets.UTF_8) + " v"
                    + node.version());
        }

        @Override
        public void deleted(String path, long zxid) {
            lines.add("deleted " + path);
        }
    }

    @Test
    void aFollowerIsToldWhatIsThereAndThenEachChangeBeforeTheAnswer() {
        Keeper keeper = open(world);
        now(keeper, create("/a"), create("/a/b"), create("/ab"));
        Told told = new Told();
        keeper.follow("/a", told);
        assertThat(told.lines).isEmpty();
        world.drain();
        TestAsker.of(keeper)
                .submit(
                        List.of(create("/a/c"), new Request.SetData("/a/c", bytes("2"), -1), create("/z")),
                        result -> told.lines.add("answer"));
        TestAsker.of(keeper)
                .submit(
                        List.of(new Request.Delete("/a/b", -1), new Request.Delete("/ab", -1)),
                        result -> told.lines.add("answer"));
        TestAsker.of(keeper).submit(List.of(create("/a/d"), create("/a/c")), result -> told.lines.add("answer"));
        world.drain();
        assertThat(told.lines)
                .containsExactly(
                        "present /a",
                        "present /a/b",
                        "caught up",
                        "created /a/c=x",
                        "changed /a/c=2 v1",
                        "answer",
                        "deleted /a/b",
                        "answer",
                        "answer");
    }

    @Test
    void oneSyncServesAllThatWait() {
        Keeper keeper = open(world);
        List<Result> answers = new ArrayList<>();
        int before = world.writes;
        for (int i = 0; i < 100; i++) TestAsker.of(keeper).submit(List.of(create("/n" + i)), answers::add);
        world.drain();
        assertThat(answers).hasSize(100).allMatch(result -> result instanceof Result.Committed);
        assertThat(world.writes - before).isEqualTo(2); // the first alone, and the others while it was synced
    }

    @Test
    void whatTheAnswersOfABatchAskForGoesIntoOneWriteAgain() {
        Keeper keeper = open(world);
        List<Result> answers = new ArrayList<>();
        now(keeper, create("/first"));
        for (int i = 0; i < 50; i++) {
            String path = "/n" + i;
            TestAsker.of(keeper)
                    .submit(
                            List.of(create(path)),
                            result -> TestAsker.of(keeper).submit(List.of(create(path + "/again")), answers::add));
        }
        int before = world.writes;
        world.drain();
        assertThat(answers).hasSize(50).allMatch(result -> result instanceof Result.Committed);
        // the first, the other 49; what the first asks for while those are written, what they ask for
        assertThat(world.writes - before).isEqualTo(4);
    }

    @Test
    void afterAFailedSyncNothingIsAcknowledgedAnyMore() {
        Keeper keeper = open(world);
        world.syncFails = true;
        List<Result> answers = submit(keeper, create("/a"));
        answers.addAll(submit(keeper, create("/b")));
        List<Result> later = submit(keeper, create("/c"));
        world.drain();
        world.syncFails = false;
        answers.addAll(submit(keeper, create("/d")));
        world.drain();
        assertThat(later).hasSize(1).allMatch(result -> result instanceof Result.Unknown);
        assertThat(world.faults).hasSize(1);
        assertThat(keeper.node("/a")).isEmpty();
        List<Outcome<Void>> closed = new ArrayList<>();
        keeper.close(closed::add);
        world.drain();
        assertThat(closed).hasSize(1).allMatch(outcome -> outcome instanceof Outcome.Failed);
    }

    @Test
    void aFullDiskRefusesAndTheKeeperGoesOnWhenThereIsRoom() {
        Keeper keeper = open(world);
        world.capacityBytes = 0;
        List<Result> answers = new ArrayList<>();
        byte[] large = new byte[100_000];
        for (int i = 0; i < 10; i++)
            TestAsker.of(keeper)
                    .submit(List.of(new Request.Create("/n" + i, large, CreateMode.PERSISTENT)), answers::add);
        world.drain();
        // what was made room for ahead is still to be had
        long committed = answers.stream()
                .filter(each -> each instanceof Result.Committed)
                .count();
        assertThat(committed).isLessThan(4);
        assertThat(answers.subList((int) committed, 10)).allMatch(each -> each instanceof Result.Unavailable);
        assertThat(world.faults).isEmpty();
        // the log is asked again only after a while, and nothing that waits for that is lost
        List<Result> late = submit(keeper, new Request.Create("/late", new byte[600_000], CreateMode.PERSISTENT));
        List<Result> synced = new ArrayList<>();
        TestAsker.of(keeper).sync(synced::add);
        int writes = world.writes;
        world.drain();
        assertThat(late).isEmpty();
        world.pass(Journal.NO_ROOM_PAUSE_MS);
        assertThat(late).hasSize(1).allMatch(each -> each instanceof Result.Unavailable);
        assertThat(synced).containsExactly(new Result.Committed(keeper.lastZxid(), List.of()));
        assertThat(world.writes - writes).isLessThan(10);
        world.capacityBytes = Long.MAX_VALUE;
        world.pass(Journal.NO_ROOM_PAUSE_MS);
        for (int i = (int) committed; i < 10; i++)
            assertThat(now(keeper, create("/n" + i))).isInstanceOf(Result.Committed.class);
        long digest = keeper.tree().digest();
        close(world, keeper);
        assertThat(open(world).tree().digest()).isNotZero().isEqualTo(digest);
    }

    @Test
    void tooLargeATransactionIsRefusedBeforeItTakesAZxid() {
        Keeper keeper = open(world);
        long zxid = keeper.lastZxid();
        assertThat(now(keeper, new Request.Create("/a", new byte[0xfffff], CreateMode.PERSISTENT)))
                .isEqualTo(new Result.Refused(0, ErrorCode.BAD_ARGUMENTS.code()));
        assertThat(keeper.lastZxid()).isEqualTo(zxid);
    }

    @Test
    void aSecondProcessIsToldThatTheDirectoryIsInUse() {
        open(world);
        assertThat(refusal(world)).isEqualTo("the data directory /data is in use by another process");
    }

    /** Some five hundred transactions with a snapshot after every twenty or so, then a clean stop. */
    private TestWorld wellUsed() {
        Keeper keeper = ((Outcome.Done<Keeper>) tryOpen(world, TestWorld.options(40, 3, false))).value();
        for (int i = 0; i < 510; i++) now(keeper, create("/n" + i));
        close(world, keeper);
        return world;
    }

    private static Optional<Path> newest(TestWorld world, String prefix) {
        return world.files().stream()
                .filter(path -> path.getFileName().toString().startsWith(prefix))
                .max(java.util.Comparator.comparingLong(
                        path -> Long.parseLong(path.getFileName().toString().substring(prefix.length()), 16)));
    }

    @Test
    void threeSnapshotsAreKeptAndTheLogsThatTheyNeed() {
        TestWorld used = wellUsed();
        assertThat(used.files().stream()
                        .filter(path -> path.getFileName().toString().startsWith("snapshot.")))
                .hasSize(3);
        assertThat(used.files().stream()
                        .filter(path -> path.getFileName().toString().startsWith("log.")))
                .hasSizeLessThanOrEqualTo(4);
        assertThat(open(used).znodeCount()).isEqualTo(514);
    }

    private static Request.Op[] creates(String prefix, int count) {
        Request.Op[] creates = new Request.Op[count];
        for (int i = 0; i < count; i++) creates[i] = create(prefix + i);
        return creates;
    }

    private static String newestSnapshot(TestWorld world) {
        return newest(world, "snapshot.").orElseThrow().getFileName().toString();
    }

    /** A start repeats every operation, so a few multis may cost it more than many transactions. */
    @Test
    void theOperationsOfMultisMakeASnapshotDue() {
        Keeper keeper = ((Outcome.Done<Keeper>) tryOpen(world, TestWorld.options(1_000, 3, false))).value();
        String first = newestSnapshot(world);
        now(keeper, creates("/a", 400));
        assertThat(newestSnapshot(world)).isEqualTo(first);
        now(keeper, creates("/b", 700));
        assertThat(newestSnapshot(world)).isNotEqualTo(first);
        close(world, keeper);
        assertThat(open(world).znodeCount()).isEqualTo(1_104);
    }

    /** Each snapshot writes the whole tree: the next one comes when the log has half as much. */
    @Test
    void snapshotsForTheSakeOfMultisBecomeRarerAsTheTreeGrows() {
        Keeper keeper = ((Outcome.Done<Keeper>) tryOpen(world, TestWorld.options(100, 1_000, false))).value();
        for (int i = 0; i < 40; i++) now(keeper, creates("/n" + i + "-", 100));
        assertThat(world.files().stream()
                        .filter(path -> path.getFileName().toString().startsWith("snapshot.")))
                .hasSizeBetween(6, 12);
    }

    /** What came while one was being written has none behind it, and perhaps nothing comes after it. */
    @Test
    void whatCameDuringASnapshotIsTakenIntoTheNextWhenItIsQuiet() {
        Keeper keeper = ((Outcome.Done<Keeper>) tryOpen(world, TestWorld.options(40_000, 3, false))).value();
        for (int i = 0; i < 41; i++) submit(keeper, creates("/n" + i + "-", 1_000));
        while (world.files().stream()
                .noneMatch(path -> path.getFileName().toString().startsWith("tmp."))) world.step();
        for (int i = 0; i < 30; i++) submit(keeper, creates("/m" + i + "-", 1_000));
        world.pass(1_000); // it rests while it is written
        String first = newestSnapshot(world);
        world.pass(Snapshots.QUIET_MS + 2_000);
        assertThat(newestSnapshot(world)).isNotEqualTo(first);
    }

    @Test
    void whenItIsQuietTheLogIsTakenIntoASnapshot() {
        Keeper keeper = open(world);
        String first = newestSnapshot(world);
        for (int i = 0; i < 25; i++) now(keeper, creates("/n" + i + "-", 1_000));
        world.pass(Snapshots.QUIET_MS - 1);
        assertThat(newestSnapshot(world)).isEqualTo(first);
        now(keeper, create("/late"));
        world.pass(1);
        assertThat(newestSnapshot(world)).isEqualTo(first);
        world.pass(Snapshots.QUIET_MS + 1_000); // it rests while it is written
        String second = newestSnapshot(world);
        assertThat(second).isNotEqualTo(first);
        world.pass(10 * Snapshots.QUIET_MS);
        assertThat(newestSnapshot(world)).isEqualTo(second);
    }

    @Test
    void aDamagedSnapshotIsPassedOverForAnOlderOne() {
        TestWorld used = wellUsed();
        Path newest = newest(used, "snapshot.").orElseThrow();
        byte[] content = used.content(newest).clone();
        content[content.length / 2] ^= 1;
        used.content(newest, content);
        assertThat(open(used).znodeCount()).isEqualTo(514);
        assertThat(used.exists(newest)).isFalse();
        assertThat(used.exists(FILES.resolve("damaged." + newest.getFileName())))
                .isTrue();
    }

    @Test
    void aLogThatIsMissingIsToldAndNothingIsGuessed() {
        TestWorld used = wellUsed();
        Path newest = newest(used, "snapshot.").orElseThrow();
        used.delete(newest);
        // the log that goes on from the snapshot before
        long older = Long.parseLong(
                newest(used, "snapshot.").orElseThrow().getFileName().toString().substring(9), 16);
        Path log = FILES.resolve("log." + Long.toHexString(older + 1));
        assertThat(used.exists(log)).isTrue();
        used.delete(log);
        assertThat(refusal(used)).startsWith("transactions 0x").contains("are missing in /data/version-2");
    }

    @Test
    void logsWithoutAnySnapshotAreRefused() {
        TestWorld used = wellUsed();
        for (Path path : used.files()) if (path.getFileName().toString().startsWith("snapshot.")) used.delete(path);
        assertThat(refusal(used))
                .isEqualTo("/data/version-2 has transaction logs and no snapshot: what they build on is missing");
    }

    @Test
    void damageOfWhatWasAcknowledgedIsNotTakenForATornWrite() {
        Keeper keeper = open(world);
        for (int i = 0; i < 10; i++) now(keeper, create("/n" + i));
        Path log = newest(world, "log.").orElseThrow();
        byte[] content = world.content(log);
        int end = content.length;
        while (content[end - 1] == 0) end--;
        int lastRecord = end;
        while (content[lastRecord - 1] != 'B' || lastRecord == end) lastRecord--;
        int zeros = 0;
        for (int at = 0; at < lastRecord; at++) {
            // the header's last field says nothing
            if (at >= 8 && at < TxnLog.HEADER_BYTES) continue;
            TestWorld damaged = world.copy();
            byte[] changed = content.clone();
            changed[at] ^= 0x20;
            damaged.content(log, changed);
            assertThat(refusal(damaged)).as("byte %d", at).contains("log.1 ");
            assertThat(damaged.content(log)).isEqualTo(changed);
            if (content[at] == 0) zeros++;
        }
        assertThat(zeros).isPositive();
        // the last write cannot be told from one that was torn
        byte[] changed = content.clone();
        changed[lastRecord + 20] ^= 0x20;
        world.crash(new SeededRandom(1));
        world.content(log, changed);
        assertThat(open(world).znodeCount()).isEqualTo(4 + 9);
    }

    @Test
    void aTornWriteOfManyIsCutOffAsAWhole() {
        Keeper keeper = open(world);
        now(keeper, create("/first"));
        Path log = newest(world, "log.").orElseThrow();
        byte[] before = world.content(log);
        for (int i = 0; i < 3; i++) submit(keeper, create("/n" + i));
        world.step();
        byte[] one = world.content(log);
        world.step(); // the other two, in one write
        int start = before.length;
        while (one[start - 1] == 0) start--;
        byte[] content = world.content(log).clone();
        content[start + 30] ^= 1;
        TestWorld torn = world.copy();
        torn.content(log, content);
        Keeper again = open(torn);
        assertThat(again.node("/n0")).isPresent();
        assertThat(again.node("/n1")).isEmpty();
        assertThat(again.node("/n2")).isEmpty();
    }

    @Test
    void theLogCutAtEveryByteGivesWhatWasWholeAndTheSameAgain() throws Exception {
        Keeper keeper = open(world);
        for (int i = 0; i < 12; i++) now(keeper, create("/n" + i));
        world.drain();
        Path log = newest(world, "log.").orElseThrow();
        byte[] whole = world.content(log);
        int end = whole.length;
        while (whole[end - 1] == 0) end--;
        long before = 0;
        for (int size = 0; size <= end; size++) {
            TestWorld cut = world.copy();
            cut.content(log, Arrays.copyOf(whole, size));
            DataDirectory directory = new DataDirectory(cut, DATA, DATA, 1);
            ZnodeTree tree = directory.recover().tree();
            assertThat(tree.lastZxid()).isBetween(before, before + 1);
            before = tree.lastZxid();
            TestWorld once = cut.copy();
            assertThat(directory.recover().tree().digest()).isEqualTo(tree.digest());
            assertThat(cut.files()).isEqualTo(once.files());
        }
        assertThat(before).isEqualTo(13);
    }
}
