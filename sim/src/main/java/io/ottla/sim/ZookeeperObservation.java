package io.ottla.sim;

import java.util.List;

/** Something that a ZooKeeper client did or was told. */
sealed interface ZookeeperObservation {
    /** A session is had, a new one or one gone on with; the watches of the connection before are not set yet. */
    record Attached(String client, long sessionId, boolean isNew, int timeoutMs) implements ZookeeperObservation {}

    record Sent(String client, long sessionId, int xid, ZnodeOp op) implements ZookeeperObservation {}

    /**
     * @param error 0, or why nothing was done
     * @param zxid of the reply's header
     * @param seen nodes as they were shown: those read, or those created or changed
     * @param highestBefore the highest zxid that anybody had seen when the request was sent
     */
    record Answered(
            String client,
            long sessionId,
            int xid,
            ZnodeOp op,
            int error,
            long zxid,
            List<ZnodeSeen> seen,
            long highestBefore)
            implements ZookeeperObservation {}

    /** @param zxid −1 for what changed while the client was away */
    record Notified(String client, int type, String path, long zxid) implements ZookeeperObservation {}

    /** The watches are set again; what changed since {@code relativeZxid} has been told. */
    record Rewatched(String client, long zxid, List<String> paths, boolean follows) implements ZookeeperObservation {}

    /** The connection is gone; nobody knows what became of what was outstanding. */
    record Lost(String client, List<ZnodeOp> outstanding) implements ZookeeperObservation {}

    /** @param silentForMs since the request was sent that was answered last */
    record Expired(String client, long sessionId, long silentForMs, int timeoutMs) implements ZookeeperObservation {}
}
