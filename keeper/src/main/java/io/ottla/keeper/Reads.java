package io.ottla.keeper;

import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.ReadResult;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.api.Watcher;
import io.ottla.keeper.tree.AclCheck;
import io.ottla.keeper.tree.NodeContent;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.watch.Watches;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What clients read of the tree as it is applied, with the original's checks in its order (FinalRequestProcessor): the session, the node, the right to
 * read it. A watch is set only by a read that succeeds, but for {@link #exists}, which also waits for a node that is not there. Paths are
 * taken as they come: what is no path finds no node.
 *
 * <p>Belongs to the loop. Keeping a session's reads behind its writes is the caller's.
 */
public final class Reads {
    /**
     * The answer to a read whose watch there is no room for. Clients of all ages know it and none asks again by itself, which would be in vain; the
     * original has no bound.
     */
    public static final ErrorCode NO_ROOM_FOR_WATCH = ErrorCode.SYSTEM_ERROR;

    private final ZnodeTree tree;
    private final Sessions sessions;
    private final Watches watches;

    Reads(ZnodeTree tree, Sessions sessions, Watches watches) {
        this.tree = tree;
        this.sessions = sessions;
        this.watches = watches;
    }

    /** Ends a read with an error; carries no stack, as it is an answer. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final ErrorCode code;

        Refused(ErrorCode code) {
            super(code.name(), null, false, false);
            this.code = code;
        }
    }

    private interface Read {
        ReadResult run() throws Refused;
    }

    private ReadResult read(Caller caller, Read read) {
        Optional<ErrorCode> fault = sessions.fault(caller);
        if (fault.isPresent()) return new ReadResult.Failed(fault.get());
        try {
            return read.run();
        } catch (Refused refused) {
            return new ReadResult.Failed(refused.code);
        }
    }

    private Znode find(String path) throws Refused {
        Znode node = tree.find(path);
        if (node == null) throw new Refused(ErrorCode.NO_NODE);
        return node;
    }

    private Znode readable(Caller caller, String path, int perms) throws Refused {
        Znode node = find(path);
        check(caller, node, perms);
        return node;
    }

    private void check(Caller caller, Znode node, int perms) throws Refused {
        if (!AclCheck.allows(tree.acl(node), perms, caller.identities())) throw new Refused(ErrorCode.NO_AUTH);
    }

    private void watch(String path, WatchKind kind, Optional<? extends Watcher> watcher) throws Refused {
        if (watcher.isPresent() && !watches.add(path, kind, watcher.get())) throw new Refused(NO_ROOM_FOR_WATCH);
    }

    /** @return {@link ReadResult.Found}, or failed */
    public ReadResult exists(Caller caller, String path, Optional<? extends Watcher> watcher) {
        return read(caller, () -> {
            if (path.indexOf('\0') >= 0) throw new Refused(ErrorCode.BAD_ARGUMENTS);
            Znode node = tree.find(path);
            if (node != null) check(caller, node, Acl.READ);
            watch(path, WatchKind.DATA, watcher);
            if (node == null) throw new Refused(ErrorCode.NO_NODE);
            return new ReadResult.Found(ZnodeTree.stat(node));
        });
    }

    /** @return {@link ReadResult.Data}, or failed */
    public ReadResult data(Caller caller, String path, Optional<? extends Watcher> watcher) {
        return read(caller, () -> {
            Znode node = readable(caller, path, Acl.READ);
            watch(path, WatchKind.DATA, watcher);
            NodeContent fields = node.fields();
            int length = fields.hasData ? node.content().length - fields.dataStart : -1;
            return new ReadResult.Data(node.content(), fields.dataStart, length, ZnodeTree.stat(node));
        });
    }

    /** @return {@link ReadResult.Children}, or failed */
    public ReadResult children(Caller caller, String path, Optional<? extends Watcher> watcher) {
        return read(caller, () -> {
            Znode node = readable(caller, path, Acl.READ);
            watch(path, WatchKind.CHILD, watcher);
            return new ReadResult.Children(node.childNames(), ZnodeTree.stat(node));
        });
    }

    /**
     * Who may only read, and not change the ACL, does not see the hashes of digests.
     *
     * @return {@link ReadResult.Acls}, or failed
     */
    public ReadResult acl(Caller caller, String path) {
        return read(caller, () -> {
            Znode node = readable(caller, path, Acl.READ | Acl.ADMIN);
            List<Acl> acl = tree.acl(node);
            if (!AclCheck.allows(acl, Acl.ADMIN, caller.identities()))
                acl = acl.stream().map(Reads::masked).toList();
            return new ReadResult.Acls(acl, ZnodeTree.stat(node));
        });
    }

    private static Acl masked(Acl acl) {
        int colon = acl.scheme().equals("digest") ? acl.id().indexOf(':') : -1;
        return colon < 0 ? acl : new Acl(acl.perms(), acl.scheme(), acl.id().substring(0, colon) + ":x");
    }

    /**
     * The caller's own, whatever their ACLs.
     *
     * @param prefix of paths, as text; empty or "/" for all
     * @return {@link ReadResult.PathList}, or failed
     */
    public ReadResult ephemerals(Caller caller, String prefix) {
        return read(caller, () -> {
            boolean all = prefix.isBlank() || prefix.strip().equals("/");
            List<String> paths = tree.owned().ephemeralPaths(caller.sessionId());
            return new ReadResult.PathList(
                    all
                            ? paths
                            : paths.stream()
                                    .filter(each -> each.startsWith(prefix))
                                    .toList());
        });
    }

    /**
     * All nodes below one, at any depth. Counts them, so it takes time with many.
     *
     * @return {@link ReadResult.Number}, or failed
     */
    public ReadResult allChildrenNumber(Caller caller, String path) {
        return read(caller, () -> {
            Znode node = readable(caller, path, Acl.READ);
            return new ReadResult.Number(node == tree.root() ? tree.nodeCount() - 1 : below(node));
        });
    }

    private static int below(Znode top) {
        List<Znode> open = new ArrayList<>(List.of(top));
        int count = -1;
        while (!open.isEmpty()) {
            Znode node = open.removeLast();
            count++;
            for (Znode child : node.childNodes()) open.add(child);
        }
        return count;
    }

    /** Whether the session is one, and the caller's; empty if so. For requests that ask nothing of the tree. */
    public Optional<ErrorCode> sessionFault(Caller caller) {
        return sessions.fault(caller);
    }

    /**
     * addWatch: for good, whether the node is there or not, and whatever its ACL (which counts when there is something to tell).
     *
     * @return empty if it was set
     */
    public Optional<ErrorCode> addWatch(Caller caller, String path, WatchKind kind, Watcher watcher) {
        Optional<ErrorCode> fault = sessions.fault(caller);
        if (fault.isPresent()) return fault;
        if (Paths.fault(path).isPresent()) return Optional.of(ErrorCode.BAD_ARGUMENTS);
        return watches.add(path, kind, watcher) ? Optional.empty() : Optional.of(NO_ROOM_FOR_WATCH);
    }
}
