package io.ottla.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Z1, Z4, Z5, Z15: all that is ever shown of a node comes from one order of writes, by zxid. A write that was answered took effect at its zxid, once; a read at a
 * zxid shows what was written last at or before it; both halves of a pair have one zxid; a version counts the changes since the
 * node was made; a write that wanted a version found it, and one that was refused for its version did not. A write that was refused is never seen. An ephemeral node is missed only if its session does nothing any
 * more (Z13).
 */
final class ZnodeHistoryChecker extends HistoryChecker<ZookeeperObservation> {
    private static final int OK = 0;
    private static final int NO_NODE = -101;
    private static final int BAD_VERSION = -103;

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, ZnodeOp> sentByToken = new HashMap<>();
    private final Map<Long, String> writes = new HashMap<>();

    /** Sessions of which a node was missed, with the zxid at which it was: no later write of theirs may be carried out. */
    private final Map<Long, Long> missed = new HashMap<>();

    /** What is known of one path. */
    private static final class Node {
        /** By mzxid. */
        final TreeMap<Long, ZnodeSeen> states = new TreeMap<>();

        final TreeSet<Long> deletes = new TreeSet<>();

        /** By zxid: the version that a refused write wanted, and that the node therefore did not have. */
        final TreeMap<Long, Integer> unfit = new TreeMap<>();

        /** By the zxid of the reply: the mzxid that a read showed last. */
        final TreeMap<Long, Long> reads = new TreeMap<>();

        /** Deletes that are under way, or that nobody will ever know the outcome of. */
        int deletesUnknown;
    }

    ZnodeHistoryChecker(ZookeeperHistory history) {
        super("Z1, Z4, Z5, Z15: one order of writes, and every read from it", history);
    }

    private Node node(String path) {
        return nodes.computeIfAbsent(path, absent -> new Node());
    }

    @Override
    void look(ZookeeperObservation observation) {
        switch (observation) {
            case ZookeeperObservation.Sent sent -> sent(sent);
            case ZookeeperObservation.Lost lost -> {}
            case ZookeeperObservation.Answered answered -> answered(answered);
            case ZookeeperObservation.Expired expired -> {}
            case ZookeeperObservation.Attached attached -> {}
            case ZookeeperObservation.Notified notified -> {}
            case ZookeeperObservation.Rewatched rewatched -> {}
        }
    }

    private void sent(ZookeeperObservation.Sent sent) {
        switch (sent.op()) {
            case ZnodeOp.Create create -> sentByToken.put(create.token(), create);
            case ZnodeOp.Set set -> sentByToken.put(set.token(), set);
            case ZnodeOp.SetPair pair -> sentByToken.put(pair.token(), pair);
            // from here on it may happen, long before the answer comes
            case ZnodeOp.Delete delete -> node(delete.path()).deletesUnknown++;
            default -> {}
        }
    }

    private void answered(ZookeeperObservation.Answered answered) {
        long zxid = answered.zxid();
        if (answered.op().isWrite() && answered.error() == OK && changes(answered)) {
            String who = answered.client() + " " + answered.op();
            String other = writes.putIfAbsent(zxid, who);
            if (other != null) throw broken("0x%x is the zxid of both %s and %s", zxid, other, who);
            Long missedAt = missed.get(answered.sessionId());
            if (missedAt != null && zxid > missedAt && !(answered.op() instanceof ZnodeOp.Close))
                throw broken("%s, but an ephemeral node of its session was gone at 0x%x", answered, missedAt);
        }
        if (answered.op().isWrite() && (answered.error() != OK || !changes(answered))) refused(answered.op());
        switch (answered.op()) {
            case ZnodeOp.Create create -> {
                for (ZnodeSeen seen : answered.seen()) written(seen, zxid, 0);
            }
            case ZnodeOp.Set set -> {
                for (ZnodeSeen seen : answered.seen()) written(seen, zxid, set.version() < 0 ? -1 : set.version() + 1);
                if (answered.error() == BAD_VERSION) unfit(set.path(), zxid, set.version());
            }
            case ZnodeOp.SetPair pair -> {
                for (ZnodeSeen seen : answered.seen()) written(seen, zxid, -1);
            }
            case ZnodeOp.Delete delete -> {
                node(delete.path()).deletesUnknown--;
                if (answered.error() == OK) deleted(delete, zxid);
                if (answered.error() == BAD_VERSION) unfit(delete.path(), zxid, delete.version());
            }
            case ZnodeOp.Get get -> {
                for (ZnodeSeen seen : answered.seen()) read(seen, zxid);
                if (answered.error() == NO_NODE) absent(get.path(), zxid);
            }
            case ZnodeOp.GetPair pair -> pair(answered.seen(), zxid);
            case ZnodeOp.Close close -> {}
            case ZnodeOp.Sync sync -> {}
            case ZnodeOp.Follow follow -> {}
            case ZnodeOp.Ping ping -> {}
        }
    }

