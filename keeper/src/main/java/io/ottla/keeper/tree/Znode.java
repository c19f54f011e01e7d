package io.ottla.keeper.tree;

import static io.ottla.base.Invariant.invariant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One node of the tree. A plain one (no children now or before, no owner, its ACL never set) stands in its parent's {@link ChildTable} as
 * {@link NodeContent} alone; its Znode is a view, made when it is looked for, good until the node is changed through another view. What it
 * needs besides makes the object stay: from then on it is the node.
 *
 * <p>The path is not kept; it is the way up.
 */
public final class Znode {
    private static final Object[] NO_CHILDREN = {};

    /** Null only for the root, and for a node that is not in the tree yet or any more. */
    public Znode parent;

    private byte[] content;

    /** It is the node, not a view of one. */
    private boolean stays;

    // what nodes have that are parents, ephemeral, or had their ACL set; of a plain one: none, zeros, and pzxid = czxid

    /** A {@link ChildTable}; or the only child, as it would stand in one: most parents of a large tree have one. Null without children. */
    private Object children;

    private long pzxid;
    private long owner;
    private int cversion;
    private int aversion;

    /** @param data null if it is created without */
    public Znode(byte[] name, byte[] data, int aclId, long czxid, long ctimeMs) {
        this(name, 0, name.length, aclId, czxid, czxid, ctimeMs, ctimeMs, 0, data, 0, data == null ? 0 : data.length);
    }

    /** One that may have been written to since it was created; its name and data are parts of arrays. */
    public Znode(
            byte[] nameIn,
            int nameAt,
            int nameLength,
            int aclId,
            long czxid,
            long mzxid,
            long ctimeMs,
            long mtimeMs,
            int version,
            byte[] data,
            int dataAt,
            int dataLength) {
        content = NodeContent.encode(
                (byte) 0,
                nameIn,
                nameAt,
                nameLength,
                aclId,
                czxid,
                mzxid,
                ctimeMs,
                mtimeMs,
                version,
                data,
                dataAt,
                dataLength);
    }

    /** A view of a plain node. */
    public Znode(Znode parent, byte[] content) {
        this.parent = parent;
        this.content = content;
    }

    /** What stands for the node in its parent's table. */
    Object slot() {
        return stays ? this : content;
    }

    /** Another write: all of what a write sets. */
    void write(byte[] data, long mzxid, long mtimeMs, int version) {
        NodeContent is = fields();
        replace(is.aclId, is, mzxid, mtimeMs, version, data, 0);
    }

    void aclId(int aclId) {
        NodeContent is = fields();
        byte[] data = is.hasData ? content : null;
        replace(aclId, is, is.mzxid, is.mtimeMs, is.version, data, is.dataStart);
    }

    private void replace(int aclId, NodeContent is, long mzxid, long mtimeMs, int version, byte[] data, int dataAt) {
        byte[] before = content;
        content = NodeContent.encode(
                mark(),
                before,
                NodeContent.nameStart(before),
                NodeContent.nameLength(before),
                aclId,
                is.czxid,
                mzxid,
                is.ctimeMs,
                mtimeMs,
                version,
                data,
                dataAt,
                data == null ? 0 : data.length - dataAt);
        if (!stays && parent != null) parent.standsFor(before, content);
    }

    private void stay() {
        if (stays) return;
        pzxid = czxid();
        if (parent != null) parent.standsFor(content, this);
        stays = true;
    }

    /** All that a plain node has, decoded at once. */
    public NodeContent fields() {
        return new NodeContent(content);
    }

    int aclId() {
        return fields().aclId;
    }

    public long czxid() {
        return fields().czxid;
    }

    long ctimeMs() {
        return fields().ctimeMs;
    }

    public long mzxid() {
        return fields().mzxid;
    }

    public long mtimeMs() {
        return fields().mtimeMs;
    }

    public int version() {
        return fields().version;
    }

    public String name() {
        return NodeContent.name(content);
    }

    /** Which snapshots that are being taken have the node behind them ({@link SnapshotWalks}). */
    byte mark() {
        return NodeContent.mark(content);
    }

    void mark(byte mark) {
        NodeContent.mark(content, mark);
    }

