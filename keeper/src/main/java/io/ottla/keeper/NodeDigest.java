package io.ottla.keeper;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The digest of one node, version 2 (DigestCalculator of the original): CRC-32 over the path, the data and sixty
 * bytes of stat. The digest of a tree is the sum of its nodes', so that each change costs only the nodes it touches.
 * What is below /zookeeper does not count.
 */
final class NodeDigest {
    private static final int STAT_BYTES = 60;

    private final CRC32 crc = new CRC32();
    private final ByteBuffer stat = ByteBuffer.allocate(STAT_BYTES);

    /** Stat fields are as stored, not as a client sees them. */
    long of(
            String path,
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
        if (path.startsWith("/zookeeper/")) return 0;
        crc.reset();
        if (path.length() > 1) crc.update(path.getBytes(StandardCharsets.UTF_8));
        if (content != null) crc.update(content, dataFrom, content.length - dataFrom);
        stat.clear();
        stat.putLong(czxid).putLong(mzxid).putLong(pzxid).putLong(ctimeMs).putLong(mtimeMs);
        stat.putInt(version).putInt(cversion).putInt(aversion).putLong(owner);
        crc.update(stat.flip());
        return crc.getValue();
    }

    long of(String path, Znode node) {
        return of(
                path,
                node.content(),
                node.dataStart(),
                node.czxid(),
                node.mzxid(),
                node.pzxid(),
                node.ctimeMs(),
                node.mtimeMs(),
                node.version(),
                node.cversion(),
                node.aversion(),
                node.owner());
    }
}
