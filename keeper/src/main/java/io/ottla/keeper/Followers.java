package io.ottla.keeper;

import io.ottla.zookeeperprotocol.Acl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Who follows which part of the tree. Collects what a transaction changes, and tells it when the transaction is whole. */
final class Followers implements TreeListener {
    private final List<Following> all = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();

    private record Following(String root, Follower follower) {
        boolean concerns(String path) {
            return root.equals("/")
                    || (path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/'));
        }
    }

    private sealed interface Change {
        record Created(ZnodeView node) implements Change {}

        record DataChanged(ZnodeView node) implements Change {}

        record Deleted(String path) implements Change {}
    }

    /** Tells the part of the tree that is there, and takes the follower in. */
    void add(String root, Follower follower, ZnodeTree tree) {
        Znode top = tree.find(root);
        if (top != null) present(root, top, follower);
        follower.caughtUp();
        all.add(new Following(root, follower));
    }

    /** What waits to be presented are the siblings on the way down, not a whole level, which may be a million nodes. */
    private static void present(String root, Znode top, Follower follower) {
        ArrayDeque<Presented> waiting = new ArrayDeque<>();
        waiting.push(new Presented(root, top));
        while (!waiting.isEmpty()) {
            Presented next = waiting.pop();
            follower.present(ZnodeView.of(next.path, next.node));
            if (next.node.numChildren() == 0) continue;
            String prefix = next.path.equals("/") ? "/" : next.path + "/";
            for (Znode child : next.node.childNodes()) waiting.push(new Presented(prefix + child.name(), child));
        }
    }

    private record Presented(String path, Znode node) {}

    private boolean wanted(String path) {
        for (Following each : all) if (each.concerns(path)) return true;
        return false;
    }

    @Override
    public void created(String path, Znode node) {
        if (wanted(path)) changes.add(new Change.Created(ZnodeView.of(path, node)));
    }

    @Override
    public void dataChanged(String path, Znode node) {
        if (wanted(path)) changes.add(new Change.DataChanged(ZnodeView.of(path, node)));
    }

    @Override
    public void deleted(String path, Znode node, List<Acl> acl) {
        if (wanted(path)) changes.add(new Change.Deleted(path));
    }

    /** The transaction is applied: tells its changes in order, each to all whom it concerns. */
    void tell(long zxid) {
        for (Change change : changes) {
            for (int i = 0; i < all.size(); i++) {
                Following each = all.get(i);
                switch (change) {
                    case Change.Created created -> {
                        if (each.concerns(created.node.path())) each.follower.created(created.node);
                    }
                    case Change.DataChanged changed -> {
                        if (each.concerns(changed.node.path())) each.follower.dataChanged(changed.node);
                    }
                    case Change.Deleted deleted -> {
                        if (each.concerns(deleted.path)) each.follower.deleted(deleted.path, zxid);
                    }
                }
            }
        }
        changes.clear();
    }
}
