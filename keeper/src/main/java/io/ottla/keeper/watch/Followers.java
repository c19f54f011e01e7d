package io.ottla.keeper.watch;

import io.ottla.keeper.api.Follower;
import io.ottla.keeper.api.ZnodeView;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Who follows which part of the tree. Collects what a transaction changes, and tells it when the transaction is whole. */
public final class Followers implements TreeListener {
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
    public void add(String root, Follower follower, ZnodeTree tree) {
        Znode top = tree.find(root);
        if (top != null) present(root, top, follower);
        follower.caughtUp();
        all.add(new Following(root, follower));
    }

    /** Depth first: what waits is what stands for the siblings on the way down, and no path is made before its turn. */
    private static void present(String root, Znode top, Follower follower) {
        follower.present(ZnodeTree.view(root, top));
        ArrayDeque<Siblings> way = new ArrayDeque<>();
        way.push(new Siblings(root, top));
        while (!way.isEmpty()) {
            Siblings siblings = way.peek();
            if (siblings.next == siblings.slots.length) {
                way.pop();
                continue;
            }
            Znode node = siblings.parent.child(siblings.slots[siblings.next++]);
            String path = siblings.prefix + node.name();
            follower.present(ZnodeTree.view(path, node));
            if (node.numChildren() > 0) way.push(new Siblings(path, node));
        }
    }

    private static final class Siblings {
        final String prefix;
        final Znode parent;
        final Object[] slots;
        int next;

        Siblings(String path, Znode parent) {
            prefix = path.equals("/") ? "/" : path + "/";
            this.parent = parent;
            slots = parent.childSlots();
        }
    }

    private boolean wanted(String path) {
        for (Following each : all) if (each.concerns(path)) return true;
        return false;
    }

    @Override
    public void created(String path, Znode node) {
        if (wanted(path)) changes.add(new Change.Created(ZnodeTree.view(path, node)));
    }

    @Override
    public void dataChanged(String path, Znode node) {
        if (wanted(path)) changes.add(new Change.DataChanged(ZnodeTree.view(path, node)));
    }

    @Override
    public void deleted(String path, Znode node, List<Acl> acl) {
        if (wanted(path)) changes.add(new Change.Deleted(path));
    }

    /** The transaction is applied: tells its changes in order, each to all whom it concerns. */
    public void tell(long zxid) {
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
