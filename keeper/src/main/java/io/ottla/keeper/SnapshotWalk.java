package io.ottla.keeper;

import static io.ottla.base.Invariant.invariant;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the tree as it stands at one zxid, slice by slice, while transactions go on changing it.
 *
 * <p>Every node has a mark, the round of the last snapshot that has it behind it. A node that the walk has not come to
 * and that is about to change leaves an image of itself, which is written in its stead; one that is deleted leaves
 * an image for the end; one that is created is marked, and so never written. A slice is as long as the caller wants,
 * so no request waits for more than one.
 *
 * <pre>
 * snapshot := "ZKSN" version:int=2 dbid:long=−1
 *             count:int (sessionId:long timeout:int)*
 *             count:int (aclId:long acl)*
 *             (path:string node)* "/":string seal     parents first; the root's path is empty
 *             zxid:long digestVersion:int digest:long seal
 *             zxid:long seal
 * node     := data:buffer aclId:long czxid:long mzxid:long ctime:long mtime:long version:int cversion:int
 *             aversion:int ephemeralOwner:long pzxid:long
 * seal     := adler32:long "/":string                 over everything before it, earlier seals included
 * </pre>
 */
final class SnapshotWalk {
    static final int MAGIC = 0x5A4B534E;
    static final int VERSION = 2;

    /** More images than this, in bytes of content, and the snapshot is given up: memory comes first. */
    static final long IMAGE_BYTES_MAX = 256L << 20;

    private static final int IMAGE_OVERHEAD_BYTES = 160;

    private final ZnodeTree tree;
    private final byte round;
    private final long zxid;
    private final long digest;
    private final int nodes;
    private final List<Level> levels = new ArrayList<>();
    private final Map<Znode, Znode> changed = new IdentityHashMap<>();
    private final List<Deleted> deleted = new ArrayList<>();
    private final StringBuilder path = new StringBuilder();
    private long imageBytes;
    private int written;

    /** The children of one node on the way, as they were when the walk came to it. */
    private static final class Level {
        final Znode[] children;
        final int pathLength;
        int next;

        Level(Znode[] children, int pathLength) {
            this.children = children;
            this.pathLength = pathLength;
        }
    }

    private record Deleted(String path, Znode image) {}

    /**
     * Begins at the tree's last zxid, and writes what comes before the nodes into {@code out}.
     *
     * @param round another than that of the last snapshot; 1 to 127
     */
    SnapshotWalk(ZnodeTree tree, byte round, BufferOutputArchive out) {
        this.tree = tree;
        this.round = round;
        zxid = tree.lastZxid();
        digest = tree.digest();
        nodes = tree.nodeCount();
        out.writeInt(MAGIC, "magic");
        out.writeInt(VERSION, "version");
        out.writeLong(-1, "dbid");
        out.writeInt(tree.sessions().size(), "count");
        tree.sessions().forEach((session, timeoutMs) -> {
            out.writeLong(session, "id");
            out.writeInt(timeoutMs, "timeout");
        });
        Map<Integer, List<Acl>> acls = tree.acls().all();
        out.writeInt(acls.size(), "map");
        acls.forEach((id, acl) -> {
            out.writeLong(id, "long");
            Acl.write(acl, out);
        });
        tree.walk(this);
    }

    long zxid() {
        return zxid;
    }

    /** True once more images are held than memory is there for. */
    boolean tooLarge() {
        return imageBytes > IMAGE_BYTES_MAX;
    }

    /** The walk is over, or given up: the tree changes freely again. */
    void close() {
        tree.walk(null);
    }

    /**
     * Writes nodes until {@code out} has at least {@code sizeBytes}, or the tree is written.
     *
     * @return false if the tree is written
     */
    boolean write(BufferOutputArchive out, int sizeBytes) {
        if (written == 0) visit(tree.root(), out);
        while (out.sizeBytes() < sizeBytes) {
            if (levels.isEmpty()) return writeDeleted(out, sizeBytes);
            Level level = levels.getLast();
            path.setLength(level.pathLength);
            if (level.next == level.children.length) {
                levels.removeLast();
                continue;
            }
            Znode child = level.children[level.next];
            level.children[level.next++] = null;
            if (child.snapshotRound == round) continue;
            path.append('/').append(child.name());
            visit(child, out);
        }
        return true;
    }

    private void visit(Znode node, BufferOutputArchive out) {
        node.snapshotRound = round;
        Znode image = changed.remove(node);
        if (image != null) imageBytes -= bytesOf(image);
        write(image != null ? image : node, path.toString(), out);
        if (node.numChildren() > 0) levels.add(new Level(node.children().toArray(), path.length()));
    }

    /** Later deleted first: a parent goes after its children. */
    private boolean writeDeleted(BufferOutputArchive out, int sizeBytes) {
        while (!deleted.isEmpty()) {
            if (out.sizeBytes() >= sizeBytes) return true;
            Deleted last = deleted.removeLast();
            imageBytes -= bytesOf(last.image);
            write(last.image, last.path, out);
        }
        invariant(written == nodes, "a snapshot has %d of %d nodes", written, nodes);
        out.writeString("/", "path");
        return false;
    }

    private void write(Znode node, String path, BufferOutputArchive out) {
        written++;
        out.writeString(path, "path");
        if (node.hasData()) out.writeBuffer(node.content(), node.dataStart(), node.dataLength(), "data");
        else out.writeBuffer(null, "data");
        out.writeLong(node.aclId, "acl");
        out.writeLong(node.czxid(), "czxid");
        out.writeLong(node.mzxid(), "mzxid");
        out.writeLong(node.ctimeMs(), "ctime");
        out.writeLong(node.mtimeMs(), "mtime");
        out.writeInt(node.version(), "version");
        out.writeInt(node.cversion(), "cversion");
        out.writeInt(node.aversion(), "aversion");
        out.writeLong(node.owner(), "ephemeralOwner");
        out.writeLong(node.pzxid(), "pzxid");
    }

    /** What stands between the first seal and the second. */
    void writeDigest(BufferOutputArchive out) {
        out.writeLong(zxid, "zxid");
        out.writeInt(LoggedTxn.DIGEST_VERSION, "digestVersion");
        out.writeLong(digest, "digest");
    }

    private static long bytesOf(Znode image) {
        return image.content().length + (long) IMAGE_OVERHEAD_BYTES;
    }

    /** The tree is about to change the node. */
    void changing(Znode node) {
        if (node.snapshotRound == round || changed.containsKey(node)) return;
        Znode image = node.image();
        changed.put(node, image);
        imageBytes += bytesOf(image);
    }

    /** The tree is about to add the node. */
    void created(Znode node) {
        node.snapshotRound = round;
    }

    /** The tree is about to take the node out, and will not change it any more. */
    void deleted(Znode node, String path) {
        if (node.snapshotRound == round) return;
        node.snapshotRound = round;
        Znode before = changed.remove(node);
        if (before == null) imageBytes += bytesOf(node);
        deleted.add(new Deleted(path, before == null ? node : before));
    }
}
