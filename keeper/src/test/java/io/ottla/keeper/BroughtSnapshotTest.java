package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.api.SnapshotTaken;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.SnapshotReader;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.CreateMode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.SnappyOutputStream;

/** A snapshot is asked for, and brought to another server, whose state it becomes; or, if anything is wrong with it, does not. */
class BroughtSnapshotTest {
    private static final Path DATA = Path.of("/data");
    private static final long MEMORY = 1 << 30;
    private static final int HERE = 23;

    private final TestWorld world = new TestWorld();
    private byte[] brought;
    private long broughtZxid;
    private long broughtSession;

    private static Keeper open(TestWorld world) {
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(KeeperOptions.DEFAULT, DATA, world, world, new SeededRandom(1), world, opened::add);
        world.drain();
        return switch (opened.getFirst()) {
            case Outcome.Done<Keeper>(Keeper keeper) -> keeper;
            case Outcome.Failed<Keeper>(IOException cause) -> throw new AssertionError(cause);
        };
    }

    private static void create(Keeper keeper, TestWorld world, String path) {
        TestAsker.of(keeper)
                .submit(
                        List.of(new Request.Create(path, new byte[] {1, 2, 3}, CreateMode.PERSISTENT)),
                        result -> assertThat(result).isInstanceOf(Result.Committed.class));
        world.drain();
    }

    private static void close(Keeper keeper, TestWorld world) {
        keeper.close(outcome -> assertThat(outcome).isInstanceOf(Outcome.Done.class));
        world.drain();
    }

    private static SnapshotTaken taken(Keeper keeper, TestWorld world) {
        List<Outcome<SnapshotTaken>> outcomes = new ArrayList<>();
        keeper.takeSnapshot(outcomes::add);
        world.drain();
        return switch (outcomes.getFirst()) {
            case Outcome.Done<SnapshotTaken>(SnapshotTaken done) -> done;
            case Outcome.Failed<SnapshotTaken>(IOException cause) -> throw new AssertionError(cause);
        };
    }

    private static byte[] content(SnapshotTaken snapshot) throws IOException {
        DiskFile file = snapshot.file();
        ByteBuffer buffer = ByteBuffer.allocate((int) snapshot.sizeBytes());
        file.read(0, buffer);
        file.release();
        return buffer.array();
    }

    /** One server gives its snapshot; another has its own state. */
    @BeforeEach
    void prepare() throws IOException {
        TestWorld elsewhere = new TestWorld();
        Keeper giver = open(elsewhere);
        TestAsker.of(giver)
                .createSession(10_000, 1, answer -> broughtSession = ((SessionAnswer.Opened) answer).sessionId());
        elsewhere.drain();
        for (int i = 0; i < 50; i++) create(giver, elsewhere, "/there" + i);
        TestAsker.of(giver)
                .submit(
                        new Caller(broughtSession, 1, List.of()),
                        1,
                        new Request.Create("/there0/mine", new byte[] {9}, CreateMode.EPHEMERAL),
                        result -> assertThat(result).isInstanceOf(Result.Committed.class));
        elsewhere.drain();
        SnapshotTaken snapshot = taken(giver, elsewhere);
        broughtZxid = snapshot.zxid();
        brought = content(snapshot);
        assertThat(broughtZxid).isEqualTo(giver.lastZxid());
        Keeper here = open(world);
        for (int i = 0; i < HERE; i++) create(here, world, "/here" + i);
        close(here, world);
    }

    private static List<String> names(Keeper keeper) {
        return keeper.children("/");
    }

    private Outcome<Long> install(TestWorld on, long lastZxid) throws IOException {
        List<Outcome<Long>> installed = new ArrayList<>();
        BroughtSnapshot.read(new ByteArrayInputStream(brought), MEMORY, 7)
                .install(DATA, DATA, lastZxid, on, installed::add);
        on.drain();
        return installed.getFirst();
    }

    private static long lastZxid(TestWorld world) {
        Keeper keeper = open(world.copy());
        return keeper.lastZxid();
    }