    private void refused(ZnodeOp op) {
        String token = switch (op) {
            case ZnodeOp.Create create -> create.token();
            case ZnodeOp.Set set -> set.token();
            case ZnodeOp.SetPair pair -> pair.token();
            default -> "";
        };
        sentByToken.remove(token);
        for (Node node : nodes.values())
            for (ZnodeSeen seen : node.states.values())
                if (seen.token().equals(token)) throw broken("%s was refused, and yet it is %s", op, seen);
    }

    private static boolean changes(ZookeeperObservation.Answered answered) {
        return !(answered.op() instanceof ZnodeOp.SetPair) || !answered.seen().isEmpty();
    }

    private void written(ZnodeSeen seen, long zxid, int version) {
        if (seen.mzxid() != zxid) throw broken("the answer at 0x%x shows %s", zxid, seen);
        if (version >= 0 && seen.version() != version)
            throw broken("version %d was due, not that of %s", version, seen);
        learn(seen);
        read(seen, zxid);
    }

    /** A state of a node that somebody was shown. */
    private void learn(ZnodeSeen seen) {
        ZnodeOp origin = sentByToken.get(seen.token());
        if (origin == null || !writes(origin, seen.path())) throw broken("nobody wrote %s", seen);
        Node node = node(seen.path());
        ZnodeSeen known = node.states.putIfAbsent(seen.mzxid(), seen);
        if (known != null) {
            if (!known.equals(seen)) throw broken("at one zxid it is %s and %s", known, seen);
            return;
        }
        for (ZnodeSeen other : node.states.values()) {
            if (other.token().equals(seen.token()) && other.mzxid() != seen.mzxid())
                throw broken("one write took effect twice: %s and %s", other, seen);
        }
        var before = node.states.lowerEntry(seen.mzxid());
        if (before != null) follows(node, before.getValue(), seen);
        var after = node.states.higherEntry(seen.mzxid());
        if (after != null) follows(node, seen, after.getValue());
        for (var read : node.reads.tailMap(seen.mzxid(), true).entrySet()) {
            if (read.getValue() < seen.mzxid())
                throw broken(
                        "a read at 0x%x of %s showed 0x%x, and it was written at 0x%x",
                        read.getKey(), seen.path(), read.getValue(), seen.mzxid());
        }
    }

    private static boolean writes(ZnodeOp origin, String path) {
        return switch (origin) {
            case ZnodeOp.Create create -> path.startsWith(create.path());
            case ZnodeOp.Set set -> set.path().equals(path);
            case ZnodeOp.SetPair pair ->
                pair.first().equals(path) || pair.second().equals(path);
            default -> false;
        };
    }

    private static void follows(Node node, ZnodeSeen earlier, ZnodeSeen later) {
        boolean same = earlier.czxid() == later.czxid();
        boolean sound = same
                ? later.version() - earlier.version() <= later.mzxid() - earlier.mzxid()
                        && later.version() > earlier.version()
                : later.czxid() > earlier.mzxid();
        if (!sound) throw broken("%s cannot come before %s", earlier, later);
        if (same && later.version() == earlier.version() + 1) wasFit(node, earlier, later.mzxid() - 1);
    }