    /** Holds the data, from {@link NodeContent#dataStart} to its end. Not to be changed. */
    public byte[] content() {
        return content;
    }

    int dataStart() {
        return fields().dataStart;
    }

    int dataLength() {
        return content.length - fields().dataStart;
    }

    /** A copy; null if it was written without. */
    public byte[] data() {
        NodeContent is = fields();
        return is.hasData ? Arrays.copyOfRange(content, is.dataStart, content.length) : null;
    }

    public long pzxid() {
        return stays ? pzxid : czxid();
    }

    public void pzxid(long pzxid) {
        if (pzxid == pzxid()) return;
        stay();
        this.pzxid = pzxid;
    }

    /** As stored: how many children were ever created. */
    public int cversion() {
        return cversion;
    }

    public void cversion(int cversion) {
        if (cversion == cversion()) return;
        stay();
        this.cversion = cversion;
    }

    public int aversion() {
        return aversion;
    }

    public void aversion(int aversion) {
        if (aversion == aversion()) return;
        stay();
        this.aversion = aversion;
    }

    /** As stored: see {@link io.ottla.zookeeperprotocol.EphemeralOwner}. */
    public long owner() {
        return owner;
    }

    public void owner(long owner) {
        if (owner == 0) return;
        stay();
        this.owner = owner;
    }

    /** Another object stands for a child. */
    private void standsFor(Object child, Object other) {
        if (children instanceof ChildTable table) table.replace(child, other);
        else children = isOnly(child, other);
    }

    /** @return {@code then} */
    private <T> T isOnly(Object child, T then) {
        invariant(child.equals(children), "a view of a node that was changed through another");
        return then;
    }

    public int numChildren() {
        if (children == null) return 0;
        return children instanceof ChildTable table ? table.size() : 1;
    }

    /** What stands for each child, in no order that means anything, but the same for the same history and seed. */
    public Object[] childSlots() {
        if (children == null) return NO_CHILDREN;
        return children instanceof ChildTable table ? table.toArray() : new Object[] {children};
    }

    /** What stands for a child, as the child. */
    public Znode child(Object slot) {
        return slot instanceof Znode node ? node : new Znode(this, (byte[]) slot);
    }

    /** In the same order. */
    public Znode[] childNodes() {
        Object[] slots = childSlots();
        Znode[] nodes = new Znode[slots.length];
        for (int i = 0; i < nodes.length; i++) nodes[i] = child(slots[i]);
        return nodes;
    }

    /** In the same order; for the caller to keep. */
    public List<String> childNames() {
        Object[] slots = childSlots();
        List<String> names = new ArrayList<>(slots.length);
        for (Object each : slots) names.add(NodeContent.name(ChildTable.content(each)));
        return names;
    }

    /** Null if there is none of that name. */
    public Znode child(byte[] path, int from, int to) {
        if (children == null) return null;
        Object slot = children;
        if (slot instanceof ChildTable table) slot = table.find(path, from, to);
        else if (!NodeContent.named(ChildTable.content(slot), path, from, to)) slot = null;
        return slot == null ? null : child(slot);
    }

    /** @return false if there is one of that name; then nothing is changed */
    boolean add(Znode child, ChildTable.Hash hashes) {
        stay();
        if (children == null) {
            children = child.slot();
        } else {
            if (!(children instanceof ChildTable)) children = new ChildTable(hashes, children);
            if (!((ChildTable) children).add(child.slot())) return false;
        }
        child.parent = this;
        return true;
    }

    void remove(Znode child) {
        if (!(children instanceof ChildTable table)) {
            children = isOnly(child.slot(), null);
        } else {
            table.remove(child.slot());
            if (table.size() == 0) children = null;
        }
        child.parent = null;
    }

    /** The root's is "/". */
    public String path() {
        if (parent == null) return "/";
        StringBuilder path = new StringBuilder();
        int depth = 0;
        for (Znode each = this; each.parent != null; each = each.parent) depth++;
        Znode[] way = new Znode[depth];
        for (Znode each = this; each.parent != null; each = each.parent) way[--depth] = each;
        for (Znode each : way) path.append('/').append(each.name());
        return path.toString();
    }
}
