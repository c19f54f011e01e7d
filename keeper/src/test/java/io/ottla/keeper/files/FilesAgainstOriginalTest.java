package io.ottla.keeper.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.KeeperTest;
import io.ottla.keeper.Original;
import io.ottla.keeper.RandomRequests;
import io.ottla.keeper.TestAsker;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.Request;
import org.apache.zookeeper.server.SnapshotFormatter;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.persistence.SnapStream;
import org.apache.zookeeper.server.persistence.TxnLogToolkit;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Apache's classes read the directory that we wrote, and we the one that they wrote. */
class FilesAgainstOriginalTest {
    private static final Path DATA = Path.of("/data");

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theOriginalOpensOurDirectory(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        TestWorld world = new TestWorld();
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(TestWorld.options(400, 3, true), DATA, world, world, random.split(), world, opened::add);
        world.drain();
        Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
        for (int i = 0; i < 1500; i++) {
            List<io.ottla.keeper.api.Request.Op> ops = new ArrayList<>();
            for (int j = random.nextInt(3); j >= 0; j--) ops.add(requests.op(true));
            TestAsker.of(keeper).submit(ops, result -> {});
            if (random.chance(0.5)) world.step();
        }
        world.drain();
        assertThat(world.faults).isEmpty();
        Original.export(world, DATA, temporary);

        Original.Opened original = Original.open(temporary);
        assertThat(original.zxid).isEqualTo(keeper.lastZxid());
        assertThat(original.digestMismatches).isZero();
        assertThat(original.sessions).isEqualTo(keeper.tree().sessions());
        assertThat(original.replayed).isNotEmpty();
        Original.assertSame(keeper.tree(), original.tree);
    }

    @Test
    void theOriginalsToolsReadOurFiles() throws Exception {
        TestWorld world = new TestWorld();
        Keeper keeper = KeeperTest.open(world);
        for (int i = 0; i < 20; i++) {
            TestAsker.of(keeper)
                    .submit(
                            List.of(new io.ottla.keeper.api.Request.Create(
                                    "/n" + i, new byte[] {1}, io.ottla.zookeeperprotocol.CreateMode.PERSISTENT)),
                            result -> {});
        }
        world.drain();
        Original.export(world, DATA, temporary);
        for (File file : temporary.resolve("version-2").toFile().listFiles()) {
            PrintStream out = System.out;
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            try {
                if (file.getName().startsWith("log.")) {
                    try (TxnLogToolkit toolkit = new TxnLogToolkit(false, true, file.getPath(), true)) {
                        toolkit.dump(null);
                    }
                } else if (file.getName().startsWith("snapshot.")) {
                    new SnapshotFormatter().run(file.getPath(), true, false);
                }
            } finally {
                System.setOut(out);
            }
            if (file.getName().startsWith("log."))
                assertThat(printed.toString(StandardCharsets.UTF_8))
                        .contains("EOF reached after 21 txns.")
                        .doesNotContain("CRC");
        }
    }