    @Test
    void aSnapshotIsTakenBesideWhatGoesOn() throws Exception {
        Keeper keeper = open(world);
        List<Outcome<SnapshotTaken>> outcomes = new ArrayList<>();
        for (int i = 0; i < 3000; i++) create(keeper, world, "/n" + i);
        long zxid = keeper.lastZxid();
        keeper.takeSnapshot(outcomes::add);
        // one more is not taken while somebody waits for one
        List<Outcome<SnapshotTaken>> second = new ArrayList<>();
        keeper.takeSnapshot(second::add);
        create(keeper, world, "/later");
        assertThat(second.getFirst()).isInstanceOf(Outcome.Failed.class);
        SnapshotTaken done = ((Outcome.Done<SnapshotTaken>) outcomes.getFirst()).value();
        assertThat(done.zxid()).isEqualTo(zxid);
        ZnodeTree tree = SnapshotReader.read(new ByteArrayInputStream(content(done)), zxid, 3);
        assertThat(tree.find("/n2999")).isNotNull();
        assertThat(tree.find("/later")).isNull();
        // nothing has changed since: it is written again, and the same
        create(keeper, world, "/last");
        assertThat(content(taken(keeper, world))).isEqualTo(content(taken(keeper, world)));
        close(keeper, world);
        assertThat(names(open(world))).contains("later", "last");
    }

