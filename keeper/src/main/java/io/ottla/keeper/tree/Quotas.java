package io.ottla.keeper.tree;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which parts of the tree have a limit, how much is in them, and whether more may be (Quotas, PathTrie and DataTree of the original). For each such path stand
 * {@code /zookeeper/quota/PATH/zookeeper_limits}, which clients write, and {@code zookeeper_stats} beside it, which the server keeps: not by
 * transactions of its own, but as part of applying others, without a version or an event. Of several that contain a node the deepest counts.
 */
public final class Quotas {
    public static final String ROOT = "/zookeeper/quota";
    private static final String BELOW = ROOT + "/";
    private static final String LIMITS = "/zookeeper_limits";
    private static final String STATS = "/zookeeper_stats";

    private final ZnodeTree tree;

    /** The paths that have a limits node. */
    private final Set<String> limited = new HashSet<>();

    /** What a change would do to the numbers. {@code hard} refuses it. */
    public record Excess(String path, String what, long wanted, long limit, boolean hard) {
        @Override
        public String toString() {
            return "the quota of %s is exceeded: %s %d, and %s limit %d"
                    .formatted(path, what, wanted, hard ? "the hard" : "the soft", limit);
        }
    }

    Quotas(ZnodeTree tree) {
        this.tree = tree;
    }

    /** A snapshot is loaded: finds the limits, and counts anew what they limit, as the original does. */
    void load() {
        Znode root = tree.find(ROOT);
        if (root == null) return;
        List<Znode> open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            Znode node = open.removeLast();
            if (node.numChildren() > 0) open.addAll(List.of(node.childNodes()));
            else
                limitsOf(node.path()).ifPresent(path -> {
                    limited.add(path);
                    count(path);
                });
        }
    }

    /** The path that a limits node is for; empty if it is none. The root has no quota. */
    private static Optional<String> limitsOf(String path) {
        return path.startsWith(BELOW) && path.endsWith(LIMITS) && path.length() >= BELOW.length() + LIMITS.length()
                ? Optional.of(path.substring(ROOT.length(), path.length() - LIMITS.length()))
                : Optional.empty();
    }

    private void count(String path) {
        Znode top = tree.find(path);
        long count = 0;
        long bytes = 0;
        List<Znode> open = new ArrayList<>();
        if (top != null) open.add(top);
        while (!open.isEmpty()) {
            Znode node = open.removeLast();
            count++;
            bytes += node.dataLength();
            open.addAll(List.of(node.childNodes()));
        }
        Znode stats = tree.find(ROOT + path + STATS);
        if (stats == null) return;
        QuotaNumbers numbers = new QuotaNumbers();
        tree.overwrite(
                stats,
                numbers.set(QuotaNumbers.COUNT, count)
                        .set(QuotaNumbers.BYTES, bytes)
                        .toBytes());
    }

    void created(String path, Znode node) {
        if (path.startsWith(BELOW)) {
            limitsOf(path).ifPresent(limited::add);
            if (path.endsWith(STATS) && path.length() >= BELOW.length() + STATS.length())
                count(path.substring(ROOT.length(), path.length() - STATS.length()));
        }
        add(path, 1, node.dataLength());
    }

    void deleted(String path, Znode node) {
        if (path.startsWith(BELOW)) limitsOf(path).ifPresent(limited::remove);
        add(path, -1, -node.dataLength());
    }

    void changed(String path, int bytes) {
        add(path, 0, bytes);
    }

    private void add(String path, int count, int bytes) {
        Optional<String> prefix = of(path);
        if (prefix.isEmpty()) return;
        Znode stats = tree.find(ROOT + prefix.get() + STATS);
        if (stats == null) return;
        QuotaNumbers numbers = QuotaNumbers.of(stats);
        numbers.set(QuotaNumbers.COUNT, numbers.get(QuotaNumbers.COUNT) + count);
        numbers.set(QuotaNumbers.BYTES, numbers.get(QuotaNumbers.BYTES) + bytes);
        tree.overwrite(stats, numbers.toBytes());
    }

    /** The deepest path with a quota that the node is at or below. */
    public Optional<String> of(String path) {
        if (limited.isEmpty()) return Optional.empty();
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            String prefix = path.substring(0, end);
            if (limited.contains(prefix)) return Optional.of(prefix);
        }
        return Optional.empty();
    }

    /**
     * What limit a change goes beyond: of the hard one if there is one, else of the soft one; the number of nodes first.
     *
     * @param prefix from {@link #of}
     * @param count by how much the change alters the number of nodes; 0 if it does not
     * @param bytes the same of bytes of data
     * @param pendingCount by how much what is under way alters it
     */
    public Optional<Excess> excess(String prefix, int count, long bytes, long pendingCount, long pendingBytes) {
        Znode limits = tree.find(ROOT + prefix + LIMITS);
        Znode stats = tree.find(ROOT + prefix + STATS);
        if (limits == null || stats == null) return Optional.empty();
        QuotaNumbers limit = QuotaNumbers.of(limits);
        QuotaNumbers is = QuotaNumbers.of(stats);
        Optional<Excess> ofCount = excess(
                prefix,
                QuotaNumbers.COUNT,
                QuotaNumbers.COUNT_HARD,
                limit,
                count,
                is.get(QuotaNumbers.COUNT) + pendingCount);
        if (ofCount.isPresent() && ofCount.get().hard) return ofCount;
        Optional<Excess> ofBytes = excess(
                prefix,
                QuotaNumbers.BYTES,
                QuotaNumbers.BYTES_HARD,
                limit,
                bytes,
                is.get(QuotaNumbers.BYTES) + pendingBytes);
        return ofBytes.isPresent() && (ofBytes.get().hard || ofCount.isEmpty()) ? ofBytes : ofCount;
    }

    private static Optional<Excess> excess(
            String prefix, String soft, String hard, QuotaNumbers limits, long more, long is) {
        boolean isHard = limits.get(hard) > QuotaNumbers.NONE;
        long limit = limits.get(isHard ? hard : soft);
        if (more == 0 || limit <= QuotaNumbers.NONE || is + more <= limit) return Optional.empty();
        return Optional.of(new Excess(prefix, soft, is + more, limit, isHard));
    }
}
