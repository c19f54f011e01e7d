package io.ottla.keeper.write;

import io.ottla.keeper.tree.NodeContent;
import io.ottla.keeper.tree.NodeDigest;
import io.ottla.keeper.tree.Znode;
import io.ottla.zookeeperprotocol.Acl;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How a node will stand once the transactions that are under way are applied (ChangeRecord of the original). */
final class PendingNode {
    final String path;

    /** The same, as UTF-8. */
    final byte[] pathBytes;

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
        this(path, path.getBytes(StandardCharsets.UTF_8), zxid);
    }

    private PendingNode(String path, byte[] pathBytes, long zxid) {
        this.path = path;
        this.pathBytes = pathBytes;
        this.zxid = zxid;
    }

    static PendingNode of(String path, byte[] pathBytes, Znode node, List<Acl> acl, NodeDigest digests) {
        PendingNode pending = new PendingNode(path, pathBytes, -1);
        pending.acl = acl;
        NodeContent fields = node.fields();
        pending.content = node.content();
        pending.dataFrom = fields.dataStart;
        pending.czxid = fields.czxid;
        pending.mzxid = fields.mzxid;
        pending.pzxid = node.pzxid();
        pending.ctimeMs = fields.ctimeMs;
        pending.mtimeMs = fields.mtimeMs;
        pending.version = fields.version;
        pending.cversion = node.cversion();
        pending.aversion = node.aversion();
        pending.owner = node.owner();
        pending.numChildren = node.numChildren();
        pending.digest = digests.of(pathBytes, pathBytes.length, node);
        return pending;
    }

    /** The same, to be changed by the transaction with that zxid. */
    PendingNode at(long zxid) {
        PendingNode copy = new PendingNode(path, pathBytes, zxid);
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

    /** Another change of the same, after which it is not there. */
    PendingNode goneAt(long zxid) {
        PendingNode gone = new PendingNode(path, pathBytes, zxid);
        gone.exists = false;
        return gone;
    }

    long digest(NodeDigest digests) {
        return digests.of(
                pathBytes,
                pathBytes.length,
                content,
                dataFrom,
                czxid,
                mzxid,
                pzxid,
                ctimeMs,
                mtimeMs,
                version,
                cversion,
                aversion,
                owner);
    }
}