    @Test
    void theOneThatIsDueIsWaitedFor() throws Exception {
        TestWorld busy = new TestWorld();
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(TestWorld.options(4, 3, true), DATA, busy, busy, new SeededRandom(1), busy, opened::add);
        busy.drain();
        Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
        List<Outcome<SnapshotTaken>> outcomes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            TestAsker.of(keeper)
                    .submit(
                            List.of(new Request.Create("/n" + i, new byte[40_000], CreateMode.PERSISTENT)),
                            result -> {});
            busy.step();
            if (i == 30) keeper.takeSnapshot(outcomes::add);
        }
        busy.drain();
        assertThat(outcomes)
                .as("it rests, so that the disk is there for the log")
                .isEmpty();
        busy.pass(1000);
        SnapshotTaken done = ((Outcome.Done<SnapshotTaken>) outcomes.getFirst()).value();
        assertThat(content(done)).hasSizeGreaterThan(30 * 40_000);
    }

    @Test
    void whatIsRestoredIsWhatTheNextStartFinds() throws Exception {
        long before = lastZxid(world);
        assertThat(install(world, before)).isEqualTo(Outcome.done(Math.max(broughtZxid, before + 1)));
        for (int start = 0; start < 2; start++) {
            Keeper keeper = open(world);
            assertThat(names(keeper)).contains("there0", "there49").noneMatch(name -> name.startsWith("here"));
            assertThat(keeper.lastZxid()).isGreaterThan(before).isGreaterThan(broughtZxid);
            assertThat(keeper.sessions()).containsKey(broughtSession);
            assertThat(keeper.children("/there0")).containsExactly("mine");
            create(keeper, world, "/after" + start);
            close(keeper, world);
        }
        assertThat(names(open(world))).contains("after0", "after1");
    }

    @Test
    void zxidsNeverGoBack() throws Exception {
        long farAhead = broughtZxid + 1_000;
        assertThat(install(world, farAhead)).isEqualTo(Outcome.done(farAhead + 1));
        assertThat(open(world).lastZxid()).isGreaterThan(farAhead + 1);
    }

    @Test
    void noStartFallsBackToWhatWasBefore() throws Exception {
        long before = lastZxid(world);
        install(world, before);
        Keeper keeper = open(world);
        create(keeper, world, "/after");
        close(keeper, world);
        Path snapshot = world.files().stream()
                .filter(path -> path.getFileName().toString().startsWith("snapshot."))
                .max(java.util.Comparator.comparingLong(
                        path -> Long.parseLong(path.getFileName().toString().substring(9), 16)))
                .orElseThrow();
        byte[] damaged = world.content(snapshot).clone();
        damaged[200] ^= 1;
        world.content(snapshot, damaged);
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(KeeperOptions.DEFAULT, DATA, world, world, new SeededRandom(1), world, opened::add);
        world.drain();
        assertThat(((Outcome.Failed<Keeper>) opened.getFirst()).cause())
                .hasMessageContaining("missing")
                .hasMessageContaining("is passed over: its checksum");
    }

    @Test
    void aLossOfPowerLeavesOneOfBoth() throws Exception {
        long before = lastZxid(world);
        int restored = 0;
        int asItWas = 0;
        for (int change = 0; change < 40; change++) {
            TestWorld unlucky = world.copy();
            BroughtSnapshot sound = BroughtSnapshot.read(new ByteArrayInputStream(brought), MEMORY, 7);
            unlucky.changesUntilPowerLoss = change;
            try {
                sound.install(DATA, DATA, before, unlucky, outcome -> {});
                unlucky.drain();
            } catch (TestWorld.PowerLoss gone) {
                assertThat(gone).isNotNull();
            }
            unlucky.crash(new SeededRandom(change));
            Keeper keeper = open(unlucky);
            List<String> names = names(keeper);
            boolean isRestored = names.contains("there0");
            assertThat(names.contains("here0")).isNotEqualTo(isRestored);
            assertThat(names).contains(isRestored ? "there49" : "here" + (HERE - 1));
            if (isRestored) restored++;
            else asItWas++;
        }
        assertThat(restored).isPositive();
        assertThat(asItWas).isPositive();
    }

    @Test
    void aFullDiskLeavesAllAsItWas() throws Exception {
        long before = lastZxid(world);
        world.capacityBytes = 0;
        assertThat(install(world, before)).isInstanceOf(Outcome.Failed.class);
        world.capacityBytes = Long.MAX_VALUE;
        assertThat(names(open(world))).contains("here0").doesNotContain("there0");
    }

    @Test
    void compressedOnesAreReadToo() throws Exception {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(brought);
        }
        ByteArrayOutputStream snappy = new ByteArrayOutputStream();
        try (SnappyOutputStream out = new SnappyOutputStream(snappy)) {
            out.write(brought);
        }
        int nodes = BroughtSnapshot.read(new ByteArrayInputStream(brought), MEMORY, 7)
                .nodeCount();
        for (byte[] bytes : List.of(gzip.toByteArray(), snappy.toByteArray()))
            assertThat(BroughtSnapshot.read(new ByteArrayInputStream(bytes), MEMORY, 7)
                            .nodeCount())
                    .isEqualTo(nodes);
    }

    private static void refused(byte[] bytes, long memoryBytes) {
        assertThatThrownBy(() -> BroughtSnapshot.read(new ByteArrayInputStream(bytes), memoryBytes, 7))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNotWholeAndSoundIsRefused() {
        for (int size = 0; size < brought.length; size++) refused(Arrays.copyOf(brought, size), MEMORY);
        refused(Arrays.copyOf(brought, brought.length + 1), MEMORY);
        for (int at = 0; at < brought.length - 5; at++) {
            byte[] changed = brought.clone();
            changed[at] ^= 0x10;
            refused(changed, MEMORY);
        }
        SeededRandom random = new SeededRandom(5);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(5_000)];
            for (int at = 0; at < noise.length; at++) noise[at] = (byte) random.nextInt(256);
            refused(noise, MEMORY);
            // a right beginning, then noise
            System.arraycopy(brought, 0, noise, 0, Math.min(noise.length, 16 + random.nextInt(400)));
            refused(noise, MEMORY);
        }
    }

    @Test
    void thereHasToBeMemoryForIt() throws Exception {
        assertThatThrownBy(() -> BroughtSnapshot.read(new ByteArrayInputStream(brought), brought.length, 7))
                .hasMessageContaining("memory");
        byte[] manySessions = Arrays.copyOf(brought, 1_000_000);
        ByteBuffer.wrap(manySessions).putInt(16, 80_000);
        assertThatThrownBy(() -> BroughtSnapshot.read(new ByteArrayInputStream(manySessions), 10_000_000, 7))
                .hasMessageContaining("80000 sessions");
        byte[] manyAcls = new byte[1_000_000];
        ByteBuffer acls = ByteBuffer.wrap(manyAcls);
        acls.put(brought, 0, 16).putInt(0).putInt(100_000);
        assertThatThrownBy(() -> BroughtSnapshot.read(new ByteArrayInputStream(manyAcls), 10_000_000, 7))
                .hasMessageContaining("ACLs");
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
            out.write(brought, 0, brought.length - 40);
            out.write(new byte[50_000_000]);
        }
        refused(bomb.toByteArray(), MEMORY);
    }

    /** The original writes sessions first and nodes afterwards, and what ended in between is repeated by its log, which does not come along. */
    @Test
    void ephemeralNodesWithoutASessionGo() throws Exception {
        ZnodeTree tree = SnapshotReader.read(new ByteArrayInputStream(brought), broughtZxid, 7);
        tree.sessions().remove(broughtSession);
        TestWorld fresh = new TestWorld();
        new DataDirectory(fresh, DATA, DATA, 7).replace(tree, broughtZxid);
        Keeper keeper = open(fresh);
        assertThat(keeper.children("/there0")).isEmpty();
        assertThat(keeper.ephemeralCount()).isZero();
    }
}
