package io.ottla.sim;

import io.ottla.base.Counters;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Z16: at the same zxid the tree is the same, in whatever life of the node, by its digest. A start that replays the log compares the tree after each
 * transaction with what it was when it was served; it must never find a difference. What is served never falls back to an earlier zxid.
 */
final class TreeDigestChecker implements Checker {
    private final Supplier<Counters> counters;
    private final Map<Long, Long> digests = new HashMap<>();
    private long highest;
    private Counters last;

    /** @param counters of the node's present life */
    TreeDigestChecker(Supplier<Counters> counters) {
        this.counters = counters;
        last = counters.get();
    }

    @Override
    public String name() {
        return "Z16: one tree at one zxid";
    }

    @Override
    public void check() {
        Counters now = counters.get();
        if (value(now, "zookeeper.digest_mismatches") != 0)
            throw new AssertionError("a start found another tree than was served at that zxid");
        long zxid = value(now, "zookeeper.last_zxid");
        // nothing is served yet
        if (zxid == 0) return;
        long digest = value(now, "zookeeper.tree_digest");
        Long known = digests.putIfAbsent(zxid, digest);
        if (known != null && known != digest)
            throw new AssertionError("at 0x%x the digest is %x, and was %x".formatted(zxid, digest, known));
        if (zxid < highest)
            throw new AssertionError("0x%x was applied, and %s only 0x%x is"
                    .formatted(highest, now == last ? "now" : "after a start", zxid));
        highest = zxid;
        last = now;
    }

    private static long value(Counters counters, String name) {
        return counters.counter(name).value();
    }
}
