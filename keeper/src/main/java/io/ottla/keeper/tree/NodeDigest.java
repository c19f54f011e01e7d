package io.ottla.keeper.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The digest of one node, version 2 (DigestCalculator of the original): CRC-32 over the path, the data and sixty
 * bytes of stat. The digest of a tree is the sum of its nodes', so that each change costs only the nodes it touches.
 * What is below /zookeeper does not count.
 */
public final class NodeDigest {
    private static final int STAT_BYTES = 60;
    private static final byte[] EXEMPT = "/zookeeper/".getBytes(StandardCharsets.UTF_8);

    private final CRC32 crc = new CRC32();
    private final byte[] statBytes = new byte[STAT_BYTES];
    private final ByteBuffer stat = ByteBuffer.wrap(statBytes);

    /**
     * Stat fields are as stored, not as a client sees them.
     *
     * @param pathLength so many bytes of {@code path} are the path; 0 or 1 for the root
     */
    public long of(
            byte[] path,
            int pathLength,
            byte[] content,
            int dataFrom,
            long czxid,
            long mzxid,
            long pzxid,
            long ctimeMs,
            long mtimeMs,
            int version,
            int cversion,
            int aversion,
            long owner) {
        if (pathLength >= EXEMPT.length && Arrays.equals(path, 0, EXEMPT.length, EXEMPT, 0, EXEMPT.length)) return 0;
        crc.reset();
        if (pathLength > 1) crc.update(path, 0, pathLength);
        if (content != null) crc.update(content, dataFrom, content.length - dataFrom);
        stat.clear();
        stat.putLong(czxid).putLong(mzxid).putLong(pzxid).putLong(ctimeMs).putLong(mtimeMs);
        stat.putInt(version).putInt(cversion).putInt(aversion).putLong(owner);
        crc.update(statBytes, 0, STAT_BYTES);
        return crc.getValue();
    }

    public long of(byte[] path, int pathLength, Znode node) {
        return of(path, pathLength, node, node.fields());
    }

    /** @param fields of the node, decoded */
    public long of(byte[] path, int pathLength, Znode node, NodeContent fields) {
        return of(
                path,
                pathLength,
                node.content(),
                fields.dataStart,
                fields.czxid,
                fields.mzxid,
                node.pzxid(),
                fields.ctimeMs,
                fields.mtimeMs,
                fields.version,
                node.cversion(),
                node.aversion(),
                node.owner());
    }
}
