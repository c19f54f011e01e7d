package io.ottla.keeper;

import static io.ottla.base.Invariant.invariant;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes the tree as it stands at one zxid, slice by slice, while transactions go on changing it.
 *
 * <p>Every node has a mark, the round of the last snapshot that has it behind it. A node that the walk has not come to
 * and that is about to change or to go is written first, and what is above it before that, if it is not yet; one that is created is marked,
 * and so never written. What was written ahead goes into the file before the walk goes on, so parents come first. A slice is as long as the
 * caller wants, so no request waits for more than one.
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

    /** What is written ahead is kept in pieces of about so much. */
    private static final int PIECE_BYTES = 64 * 1024;

    private final ZnodeTree tree;
    private final byte round;
    private final long zxid;
    private final long digest;
    private final int nodes;
    private final List<Level> levels = new ArrayList<>();
    private final StringBuilder path = new StringBuilder();

    /** What was written ahead and is not in the file yet: the pieces, then what is in the last. */
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();

    private final BufferOutputArchive ahead = new BufferOutputArchive(1024);
    private long aheadBytes;
    private boolean begun;
    private int written;

    /** The children of one node on the way, as they were when the walk came to it. */
    private static final class Level {
        final Znode node;
        final Object[] children;
        final int pathLength;
        int next;

        Level(Znode node, int pathLength) {
            this.node = node;
            this.children = node.childSlots();
            this.pathLength = pathLength;
        }
    }

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

    /** What was written ahead and is not taken yet. */
    long aheadBytes() {
        return aheadBytes;
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
        if (!writeAhead(out, sizeBytes)) return true;
        if (!begun) {
            begun = true;
            visit(tree.root(), out);
        }
        while (out.sizeBytes() < sizeBytes) {
            if (levels.isEmpty()) {
                invariant(written == nodes, "a snapshot has %d of %d nodes", written, nodes);
                out.writeString("/", "path");
                return false;
            }
            Level level = levels.getLast();
            path.setLength(level.pathLength);
            if (level.next == level.children.length) levels.removeLast();
            else next(level, out);
        }
        return true;
    }

    /** False if {@code out} is full before all is in it. */
    private boolean writeAhead(BufferOutputArchive out, int sizeBytes) {
        while (!pieces.isEmpty()) {
            if (out.sizeBytes() >= sizeBytes) return false;
            take(pieces.removeFirst(), out);
        }
        if (ahead.sizeBytes() > 0) take(ahead.toByteArray(), out);
        ahead.clear();
        return true;
    }

    private void take(byte[] piece, BufferOutputArchive out) {
        out.writeBytes(piece, 0, piece.length);
        aheadBytes -= piece.length;
    }

    private void next(Level level, BufferOutputArchive out) {
        Object child = level.children[level.next];
        level.children[level.next++] = null;
        if (child instanceof byte[] content) {
            // a plain one has nothing below; it may be another by now, but then this one was marked before
            if (NodeContent.mark(content) == round) return;
            path.append('/').append(NodeContent.name(content));
            visit(new Znode(level.node, content), out);
        } else {
            Znode node = (Znode) child;
            path.append('/').append(node.name());
            visit(node, out);
        }
    }

    private void visit(Znode node, BufferOutputArchive out) {
        if (node.mark() != round) write(node, path.toString(), out);
        if (node.numChildren() > 0) levels.add(new Level(node, path.length()));
    }

    /**
     * The tree is about to change the node, or to take it out: writes it now, and before it what is above it, as far as that is not
     * written.
     */
    void changing(Znode node) {
        if (node.mark() == round) return;
        List<Znode> way = new ArrayList<>();
        for (Znode each = node; each != null && each.mark() != round; each = each.parent) way.add(each);
        int from = ahead.sizeBytes();
        for (Znode each : way.reversed()) write(each, each.parent == null ? "" : each.path(), ahead);
        aheadBytes += ahead.sizeBytes() - from;
        if (ahead.sizeBytes() < PIECE_BYTES) return;
        pieces.addLast(ahead.toByteArray());
        ahead.clear();
    }

    /** The tree is about to add the node. */
    void created(Znode node) {
        node.mark(round);
    }

    private void write(Znode node, String path, BufferOutputArchive out) {
        written++;
        node.mark(round);
        NodeContent fields = node.fields();
        byte[] content = node.content();
        out.writeString(path, "path");
        if (fields.hasData) out.writeBuffer(content, fields.dataStart, content.length - fields.dataStart, "data");
        else out.writeBuffer(null, "data");
        out.writeLong(fields.aclId, "acl");
        out.writeLong(fields.czxid, "czxid");
        out.writeLong(fields.mzxid, "mzxid");
        out.writeLong(fields.ctimeMs, "ctime");
        out.writeLong(fields.mtimeMs, "mtime");
        out.writeInt(fields.version, "version");
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
}
