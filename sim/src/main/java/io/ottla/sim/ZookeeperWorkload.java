package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Draws what one client asks for: mostly reads and writes of a few nodes, so that clients meet. */
final class ZookeeperWorkload {
    static final String ROOT = "/w";
    static final List<String> PATHS = List.of(ROOT + "/a", ROOT + "/b", ROOT + "/c", ROOT + "/d");
    static final String PARENT = ROOT + "/a";
    static final String SEQUENCE = ROOT + "/s-";

    private final String name;
    private final SeededRandom random;

    /** Whether it follows all changes by a persistent recursive watch, too. */
    private final boolean follows;

    private final Map<String, Integer> versions = new HashMap<>();
    private int written;

    ZookeeperWorkload(String name, SeededRandom random, boolean follows) {
        this.name = name;
        this.random = random;
        this.follows = follows;
    }

    private String path() {
        return PATHS.get(random.nextInt(PATHS.size()));
    }

    private String token() {
        return name + "#" + written++;
    }

    /** @param isFollowing whether the watch that it wants is set */
    ZnodeOp next(boolean isFollowing) {
        if (written == 0) return new ZnodeOp.Create(ROOT, token(), false, false);
        if (follows && !isFollowing) return new ZnodeOp.Follow(ROOT);
        int draw = random.nextInt(100);
        if (draw < 12) return new ZnodeOp.Create(path(), token(), random.chance(0.2), false);
        if (draw < 18) return new ZnodeOp.Create(SEQUENCE, token(), random.chance(0.5), true);
        if (draw < 40) return set();
        if (draw < 45) return new ZnodeOp.Delete(path(), random.chance(0.5) ? -1 : version(path()));
        if (draw < 55) return new ZnodeOp.SetPair(PATHS.get(0), PATHS.get(1), token());
        if (draw < 62) return new ZnodeOp.GetPair(PATHS.get(0), PATHS.get(1));
        if (draw < 66) return new ZnodeOp.Sync(path());
        if (draw < 67 && random.chance(0.3)) return new ZnodeOp.Close();
        return new ZnodeOp.Get(path(), random.chance(0.5));
    }

    private ZnodeOp set() {
        String path = path();
        return new ZnodeOp.Set(path, token(), random.chance(0.5) ? -1 : version(path));
    }

    private int version(String path) {
        return versions.getOrDefault(path, 0);
    }

    void answered(ZnodeOp op, int error, List<ZnodeSeen> seen) {
        for (ZnodeSeen node : seen) versions.put(node.path(), node.version());
        if (error != 0 && op instanceof ZnodeOp.Set set) versions.remove(set.path());
    }
}
