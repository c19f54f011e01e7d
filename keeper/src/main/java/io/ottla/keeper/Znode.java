package io.ottla.keeper;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One node of the tree, laid out for millions of them: name and data share one array, and what a plain leaf does not
 * need ({@link More}: children, ACL version, owner) is not there until it is. The path is not kept; it is the way up.
 *
 * <p>{@link #content} is replaced, never changed, so a snapshot may hold on to it.
 */
final class Znode {
    /** Null only for the root, and for a node that was deleted. */
    Znode parent;

    /** The name in UTF-8, then the data. */
    byte[] content;

    private More more;

    long czxid;
    long mzxid;
    long ctimeMs;
    long mtimeMs;
    int version;

    /** Of {@link AclTable}. */
    int aclId;

    /** Twice the length of the name in bytes, plus one if the data is null. */
    private int nameLengthAndNoData;

    /** The round of the snapshot that has this node behind it ({@link SnapshotWalk}). */
    byte snapshotRound;

    /** What nodes have that are parents, ephemeral, or had their ACL set. Absent: no children, zeros, pzxid = czxid. */
    private static final class More {
        ChildTable children;
        long pzxid;
        long owner;
        int cversion;
        int aversion;
    }

    Znode(byte[] name, byte[] data, int aclId, long czxid, long ctimeMs) {
        this.aclId = aclId;
        this.czxid = czxid;
        mzxid = czxid;
        this.ctimeMs = ctimeMs;
        mtimeMs = ctimeMs;
        content = name;
        nameLengthAndNoData = name.length << 1;
        data(data);
    }

    int nameLength() {
        return nameLengthAndNoData >> 1;
    }

    String name() {
        return new String(content, 0, nameLength(), StandardCharsets.UTF_8);
    }

    /** A copy; null if it was created without. */
    byte[] data() {
        return dataOf(content, nameLengthAndNoData);
    }

    static byte[] dataOf(byte[] content, int nameLengthAndNoData) {
        return (nameLengthAndNoData & 1) != 0
                ? null
                : Arrays.copyOfRange(content, nameLengthAndNoData >> 1, content.length);
    }

    int dataLength() {
        return content.length - nameLength();
    }

    int nameLengthAndNoData() {
        return nameLengthAndNoData;
    }

    void data(byte[] data) {
        int nameLength = nameLength();
        byte[] both = Arrays.copyOf(content, nameLength + (data == null ? 0 : data.length));
        if (data != null) System.arraycopy(data, 0, both, nameLength, data.length);
        content = both;
        nameLengthAndNoData = nameLength << 1 | (data == null ? 1 : 0);
    }

    boolean named(byte[] path, int from, int to) {
        return Arrays.equals(content, 0, nameLength(), path, from, to);
    }

    private More more() {
        if (more == null) {
            more = new More();
            more.pzxid = czxid;
        }
        return more;
    }

    long pzxid() {
        return more == null ? czxid : more.pzxid;
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

    void add(Znode child, int hash, ChildTable.Hash hashes) {
        More mine = more();
        if (mine.children == null) mine.children = new ChildTable();
        mine.children.add(child, hash, hashes);
        child.parent = this;
    }

    void remove(Znode child, ChildTable.Hash hashes) {
        more.children.remove(child, hashes);
        if (more.children.size() == 0) more.children = null;
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