    /** Cut within a record, or with a bad byte in it: once we have opened the directory, the original can. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theOriginalOpensWhatWeRecovered(boolean cut) throws Exception {
        TestWorld world = new TestWorld();
        Keeper keeper = KeeperTest.open(world);
        for (int i = 0; i < 20; i++) {
            TestAsker.of(keeper)
                    .submit(
                            List.of(new io.ottla.keeper.api.Request.Create(
                                    "/n" + i, new byte[] {1}, io.ottla.zookeeperprotocol.CreateMode.PERSISTENT)),
                            result -> {});
        }
        world.drain();
        Path log = DATA.resolve("version-2/log.1");
        byte[] content = world.content(log);
        int end = content.length;
        while (content[end - 1] == 0) end--;
        content = cut ? java.util.Arrays.copyOf(content, end - 3) : content.clone();
        if (!cut) content[end - 20] ^= 1;
        TestWorld torn = new TestWorld();
        torn.content(log, content);
        torn.content(DATA.resolve("version-2/snapshot.0"), world.content(DATA.resolve("version-2/snapshot.0")));
        Keeper again = KeeperTest.open(torn);
        assertThat(again.znodeCount()).isEqualTo(4 + 19);
        Original.export(torn, DATA, temporary);
        Original.Opened original = Original.open(temporary);
        assertThat(original.zxid).isEqualTo(again.lastZxid());
        assertThat(original.digestMismatches).isZero();
        Original.assertSame(again.tree(), original.tree);
    }

    /** A directory as the original leaves it: a snapshot, the log behind it with its padding, sessions with ephemerals. */
    private void writeAsTheOriginal(ZnodeTree tree, DataTree twin, int after) throws Exception {
        SeededRandom random = new SeededRandom(17);
        RandomRequests requests = new RandomRequests(random);
        ConcurrentHashMap<Long, Integer> sessions = new ConcurrentHashMap<>();
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        FileTxnSnapLog files = new FileTxnSnapLog(temporary.toFile(), temporary.toFile());
        long session = 0x300000000000001L;
        for (int i = 0; i < 900; i++) {
            if (i == after) files.save(twin, sessions, true);
            if (i == after) files.rollLog();
            io.ottla.keeper.api.Request request =
                    i == 0 ? new io.ottla.keeper.api.Request.CreateSession(4000) : requests.any();
            LoggedTxn txn = preparer.prepare(1000 + i, new Caller(session, 1, List.of(Identity.SUPER)), i, request);
            TxnLogEntry entry = SerializeUtils.deserializeTxn(txn.toBytes());
            Request appended = new Request(null, session, i, txn.txn().type(), null, null);
            appended.setHdr(entry.getHeader());
            appended.setTxn(entry.getTxn());
            appended.setTxnDigest(entry.getDigest());
            files.append(appended);
            files.processTransaction(entry.getHeader(), twin, sessions, entry.getTxn());
            tree.apply(txn, TreeListener.NONE);
            preparer.applied(txn.zxid());
        }
        files.commit();
        files.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, 899})
    void weOpenTheOriginalsDirectory(int after) throws Exception {
        ZnodeTree tree = ZnodeTree.fresh(1);
        DataTree twin = new DataTree();
        writeAsTheOriginal(tree, twin, after);
        DataDirectory.Recovered recovered =
                new DataDirectory(Original.imported(temporary, DATA), DATA, DATA, 5).recover();
        assertThat(recovered.notes()).isEmpty();
        assertThat(recovered.tree().lastZxid()).isEqualTo(900);
        assertThat(recovered.tree().sessions()).containsEntry(0x300000000000001L, 4000);
        Original.assertSame(recovered.tree(), twin);
    }

    @Test
    void weOpenALogThatIsWholeWithoutASnapshot() throws Exception {
        ZnodeTree tree = ZnodeTree.fresh(1);
        DataTree twin = new DataTree();
        writeAsTheOriginal(tree, twin, -1);
        TestWorld world = Original.imported(temporary, DATA);
        DataDirectory.Recovered recovered = new DataDirectory(world, DATA, DATA, 5).recover();
        assertThat(recovered.notes()).hasSize(1).first().asString().contains("every transaction from the first on");
        assertThat(recovered.tree().lastZxid()).isEqualTo(900);
        Original.assertSame(recovered.tree(), twin);
        // and now the original opens it too
        Original.export(world, DATA, temporary);
        assertThat(Original.open(temporary).zxid).isEqualTo(900);
    }

    @ParameterizedTest
    @EnumSource
    void weOpenSnapshotsHoweverTheOriginalCompressesThem(KeeperOptions.Compression compression) throws Exception {
        ZnodeTree tree = ZnodeTree.fresh(1);
        DataTree twin = new DataTree();
        SnapStream.setStreamMode(streamMode(compression));
        try {
            writeAsTheOriginal(tree, twin, 899);
        } finally {
            SnapStream.setStreamMode(SnapStream.StreamMode.CHECKED);
        }
        assertThat(temporary.resolve("version-2").toFile().list((dir, name) -> name.startsWith("snapshot.")))
                .hasSize(1)
                .allMatch(name -> compression.suffix.isEmpty()
                        ? name.indexOf('.') == name.lastIndexOf('.')
                        : name.endsWith(compression.suffix));
        DataDirectory.Recovered recovered =
                new DataDirectory(Original.imported(temporary, DATA), DATA, DATA, 5).recover();
        assertThat(recovered.replayed()).isLessThan(10);
        Original.assertSame(recovered.tree(), twin);
    }

    private static SnapStream.StreamMode streamMode(KeeperOptions.Compression compression) {
        return switch (compression) {
            case NONE -> SnapStream.StreamMode.CHECKED;
            case GZIP -> SnapStream.StreamMode.GZIP;
            case SNAPPY -> SnapStream.StreamMode.SNAPPY;
        };
    }

    @ParameterizedTest
    @EnumSource
    void theOriginalOpensOurSnapshotsHoweverWeCompressThem(KeeperOptions.Compression compression) throws Exception {
        TestWorld world = new TestWorld();
        List<Outcome<Keeper>> opened = new ArrayList<>();
        KeeperOptions options = TestWorld.options(100, 3, true, compression);
        Keeper.open(options, DATA, world, world, new SeededRandom(3), world, opened::add);
        world.drain();
        Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
        RandomRequests requests = new RandomRequests(new SeededRandom(9));
        for (int i = 0; i < 600; i++) TestAsker.of(keeper).submit(List.of(requests.op(true)), result -> {});
        world.drain();
        assertThat(world.files().stream().filter(path -> isSnapshot(path, compression)))
                .isNotEmpty();
        Original.export(world, DATA, temporary);
        Original.Opened original = Original.open(temporary);
        assertThat(original.zxid).isEqualTo(keeper.lastZxid());
        assertThat(original.replayed).hasSizeLessThan(200);
        Original.assertSame(keeper.tree(), original.tree);
        TestWorld copy = world.copy();
        DataDirectory.Recovered recovered = new DataDirectory(copy, DATA, DATA, 5).recover();
        assertThat(recovered.notes()).isEmpty();
        assertThat(recovered.tree().digest()).isEqualTo(keeper.tree().digest());
    }

    private static boolean isSnapshot(Path path, KeeperOptions.Compression compression) {
        String name = path.getFileName().toString();
        return name.startsWith("snapshot.") && name.endsWith(compression.suffix);
    }

    /** Whatever bit of it is wrong: it is an error in time, and takes no memory. */
    @ParameterizedTest
    @EnumSource(names = {"GZIP", "SNAPPY"})
    void aDamagedCompressedSnapshotIsPassedOver(KeeperOptions.Compression compression) throws Exception {
        TestWorld world = new TestWorld();
        List<Outcome<Keeper>> opened = new ArrayList<>();
        KeeperOptions options = TestWorld.options(10, 3, true, compression);
        Keeper.open(options, DATA, world, world, new SeededRandom(3), world, opened::add);
        world.drain();
        Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
        RandomRequests requests = new RandomRequests(new SeededRandom(9));
        for (int i = 0; i < 60; i++) {
            TestAsker.of(keeper).submit(List.of(requests.op(true)), result -> {});
            world.drain();
        }
        Path newest = world.files().stream()
                .filter(path -> isSnapshot(path, compression))
                .max(java.util.Comparator.comparingLong(
                        path -> Long.parseLong(path.getFileName().toString().split("\\.", -1)[1], 16)))
                .orElseThrow();
        byte[] sound = world.content(newest);
        for (int at = 0; at < sound.length; at++) {
            TestWorld damaged = world.copy();
            byte[] content = sound.clone();
            content[at] ^= (byte) (1 << at % 8);
            damaged.content(newest, content);
            ZnodeTree tree = new DataDirectory(damaged, DATA, DATA, 5).recover().tree();
            assertThat(tree.lastZxid()).isEqualTo(keeper.lastZxid());
            assertThat(tree.digest()).as("byte %d", at).isEqualTo(keeper.tree().digest());
        }
    }

    @Test
    void theLogMayHaveADirectoryOfItsOwn() throws Exception {
        Path logs = Path.of("/logs");
        TestWorld world = new TestWorld();
        long zxid = 0;
        for (int life = 0; life < 3; life++) {
            List<Outcome<Keeper>> opened = new ArrayList<>();
            Keeper.open(
                    TestWorld.options(40, 2, true), DATA, logs, world, world, new SeededRandom(3), world, opened::add);
            world.drain();
            Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
            assertThat(keeper.lastZxid()).isGreaterThan(zxid);
            RandomRequests requests = new RandomRequests(new SeededRandom(life));
            for (int i = 0; i < 200; i++) {
                TestAsker.of(keeper).submit(List.of(requests.op(true)), result -> {});
                world.drain();
            }
            KeeperTest.close(world, keeper);
            zxid = keeper.lastZxid();
            assertThat(world.files().stream().filter(path -> path.startsWith(DATA)))
                    .hasSize(2)
                    .allMatch(path -> path.getFileName().toString().startsWith("snapshot."));
            assertThat(world.files().stream().filter(path -> path.startsWith(logs)))
                    .hasSizeBetween(1, 3)
                    .allMatch(path -> path.getFileName().toString().startsWith("log."));
        }
        Original.export(world, DATA, temporary.resolve("data"), DATA);
        Original.export(world, logs, temporary.resolve("logs"), logs);
        Original.Opened original = Original.open(temporary.resolve("data"), temporary.resolve("logs"));
        assertThat(original.zxid).isEqualTo(zxid);
        assertThat(original.digestMismatches).isZero();

        Path log = world.files().stream()
                .filter(path -> path.startsWith(logs))
                .findFirst()
                .orElseThrow();
        TestWorld mixed = world.copy();
        mixed.content(DATA.resolve("version-2").resolve(log.getFileName()), world.content(log));
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(KeeperOptions.DEFAULT, DATA, logs, mixed, mixed, new SeededRandom(3), mixed, opened::add);
        mixed.drain();
        assertThat(((Outcome.Failed<Keeper>) opened.getFirst()).cause())
                .hasMessage(
                        "/data/version-2 has transaction logs, and dataLogDir is another directory: move them to /logs/version-2");
    }
}
