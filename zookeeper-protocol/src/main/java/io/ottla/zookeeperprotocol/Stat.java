package io.ottla.zookeeperprotocol;

import java.io.IOException;

/**
 * What a client is told about a znode: 68 bytes in this order.
 *
 * @param cversion twice the number of creates below the node, less the children that are there: so it counts changes
 * @param ephemeralOwner the session that the node goes with; 0 for every other kind, containers and TTL nodes too
 */
public record Stat(
        long czxid,
        long mzxid,
        long ctimeMs,
        long mtimeMs,
        int version,
        int cversion,
        int aversion,
        long ephemeralOwner,
        int dataLength,
        int numChildren,
        long pzxid) {

    public static final int SIZE_BYTES = 68;

    public static Stat read(BufferInputArchive in) throws IOException {
        return new Stat(
                in.readLong("czxid"),
                in.readLong("mzxid"),
                in.readLong("ctime"),
                in.readLong("mtime"),
                in.readInt("version"),
                in.readInt("cversion"),
                in.readInt("aversion"),
                in.readLong("ephemeralOwner"),
                in.readInt("dataLength"),
                in.readInt("numChildren"),
                in.readLong("pzxid"));
    }

    public void write(BufferOutputArchive out) {
        out.writeLong(czxid, "czxid");
        out.writeLong(mzxid, "mzxid");
        out.writeLong(ctimeMs, "ctime");
        out.writeLong(mtimeMs, "mtime");
        out.writeInt(version, "version");
        out.writeInt(cversion, "cversion");
        out.writeInt(aversion, "aversion");
        out.writeLong(ephemeralOwner, "ephemeralOwner");
        out.writeInt(dataLength, "dataLength");
        out.writeInt(numChildren, "numChildren");
        out.writeLong(pzxid, "pzxid");
    }
}
