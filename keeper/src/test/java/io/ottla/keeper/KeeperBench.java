package io.ottla.keeper;

import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.files.SnapshotReader;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.watch.Watches;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Txn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.apache.zookeeper.server.watch.WatchManager;

/**
 * Memory per znode and per watch, and rates, ours and the original's, in one run each: {@code KeeperBench
 * ours|original|ours-watches|original-watches [count]}. Not a test; run by hand, with {@code -Xmx4g -XX:+UseSerialGC}, and ours with {@code
 * -XX:+UseCompactObjectHeaders}, as it is started.
 */
final class KeeperBench {
    private static final int DATA_BYTES = 100;
    private static final int PARENTS = 1000;
    private static final long SESSION = 1;

    private KeeperBench() {}

    public static void main(String[] args) throws IOException {
        System.setProperty("zookeeper.extendedTypesEnabled", "true");
        int znodes = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
        switch (args[0]) {
            case "ours" -> ours(znodes);
            case "original" -> original(znodes);
            case "ours-watches" -> oursWatches(znodes);
            case "original-watches" -> originalWatches(znodes);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static Txn create(int i) {
        String path = i < PARENTS ? "/p" + i : "/p" + i % PARENTS + "/node" + i;
        return new Txn.Create(path, new byte[DATA_BYTES], Acl.OPEN, false, Txn.CVERSION_UNKNOWN, false);
    }

    private static LoggedTxn logged(int i, Txn txn) {
        return new LoggedTxn(SESSION, i, i + 1, 1_700_000_000_000L + i, txn, LoggedTxn.NO_DIGEST, 0);
    }

    private static void ours(int znodes) throws IOException {
        long empty = usedBytes();
        ZnodeTree tree = ZnodeTree.fresh(7);
        long began = System.nanoTime();
        for (int i = 0; i < znodes; i++) tree.apply(logged(i, create(i)), TreeListener.NONE);
        report("create", znodes, began);
        System.out.printf("ours: %d bytes a znode%n", (usedBytes() - empty) / znodes);

        began = System.nanoTime();
        for (int i = 0; i < znodes; i++) tree.find("/p" + i % PARENTS + "/node" + i);
        report("find", znodes, began);

        RequestPreparer preparer = TestWorld.preparer(tree, false);
        LoggedTxn session = preparer.prepare(0, new Caller(SESSION, 1, List.of()), 0, new Request.CreateSession(1000));
        tree.apply(session, TreeListener.NONE);
        preparer.applied(session.zxid());
        began = System.nanoTime();
        byte[] data = new byte[DATA_BYTES];
        for (int i = PARENTS; i < znodes; i++) {
            LoggedTxn txn = preparer.prepare(
                    i,
                    new Caller(SESSION, 1, List.of(Identity.SUPER)),
                    i,
                    new Request.SetData("/p" + i % PARENTS + "/node" + i, data, -1));
            if (txn.toBytes().length == 0) throw new IllegalStateException();
            tree.apply(txn, TreeListener.NONE);
            preparer.applied(txn.zxid());
        }
        report("set data: prepare, encode, apply", znodes - PARENTS, began);
        began = System.nanoTime();
        for (int i = 0; i < znodes / 4; i++) {
            LoggedTxn txn = preparer.prepare(
                    i,
                    new Caller(SESSION, 1, List.of(Identity.SUPER)),
                    i,
                    new Request.Create("/p" + i % PARENTS + "/more" + i, data, CreateMode.PERSISTENT));
            if (txn.toBytes().length == 0) throw new IllegalStateException();
            tree.apply(txn, TreeListener.NONE);
            preparer.applied(txn.zxid());
        }
        report("create: prepare, encode, apply", znodes / 4, began);

        began = System.nanoTime();
        BufferOutputArchive out = new BufferOutputArchive(70_000);
        SnapshotWalk walk = tree.walks().beginForDisk();
        out.writeInt(SnapshotWalk.MAGIC, "magic");
        out.writeInt(SnapshotWalk.VERSION, "version");
        out.writeLong(-1, "dbid");
        ByteArrayOutputStream snapshot = new ByteArrayOutputStream(znodes * 300);
        long longest = 0;
        boolean more = true;
        while (more) {
            long slice = System.nanoTime();
            more = walk.write(out, 64 * 1024);
            longest = Math.max(longest, System.nanoTime() - slice);
            snapshot.writeBytes(out.toByteArray());
            out.clear();
        }
        report("snapshot walk", tree.nodeCount(), began);
        System.out.printf("longest slice %d us, %d MB%n", longest / 1000, snapshot.size() >> 20);
        java.util.zip.Adler32 adler = new java.util.zip.Adler32();
        adler.update(snapshot.toByteArray());
        out.writeLong(adler.getValue(), "val");
        out.writeString("/", "path");
        snapshot.writeBytes(out.toByteArray());
        byte[] bytes = snapshot.toByteArray();
        began = System.nanoTime();
        int nodes = SnapshotReader.read(new ByteArrayInputStream(bytes), 1, 3).nodeCount();
        report("snapshot read", nodes, began);
    }

    private static void original(int znodes) throws IOException {
        long empty = usedBytes();
        DataTree tree = new DataTree();
        long began = System.nanoTime();
        for (int i = 0; i < znodes; i++) {
            TxnLogEntry entry =
                    SerializeUtils.deserializeTxn(logged(i, create(i)).toBytes());
            tree.processTxn(entry.getHeader(), entry.getTxn());
        }
        report("decode, create", znodes, began);
        System.out.printf("original: %d bytes a znode%n", (usedBytes() - empty) / znodes);
        if (tree.getNodeCount() == 0) throw new IllegalStateException();
    }

    /** As they come off the wire: every request has a path of its own. */
    private static String watched(int i, int paths) {
        return "/p" + i % PARENTS + "/node" + i % paths;
    }

    private static void oursWatches(int count) {
        for (int paths : new int[] {count, 1000}) {
            List<TestWatcher> watchers = new ArrayList<>();
            for (int i = 0; i < 1000; i++) watchers.add(new TestWatcher());
            long empty = usedBytes();
            Watches watches =
                    new Watches(new KeeperOptions.Watching(Long.MAX_VALUE, Long.MAX_VALUE), ZnodeTree.fresh(7), 7);
            long began = System.nanoTime();
            for (int i = 0; i < count; i++)
                watches.add(watched(i, paths), WatchKind.DATA, watchers.get((i + i / 1000) % 1000));
            report("add", count, began);
            System.out.printf("ours: %d bytes a watch, %d paths%n", (usedBytes() - empty) / count, paths);
            if (watches.count() != count) throw new IllegalStateException("" + watches.count());
            began = System.nanoTime();
            for (TestWatcher each : watchers) watches.removeAll(each);
            report("remove", count, began);
        }
    }

    private static void originalWatches(int count) {
        for (int paths : new int[] {count, 1000}) {
            List<org.apache.zookeeper.Watcher> watchers = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                List<Object> each = new ArrayList<>();
                watchers.add(each::add);
            }
            long empty = usedBytes();
            WatchManager watches = new WatchManager();
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) watches.addWatch(watched(i, paths), watchers.get((i + i / 1000) % 1000));
            report("add", count, began);
            System.out.printf("original: %d bytes a watch, %d paths%n", (usedBytes() - empty) / count, paths);
            if (watches.size() != count) throw new IllegalStateException("" + watches.size());
            began = System.nanoTime();
            for (org.apache.zookeeper.Watcher each : watchers) watches.removeWatcher(each);
            report("remove", count, began);
        }
    }

    private static void report(String what, int count, long beganNs) {
        System.out.printf("%s: %d a second%n", what, count * 1_000_000_000L / (System.nanoTime() - beganNs));
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
