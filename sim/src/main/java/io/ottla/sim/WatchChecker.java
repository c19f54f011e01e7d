package io.ottla.sim;

import io.ottla.zookeeperprotocol.WatcherEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Z11, Z12: a change is told to who watches before anything that is as new as it is shown to him; a one-shot watch fires once; events come
 * in the order of the changes; a follower misses none and is told of none twice; after a reconnection, what changed meanwhile has
 * been told when setWatches is answered.
 */
final class WatchChecker extends HistoryChecker<ZookeeperObservation> {
    /** Known changes, by zxid and path; those that nobody was answered or shown are not among them. */
    private final TreeMap<Long, Set<String>> changes = new TreeMap<>();

    private final Map<String, Watching> clients = new HashMap<>();

    private static final class Watching {
        /** One-shot watches by path: nothing up to that zxid concerns them. */
        final Map<String, Long> oneShot = new HashMap<>();

        /** Those that were set before the connection was lost. */
        final Map<String, Long> before = new HashMap<>();

        /** Since when it follows everything; −1 if it does not. */
        long followsFrom = -1;

        boolean followed;
        long shown;
        long lastEvent;
        final Map<Long, Set<String>> told = new HashMap<>();
    }

    WatchChecker(ZookeeperHistory history) {
        super("Z11, Z12: watches", history);
    }

    private Watching of(String client) {
        return clients.computeIfAbsent(client, absent -> new Watching());
    }

    @Override
    void look(ZookeeperObservation observation) {
        switch (observation) {
            case ZookeeperObservation.Answered answered -> answered(answered);
            case ZookeeperObservation.Notified notified -> notified(notified);
            case ZookeeperObservation.Rewatched rewatched -> rewatched(rewatched);
            case ZookeeperObservation.Lost lost -> lost(of(lost.client()));
            case ZookeeperObservation.Attached attached -> {
                if (attached.isNew()) clients.remove(attached.client());
            }
            case ZookeeperObservation.Sent sent -> {}
            case ZookeeperObservation.Expired expired -> clients.remove(expired.client());
        }
    }

    private static void lost(Watching watching) {
        watching.before.putAll(watching.oneShot);
        watching.oneShot.clear();
        watching.followed |= watching.followsFrom >= 0;
        watching.followsFrom = -1;
        watching.told.clear();
        watching.lastEvent = 0;
    }

    private void answered(ZookeeperObservation.Answered answered) {
        for (ZnodeSeen seen : answered.seen()) {
            changed(seen.mzxid(), seen.path());
            changed(seen.czxid(), seen.path());
        }
        if (answered.op() instanceof ZnodeOp.Delete(String path, int version) && answered.error() == 0)
            changed(answered.zxid(), path);
        Watching watching = of(answered.client());
        if (answered.op() instanceof ZnodeOp.Ping) return;
        watching.shown = Math.max(watching.shown, answered.zxid());
        mustHaveBeenTold(answered.client(), watching);
        if (answered.error() != 0) return;
        if (answered.op() instanceof ZnodeOp.Get(String path, boolean watch) && watch)
            watching.oneShot.merge(path, answered.zxid(), Math::min);
        if (answered.op() instanceof ZnodeOp.Follow && watching.followsFrom < 0) watching.followsFrom = answered.zxid();
    }

    private void changed(long zxid, String path) {
        changes.computeIfAbsent(zxid, absent -> new HashSet<>()).add(path);
    }

    private void mustHaveBeenTold(String client, Watching watching) {
        watching.oneShot.forEach((path, from) -> {
            for (var change : changes.subMap(from, false, watching.shown, true).entrySet())
                if (change.getValue().contains(path))
                    throw broken(
                            "%s watches %s since 0x%x, is shown 0x%x, and was not told of 0x%x",
                            client, path, from, watching.shown, change.getKey());
        });
        if (watching.followsFrom < 0) return;
        for (var change : changes.subMap(watching.followsFrom, false, watching.shown, true)
                .entrySet()) {
            for (String path : change.getValue()) {
                boolean told =
                        watching.told.getOrDefault(change.getKey(), Set.of()).contains(path);
                if (!told && path.startsWith(ZookeeperWorkload.ROOT))
                    throw broken(
                            "%s follows since 0x%x, is shown 0x%x, and was not told of %s at 0x%x",
                            client, watching.followsFrom, watching.shown, path, change.getKey());
            }
        }
    }

    private void notified(ZookeeperObservation.Notified notified) {
        Watching watching = of(notified.client());
        long zxid = notified.zxid();
        boolean isMeanwhile = zxid == -1;
        if (!isMeanwhile) {
            if (zxid < watching.lastEvent) throw broken("%s comes after one of 0x%x", notified, watching.lastEvent);
            watching.lastEvent = zxid;
            if (zxid <= watching.shown) throw broken("%s comes after 0x%x was shown", notified, watching.shown);
        }
        boolean ofOneShot = (isMeanwhile ? watching.before : watching.oneShot).remove(notified.path()) != null;
        boolean isFollowed = watching.followsFrom >= 0 || watching.followed;
        if (!ofOneShot && !isFollowed) throw broken("%s, though nothing watches it", notified);
        if (isMeanwhile) return;
        boolean isNew =
                watching.told.computeIfAbsent(zxid, absent -> new HashSet<>()).add(notified.path());
        if (!isNew) throw broken("%s comes twice", notified);
        if (notified.type() != WatcherEvent.NODE_CHILDREN_CHANGED) changed(zxid, notified.path());
    }

    private void rewatched(ZookeeperObservation.Rewatched rewatched) {
        Watching watching = of(rewatched.client());
        for (String path : rewatched.paths())
            watching.oneShot.put(path, watching.before.getOrDefault(path, rewatched.zxid()));
        watching.before.clear();
        watching.shown = Math.max(watching.shown, rewatched.zxid());
        if (rewatched.follows()) watching.followsFrom = rewatched.zxid();
        watching.followed = false;
        mustHaveBeenTold(rewatched.client(), watching);
    }
}
