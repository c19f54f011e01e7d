package io.ottla.keeper;

import io.ottla.zookeeperprotocol.Acl;
import java.util.List;

/** How a node will stand once the transactions that are under way are applied (ChangeRecord of the original). */
final class PendingNode {
    final String path;
    final long zxid;
    boolean exists = true;

    /** This very change makes the node. */
    boolean created;

    List<Acl> acl;

    /** The data stands in it from {@link #dataFrom} on; null if there is none. Shared, never changed. */
    byte[] content;

    int dataFrom;
    long czxid;
    long mzxid;
    long pzxid;
    long ctimeMs;
    long mtimeMs;
    int version;
    int cversion;
    int aversion;
    long owner;
    int numChildren;
    long digest;

    /** By how much this change alters what the quota of {@link #quota} counts; the path is empty if there is none. */
    String quota = "";

    int quotaCount;
    long quotaBytes;

    PendingNode(String path, long zxid) {
        this.path = path;
        this.zxid = zxid;
    }

    static PendingNode of(String path, Znode node, List<Acl> acl, NodeDigest digests) {
        PendingNode pending = new PendingNode(path, -1);
        pending.acl = acl;
        pending.content = node.content();
        pending.dataFrom = node.dataStart();
        pending.czxid = node.czxid();
        pending.mzxid = node.mzxid();
        pending.pzxid = node.pzxid();
        pending.ctimeMs = node.ctimeMs();
        pending.mtimeMs = node.mtimeMs();
        pending.version = node.version();
        pending.cversion = node.cversion();
        pending.aversion = node.aversion();
        pending.owner = node.owner();
        pending.numChildren = node.numChildren();
        pending.digest = digests.of(path, node);
        return pending;
    }

    /** The same, to be changed by the transaction with that zxid. */
    PendingNode at(long zxid) {
        PendingNode copy = new PendingNode(path, zxid);
        copy.acl = acl;
        copy.content = content;
        copy.dataFrom = dataFrom;
        copy.czxid = czxid;
        copy.mzxid = mzxid;
        copy.pzxid = pzxid;
        copy.ctimeMs = ctimeMs;
        copy.mtimeMs = mtimeMs;
        copy.version = version;
        copy.cversion = cversion;
        copy.aversion = aversion;
        copy.owner = owner;
        copy.numChildren = numChildren;
        copy.digest = digest;
        return copy;
    }

    int dataLength() {
        return content == null ? 0 : content.length - dataFrom;
    }

    long digest(NodeDigest digests) {
        return digests.of(
                path, content, dataFrom, czxid, mzxid, pzxid, ctimeMs, mtimeMs, version, cversion, aversion, owner);
    }
}
