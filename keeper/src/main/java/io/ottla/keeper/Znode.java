package io.ottla.keeper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One node of the tree. A plain one (no children now or before, no owner, its ACL never set) stands in its parent's {@link ChildTable} as
 * {@link NodeContent} alone; its Znode is a view, made when it is looked for, good until the node is changed through another view. What it
 * needs besides ({@link More}) makes the object stay: from then on it is the node.
 *
 * <p>The path is not kept; it is the way up.
 */
final class Znode {
    /** Null only for the root, and for a node that is not in the tree yet or any more. */
    Znode parent;

    private byte[] content;
    private More more;

    /** What nodes have that are parents, ephemeral, or had their ACL set. Absent: no children, zeros, pzxid = czxid. */
    private static final class More {
        ChildTable children;
        long pzxid;
        long owner;
        int cversion;
        int aversion;
    }

    /** @param data null if it is created without */
    Znode(byte[] name, byte[] data, int aclId, long czxid, long ctimeMs) {
        this(name, 0, name.length, aclId, czxid, czxid, ctimeMs, ctimeMs, 0, data, 0, data == null ? 0 : data.length);
    }

    /** One that may have been written to since it was created; its name and data are parts of arrays. */
    Znode(
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
    Znode(Znode parent, byte[] content) {
        this.parent = parent;
        this.content = content;
    }

    /** What stands for the node in its parent's table. */
    Object slot() {
        return more == null ? content : this;
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
        if (more == null && parent != null) parent.more.children.replace(before, content);
    }

    private More more() {
        if (more != null) return more;
        More made = new More();
        made.pzxid = fields().czxid;
        if (parent != null) parent.more.children.replace(content, this);
        more = made;
        return made;
    }

    /** All that is not {@link More}, decoded at once. */
    NodeContent fields() {
        return new NodeContent(content);
    }

    int aclId() {
        return fields().aclId;
    }

    long czxid() {
        return fields().czxid;
    }

    long ctimeMs() {
        return fields().ctimeMs;
    }

    long mzxid() {
        return fields().mzxid;
    }

    long mtimeMs() {
        return fields().mtimeMs;
    }

    int version() {
        return fields().version;
    }

    String name() {
        return NodeContent.name(content);
    }

    /** The round of the last snapshot that has the node behind it. */
    byte mark() {
        return NodeContent.mark(content);
    }

    void mark(byte round) {
        NodeContent.mark(content, round);
    }

    /** Holds the data, from {@link NodeContent#dataStart} to its end. Not to be changed. */
    byte[] content() {
        return content;
    }

    int dataStart() {
        return fields().dataStart;
    }

    int dataLength() {
        return content.length - fields().dataStart;
    }

    /** A copy; null if it was written without. */
    byte[] data() {
        NodeContent is = fields();
        return is.hasData ? Arrays.copyOfRange(content, is.dataStart, content.length) : null;
    }

    long pzxid() {
        return more == null ? czxid() : more.pzxid;
    }

    void pzxid(long pzxid) {
        if (pzxid != pzxid()) more().pzxid = pzxid;
    }

    /** As stored: how many children were ever created. */
    int cversion() {
        return more == null ? 0 : more.cversion;
    }

    void cversion(int cversion) {
        if (cversion != cversion()) more().cversion = cversion;
    }

    int aversion() {
        return more == null ? 0 : more.aversion;
    }

    void aversion(int aversion) {
        if (aversion != aversion()) more().aversion = aversion;
    }

    /** As stored: see {@link io.ottla.zookeeperprotocol.EphemeralOwner}. */
    long owner() {
        return more == null ? 0 : more.owner;
    }

    void owner(long owner) {
        if (owner != 0) more().owner = owner;
    }

    int numChildren() {
        return more == null || more.children == null ? 0 : more.children.size();
    }

    /** Null if there are none. */
    ChildTable children() {
        return more == null ? null : more.children;
    }

    /** In no order that means anything, but the same for the same history and seed. */
    Znode[] childNodes() {
        ChildTable children = children();
        return children == null ? new Znode[0] : children.nodes(this);
    }

    /** In no order; for the caller to keep. */
    List<String> childNames() {
        ChildTable children = children();
        return children == null ? new ArrayList<>() : children.names();
    }

    /** Null if there is none of that name. */
    Znode child(byte[] path, int from, int to) {
        ChildTable children = children();
        return children == null ? null : children.find(this, path, from, to);
    }

    /** @return false if there is one of that name; then nothing is changed */
    boolean add(Znode child, ChildTable.Hash hashes) {
        More mine = more();
        if (mine.children == null) mine.children = new ChildTable(hashes);
        if (!mine.children.add(child.slot())) return false;
        child.parent = this;
        return true;
    }

    void remove(Znode child) {
        more.children.remove(child.slot());
        if (more.children.size() == 0) more.children = null;
        child.parent = null;
    }

    /** The root's is "/". */
    String path() {
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
