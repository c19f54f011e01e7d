package io.ottla.keeper;

import static io.ottla.base.Invariant.invariant;

import io.ottla.zookeeperprotocol.EphemeralOwner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/**
 * The tree as it will be: what the transactions under way change, over the committed tree (outstandingChanges of the
 * original). Changes are undone from the end, for a multi that fails, and fall away from the front as they are applied.
 */
final class PendingNodes {
    private final ZnodeTree tree;
    private final NodeDigest digests = new NodeDigest();
    private final ArrayDeque<PendingNode> inOrder = new ArrayDeque<>();
    private final Map<String, PendingNode> byPath = new HashMap<>();
    private long treeDigest;

    /** What stood for the path of each change since the last mark; null where the tree did. */
    private final ArrayList<PendingNode> replaced = new ArrayList<>();

    private long treeDigestAtMark;

    PendingNodes(ZnodeTree tree) {
        this.tree = tree;
        treeDigest = tree.digest();
    }

    boolean isEmpty() {
        return inOrder.isEmpty();
    }

    /** The digest of the whole tree after everything under way. */
    long treeDigest() {
        return treeDigest;
    }

    Optional<PendingNode> find(String path) {
        PendingNode changed = byPath.get(path);
        if (changed != null) return changed.exists ? Optional.of(changed) : Optional.empty();
        Znode node = tree.find(path);
        return node == null ? Optional.empty() : Optional.of(PendingNode.of(path, node, tree.acl(node), digests));
    }

    void change(PendingNode before, PendingNode after) {
        after.digest = after.digest(digests);
        add(after, before.digest);
    }

    void create(PendingNode node) {
        node.digest = node.digest(digests);
        add(node, 0);
    }

    void remove(PendingNode node, long zxid) {
        PendingNode gone = new PendingNode(node.path, zxid);
        gone.exists = false;
        add(gone, node.digest);
    }

    private void add(PendingNode after, long digestBefore) {
        treeDigest += after.digest - digestBefore;
        replaced.add(byPath.put(after.path, after));
        inOrder.addLast(after);
    }

    /** A request begins: {@link #rollback} comes back to here. */
    void mark() {
        replaced.clear();
        treeDigestAtMark = treeDigest;
    }

    /** Undoes what was added since the mark; nothing was applied in between. */
    void rollback() {
        while (!replaced.isEmpty()) {
            PendingNode last = inOrder.removeLast();
            PendingNode before = replaced.removeLast();
            if (before == null) byPath.remove(last.path);
            else byPath.put(last.path, before);
        }
        treeDigest = treeDigestAtMark;
    }

    /** Drops what the tree has by now. */
    void applied(long zxid) {
        replaced.clear();
        while (!inOrder.isEmpty() && inOrder.peekFirst().zxid <= zxid) {
            PendingNode first = inOrder.removeFirst();
            byPath.remove(first.path, first);
        }
        if (inOrder.isEmpty()) invariant(treeDigest == tree.digest(), "tree and transactions differ after 0x%x", zxid);
    }

    void clear() {
        inOrder.clear();
        replaced.clear();
        byPath.clear();
        treeDigest = tree.digest();
    }

    /** The nodes that go with a session, in the order of their creation. */
    LinkedHashSet<String> ephemeralPaths(long sessionId) {
        LinkedHashSet<String> paths = new LinkedHashSet<>(tree.ephemeralPaths(sessionId));
        for (PendingNode each : inOrder) {
            if (!each.exists) paths.remove(each.path);
            else if (each.owner == sessionId && EphemeralOwner.isSession(sessionId)) paths.add(each.path);
        }
        return paths;
    }
}
