package io.ottla.keeper.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a plain node is, in one array; there is no other object for it, since there are millions:
 *
 * <pre>
 * content := mark:1 nameLength:varint name acl:varint czxid:varint mzxid−czxid:zigzag ctime:zigzag mtime−ctime:zigzag version:zigzag data
 * mark    := one bit for each snapshot that is being taken: whether it has this node behind it ({@link SnapshotWalks})
 * acl     := twice (its number in AclTable + 1), plus 1 if the node has no data, which is told apart from empty data
 * varint  := 7 bits a byte, the lowest first, 0x80 in all but the last          zigzag: a varint of value·2, or −value·2−1 below 0
 * </pre>
 *
 * The array is replaced, never changed, but for the mark: so whoever was handed the data may hold on to it. An object of this class is
 * such an array decoded.
 */
public final class NodeContent {
    private static final int NO_DATA = 1;

    final int aclId;
    public final long czxid;
    public final long mzxid;
    public final long ctimeMs;
    public final long mtimeMs;
    public final int version;
    public final boolean hasData;

    /** From here to the end. */
    public final int dataStart;

    private int at;

    NodeContent(byte[] bytes) {
        at = nameStart(bytes) + nameLength(bytes);
        long acl = varint(bytes);
        aclId = (int) (acl >>> 1) - 1;
        hasData = (acl & NO_DATA) == 0;
        czxid = varint(bytes);
        mzxid = czxid + zigzag(bytes);
        ctimeMs = zigzag(bytes);
        mtimeMs = ctimeMs + zigzag(bytes);
        version = (int) zigzag(bytes);
        dataStart = at;
    }

    private long varint(byte[] bytes) {
        byte next = bytes[at++];
        long value = next & 0x7f;
        for (int shift = 7; next < 0; shift += 7) {
            next = bytes[at++];
            value |= (next & 0x7fL) << shift;
        }
        return value;
    }

    private long zigzag(byte[] bytes) {
        long value = varint(bytes);
        return value >>> 1 ^ -(value & 1);
    }

    /**
     * @param data holds the data from {@code dataAt} on; null if it was written without
     * @param dataLength 0 if it was written without
     */
    static byte[] encode(
            byte mark,
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
        long acl = (aclId + 1L) << 1 | (data == null ? NO_DATA : 0);
        long zxids = zigzagged(mzxid - czxid);
        long ctime = zigzagged(ctimeMs);
        long times = zigzagged(mtimeMs - ctimeMs);
        long versions = zigzagged(version);
        int metaLength = size(acl) + size(czxid) + size(zxids) + size(ctime) + size(times) + size(versions);
        byte[] bytes = new byte[1 + size(nameLength) + nameLength + metaLength + dataLength];
        bytes[0] = mark;
        int at = put(bytes, 1, nameLength);
        System.arraycopy(nameIn, nameAt, bytes, at, nameLength);
        at = put(bytes, at + nameLength, acl);
        at = put(bytes, at, czxid);
        at = put(bytes, at, zxids);
        at = put(bytes, at, ctime);
        at = put(bytes, at, times);
        at = put(bytes, at, versions);
        if (data != null) System.arraycopy(data, dataAt, bytes, at, dataLength);
        return bytes;
    }

    private static int size(long varint) {
        return varint == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(varint) + 6) / 7;
    }

    private static long zigzagged(long value) {
        return value << 1 ^ value >> 63;
    }

    private static int put(byte[] target, int at, long varint) {
        long rest = varint;
        int next = at;
        while ((rest & ~0x7fL) != 0) {
            target[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[next++] = (byte) rest;
        return next;
    }

    static byte mark(byte[] bytes) {
        return bytes[0];
    }

    static void mark(byte[] bytes, byte mark) {
        bytes[0] = mark;
    }

    static int nameLength(byte[] bytes) {
        int length = bytes[1];
        if (length >= 0) return length;
        length &= 0x7f;
        for (int i = 2, shift = 7; ; i++, shift += 7) {
            length |= (bytes[i] & 0x7f) << shift;
            if (bytes[i] >= 0) return length;
        }
    }

    static int nameStart(byte[] bytes) {
        int at = 1;
        while (bytes[at] < 0) at++;
        return at + 1;
    }

    static String name(byte[] bytes) {
        return new String(bytes, nameStart(bytes), nameLength(bytes), StandardCharsets.UTF_8);
    }

    static boolean named(byte[] bytes, byte[] path, int from, int to) {
        int start = nameStart(bytes);
        return Arrays.equals(bytes, start, start + nameLength(bytes), path, from, to);
    }

    static int hash(byte[] bytes, ChildTable.Hash hashes) {
        int start = nameStart(bytes);
        return hashes.of(bytes, start, start + nameLength(bytes));
    }
}
