package io.ottla.keeper.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.Original;
import io.ottla.keeper.RandomRequests;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.SnapshotFile;
import io.ottla.keeper.files.SnapshotReader;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Txn;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.server.DataTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotWalkTest {
    private static final Path DIRECTORY = Path.of("/data/version-2");
    private static final long SESSION = 0x100000000000001L;

    private final TestWorld world = new TestWorld();

    /** Transactions go on between any two slices; the snapshot has the tree as it was when it began. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aSnapshotIsOfOneZxidWhateverHappensMeanwhile(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree tree = ZnodeTree.fresh(random.nextLong());
        DataTree twin = new DataTree();
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        List<Identity> callers = List.of(Identity.SUPER);
        LoggedTxn begin = preparer.prepare(5, new Caller(SESSION, 1, callers), 0, new Request.CreateSession(9000));
        tree.apply(begin, TreeListener.NONE);
        preparer.applied(begin.zxid());
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 200; j++) change(tree, preparer, requests, callers, twin);
            BufferOutputArchive out = new BufferOutputArchive(16);
            SnapshotWalk walk = tree.walks().beginForDisk();
            SnapshotFile file = new SnapshotFile(world, DIRECTORY, walk.zxid(), KeeperOptions.Compression.NONE);
            long zxid = tree.lastZxid();
            int nodes = tree.nodeCount();
            int sliceBytes = 1 + random.nextInt(2000);
            boolean more = true;
            while (more) {
                more = walk.write(out, sliceBytes);
                file.write(out.toByteArray());
                out.clear();
                for (int j = random.nextInt(4); more && j > 0; j--) change(tree, preparer, requests, callers, null);
            }
            walk.writeDigest(out);
            file.finish(out.toByteArray());

            ZnodeTree read = read(zxid);
            assertThat(read.nodeCount()).isEqualTo(nodes);
            assertThat(read.lastZxid()).isEqualTo(zxid);
            assertThat(read.sessions()).containsExactlyEntriesOf(java.util.Map.of(SESSION, 9000));
            Original.assertSame(read, twin);
            // the twin stood still meanwhile: both begin anew from what was read
            tree = read;
            preparer = TestWorld.preparer(tree, true);
        }
    }

    private static void change(
            ZnodeTree tree, RequestPreparer preparer, RandomRequests requests, List<Identity> callers, DataTree twin)
            throws IOException {
        LoggedTxn txn = preparer.prepare(7, new Caller(SESSION, 1, callers), 0, requests.any());
        if (twin != null) Original.apply(twin, txn.toBytes());
        tree.apply(txn, TreeListener.NONE);
        preparer.applied(txn.zxid());
    }

    private ZnodeTree read(long zxid) throws IOException {
        return read(DIRECTORY, zxid);
    }

    private ZnodeTree read(Path directory, long zxid) throws IOException {
        return SnapshotReader.read(
                new ByteArrayInputStream(world.content(directory.resolve("snapshot." + Long.toHexString(zxid)))),
                zxid,
                42);
    }

    @Test
    void whatIsChangedOrDeletedMeanwhileIsThereAsItWas() throws Exception {
        ZnodeTree tree = ZnodeTree.fresh(1);
        DataTree twin = new DataTree();
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        List<Identity> callers = List.of(Identity.SUPER);
        List<Request> before = new java.util.ArrayList<>(List.of(new Request.CreateSession(9000)));
        for (String path : List.of("/a", "/a/b", "/a/b/c", "/a/b/d", "/z"))
            before.add(new Request.Create(path, new byte[] {7}, io.ottla.zookeeperprotocol.CreateMode.PERSISTENT));
        List<Request> meanwhile = List.of(
                new Request.SetData("/a/b", new byte[] {8}, -1),
                new Request.Delete("/a/b/d", -1),
                new Request.Delete("/a/b/c", -1),
                new Request.Delete("/a/b", -1),
                new Request.Delete("/a", -1),
                new Request.Create("/a", new byte[] {9}, io.ottla.zookeeperprotocol.CreateMode.PERSISTENT),
                new Request.SetAcl("/z", io.ottla.zookeeperprotocol.Acl.READ_ONLY, -1));
        for (Request each : before) {
            LoggedTxn txn = preparer.prepare(7, new Caller(SESSION, 1, callers), 0, each);
            Original.apply(twin, txn.toBytes());
            tree.apply(txn, TreeListener.NONE);
            preparer.applied(txn.zxid());
        }
        BufferOutputArchive out = new BufferOutputArchive(16);
        SnapshotWalk walk = tree.walks().beginForDisk();
        SnapshotFile file = new SnapshotFile(world, DIRECTORY, walk.zxid(), KeeperOptions.Compression.NONE);
        long zxid = tree.lastZxid();
        for (Request each : meanwhile) {
            LoggedTxn txn = preparer.prepare(7, new Caller(SESSION, 1, callers), 0, each);
            assertThat(tree.apply(txn, TreeListener.NONE)).noneMatch(result -> result instanceof OpResult.Failed);
            preparer.applied(txn.zxid());
        }
        boolean more = true;
        while (more) more = walk.write(out, out.sizeBytes() + 1);
        file.write(out.toByteArray());
        out.clear();
        walk.writeDigest(out);
        file.finish(out.toByteArray());
        Original.assertSame(read(zxid), twin);
    }

    /** One of several: what it has written, and what the tree was when it began. */
    private final class Learner {
        final SnapshotWalk walk;
        final Path directory;
        final SnapshotFile file;
        final long digest;
        final int nodes;

        Learner(ZnodeTree tree, int number) {
            // the first of all is the disk's
            walk = tree.walks().count() == 0
                    ? tree.walks().beginForDisk()
                    : tree.walks().beginForPeer().orElseThrow();
            directory = Path.of("/learner" + number);
            file = new SnapshotFile(world, directory, walk.zxid(), KeeperOptions.Compression.NONE);
            digest = tree.digest();
            nodes = tree.nodeCount();
        }

        /** @return false if it is finished, and was right */
        boolean goOn(int bytes) throws IOException {
            BufferOutputArchive out = new BufferOutputArchive(16);
            boolean more = walk.write(out, bytes);
            file.write(out.toByteArray());
            if (more) return true;
            out.clear();
            walk.writeDigest(out);
            file.finish(out.toByteArray());
            ZnodeTree read = read(directory, walk.zxid());
            assertThat(read.digest()).isEqualTo(digest);
            assertThat(read.nodeCount()).isEqualTo(nodes);
            return false;
        }
    }

    /** They begin and go on at any time, each at its own pace; some are given up. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void severalAtOnceAreEachOfTheirOwnZxid(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree tree = ZnodeTree.fresh(random.nextLong());
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        List<Identity> callers = List.of(Identity.SUPER);
        LoggedTxn begin = preparer.prepare(5, new Caller(SESSION, 1, callers), 0, new Request.CreateSession(9000));
        tree.apply(begin, TreeListener.NONE);
        preparer.applied(begin.zxid());
        List<Learner> learners = new ArrayList<>();
        List<SnapshotWalk> givenUp = new ArrayList<>();
        int finished = 0;
        int together = 0;
        for (int i = 0; i < 4000; i++) {
            if (random.chance(0.5)) change(tree, preparer, requests, callers, null);
            if (random.chance(0.05) && tree.walks().count() < SnapshotWalks.PEERS_MAX)
                learners.add(new Learner(tree, i));
            if (!learners.isEmpty() && random.chance(0.5)) {
                Learner one = learners.get(random.nextInt(learners.size()));
                if (!one.goOn(1 + random.nextInt(500))) {
                    learners.remove(one);
                    finished++;
                } else if (random.chance(0.02)) {
                    one.walk.giveUp();
                    assertThat(one.walk.aheadBytes()).isZero();
                    learners.remove(one);
                    givenUp.add(one.walk);
                }
            }
            if (!givenUp.isEmpty() && random.chance(0.3)) givenUp.removeIf(walk -> !walk.sweep(1 + random.nextInt(10)));
            together = Math.max(together, learners.size());
            assertThat(tree.walks().count()).isEqualTo(learners.size() + givenUp.size());
        }
        while (!learners.isEmpty()) learners.removeIf(one -> !goesOn(one));
        assertThat(finished).isGreaterThan(20);
        assertThat(together).isGreaterThan(3);
    }

    private static boolean goesOn(Learner one) {
        try {
            return one.goOn(100);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void onePeerMoreThanThereAreBitsHasToWaitUntilAnotherHasEnded() {
        ZnodeTree tree = ZnodeTree.fresh(1);
        List<SnapshotWalk> walks = new ArrayList<>();
        for (int i = 0; i < SnapshotWalks.PEERS_MAX; i++)
            walks.add(tree.walks().beginForPeer().orElseThrow());
        assertThat(tree.walks().beginForPeer()).isEmpty();
        SnapshotWalk third = walks.get(2);
        third.giveUp();
        assertThat(tree.walks().beginForPeer()).isEmpty();
        while (third.sweep(1)) assertThat(tree.walks().beginForPeer()).isEmpty();
        SnapshotWalk next = tree.walks().beginForPeer().orElseThrow();
        assertThat(next.bit()).isEqualTo(third.bit());
        // it has ended, and takes nothing from the one that has its bit now
        assertThat(third.sweep(1)).isFalse();
        assertThat(tree.walks().beginForPeer()).isEmpty();
        BufferOutputArchive out = new BufferOutputArchive(16);
        assertThat(next.write(out, 1 << 20)).isFalse();
        assertThat(tree.walks().beginForPeer()).isPresent();
    }

    @Test
    void theDisksNeedNotWaitForPeers() {
        ZnodeTree tree = ZnodeTree.fresh(1);
        while (tree.walks().count() < SnapshotWalks.PEERS_MAX)
            assertThat(tree.walks().beginForPeer()).isPresent();
        BufferOutputArchive out = new BufferOutputArchive(16);
        for (int i = 0; i < 3; i++)
            assertThat(tree.walks().beginForDisk().write(out, 1 << 20)).isFalse();
    }

    /** 100 nodes of 1,000 bytes, all of which change. */
    private static void changeAll(ZnodeTree tree) {
        for (int i = 0; i < 100; i++) tree.overwrite(tree.find("/n" + i), new byte[1000]);
    }

    private static ZnodeTree treeOf100() {
        ZnodeTree tree = ZnodeTree.fresh(1);
        for (int i = 0; i < 100; i++) {
            Txn.Create create = new Txn.Create("/n" + i, new byte[1000], Acl.OPEN, false, i + 1, true);
            tree.apply(new LoggedTxn(1, 0, i + 1, 5, create, LoggedTxn.NO_DIGEST, 0), TreeListener.NONE);
        }
        return tree;
    }

    /** @return whether all came */
    private static boolean comes(SnapshotWalk walk) {
        BufferOutputArchive out = new BufferOutputArchive(16);
        return !walk.isGivenUp() && !walk.write(out, 1 << 20) && out.sizeBytes() > 100_000;
    }

    /** What a walk holds against changes, and what becomes of two that begin one after the other. */
    @ParameterizedTest
    @CsvSource({
        // the bound of all; whether the disk's and the peer's come, the peer's having begun after half of the changes
        "1000000, true,  true",
        "210000,  true,  true",
        // together more than that: the larger goes
        "200000,  false, true",
        "100000,  false, false",
    })
    void whatIsHeldForOneAndForAllIsBounded(long bytesMax, boolean disksComes, boolean peersComes) {
        ZnodeTree tree = treeOf100();
        tree.walks().bound(bytesMax);
        SnapshotWalk disks = tree.walks().beginForDisk();
        for (int i = 0; i < 50; i++) tree.overwrite(tree.find("/n" + i), new byte[1000]);
        SnapshotWalk peers = tree.walks().beginForPeer().orElseThrow();
        for (int i = 10; i < 100; i++) tree.overwrite(tree.find("/n" + i), new byte[1000]);
        assertThat(comes(disks)).as("disk").isEqualTo(disksComes);
        assertThat(comes(peers)).as("peer").isEqualTo(peersComes);
    }

    @Test
    void whatIsGivenUpHoldsNothing() {
        ZnodeTree tree = treeOf100();
        tree.walks().bound(10_000);
        SnapshotWalk walk = tree.walks().beginForDisk();
        changeAll(tree);
        assertThat(walk.isGivenUp()).isTrue();
        assertThat(walk.aheadBytes()).isZero();
        while (walk.sweep(10)) changeAll(tree);
        assertThat(comes(tree.walks().beginForDisk())).isTrue();
    }

    @Test
    void aSnapshotThatIsCutOrChangedIsRefused() throws Exception {
        TestWorld fresh = new TestWorld();
        new DataDirectory(fresh, Path.of("/data"), Path.of("/data"), 1).recover();
        byte[] good = fresh.content(DIRECTORY.resolve("snapshot.0"));
        SnapshotReader.read(new ByteArrayInputStream(good), 0, 1);
        // after the first seal a snapshot of older servers ends
        int seal = good.length - 13 - 8 - 13 - 20;
        for (int size = 0; size < seal; size++) {
            byte[] cut = java.util.Arrays.copyOf(good, size);
            assertThatThrownBy(() -> SnapshotReader.read(new ByteArrayInputStream(cut), 0, 1))
                    .as("cut at %d", size)
                    .isInstanceOf(IOException.class);
        }
        for (int at = 0; at < good.length; at++) {
            byte[] changed = good.clone();
            changed[at] ^= 0x10;
            // the slash that ends a seal says nothing; its checksum was compared before
            if (at >= good.length - 5) continue;
            int where = at;
            boolean refused;
            try {
                SnapshotReader.read(new ByteArrayInputStream(changed), 0, 1);
                refused = false;
            } catch (IOException e) {
                refused = true;
            }
            assertThat(refused).as("byte %d", where).isTrue();
        }
    }
}
