package io.ottla.keeper.write;

import io.ottla.keeper.tree.NodeDigest;
import io.ottla.keeper.tree.Quotas;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
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
    /** Ephemeral nodes that are created, by session; so that the end of many sessions at once takes no time squared. */
    private final Map<Long, ArrayDeque<PendingNode>> ephemerals = new HashMap<>();

    /** What changes under way add to the numbers of each quota. */
    private final Map<String, long[]> quotas = new HashMap<>();

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
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        Znode node = tree.find(bytes, bytes.length);
        return node == null
                ? Optional.empty()
                : Optional.of(PendingNode.of(path, bytes, node, tree.acl(node), digests));
    }

    void change(PendingNode before, PendingNode after) {
        after.digest = after.digest(digests);
        add(after, before.digest);
        countQuota(after, 0, (long) after.dataLength() - before.dataLength());
    }

    void create(PendingNode node) {
        node.digest = node.digest(digests);
        node.created = true;
        add(node, 0);
        countQuota(node, 1, node.dataLength());
        if (EphemeralOwner.isSession(node.owner))
            ephemerals
                    .computeIfAbsent(node.owner, session -> new ArrayDeque<>())
                    .addLast(node);
    }

    void remove(PendingNode node, long zxid) {
        PendingNode gone = node.goneAt(zxid);
        add(gone, node.digest);
        countQuota(gone, -1, -node.dataLength());
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
            forgetEphemeral(last);
            uncountQuota(last);
        }
        treeDigest = treeDigestAtMark;
    }

    /** Drops what the tree has by now. */
    void applied(long zxid) {
        replaced.clear();
        while (!inOrder.isEmpty() && inOrder.peekFirst().zxid <= zxid) {
            PendingNode first = inOrder.removeFirst();
            byPath.remove(first.path, first);
            forgetEphemeral(first);
            uncountQuota(first);
        }
        if (inOrder.isEmpty()) treeDigest = tree.digest();
    }

    /** It is the first or the last of its session. */
    private void forgetEphemeral(PendingNode node) {
        if (!node.created) return;
        ArrayDeque<PendingNode> ofSession = ephemerals.get(node.owner);
        if (ofSession == null) return;
        if (ofSession.peekLast() == node) ofSession.removeLast();
        else if (ofSession.peekFirst() == node) ofSession.removeFirst();
        if (ofSession.isEmpty()) ephemerals.remove(node.owner);
    }

    void clear() {
        ephemerals.clear();
        quotas.clear();
        inOrder.clear();
        replaced.clear();
        byPath.clear();
        treeDigest = tree.digest();
    }

    private void countQuota(PendingNode change, int count, long bytes) {
        if (count == 0 && bytes == 0) return;
        tree.quotas().of(change.path).ifPresent(prefix -> {
            change.quota = prefix;
            change.quotaCount = count;
            change.quotaBytes = bytes;
            long[] sums = quotas.computeIfAbsent(prefix, absent -> new long[2]);
            sums[0] += count;
            sums[1] += bytes;
        });
    }

    private void uncountQuota(PendingNode change) {
        if (change.quota.isEmpty()) return;
        long[] sums = quotas.computeIfAbsent(change.quota, absent -> new long[2]);
        sums[0] -= change.quotaCount;
        sums[1] -= change.quotaBytes;
        if (sums[0] == 0 && sums[1] == 0) quotas.remove(change.quota);
    }

    /** What limit a change would go beyond, with all that is under way. */
    Optional<Quotas.Excess> excess(String path, int count, long bytes) {
        Optional<String> prefix = tree.quotas().of(path);
        if (prefix.isEmpty()) return Optional.empty();
        long[] sums = quotas.getOrDefault(prefix.get(), new long[2]);
        return tree.quotas().excess(prefix.get(), count, bytes, sums[0], sums[1]);
    }

    /** What is below a node that goes with a session: nothing, but in a tree from an odd snapshot. */
    List<PendingNode> below(String path) {
        List<PendingNode> below = new ArrayList<>();
        Znode top = tree.find(path);
        if (top == null || top.numChildren() == 0) return below;
        List<Znode> open = new ArrayList<>(List.of(top));
        for (int i = 0; i < open.size(); i++) open.addAll(List.of(open.get(i).childNodes()));
        for (Znode each : open.subList(1, open.size())) {
            String childPath = each.path();
            if (!byPath.containsKey(childPath)) find(childPath).ifPresent(below::add);
        }
        for (PendingNode each : byPath.values()) if (each.exists && each.path.startsWith(path + "/")) below.add(each);
        return below;
    }

    /** The nodes that go with a session: those of the tree that are left, then those that are being created. */
    LinkedHashSet<String> ephemeralPaths(long sessionId) {
        LinkedHashSet<String> paths = new LinkedHashSet<>();
        for (String path : tree.owned().ephemeralPaths(sessionId)) addIfOwned(path, sessionId, paths);
        for (PendingNode each : ephemerals.getOrDefault(sessionId, new ArrayDeque<>()))
            addIfOwned(each.path, sessionId, paths);
        return paths;
    }

    private void addIfOwned(String path, long sessionId, LinkedHashSet<String> paths) {
        PendingNode changed = byPath.get(path);
        if (changed == null || (changed.exists && changed.owner == sessionId)) paths.add(path);
    }
}
