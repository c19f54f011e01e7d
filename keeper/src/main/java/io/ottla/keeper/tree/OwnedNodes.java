package io.ottla.keeper.tree;

import io.ottla.zookeeperprotocol.EphemeralOwner;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The nodes that do not stay for ever: those that go with a session, and those that the server removes once they are empty. */
public final class OwnedNodes {
    private final TreeMap<Long, Set<Znode>> bySession = new TreeMap<>();

    /** Containers and TTL nodes. */
    private final Set<Znode> cleanable = new LinkedHashSet<>();

    private int ephemerals;

    void added(Znode node) {
        long owner = node.owner();
        if (owner == EphemeralOwner.PERSISTENT) return;
        if (!EphemeralOwner.isSession(owner)) {
            cleanable.add(node);
            return;
        }
        bySession.computeIfAbsent(owner, session -> new LinkedHashSet<>()).add(node);
        ephemerals++;
    }

    void removed(Znode node) {
        long owner = node.owner();
        if (owner == EphemeralOwner.PERSISTENT) return;
        if (!EphemeralOwner.isSession(owner)) {
            cleanable.remove(node);
            return;
        }
        Set<Znode> ofSession = bySession.get(owner);
        if (ofSession == null || !ofSession.remove(node)) return;
        ephemerals--;
        if (ofSession.isEmpty()) bySession.remove(owner);
    }

    public int ephemeralCount() {
        return ephemerals;
    }

    /** In the order in which they were created, or loaded. */
    public List<String> ephemeralPaths(long sessionId) {
        List<String> paths = new ArrayList<>();
        for (Znode node : bySession.getOrDefault(sessionId, Set.of())) paths.add(node.path());
        return paths;
    }

    public SortedMap<Long, List<String>> ephemeralsBySession() {
        TreeMap<Long, List<String>> all = new TreeMap<>();
        for (long sessionId : bySession.keySet()) all.put(sessionId, ephemeralPaths(sessionId));
        return all;
    }

    /** Containers and TTL nodes. */
    public Set<Znode> cleanable() {
        return cleanable;
    }
}
