package io.ottla.keeper;

import java.util.Arrays;

/**
 * A znode as it stood when it was told.
 *
 * @param data empty where it has none
 * @param ephemeralOwner the session that it goes with; 0 if it stays
 */
public record ZnodeView(String path, byte[] data, int version, long czxid, long mzxid, long ephemeralOwner) {
    private static final byte[] NO_DATA = {};

    static ZnodeView of(String path, Znode node) {
        NodeContent fields = node.fields();
        byte[] content = node.content();
        byte[] data = fields.dataStart == content.length
                ? NO_DATA
                : Arrays.copyOfRange(content, fields.dataStart, content.length);
        long owner = node.owner();
        return new ZnodeView(
                path,
                data,
                fields.version,
                fields.czxid,
                fields.mzxid,
                io.ottla.zookeeperprotocol.EphemeralOwner.isSession(owner) ? owner : 0);
    }
}
