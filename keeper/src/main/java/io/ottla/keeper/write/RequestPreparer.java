package io.ottla.keeper.write;

import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.tree.AclCheck;
import io.ottla.keeper.tree.Quotas;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Paths;
import io.ottla.zookeeperprotocol.Txn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Turns requests into transactions (PrepRequestProcessor of the original): checks each against the tree as it will be
 * once all that is under way is applied, in the original's order of checks, since the first that fails is what the
 * client is told. A request that fails becomes a transaction too, and takes its zxid.
 *
 * <p>Order for create: mode, TTL, session, form of the path, ACL wanted, parent, right to create, number appended,
 * path, existence, ephemeral parent, quota. For delete: session, form of the path, parent, right to delete, node, version,
 * emptiness. For set data: session, path, node, right to write, quota, version.
 */
public final class RequestPreparer {
    /** Beyond this the end of a session is logged without the list of its nodes, in bytes of paths. */
    static final int CLOSE_SESSION_BYTES_MAX = 512 * 1024;

    private final ZnodeTree tree;
    private final KeeperOptions.Nodes options;
    private final PendingNodes pending;
    private final SessionOwners owners;
    private final Set<Long> sessions;
    private final Set<Long> localSessions = new HashSet<>();
    private Consumer<Quotas.Excess> onExcess = excess -> {};
    private long lastZxid;

    public RequestPreparer(ZnodeTree tree, KeeperOptions.Nodes options, SessionOwners owners) {
        this.tree = tree;
        this.options = options;
        this.owners = owners;
        pending = new PendingNodes(tree);
        sessions = new HashSet<>(tree.sessions().keySet());
        lastZxid = tree.lastZxid();
    }

    /** Told when a request goes beyond a quota, refused or not. One listener. */
    public void onExcess(Consumer<Quotas.Excess> listener) {
        onExcess = listener;
    }

    /** Of the last transaction prepared. */
    public long lastZxid() {
        return lastZxid;
    }

    /** Sessions that are, or will be once what is under way is applied. */
    public boolean live(long sessionId) {
        return sessions.contains(sessionId) || localSessions.contains(sessionId);
    }

    /** A session that no transaction tells of. */
    public void beginLocal(long sessionId) {
        localSessions.add(sessionId);
    }

    public void endLocal(long sessionId) {
        localSessions.remove(sessionId);
    }

    public boolean isLocal(long sessionId) {
        return localSessions.contains(sessionId);
    }

    public int localCount() {
        return localSessions.size();
    }

    /** Why a session may not ask for anything; empty if it may. */
    Optional<ErrorCode> sessionFault(Caller caller) {
        long sessionId = caller.sessionId();
        if (!live(sessionId))
            return Optional.of(
                    tree.sessions().containsKey(sessionId) ? ErrorCode.SESSION_EXPIRED : ErrorCode.UNKNOWN_SESSION);
        return owners.moved(sessionId, caller.connection()) ? Optional.of(ErrorCode.SESSION_MOVED) : Optional.empty();
    }

    /**
     * Why a session may not read; empty if it may. Until its end is in the tree it may: what it asked before it asked for its end is
     * answered before that.
     */
    public Optional<ErrorCode> readFault(Caller caller) {
        long sessionId = caller.sessionId();
        if (!tree.sessions().containsKey(sessionId) && !isLocal(sessionId))
            return Optional.of(ErrorCode.UNKNOWN_SESSION);
        return owners.moved(sessionId, caller.connection()) ? Optional.of(ErrorCode.SESSION_MOVED) : Optional.empty();
    }

