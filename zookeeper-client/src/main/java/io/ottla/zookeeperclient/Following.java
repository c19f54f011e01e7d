package io.ottla.zookeeperclient;

import io.ottla.cluster.Coordination.Follower;
import io.ottla.cluster.Coordination.Znode;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who follows which part of the tree, and what it was told last. */
final class Following {
    private final String root;
    private final Follower follower;
    private final TreeMap<String, Znode> told = new TreeMap<>();
    private boolean isLive;

    Following(String root, Follower follower) {
        this.root = root;
        this.follower = follower;
    }

    String root() {
        return root;
    }

    private boolean concerns(String path) {
        return root.equals("/")
                || (path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/'));
    }

    /** Tells all that there is. */
    void begin(TreeMap<String, Znode> found) {
        told.putAll(found);
        isLive = true;
        found.values().forEach(follower::present); // a path sorts before those below it
        follower.caughtUp();
    }

    /** What was told is void. */
    void restart() {
        told.clear();
        if (isLive) follower.restarted();
        isLive = false;
    }

    /** Tells what is different in the whole of it. */
    void compare(TreeMap<String, Znode> found, long zxid) {
        TreeSet<String> paths = new TreeSet<>(told.keySet());
        paths.addAll(found.keySet());
        tell(paths, found, zxid);
    }

    /** Tells what is different at these paths; a path that is not found is gone. */
    void compare(Map<String, Optional<Znode>> read, long zxid) {
        if (!isLive) return;
        TreeSet<String> paths = new TreeSet<>();
        TreeMap<String, Znode> found = new TreeMap<>();
        read.forEach((path, node) -> {
            if (!concerns(path)) return;
            paths.add(path);
            node.ifPresent(there -> found.put(path, there));
        });
        tell(paths, found, zxid);
    }

    private void tell(Collection<String> ascending, TreeMap<String, Znode> found, long zxid) {
        for (String path : new TreeSet<>(ascending).descendingSet()) {
            Znode before = told.get(path);
            Znode now = found.get(path);
            if (before == null || (now != null && now.czxid() == before.czxid())) continue;
            told.remove(path);
            follower.deleted(path, zxid);
        }
        for (String path : ascending) {
            Znode now = found.get(path);
            if (now == null) continue;
            Znode before = told.put(path, now);
            if (before == null) follower.created(now);
            else if (before.version() != now.version() || before.mzxid() != now.mzxid()) follower.dataChanged(now);
        }
    }
}
