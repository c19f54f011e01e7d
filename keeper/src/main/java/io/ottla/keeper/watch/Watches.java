package io.ottla.keeper.watch;

import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.WatchEvent;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.api.Watcher;
import io.ottla.keeper.api.WatcherType;
import io.ottla.keeper.tree.AclCheck;
import io.ottla.keeper.tree.ChildTable;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.Paths;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Who is to be told of which changes (DataTree's two WatchManagers of the original). A create tells those who watch the node, then
 * those who watch the parent's children; a delete those of the node, then those of the node's children whom the first did not reach, then those of
 * the parent's children. One event goes to one watcher once, however many of its watches it meets. A watch of the one-shot kinds is gone
 * with its event, also where the event was withheld because the watcher may not read the node.
 *
 * <p>Belongs to the loop.
 */
public final class Watches {
    /** Of events that no transaction made: see {@link #setAgain}. */
    public static final long NO_ZXID = -1;

    private static final int NODE_BITS =
            WatchKind.DATA.bit | WatchKind.PERSISTENT.bit | WatchKind.PERSISTENT_RECURSIVE.bit;
    private static final int CHILD_BITS = WatchKind.CHILD.bit | WatchKind.PERSISTENT.bit;

    private final KeeperOptions.Watching limits;
    private final ZnodeTree tree;
    private final ChildTable.Hash hashes;
    private final TreeListener listener = new Changes();
    private final Map<Watcher, Watching> watchers = new IdentityHashMap<>();
    private final List<Watching> told = new ArrayList<>();
    private final WatchedPaths paths = new WatchedPaths();
    private int nodeWatches;
    private int childWatches;
    private int recursive;
    private long bytes;
    private int nextNumber;
    private long event;
    private long zxid;

    public Watches(KeeperOptions.Watching limits, ZnodeTree tree, long hashSeed) {
        this.limits = limits;
        this.tree = tree;
        hashes = new ChildTable.Hash(hashSeed);
    }

    /**
     * Watches from now on.
     *
     * @return false if there is no room for one more; then nothing is changed
     */
    public boolean add(String path, WatchKind kind, Watcher watcher) {
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        WatchedPath found = find(text, text.length);
        Watching watching = watchers.get(watcher);
        int before = found == null || watching == null ? 0 : found.bits(watching);
        if (before == 0) {
            long cost = text.length + (long) KeeperOptions.Watching.WATCH_OVERHEAD_BYTES;
            long mine = watching == null ? 0 : watching.bytes;
            if (bytes + cost > limits.bytes() || mine + cost > limits.bytesPerConnection()) return false;
            if (watching == null) watchers.put(watcher, watching = new Watching(watcher, nextNumber++));
            if (found == null) paths.add(found = new WatchedPath(text, hashes.of(text, 0, text.length)));
            watching.paths.add(found);
            watching.bytes += cost;
            bytes += cost;
        }
        set(found, watching, before, before | kind.bit);
        return true;
    }

    private void set(WatchedPath path, Watching watching, int before, int after) {
        nodeWatches += has(after, NODE_BITS) - has(before, NODE_BITS);
        childWatches += has(after, CHILD_BITS) - has(before, CHILD_BITS);
        recursive += has(after, WatchKind.PERSISTENT_RECURSIVE.bit) - has(before, WatchKind.PERSISTENT_RECURSIVE.bit);
        if (after != 0) {
            path.set(watching, after);
            return;
        }
        path.remove(watching);
        watching.paths.remove(path);
        long cost = path.path.length + (long) KeeperOptions.Watching.WATCH_OVERHEAD_BYTES;
        watching.bytes -= cost;
        bytes -= cost;
        if (watching.paths.size() == 0) watchers.remove(watching.watcher);
        if (path.isEmpty()) paths.remove(path);
    }

    private static int has(int bits, int wanted) {
        return (bits & wanted) == 0 ? 0 : 1;
    }

    /** True if the watcher has one of that type at that path. */
    public boolean contains(String path, WatcherType type, Watcher watcher) {
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        WatchedPath found = find(text, text.length);
        Watching watching = watchers.get(watcher);
        return found != null && watching != null && (found.bits(watching) & type.bits) != 0;
    }

    /** @return false if the watcher had none of that type at that path */
    public boolean remove(String path, WatcherType type, Watcher watcher) {
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        WatchedPath found = find(text, text.length);
        Watching watching = watchers.get(watcher);
        if (found == null || watching == null) return false;
        int before = found.bits(watching);
        if ((before & type.bits) == 0) return false;
        set(found, watching, before, before & ~type.bits);
        return true;
    }

    /** The connection is gone. */
    public void removeAll(Watcher watcher) {
        Watching watching = watchers.get(watcher);
        if (watching == null) return;
        for (WatchedPath path : watching.paths.toArray()) set(path, watching, path.bits(watching), 0);
    }

    /**
     * A client that was away sets its watches again, and is told at once of what it missed, as far as the tree shows it: a node that is gone, is
     * there, or has changed since. Those watches are used up.
     *
     * @param relativeZxid the last that the client has seen
     * @return false if there was no room for all: the connection is to be closed, since it would wait in vain
     */
    public boolean setAgain(
            long relativeZxid,
            List<String> data,
            List<String> exist,
            List<String> child,
            List<String> persistent,
            List<String> persistentRecursive,
            Watcher watcher) {
        boolean all = true;
        for (String path : data) {
            Znode node = tree.find(path);
            if (node == null) watcher.notified(WatchEvent.DELETED, path, NO_ZXID);
            else if (node.mzxid() > relativeZxid) watcher.notified(WatchEvent.DATA_CHANGED, path, NO_ZXID);
            else all &= add(path, WatchKind.DATA, watcher);
        }
        for (String path : exist) {
            if (tree.find(path) != null) watcher.notified(WatchEvent.CREATED, path, NO_ZXID);
            else all &= add(path, WatchKind.DATA, watcher);
        }
        for (String path : child) {
            Znode node = tree.find(path);
            if (node == null) watcher.notified(WatchEvent.DELETED, path, NO_ZXID);
            else if (node.pzxid() > relativeZxid) watcher.notified(WatchEvent.CHILDREN_CHANGED, path, NO_ZXID);
            else all &= add(path, WatchKind.CHILD, watcher);
        }
        for (String path : persistent) all &= add(path, WatchKind.PERSISTENT, watcher);
        for (String path : persistentRecursive) all &= add(path, WatchKind.PERSISTENT_RECURSIVE, watcher);
        return all;
    }

    /** As the original counts: a persistent watch is two. */
    public int count() {
        return nodeWatches + childWatches;
    }

    /** By {@link KeeperOptions.Watching}'s measure. */
    public long bytes() {
        return bytes;
    }

    /** Of that one's watches, by the same measure. */
    public long bytes(Watcher watcher) {
        Watching watching = watchers.get(watcher);
        return watching == null ? 0 : watching.bytes;
    }

    /** Each watch of a node (not those of children only, as the original's four-letter words have it). Takes time with many. */
    public void forEach(BiConsumer<Watcher, String> visitor) {
        for (WatchedPath path : paths.toArray()) {
            String text = path.text();
            for (Watching each : path.watchers())
                if ((path.bits(each) & NODE_BITS) != 0) visitor.accept(each.watcher, text);
        }
    }

    /** @param connections that watch a node, @param paths that are watched, @param watches of one by the other */
    public record Summary(int connections, int paths, int watches) {}

    /** Of the same watches as {@link #forEach}. */
    public Summary summary() {
        Map<Watching, Boolean> connections = new IdentityHashMap<>();
        int watched = 0;
        for (WatchedPath path : paths.toArray()) {
            boolean counts = false;
            for (Watching each : path.watchers()) {
                if ((path.bits(each) & NODE_BITS) == 0) continue;
                connections.put(each, true);
                counts = true;
            }
            if (counts) watched++;
        }
        return new Summary(connections.size(), watched, nodeWatches);
    }

    /** The transaction whose changes come next. */
    public void begin(long zxid) {
        this.zxid = zxid;
    }

    /** Tells at once what the tree tells it. */
    public TreeListener listener() {
        return listener;
    }

    private final class Changes implements TreeListener {
        @Override
        public void created(String path, Znode node) {
            if (paths.size() == 0) return;
            event++;
            tell(WatchEvent.CREATED, path, NODE_BITS, () -> tree.acl(node));
            childrenChanged(path);
        }

        @Override
        public void dataChanged(String path, Znode node) {
            if (paths.size() == 0) return;
            event++;
            tell(WatchEvent.DATA_CHANGED, path, NODE_BITS, () -> tree.acl(node));
        }

        @Override
        public void deleted(String path, Znode node, List<Acl> acl) {
            if (paths.size() == 0) return;
            event++;
            tell(WatchEvent.DELETED, path, NODE_BITS, () -> acl);
            // the same event: whom the first reached the second does not
            tell(WatchEvent.DELETED, path, CHILD_BITS, () -> acl);
            childrenChanged(path);
        }
    }

    private void childrenChanged(String path) {
        event++;
        String parent = Paths.parent(path);
        tell(WatchEvent.CHILDREN_CHANGED, parent, CHILD_BITS, () -> tree.acl(tree.find(parent)));
    }

    private void tell(WatchEvent what, String path, int wanted, Supplier<List<Acl>> acl) {
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        WatchedPath found = find(text, text.length);
        if (found != null) collect(found, wanted);
        if (recursive > 0 && (wanted & WatchKind.PERSISTENT_RECURSIVE.bit) != 0) collectAbove(text);
        if (told.isEmpty()) return;
        List<Watching> all = List.copyOf(told);
        told.clear();
        List<Acl> readable = acl.get();
        for (Watching each : all) {
            if (AclCheck.allows(readable, Acl.READ, each.watcher.identities())) each.watcher.notified(what, path, zxid);
        }
    }

    private void collect(WatchedPath path, int wanted) {
        for (Watching each : path.watchers()) {
            int bits = path.bits(each);
            if ((bits & wanted) == 0) continue;
            due(each);
            int once = (WatchKind.DATA.bit | WatchKind.CHILD.bit) & wanted;
            if ((bits & once) != 0) set(path, each, bits, bits & ~once);
        }
    }

    private void collectAbove(byte[] path) {
        for (int length = path.length; length > 1; ) {
            do length--;
            while (length > 0 && path[length] != '/');
            if (length == 0) length = 1;
            WatchedPath above = find(path, length);
            if (above == null) continue;
            for (Watching each : above.watchers())
                if ((above.bits(each) & WatchKind.PERSISTENT_RECURSIVE.bit) != 0) due(each);
        }
    }

    private void due(Watching watching) {
        if (watching.toldOf == event) return;
        watching.toldOf = event;
        told.add(watching);
    }

    /** Null if nobody watches that path. */
    private WatchedPath find(byte[] path, int length) {
        return paths.find(path, length, hashes.of(path, 0, length));
    }
}