    /** A write was refused since the node has another version at that zxid. */
    private void unfit(String path, long zxid, int version) {
        Node node = node(path);
        node.unfit.put(zxid, version);
        var last = node.states.floorEntry(zxid);
        if (last == null) return;
        var next = node.states.higherEntry(zxid);
        if (next != null) follows(node, last.getValue(), next.getValue());
        for (var read : node.reads.tailMap(zxid, true).entrySet())
            if (read.getValue().equals(last.getKey())) wasFit(node, last.getValue(), read.getKey());
    }

    /** Nothing changed the node from then on until that zxid: nobody may have been refused who wanted this version. */
    private static void wasFit(Node node, ZnodeSeen state, long until) {
        for (var refused : node.unfit.subMap(state.mzxid(), true, until, true).entrySet())
            if (refused.getValue() == state.version())
                throw broken("version %d was refused at 0x%x of %s", refused.getValue(), refused.getKey(), state);
    }

    private void read(ZnodeSeen seen, long zxid) {
        if (seen.mzxid() > zxid) throw broken("a read at 0x%x shows %s", zxid, seen);
        learn(seen);
        Node node = node(seen.path());
        wasFit(node, seen, zxid);
        long newest = node.states.floorKey(zxid);
        if (newest > seen.mzxid())
            throw broken("a read at 0x%x shows %s, but it was written at 0x%x", zxid, seen, newest);
        Long deleted = node.deletes.floor(zxid);
        if (deleted != null && deleted > seen.czxid())
            throw broken("a read at 0x%x shows %s, but it was deleted at 0x%x", zxid, seen, deleted);
        node.reads.merge(zxid, seen.mzxid(), Math::max);
    }

    private void absent(String path, long zxid) {
        Node node = node(path);
        var last = node.states.floorEntry(zxid);
        if (last == null) return;
        boolean deleted = !node.deletes.subSet(last.getKey(), false, zxid, true).isEmpty();
        long owner = last.getValue().ephemeralOwner();
        if (!deleted && node.deletesUnknown == 0 && owner != 0) missed.merge(owner, zxid, Math::min);
        boolean mayGo = node.deletesUnknown > 0 || owner != 0;
        if (!deleted && !mayGo)
            throw broken("a read at 0x%x finds no %s, but it was written and never deleted", zxid, last.getValue());
    }

    private void deleted(ZnodeOp.Delete delete, long zxid) {
        Node node = node(delete.path());
        if (delete.version() >= 0) fits(node, delete, zxid);
        node.deletes.add(zxid);
        if (node.states.containsKey(zxid)) throw broken("%s was written and deleted at 0x%x", delete.path(), zxid);
        for (var read : node.reads.tailMap(zxid, true).entrySet()) {
            ZnodeSeen state = node.states.get(read.getValue());
            if (state != null && state.czxid() < zxid)
                throw broken("a read at 0x%x shows %s, but it was deleted at 0x%x", read.getKey(), state, zxid);
        }
    }

    /** Unless it may be another node by then: the version is that of the last known state, or of changes after it. */
    private static void fits(Node node, ZnodeOp.Delete delete, long zxid) {
        var last = node.states.lowerEntry(zxid);
        if (last == null || node.deletesUnknown > 0 || last.getValue().ephemeralOwner() != 0) return;
        if (!node.deletes.subSet(last.getKey(), false, zxid, false).isEmpty()) return;
        long changes = (long) delete.version() - last.getValue().version();
        if (changes < 0 || changes >= zxid - last.getKey())
            throw broken("%s was done at 0x%x, but it was %s", delete, zxid, last.getValue());
    }

    private void pair(List<ZnodeSeen> seen, long zxid) {
        for (ZnodeSeen each : seen) read(each, zxid);
        List<ZnodeSeen> both = new ArrayList<>(seen);
        if (both.size() != 2) return;
        both.sort(Comparator.comparingLong(ZnodeSeen::mzxid));
        ZnodeSeen newer = both.get(1);
        boolean isPair = sentByToken.get(newer.token()) instanceof ZnodeOp.SetPair;
        if (isPair && both.get(0).mzxid() != newer.mzxid()) throw broken("half of a pair at 0x%x: %s", zxid, both);
    }
}
