package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.zookeeper.server.DataTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        byte round = 0;
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 200; j++) change(tree, preparer, requests, callers, twin);
            BufferOutputArchive out = new BufferOutputArchive(16);
            SnapshotWalk walk = new SnapshotWalk(tree, ++round, out);
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
            walk.close();
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
        return SnapshotReader.read(
                new ByteArrayInputStream(world.content(DIRECTORY.resolve("snapshot." + Long.toHexString(zxid)))),
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
        SnapshotWalk walk = new SnapshotWalk(tree, (byte) 1, out);
        SnapshotFile file = new SnapshotFile(world, DIRECTORY, walk.zxid(), KeeperOptions.Compression.NONE);
        long zxid = tree.lastZxid();
        for (Request each : meanwhile) {
            LoggedTxn txn = preparer.prepare(7, new Caller(SESSION, 1, callers), 0, each);
            assertThat(tree.apply(txn, TreeListener.NONE)).noneMatch(result -> result instanceof OpResult.Failed);
            preparer.applied(txn.zxid());
        }
        boolean more = true;
        while (more) more = walk.write(out, out.sizeBytes() + 1);
        walk.close();
        file.write(out.toByteArray());
        out.clear();
        walk.writeDigest(out);
        file.finish(out.toByteArray());
        Original.assertSame(read(zxid), twin);
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
