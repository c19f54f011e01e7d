package io.ottla.keeper;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One node of the tree, laid out for millions of them: some 80 bytes and what its name and data take.
 *
 * <p>One array holds name, data, and how the last write differs from the creation (mostly three bytes):
 *
 * <pre>
 * content := mzxid−czxid:varint mtime−ctime:varint version:varint name data     varints zigzagged, 1 to 10 bytes
 * </pre>
 *
 * What a plain leaf does not need ({@link More}: children, ACL version, owner) is not there until it is. The path is not
 * kept; it is the way up. The array is replaced, never changed, so whoever was handed it may hold on to it.
 */
final class Znode {
    private static final int NO_DATA = 1;
    private static final int META_SHIFT = 1;

    /** Null only for the root, and for a node that was deleted. */
    Znode parent;

    private byte[] content;
    private More more;
    private final long czxid;
    private final long ctimeMs;

    /** Of {@link AclTable}. */
    int aclId;

    private final int nameLength;

    /** How many bytes come before the name, shifted; {@link #NO_DATA} if the data is null. */
    private byte layout;

    /** The round of the snapshot that has this node behind it ({@link SnapshotWalk}); 0 of none. */
    byte snapshotRound;

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
        this.aclId = aclId;
        this.czxid = czxid;
        this.ctimeMs = ctimeMs;
        nameLength = name.length;
        fill(name, 0, data, czxid, ctimeMs, 0);
    }

    private Znode(Znode other) {
        content = other.content;
        czxid = other.czxid;
        ctimeMs = other.ctimeMs;
        aclId = other.aclId;
        nameLength = other.nameLength;
        layout = other.layout;
        if (other.more == null) return;
        more = new More();
        more.pzxid = other.more.pzxid;
        more.owner = other.more.owner;
        more.cversion = other.more.cversion;
        more.aversion = other.more.aversion;
    }

    /** The node as it is now, for itself: no parent, no children. */
    Znode image() {
        return new Znode(this);
    }

    /** Another write: all of what a write sets. */
    void write(byte[] data, long mzxid, long mtimeMs, int version) {
        fill(content, nameStart(), data, mzxid, mtimeMs, version);
    }

    private void fill(byte[] nameIn, int nameAt, byte[] data, long mzxid, long mtimeMs, int version) {
        long zxids = zigzag(mzxid - czxid);
        long times = zigzag(mtimeMs - ctimeMs);
        long versions = zigzag(version);
        int meta = size(zxids) + size(times) + size(versions);
        byte[] filled = new byte[meta + nameLength + (data == null ? 0 : data.length)];
        put(filled, put(filled, put(filled, 0, zxids), times), versions);
        System.arraycopy(nameIn, nameAt, filled, meta, nameLength);
        if (data != null) System.arraycopy(data, 0, filled, meta + nameLength, data.length);
        layout = (byte) (meta << META_SHIFT | (data == null ? NO_DATA : 0));
        content = filled;
    }

    private static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    private static int size(long varint) {
        return varint == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(varint) + 6) / 7;
    }

    private static int put(byte[] target, int at, long varint) {
        while ((varint & ~0x7fL) != 0) {
            target[at++] = (byte) (varint | 0x80);
            varint >>>= 7;
        }
        target[at++] = (byte) varint;
        return at;
    }

    /** The varint that {@code before} others precede, as it was before it was zigzagged. */
    private long meta(int before) {
        int at = 0;
        for (int i = before; i > 0; i--) while (content[at++] < 0) {}
        long varint = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = content[at++];
            varint |= (next & 0x7fL) << shift;
            if (next >= 0) return varint >>> 1 ^ -(varint & 1);
        }
    }

    long czxid() {
        return czxid;
    }

    long ctimeMs() {
        return ctimeMs;
    }

    long mzxid() {
        return czxid + meta(0);
    }

    long mtimeMs() {
        return ctimeMs + meta(1);
    }

    int version() {
        return (int) meta(2);
    }

    private int nameStart() {
        return layout >> META_SHIFT;
    }

    String name() {
        return new String(content, nameStart(), nameLength, StandardCharsets.UTF_8);
    }

    int hash(ChildTable.Hash hashes) {
        return hashes.of(content, nameStart(), nameStart() + nameLength);
    }

    boolean named(byte[] path, int from, int to) {
        return Arrays.equals(content, nameStart(), nameStart() + nameLength, path, from, to);
    }

    /** Holds the data, from {@link #dataStart} to its end. Not to be changed. */
    byte[] content() {
        return content;
    }

    int dataStart() {
        return nameStart() + nameLength;
    }

    int dataLength() {
        return content.length - dataStart();
    }

    boolean hasData() {
        return (layout & NO_DATA) == 0;
    }

    /** A copy; null if it was written without. */
    byte[] data() {
        return hasData() ? Arrays.copyOfRange(content, dataStart(), content.length) : null;
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

    void add(Znode child, ChildTable.Hash hashes) {
        More mine = more();
        if (mine.children == null) mine.children = new ChildTable();
        mine.children.add(child, hashes);
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
