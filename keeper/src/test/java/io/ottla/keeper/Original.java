package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Stat;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.util.SerializeUtils;

/** Apache ZooKeeper's own tree and files, to compare with. */
public final class Original {
    private Original() {}

    public static final class Opened {
        public final DataTree tree = new DataTree();
        public final ConcurrentHashMap<Long, Integer> sessions = new ConcurrentHashMap<>();
        public long zxid;
        public int digestMismatches;
        public final List<Long> replayed = new ArrayList<>();
    }

    static {
        // or the original enables neither, and refuses TTL nodes
        System.setProperty("zookeeper.extendedTypesEnabled", "true");
        System.setProperty("zookeeper.digest.enabled", "true");
    }

    /** What the original makes of a data directory. */
    public static Opened open(Path dataDir) throws IOException {
        return open(dataDir, dataDir);
    }

    public static Opened open(Path dataDir, Path dataLogDir) throws IOException {
        Opened opened = new Opened();
        opened.tree.addDigestWatcher(zxid -> opened.digestMismatches++);
        FileTxnSnapLog files = new FileTxnSnapLog(dataLogDir.toFile(), dataDir.toFile());
        opened.zxid = files.restore(
                opened.tree, opened.sessions, (hdr, record, digest) -> opened.replayed.add(hdr.getZxid()));
        files.close();
        return opened;
    }

    static void save(DataTree tree, ConcurrentHashMap<Long, Integer> sessions, Path dataDir) throws IOException {
        FileTxnSnapLog files = new FileTxnSnapLog(dataDir.toFile(), dataDir.toFile());
        File file = files.save(tree, sessions, true);
        assertThat(file).exists();
        files.close();
    }

    /** Applies an entry of our log as the original applies its own. */
    public static DataTree.ProcessTxnResult apply(DataTree tree, byte[] entry) throws IOException {
        TxnLogEntry read = SerializeUtils.deserializeTxn(entry);
        DataTree.ProcessTxnResult result = tree.processTxn(read.getHeader(), read.getTxn());
        if (read.getDigest() != null)
            assertThat(tree.getTreeDigest()).isEqualTo(read.getDigest().getTreeDigest());
        return result;
    }

    /** Every node, field by field. */
    public static void assertSame(ZnodeTree ours, DataTree theirs) throws Exception {
        assertThat(ours.digest()).isEqualTo(theirs.getTreeDigest());
        assertThat(ours.nodeCount()).isEqualTo(theirs.getNodeCount() - 1);
        compare("/", ours.root(), ours, theirs);
    }

    private static void compare(String path, Znode node, ZnodeTree ours, DataTree theirs) throws Exception {
        DataNode other = theirs.getNode(path);
        assertThat(other).as(path).isNotNull();
        assertThat(node.data()).as(path).isEqualTo(other.getData());
        org.apache.zookeeper.data.Stat stat = new org.apache.zookeeper.data.Stat();
        other.copyStat(stat);
        assertThat(ZnodeTree.stat(node))
                .as(path)
                .isEqualTo(new Stat(
                        stat.getCzxid(),
                        stat.getMzxid(),
                        stat.getCtime(),
                        stat.getMtime(),
                        stat.getVersion(),
                        stat.getCversion(),
                        stat.getAversion(),
                        stat.getEphemeralOwner(),
                        stat.getDataLength(),
                        stat.getNumChildren(),
                        stat.getPzxid()));
        assertThat(node.owner()).as(path).isEqualTo(other.stat.getEphemeralOwner());
        List<String> acl = new ArrayList<>();
        ours.acl(node).forEach(each -> acl.add(each.perms() + ":" + each.scheme() + ":" + each.id()));
        List<String> otherAcl = new ArrayList<>();
        theirs.getACL(path, stat)
                .forEach(each -> otherAcl.add(each.getPerms() + ":"
                        + each.getId().getScheme() + ":" + each.getId().getId()));
        assertThat(acl).as(path).isEqualTo(otherAcl);
        TreeSet<String> names = new TreeSet<>();
        for (Znode child : node.childNodes()) {
            names.add(child.name());
            compare(path.equals("/") ? "/" + child.name() : path + "/" + child.name(), child, ours, theirs);
        }
        assertThat(names).as(path).isEqualTo(new TreeSet<>(other.getChildren()));
    }

    /** Puts what a test's disk holds where the original can read it. */
    public static void export(TestWorld world, Path from, Path to) throws IOException {
        export(world, from, to, Path.of("/"));
    }

    public static void export(TestWorld world, Path from, Path to, Path below) throws IOException {
        for (Path path : world.files()) {
            if (!path.startsWith(below)) continue;
            Path target = to.resolve(from.relativize(path));
            Files.createDirectories(target.getParent());
            Files.write(target, world.content(path));
        }
    }

    public static TestWorld imported(Path from, Path to) throws IOException {
        TestWorld world = new TestWorld();
        try (var files = Files.walk(from)) {
            for (Path path : files.filter(Files::isRegularFile).toList())
                world.content(to.resolve(from.relativize(path)), Files.readAllBytes(path));
        }
        return world;
    }

    public static byte[] bytes(LoggedTxn txn) throws IOException {
        byte[] bytes = txn.toBytes();
        assertThat(LoggedTxn.read(ByteBuffer.wrap(bytes)).toBytes()).isEqualTo(bytes);
        return bytes;
    }
}
