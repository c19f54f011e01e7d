package io.ottla.keeper.tree;

import static io.ottla.base.Invariant.invariant;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes the tree as it stands at one zxid, slice by slice, while transactions go on changing it, and others may walk beside it ({@link SnapshotWalks}).
 *
 * <p>Every node is marked once the walk has it behind it. A node that the walk has not come to
 * and that is about to change or to go is written first, and what is above it before that, if it is not yet; one that is created is marked,
 * and so never written. What was written ahead goes out before the walk goes on, so parents come first. A slice is as long as the
 * caller wants, so no request waits for more than one.
 *
 * <p>What it writes is the tree as a leader sends it, and the first part of a file ({@code SnapshotFile} has the rest):
 *
 * <pre>
 * snapshot := "ZKSN" version:int=2 dbid:long=−1 tree seal
 *             zxid:long digestVersion:int digest:long seal
 *             zxid:long seal
 * tree     := count:int (sessionId:long timeout:int)*
 *             count:int (aclId:long acl)*
 *             (path:string node)* "/":string          parents first; the root's path is empty
 * node     := data:buffer aclId:long czxid:long mzxid:long ctime:long mtime:long version:int cversion:int
 *             aversion:int ephemeralOwner:long pzxid:long
 * seal     := adler32:long "/":string                 over everything before it, earlier seals included
 * </pre>
 */
public final class SnapshotWalk {
    public static final int MAGIC = 0x5A4B534E;
    public static final int VERSION = 2;

    /** What is written ahead is kept in pieces of about so much. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final byte[] NOTHING = {};

    private final ZnodeTree tree;
    private final byte bit;
    private final byte behind;
    private final long zxid;
    private final long digest;
    private final int nodes;
    private final List<Level> levels = new ArrayList<>();
    private final StringBuilder path = new StringBuilder();

    /** What comes before the nodes; empty once it is taken. */
    private byte[] head;

    /** What was written ahead of changes and is not taken yet: the pieces, then what is in the last. */
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();

    private final BufferOutputArchive ahead = new BufferOutputArchive(1024);
    private long aheadBytes;
    private final long aheadBytesMax;
    private boolean begun;
    private int written;

    /** Nothing is written any more: it goes on only so that all nodes have its mark. */
    private boolean givenUp;

    /** All nodes have its mark, and the bit is perhaps another's. */
    private boolean ended;

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
     * Of {@link SnapshotWalks}.
     *
     * @param bit the one bit of marks that is this walk's
     * @param behind what it is in nodes that this walk has behind it, and is not in any at the beginning
     * @param aheadBytesMax with more than this written ahead of changes it gives itself up
     */
    SnapshotWalk(ZnodeTree tree, byte bit, byte behind, long aheadBytesMax) {
        this.tree = tree;
        this.bit = bit;
        this.behind = behind;
        zxid = tree.lastZxid();
        digest = tree.digest();
        nodes = tree.nodeCount();
        this.aheadBytesMax = aheadBytesMax;
        head = head(tree);
    }

    private static byte[] head(ZnodeTree tree) {
        BufferOutputArchive out = new BufferOutputArchive(1024);
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
        return out.toByteArray();
    }

    byte bit() {
        return bit;
    }

    private boolean isBehind(byte mark) {
        return (mark & bit) == behind;
    }

    /** @return whether it was not behind before */
    private boolean pass(Znode node) {
        byte mark = node.mark();
        if (isBehind(mark)) return false;
        node.mark((byte) ((mark & ~bit) | behind));
        return true;
    }

    public long zxid() {
        return zxid;
    }

    /** What was written ahead of changes and is not taken yet. */
    public long aheadBytes() {
        return aheadBytes;
    }

    /** By its owner, or since too much changed: nothing more can be written. */
    public boolean isGivenUp() {
        return givenUp;
    }

    /** Nobody gets the rest. The walk ends once {@link #sweep} has come to all nodes. */
    public void giveUp() {
        givenUp = true;
        head = NOTHING;
        pieces.clear();
        ahead.clear();
        aheadBytes = 0;
    }

    /**
     * Goes on with one that is given up, for so many nodes and tables of children.
     *
     * @return false if it has ended
     */
    public boolean sweep(int steps) {
        if (ended) return false;
        begin(ahead);
        for (int left = steps; left > 0 && !levels.isEmpty(); left--) step(ahead);
        if (levels.isEmpty()) end();
        return !ended;
    }

    private void end() {
        ended = true;
        tree.walks().end(this);
    }

    /**
     * Writes nodes until {@code out} has at least {@code sizeBytes}, or the tree is written. Not of one that {@link #isGivenUp}.
     *
     * @return false if the tree is written, and the walk has ended
     */
    public boolean write(BufferOutputArchive out, int sizeBytes) {
        if (!writeAhead(out, sizeBytes)) return true;
        begin(out);
        while (out.sizeBytes() < sizeBytes) {
            if (levels.isEmpty()) {
                invariant(written == nodes, "a snapshot has %d of %d nodes", written, nodes);
                out.writeString("/", "path");
                end();
                return false;
            }
            step(out);
        }
        return true;
    }

    private void begin(BufferOutputArchive out) {
        if (begun) return;
        begun = true;
        visit(tree.root(), out);
    }

    private void step(BufferOutputArchive out) {
        Level level = levels.getLast();
        path.setLength(level.pathLength);
        if (level.next == level.children.length) levels.removeLast();
        else next(level, out);
    }

    /** False if {@code out} is full before all is in it. */
    private boolean writeAhead(BufferOutputArchive out, int sizeBytes) {
        out.writeBytes(head, 0, head.length);
        head = NOTHING;
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
            if (isBehind(NodeContent.mark(content))) return;
            path.append('/').append(NodeContent.name(content));
            visit(new Znode(level.node, content), out);
        } else {
            Znode node = (Znode) child;
            path.append('/').append(node.name());
            visit(node, out);
        }
    }

    private void visit(Znode node, BufferOutputArchive out) {
        if (pass(node) && !givenUp) write(node, path.toString(), out);
        if (node.numChildren() > 0) levels.add(new Level(node, path.length()));
    }

    /**
     * The tree is about to change the node, or to take it out: writes it now, and before it what is above it, as far as that is not
     * written.
     */
    void changing(Znode node) {
        if (!pass(node) || givenUp) return;
        List<Znode> way = new ArrayList<>();
        way.add(node);
        for (Znode each = node.parent; each != null && pass(each); each = each.parent) way.add(each);
        int from = ahead.sizeBytes();
        for (Znode each : way.reversed()) write(each, each.parent == null ? "" : each.path(), ahead);
        aheadBytes += ahead.sizeBytes() - from;
        if (aheadBytes > aheadBytesMax) {
            giveUp();
            return;
        }
        if (ahead.sizeBytes() < PIECE_BYTES) return;
        pieces.addLast(ahead.toByteArray());
        ahead.clear();
    }

    private void write(Znode node, String path, BufferOutputArchive out) {
        written++;
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
    public void writeDigest(BufferOutputArchive out) {
        out.writeLong(zxid, "zxid");
        out.writeInt(LoggedTxn.DIGEST_VERSION, "digestVersion");
        out.writeLong(digest, "digest");
    }
}