    public LoggedTxn prepare(long nowMs, Caller caller, int cxid, Request request) {
        long sessionId = caller.sessionId();
        Call call = new Call(nowMs, caller, Math.incrementExact(lastZxid));
        lastZxid = call.zxid;
        pending.mark();
        Txn txn;
        boolean digested = true;
        try {
            switch (request) {
                case Request.Multi multi -> txn = multi(multi, call);
                case Request.CreateSession create -> {
                    sessions.add(sessionId);
                    txn = new Txn.CreateSession(create.timeoutMs());
                }
                case Request.CloseSession close -> {
                    txn = closeSession(call);
                    // nothing may follow a transaction without body: the original would read it as the body
                    digested = !(txn instanceof Txn.CloseSessionUnlisted);
                }
                // stands in a multi only: the original cannot read a log that has it alone (ZOOKEEPER-2623)
                case Request.Check check -> throw new Refused(ErrorCode.UNIMPLEMENTED);
                case Request.Op op -> txn = op(op, call);
            }
        } catch (Refused refused) {
            txn = new Txn.Error(refused.code.code());
            digested = false;
        }
        return new LoggedTxn(
                sessionId,
                cxid,
                call.zxid,
                nowMs,
                txn,
                digested ? LoggedTxn.DIGEST_VERSION : LoggedTxn.NO_DIGEST,
                digested ? pending.treeDigest() : 0);
    }

    /** Everything up to that zxid is in the tree now. */
    public void applied(long zxid) {
        pending.applied(zxid);
    }

    /** Nothing of what is under way will ever be: the log refused it before any of it was written. */
    void forget() {
        pending.clear();
        sessions.clear();
        sessions.addAll(tree.sessions().keySet());
        lastZxid = tree.lastZxid();
    }

    private record Call(long nowMs, Caller caller, long zxid) {
        long sessionId() {
            return caller.sessionId();
        }

        List<Identity> identities() {
            return caller.identities();
        }
    }

