package io.ottla.keeper;

/**
 * A znode as it stood when it was told.
 *
 * @param data empty where it has none
 * @param ephemeralOwner the session that it goes with; 0 if it stays
 */
public record ZnodeView(String path, byte[] data, int version, long czxid, long mzxid, long ephemeralOwner) {
    private static final byte[] NO_DATA = {};

    static ZnodeView of(String path, Znode node) {
        byte[] data = node.data();
        long owner = node.owner();
        return new ZnodeView(
                path,
                data == null ? NO_DATA : data,
                node.version(),
                node.czxid(),
                node.mzxid(),
                io.ottla.zookeeperprotocol.EphemeralOwner.isSession(owner) ? owner : 0);
    }
}
