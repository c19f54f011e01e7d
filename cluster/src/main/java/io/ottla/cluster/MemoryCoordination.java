package io.ottla.cluster;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A znode tree in memory, for tests and simulators: nothing survives it. It is as strict as ZooKeeper about parents,
 * versions and children.
 */
public final class MemoryCoordination implements Coordination {
    private record Node(byte[] data, int version, long czxid, long mzxid, boolean isEphemeral, int nextSequence) {}

    private record Following(String root, Follower follower) {}

    private final Executor loop;
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final List<Following> following = new ArrayList<>();
    private Function<List<Op>, Optional<Result>> interception = ops -> Optional.empty();
    private long zxid;
    private long transactions;

    /** @param loop runs tasks later, in order, such as {@code clock::execute} */
    public MemoryCoordination(Executor loop) {
        this.loop = loop;
        nodes.put("/", new Node(new byte[0], 0, 0, 0, false, 0));
    }

    /** For tests of failure: what it gives is the answer, and nothing is done. */
    public void intercept(Function<List<Op>, Optional<Result>> newInterception) {
        interception = newInterception;
    }

    /** As if the session had ended: its ephemeral nodes go. */
    public void expireSession() {
        loop.execute(() -> {
            List<String> ephemeral = new ArrayList<>();
            nodes.forEach((path, node) -> {
                if (node.isEphemeral) ephemeral.add(path);
            });
            if (!ephemeral.isEmpty()) zxid++;
            for (String path : ephemeral) {
                nodes.remove(path);
                tell(path, follower -> follower.deleted(path, zxid));
            }
        });
    }