    /** A check that failed; carries no stack, as it is an answer. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final ErrorCode code;

        Refused(ErrorCode code) {
            super(code.name(), null, false, false);
            this.code = code;
        }
    }

    private Txn multi(Request.Multi multi, Call call) {
        List<Txn> txns = new ArrayList<>(multi.ops().size());
        boolean failed = false;
        for (Request.Op op : multi.ops()) {
            if (failed) {
                txns.add(new Txn.Error(ErrorCode.RUNTIME_INCONSISTENCY.code()));
                continue;
            }
            try {
                if (op instanceof Request.SetAcl || op instanceof Request.DeleteContainer)
                    throw new Refused(ErrorCode.UNIMPLEMENTED);
                txns.add(op(op, call));
            } catch (Refused refused) {
                failed = true;
                pending.rollback();
                txns.add(new Txn.Error(refused.code.code()));
            }
        }
        return new Txn.Multi(List.copyOf(txns));
    }

    private Txn op(Request.Op op, Call call) throws Refused {
        return switch (op) {
            case Request.Create create -> create(create, call);
            case Request.Delete delete -> delete(delete, call);
            case Request.DeleteContainer delete -> deleteContainer(delete, call);
            case Request.SetData set -> setData(set, call);
            case Request.SetAcl set -> setAcl(set, call);
            case Request.Check check -> check(check, call);
        };
    }

    private Txn create(Request.Create op, Call call) throws Refused {
        CreateMode mode = CreateMode.fromFlag(op.flags()).orElseThrow(() -> new Refused(ErrorCode.BAD_ARGUMENTS));
        if (mode.ttl() && !options.extendedTypes()) throw new Refused(ErrorCode.UNIMPLEMENTED);
        boolean ttlFits = mode.ttl() ? op.ttlMs() > 0 && op.ttlMs() <= EphemeralOwner.TTL_MS_MAX : op.ttlMs() < 0;
        if (!ttlFits) throw new Refused(ErrorCode.BAD_ARGUMENTS);
        checkSession(call);
        if (mode.ephemeral() && isLocal(call.sessionId())) throw new Refused(ErrorCode.EPHEMERAL_ON_LOCAL_SESSION);
        String parentPath = parentOf(op.path());
        List<Acl> acl = settle(op.acl(), call);
        PendingNode parent = find(parentPath);
        checkAcl(parent, Acl.CREATE, call);
        String path = op.path();
        if (mode.sequential()) path += String.format(Locale.ENGLISH, "%010d", parent.cversion);
        checkPath(path);
        if (pending.find(path).isPresent()) throw new Refused(ErrorCode.NODE_EXISTS);
        if (EphemeralOwner.isSession(parent.owner)) throw new Refused(ErrorCode.NO_CHILDREN_FOR_EPHEMERALS);
        checkQuota(path, 1, length(op.data()));

        PendingNode parentAfter = parent.at(call.zxid);
        parentAfter.cversion++;
        parentAfter.pzxid = call.zxid;
        parentAfter.numChildren++;
        pending.change(parent, parentAfter);
        PendingNode node = new PendingNode(path, call.zxid);
        node.acl = acl;
        node.content = op.data();
        node.czxid = call.zxid;
        node.mzxid = call.zxid;
        node.pzxid = call.zxid;
        node.ctimeMs = call.nowMs;
        node.mtimeMs = call.nowMs;
        int cversion = parentAfter.cversion;
        Txn txn;
        if (mode == CreateMode.CONTAINER) {
            node.owner = EphemeralOwner.CONTAINER;
            txn = new Txn.CreateContainer(path, op.data(), acl, cversion);
        } else if (mode.ttl()) {
            node.owner = EphemeralOwner.ofTtl(op.ttlMs());
            txn = new Txn.CreateTtl(path, op.data(), acl, cversion, op.ttlMs());
        } else {
            if (mode.ephemeral()) node.owner = call.sessionId();
            txn = new Txn.Create(path, op.data(), acl, mode.ephemeral(), cversion, op.withStat());
        }
        pending.create(node);
        return txn;
    }

    private Txn delete(Request.Delete op, Call call) throws Refused {
        checkSession(call);
        String parentPath = deletableParentOf(op.path());
        PendingNode parent = find(parentPath);
        checkAcl(parent, Acl.DELETE, call);
        PendingNode node = find(op.path());
        checkVersion(node.version, op.version());
        if (node.numChildren > 0) throw new Refused(ErrorCode.NOT_EMPTY);
        remove(parent, node, call);
        return new Txn.Delete(op.path(), false);
    }

    private Txn deleteContainer(Request.DeleteContainer op, Call call) throws Refused {
        String parentPath = deletableParentOf(op.path());
        PendingNode node = find(op.path());
        if (node.numChildren > 0) throw new Refused(ErrorCode.NOT_EMPTY);
        if (node.owner != EphemeralOwner.CONTAINER && !EphemeralOwner.isTtl(node.owner))
            throw new Refused(ErrorCode.BAD_VERSION);
        if (node.czxid != op.czxid() || node.mzxid != op.mzxid()) throw new Refused(ErrorCode.BAD_VERSION);
        remove(find(parentPath), node, call);
        return new Txn.Delete(op.path(), true);
    }

    private void remove(PendingNode parent, PendingNode node, Call call) {
        PendingNode parentAfter = parent.at(call.zxid);
        parentAfter.pzxid = ZnodeTree.pzxidAfterDelete(parent.pzxid, call.zxid);
        parentAfter.numChildren--;
        pending.change(parent, parentAfter);
        pending.remove(node, call.zxid);
    }

    private Txn setData(Request.SetData op, Call call) throws Refused {
        checkSession(call);
        checkPath(op.path());
        PendingNode node = find(op.path());
        checkAcl(node, Acl.WRITE, call);
        checkQuota(op.path(), 0, (long) length(op.data()) - node.dataLength());
        checkVersion(node.version, op.version());
        PendingNode after = node.at(call.zxid);
        after.version = next(node.version);
        after.mtimeMs = call.nowMs;
        after.mzxid = call.zxid;
        after.content = op.data();
        after.dataFrom = 0;
        pending.change(node, after);
        return new Txn.SetData(op.path(), op.data(), after.version, false);
    }

    private Txn setAcl(Request.SetAcl op, Call call) throws Refused {
        checkSession(call);
        checkPath(op.path());
        List<Acl> acl = settle(op.acl(), call);
        PendingNode node = find(op.path());
        checkAcl(node, Acl.ADMIN, call);
        checkVersion(node.aversion, op.version());
        PendingNode after = node.at(call.zxid);
        after.acl = acl;
        after.aversion = next(node.aversion);
        pending.change(node, after);
        return new Txn.SetAcl(op.path(), acl, after.aversion);
    }

    private Txn check(Request.Check op, Call call) throws Refused {
        checkSession(call);
        checkPath(op.path());
        PendingNode node = find(op.path());
        checkAcl(node, Acl.READ, call);
        checkVersion(node.version, op.version());
        return new Txn.Check(op.path(), next(node.version));
    }

    private Txn closeSession(Call call) {
        sessions.remove(call.sessionId());
        LinkedHashSet<String> paths = pending.ephemeralPaths(call.sessionId());
        long bytes = 0;
        for (String path : paths) {
            bytes += path.length() * 3L + 4;
            // gone already if it was below another
            Optional<PendingNode> node = pending.find(path);
            if (node.isEmpty()) continue;
            PendingNode parent = pending.find(Paths.parent(path)).orElseThrow();
            for (PendingNode below : pending.below(path)) pending.remove(below, call.zxid);
            remove(parent, node.get(), call);
        }
        return bytes <= CLOSE_SESSION_BYTES_MAX
                ? new Txn.CloseSession(List.copyOf(paths))
                : new Txn.CloseSessionUnlisted();
    }

    private void checkSession(Call call) throws Refused {
        Optional<ErrorCode> fault = sessionFault(call.caller);
        if (fault.isPresent()) throw new Refused(fault.get());
    }

    /** The text before the last slash, so that the parent of what is no good path is one that cannot be. */
    private static String parentOf(String path) throws Refused {
        int slash = path.lastIndexOf('/');
        if (slash < 0 || path.indexOf('\0') >= 0) throw new Refused(ErrorCode.BAD_ARGUMENTS);
        return slash == 0 ? "/" : path.substring(0, slash);
    }

