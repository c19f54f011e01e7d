package io.ottla.keeper.tree;

import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.ZnodeView;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Stat;
import io.ottla.zookeeperprotocol.Txn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The committed state: znodes, their ACLs, the sessions. It changes by {@link #apply} only, and the same transactions
 * make the same tree, live, on restart and on another server.
 *
 * <p>Applying is idempotent in the way the original's is (DataTree.processTxn), since snapshots of the original are
 * taken while transactions go on: a log replayed over one repeats what the snapshot already has. A create of a node
 * that is there, or a delete of one that is not, is then a result and no fault.
 */
public final class ZnodeTree {
    public static final String CONFIG = "/zookeeper/config";
    private static final byte[] NO_DATA = {};

    private final ChildTable.Hash hashes;
    private final NodeDigest nodeDigest = new NodeDigest();
    private final AclTable acls = new AclTable();
    private final TreeMap<Long, Integer> timeoutMsBySession = new TreeMap<>();
    private final OwnedNodes owned = new OwnedNodes();
    private final Quotas quotas = new Quotas(this);
    private Znode root;
    private int nodeCount;
    private long dataSize;
    private long digest;
    private long lastZxid;

    private final SnapshotWalks walks = new SnapshotWalks(this);

    private ZnodeTree(long hashSeed) {
        hashes = new ChildTable.Hash(hashSeed);
    }

    /** The tree of a server that begins: the root and /zookeeper with quota and config. */
    public static ZnodeTree fresh(long hashSeed) {
        ZnodeTree tree = new ZnodeTree(hashSeed);
        tree.loadRoot(new Znode(new byte[0], new byte[0], AclTable.OPEN_ID, 0, 0));
        for (String path : new String[] {"/zookeeper", Quotas.ROOT, CONFIG}) {
            boolean config = path.equals(CONFIG);
            Znode node = new Znode(
                    bytes(path.substring(path.lastIndexOf('/') + 1)),
                    new byte[0],
                    config ? tree.acls.use(Acl.READ_ONLY) : AclTable.OPEN_ID,
                    0,
                    0);
            if (config) node.aversion(-1);
            byte[] bytes = bytes(path);
            tree.link(tree.find(bytes, lastSlash(bytes)), node, node.fields(), bytes, path.length());
        }
        return tree;
    }

    /** One without even a root, which {@code SnapshotReader} fills. */
    public static ZnodeTree unloaded(long hashSeed) {
        return new ZnodeTree(hashSeed);
    }

    public void loadRoot(Znode node) {
        root = node;
        nodeCount = 1;
        // as the original, whose root has the path "" and the alias "/"
        dataSize = 1 + 2L * node.dataLength();
        digest = nodeDigest.of(new byte[0], 0, node);
    }

    /**
     * Adds a node of a snapshot, or a new one, below a parent that is there.
     *
     * @param fields of the node, decoded
     * @param pathLength in characters
     * @return false if there is one of that name; then nothing is changed
     */
    public boolean link(Znode parent, Znode node, NodeContent fields, byte[] path, int pathLength) {
        walks.created(node);
        if (!parent.add(node, hashes)) return false;
        nodeCount++;
        dataSize += pathLength + node.content().length - fields.dataStart;
        digest += nodeDigest.of(path, path.length, node, fields);
        owned.added(node);
        return true;
    }

    public void loadSession(long sessionId, int timeoutMs) {
        timeoutMsBySession.put(sessionId, timeoutMs);
    }

    /** Everything of the snapshot is linked. */
    public void loaded(long zxid) {
        quotas.load();
        lastZxid = zxid;
    }

    /** Transactions up to that one were, though nothing here is known of them. */
    public void passedTo(long zxid) {
        lastZxid = Math.max(lastZxid, zxid);
    }

    public Znode root() {
        return root;
    }

    public AclTable acls() {
        return acls;
    }

    public int nodeCount() {
        return nodeCount;
    }

    public OwnedNodes owned() {
        return owned;
    }

    public Quotas quotas() {
        return quotas;
    }

    /** The lengths of all paths, in characters, and of all data, in bytes (nodeDataSize of the original). */
    public long dataSize() {
        return dataSize;
    }

    /** The sum of the digests of all nodes. */
    public long digest() {
        return digest;
    }

    /** Of the last transaction applied. */
    public long lastZxid() {
        return lastZxid;
    }

    /** Session ids and timeouts in milliseconds. */
    public Map<Long, Integer> sessions() {
        return timeoutMsBySession;
    }

    public SnapshotWalks walks() {
        return walks;
    }

    /** Null if there is none at that path; the root answers to "/" and "". */
    public Znode find(String path) {
        byte[] bytes = bytes(path);
        return find(bytes, bytes.length);
    }

    /** Of the path in the first {@code length} bytes. */
    public Znode find(byte[] path, int length) {
        if (length == 0 || (length == 1 && path[0] == '/')) return root;
        if (path[0] != '/') return null;
        Znode node = root;
        int from = 1;
        while (from <= length && node != null) {
            int to = from;
            while (to < length && path[to] != '/') to++;
            node = node.child(path, from, to);
            from = to + 1;
        }
        return node;
    }

    public List<Acl> acl(Znode node) {
        return acls.acl(node.aclId());
    }

    public static Stat stat(Znode node) {
        NodeContent fields = node.fields();
        int children = node.numChildren();
        long owner = node.owner();
        return new Stat(
                fields.czxid,
                fields.mzxid,
                fields.ctimeMs,
                fields.mtimeMs,
                fields.version,
                node.cversion() * 2 - children,
                node.aversion(),
                EphemeralOwner.isSession(owner) ? owner : 0,
                node.content().length - fields.dataStart,
                children,
                node.pzxid());
    }

    /** As it is now. */
    public static ZnodeView view(String path, Znode node) {
        NodeContent fields = node.fields();
        byte[] content = node.content();
        byte[] data = fields.dataStart == content.length
                ? NO_DATA
                : Arrays.copyOfRange(content, fields.dataStart, content.length);
        long owner = node.owner();
        return new ZnodeView(
                path, data, fields.version, fields.czxid, fields.mzxid, EphemeralOwner.isSession(owner) ? owner : 0);
    }

    /** Applies a transaction: one result for each operation of a multi, else one. */
    public List<OpResult> apply(LoggedTxn logged, TreeListener listener) {
        List<OpResult> results;
        if (logged.txn() instanceof Txn.Multi multi) results = applyMulti(multi, logged, listener);
        else results = List.of(applyOne(logged.txn(), logged, listener));
        if (logged.zxid() > lastZxid) lastZxid = logged.zxid();
        return results;
    }

    private List<OpResult> applyMulti(Txn.Multi multi, LoggedTxn logged, TreeListener listener) {
        List<OpResult> results = new ArrayList<>(multi.txns().size());
        if (!multi.failed()) {
            for (Txn each : multi.txns()) results.add(applyOne(each, logged, listener));
            return results;
        }
        for (Txn each : multi.txns())
            results.add(new OpResult.Failed(each instanceof Txn.Error error ? error.code() : ErrorCode.OK.code()));
        return results;
    }

    private OpResult applyOne(Txn txn, LoggedTxn logged, TreeListener listener) {
        return switch (txn) {
            case Txn.Create t -> {
                long owner = t.ephemeral() ? logged.clientId() : EphemeralOwner.PERSISTENT;
                yield create(t.path(), t.data(), t.acl(), owner, t.parentCversion(), !t.withStat(), logged, listener);
            }
            case Txn.CreateContainer t -> {
                long owner = EphemeralOwner.CONTAINER;
                yield create(t.path(), t.data(), t.acl(), owner, t.parentCversion(), false, logged, listener);
            }
            case Txn.CreateTtl t -> {
                long owner = EphemeralOwner.ofTtl(t.ttlMs());
                yield create(t.path(), t.data(), t.acl(), owner, t.parentCversion(), false, logged, listener);
            }
            case Txn.Delete t -> delete(t.path(), logged.zxid(), listener);
            case Txn.SetData t -> setData(t, logged, listener);
            case Txn.SetAcl t -> setAcl(t);
            case Txn.Check t -> new OpResult.Done();
            case Txn.CreateSession t -> {
                timeoutMsBySession.put(logged.clientId(), t.timeoutMs());
                yield new OpResult.Done();
            }
            case Txn.CloseSession t -> closeSession(t.paths(), logged, listener);
            case Txn.CloseSessionUnlisted t -> closeSession(List.of(), logged, listener);
            case Txn.Error t -> new OpResult.Failed(t.code());
            case Txn.Multi t -> throw new IllegalStateException("a multi within a multi");
        };
    }

    private OpResult create(
            String path,
            byte[] data,
            List<Acl> acl,
            long owner,
            int parentCversion,
            boolean adjustsParent,
            LoggedTxn logged,
            TreeListener listener) {
        byte[] bytes = bytes(path);
        int slash = lastSlash(bytes);
        Znode parent = find(bytes, slash);
        if (parent == null) return failed(ErrorCode.NO_NODE);
        // in a log of others; such a node would end the next snapshot
        if (slash == bytes.length - 1) return failed(ErrorCode.BAD_ARGUMENTS);
        int aclId = acls.use(acl);
        Znode present = parent.child(bytes, slash + 1, bytes.length);
        int cversion = parentCversion == Txn.CVERSION_UNKNOWN ? parent.cversion() + 1 : parentCversion;
        if (present != null) {
            touch(present);
            acls.release(present.aclId());
            present.aclId(aclId);
            // the snapshot had the child, but perhaps a parent from before it
            if (adjustsParent) raiseCversion(parent, bytes, slash, cversion, logged.zxid());
            return failed(ErrorCode.NODE_EXISTS);
        }
        raiseCversion(parent, bytes, slash, cversion, logged.zxid());
        Znode node = new Znode(
                bytes,
                slash + 1,
                bytes.length - slash - 1,
                aclId,
                logged.zxid(),
                logged.zxid(),
                logged.timeMs(),
                logged.timeMs(),
                0,
                data,
                0,
                data == null ? 0 : data.length);
        node.owner(owner);
        link(parent, node, node.fields(), bytes, path.length());
        quotas.created(path, node);
        listener.created(path, node);
        return new OpResult.Created(path, stat(node));
    }

    /**
     * Only upwards: a replayed create may be older than what the snapshot knows of the parent. Numbers go round, so the one after 2147483647 is
     * above it; the original's stay there, and the next sequential create is refused (NODEEXISTS).
     */
    private void raiseCversion(Znode parent, byte[] path, int pathLength, int cversion, long zxid) {
        if (cversion - parent.cversion() <= 0) return;
        touch(parent);
        digest -= nodeDigest.of(path, pathLength, parent);
        parent.cversion(cversion);
        parent.pzxid(zxid);
        digest += nodeDigest.of(path, pathLength, parent);
    }

    private OpResult delete(String path, long zxid, TreeListener listener) {
        byte[] bytes = bytes(path);
        int slash = lastSlash(bytes);
        Znode parent = find(bytes, slash);
        if (parent == null) return failed(ErrorCode.NO_NODE);
        if (pzxidAfterDelete(parent.pzxid(), zxid) != parent.pzxid()) {
            touch(parent);
            digest -= nodeDigest.of(bytes, slash, parent);
            parent.pzxid(zxid);
            digest += nodeDigest.of(bytes, slash, parent);
        }
        Znode node = parent.child(bytes, slash + 1, bytes.length);
        if (node == null) return failed(ErrorCode.NO_NODE);
        unlinkBelow(node, listener);
        List<Acl> acl = acl(node);
        unlink(node, path);
        quotas.deleted(path, node);
        listener.deleted(path, node, acl);
        return new OpResult.Done();
    }

    /** What the parent's pzxid is once the child is gone: a replayed delete may be older than what the snapshot knows of the parent. */
    public static long pzxidAfterDelete(long pzxid, long zxid) {
        return Math.max(pzxid, zxid);
    }

    /**
     * A log replayed over a fuzzy snapshot may delete a parent whose child the snapshot has, though it went before; and a snapshot may have
     * children below an ephemeral node, though no server makes them.
     */
    private void unlinkBelow(Znode node, TreeListener listener) {
        if (node.numChildren() == 0) return;
        List<Znode> below = new ArrayList<>(List.of(node));
        for (int i = 0; i < below.size(); i++) below.addAll(List.of(below.get(i).childNodes()));
        for (int i = below.size() - 1; i > 0; i--) {
            Znode each = below.get(i);
            String path = each.path();
            List<Acl> acl = acl(each);
            unlink(each, path);
            quotas.deleted(path, each);
            listener.deleted(path, each, acl);
        }
    }

    private void unlink(Znode node, String path) {
        touch(node);
        byte[] bytes = bytes(path);
        digest -= nodeDigest.of(bytes, bytes.length, node);
        node.parent.remove(node);
        nodeCount--;
        dataSize -= path.length() + node.dataLength();
        acls.release(node.aclId());
        owned.removed(node);
    }

    private OpResult setData(Txn.SetData txn, LoggedTxn logged, TreeListener listener) {
        byte[] path = bytes(txn.path());
        Znode node = find(path, path.length);
        if (node == null) return failed(ErrorCode.NO_NODE);
        touch(node);
        digest -= nodeDigest.of(path, path.length, node);
        int before = node.dataLength();
        node.write(txn.data(), logged.zxid(), logged.timeMs(), txn.version());
        dataSize += node.dataLength() - before;
        digest += nodeDigest.of(path, path.length, node);
        quotas.changed(txn.path(), node.dataLength() - before);
        listener.dataChanged(txn.path(), node);
        return new OpResult.Changed(stat(node));
    }

    private OpResult setAcl(Txn.SetAcl txn) {
        byte[] path = bytes(txn.path());
        Znode node = find(path, path.length);
        if (node == null) return failed(ErrorCode.NO_NODE);
        touch(node);
        digest -= nodeDigest.of(path, path.length, node);
        int before = node.aclId();
        node.aclId(acls.use(txn.acl()));
        acls.release(before);
        node.aversion(txn.version());
        digest += nodeDigest.of(path, path.length, node);
        return new OpResult.Changed(stat(node));
    }

    private OpResult closeSession(List<String> paths, LoggedTxn logged, TreeListener listener) {
        timeoutMsBySession.remove(logged.clientId());
        for (String path : paths) delete(path, logged.zxid(), listener);
        // where the transaction has no list, and what a list may lack after a fuzzy snapshot
        for (String path : owned.ephemeralPaths(logged.clientId())) delete(path, logged.zxid(), listener);
        return new OpResult.Done();
    }

    /** Changes data and nothing else, of a node that the digest does not cover. */
    void overwrite(Znode node, byte[] data) {
        touch(node);
        node.write(data, node.mzxid(), node.mtimeMs(), node.version());
    }

    private void touch(Znode node) {
        walks.changing(node);
    }

    private static OpResult failed(ErrorCode code) {
        return new OpResult.Failed(code.code());
    }

    private static byte[] bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }

    private static int lastSlash(byte[] path) {
        int at = path.length - 1;
        while (path[at] != '/') at--;
        return at;
    }
}