    /** As if another client had written; not to be called on the loop while it is in a callback. */
    public void put(String path, String data) {
        byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
        List<Op> ops = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            if (!nodes.containsKey(parent)) ops.add(new Op.Create(parent, new byte[0], CreateMode.PERSISTENT));
        }
        ops.add(
                nodes.containsKey(path)
                        ? new Op.SetData(path, bytes, ANY_VERSION)
                        : new Op.Create(path, bytes, CreateMode.PERSISTENT));
        Result result = apply(ops);
        if (!(result instanceof Result.Committed)) throw new IllegalStateException(path + ": " + result);
    }

    /** What the node holds, as text. */
    public Optional<String> text(String path) {
        return Optional.ofNullable(nodes.get(path)).map(node -> new String(node.data, StandardCharsets.UTF_8));
    }

    /** All paths at and below {@code root}, sorted. */
    public List<String> paths(String root) {
        return nodes.keySet().stream().filter(path -> isBelow(root, path)).toList();
    }

    /** How many were committed. */
    public long transactions() {
        return transactions;
    }

    @Override
    public void write(List<Op> operations, Consumer<Result> answer) {
        List<Op> ops = List.copyOf(operations);
        loop.execute(() -> {
            Result result = interception.apply(ops).orElseGet(() -> apply(ops));
            loop.execute(() -> answer.accept(result));
        });
    }

    @Override
    public void follow(String root, Follower follower) {
        loop.execute(() -> {
            nodes.forEach((path, node) -> {
                if (isBelow(root, path)) follower.present(znode(path, node));
            });
            follower.caughtUp();
            following.add(new Following(root, follower));
        });
    }

    /** As if the session with an external service had been lost and made anew. */
    public void restartFollowers() {
        loop.execute(() -> {
            List<Following> all = List.copyOf(following);
            following.clear();
            all.forEach(one -> one.follower.restarted());
            all.forEach(one -> follow(one.root, one.follower));
        });
    }

    /** As if the processes of all who follow had been killed; their sessions live on until they expire. */
    public void stopFollowers() {
        following.clear();
    }

    private Result apply(List<Op> ops) {
        Map<String, Optional<Node>> before = new HashMap<>();
        List<String> paths = new ArrayList<>();
        List<Consumer<Follower>> news = new ArrayList<>();
        List<String> newsPaths = new ArrayList<>();
        zxid++;
        for (int index = 0; index < ops.size(); index++) {
            Applied applied = apply(ops.get(index), before);
            if (applied.refusal.isPresent()) {
                before.forEach(
                        (path, node) -> node.ifPresentOrElse(old -> nodes.put(path, old), () -> nodes.remove(path)));
                zxid--;
                return new Result.Refused(index, applied.refusal.get());
            }
            paths.add(applied.path);
            applied.news.ifPresent(one -> {
                news.add(one);
                newsPaths.add(applied.path);
            });
        }
        transactions++;
        for (int i = 0; i < news.size(); i++) tell(newsPaths.get(i), news.get(i));
        return new Result.Committed(zxid, paths);
    }

    private record Applied(String path, Optional<Refusal> refusal, Optional<Consumer<Follower>> news) {
        static Applied refused(Refusal refusal) {
            return new Applied("", Optional.of(refusal), Optional.empty());
        }

        static Applied done(String path, Consumer<Follower> news) {
            return new Applied(path, Optional.empty(), Optional.of(news));
        }
    }

    private Applied apply(Op op, Map<String, Optional<Node>> before) {
        Node node = nodes.get(op.path());
        switch (op) {
            case Op.Create create -> {
                return create(create, before);
            }
            case Op.SetData set -> {
                if (node == null) return Applied.refused(Refusal.NO_NODE);
                if (isOther(set.version(), node)) return Applied.refused(Refusal.BAD_VERSION);
                Node now =
                        new Node(set.data(), node.version + 1, node.czxid, zxid, node.isEphemeral, node.nextSequence);
                replace(set.path(), now, before);
                return Applied.done(set.path(), follower -> follower.dataChanged(znode(set.path(), now)));
            }
            case Op.Delete delete -> {
                if (node == null) return Applied.refused(Refusal.NO_NODE);
                if (isOther(delete.version(), node)) return Applied.refused(Refusal.BAD_VERSION);
                String next = nodes.higherKey(delete.path() + "/");
                if (next != null && next.startsWith(delete.path() + "/")) return Applied.refused(Refusal.NOT_EMPTY);
                before.putIfAbsent(delete.path(), Optional.of(node));
                nodes.remove(delete.path());
                long at = zxid;
                return Applied.done(delete.path(), follower -> follower.deleted(delete.path(), at));
            }
            case Op.Check check -> {
                if (node == null) return Applied.refused(Refusal.NO_NODE);
                if (isOther(check.version(), node)) return Applied.refused(Refusal.BAD_VERSION);
                return new Applied(check.path(), Optional.empty(), Optional.empty());
            }
        }
    }

    private Applied create(Op.Create create, Map<String, Optional<Node>> before) {
        String parentPath = create.path().substring(0, Math.max(1, create.path().lastIndexOf('/')));
        Node parent = nodes.get(parentPath);
        if (parent == null) return Applied.refused(Refusal.NO_NODE);
        if (parent.isEphemeral) return Applied.refused(Refusal.BAD_ARGUMENTS);
        String path = create.mode() == CreateMode.PERSISTENT_SEQUENTIAL
                ? create.path() + "%010d".formatted(parent.nextSequence)
                : create.path();
        if (nodes.containsKey(path)) return Applied.refused(Refusal.NODE_EXISTS);
        replace(
                parentPath,
                new Node(
                        parent.data,
                        parent.version,
                        parent.czxid,
                        parent.mzxid,
                        parent.isEphemeral,
                        parent.nextSequence + 1),
                before);
        Node now = new Node(create.data(), 0, zxid, zxid, create.mode() == CreateMode.EPHEMERAL, 0);
        replace(path, now, before);
        return Applied.done(path, follower -> follower.created(znode(path, now)));
    }

    private void replace(String path, Node now, Map<String, Optional<Node>> before) {
        before.putIfAbsent(path, Optional.ofNullable(nodes.get(path)));
        nodes.put(path, now);
    }

    private static boolean isOther(int version, Node node) {
        return version != ANY_VERSION && version != node.version;
    }

    private void tell(String path, Consumer<Follower> news) {
        for (Following one : List.copyOf(following)) {
            if (isBelow(one.root, path)) news.accept(one.follower);
        }
    }

    private static boolean isBelow(String root, String path) {
        return root.equals("/") || path.equals(root) || path.startsWith(root + "/");
    }

    private static Znode znode(String path, Node node) {
        return new Znode(path, node.data, node.version, node.czxid, node.mzxid, node.isEphemeral);
    }
}