    private static String deletableParentOf(String path) throws Refused {
        switch (path) {
            case "/", "/zookeeper", Quotas.ROOT, ZnodeTree.CONFIG -> throw new Refused(ErrorCode.BAD_ARGUMENTS);
            default -> {
                return parentOf(path);
            }
        }
    }

    private static void checkPath(String path) throws Refused {
        if (Paths.fault(path).isPresent()) throw new Refused(ErrorCode.BAD_ARGUMENTS);
    }

    private PendingNode find(String path) throws Refused {
        return pending.find(path).orElseThrow(() -> new Refused(ErrorCode.NO_NODE));
    }

    private static void checkAcl(PendingNode node, int perms, Call call) throws Refused {
        if (!AclCheck.allows(node.acl, perms, call.identities())) throw new Refused(ErrorCode.NO_AUTH);
    }

    private static List<Acl> settle(List<Acl> acl, Call call) throws Refused {
        return AclCheck.settle(acl, call.identities()).orElseThrow(() -> new Refused(ErrorCode.INVALID_ACL));
    }

    private static int length(byte[] data) {
        return data == null ? 0 : data.length;
    }

    private void checkQuota(String path, int count, long bytes) throws Refused {
        Optional<Quotas.Excess> excess = pending.excess(path, count, bytes);
        if (excess.isEmpty()) return;
        onExcess.accept(excess.get());
        if (excess.get().hard() && options.quotasEnforced()) throw new Refused(ErrorCode.QUOTA_EXCEEDED);
    }

    private static void checkVersion(int is, int wanted) throws Refused {
        if (wanted != Request.ANY_VERSION && wanted != is) throw new Refused(ErrorCode.BAD_VERSION);
    }

    /** Leaves out −1, which would match any version from then on (ZOOKEEPER-4743). */
    private static int next(int version) {
        return version == -2 ? 0 : version + 1;
    }
}
