package io.ottla.keeper;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests over few paths, so that they meet: creates of all kinds, deletes, writes, multis, also wrong ones. */
public final class RandomRequests {
    private static final List<List<Acl>> ACLS = List.of(
            Acl.OPEN,
            Acl.READ_ONLY,
            List.of(new Acl(31, "digest", "bob:hash")),
            List.of(),
            List.of(new Acl(1, "nonsense", "x")));
    private static final String[] NAMES = {"a", "b", "c", "dü", "e."};

    private final SeededRandom random;

    /** Where it is set, containers are deleted as they are in there. */
    public Optional<ZnodeTree> tree = Optional.empty();

    public RandomRequests(SeededRandom random) {
        this.random = random;
    }

    public Request.Op op(boolean inMulti) {
        return switch (random.nextInt(inMulti ? 8 : 10)) {
            case 0, 1, 2, 3 -> {
                CreateMode mode = CreateMode.values()[random.nextInt(7)];
                yield new Request.Create(
                        path(),
                        data(),
                        ACLS.get(random.chance(0.8) ? 0 : random.nextInt(ACLS.size())),
                        random.chance(0.98) ? mode.flag() : 9,
                        mode.ttl() ? 1 + random.nextLong(100_000) : Request.NO_TTL,
                        random.chance(0.5));
            }
            case 4 -> new Request.Delete(path(), version());
            case 5, 6 -> new Request.SetData(path(), data(), version());
            case 7 -> new Request.Check(path(), version());
            case 8 -> new Request.SetAcl(path(), ACLS.get(random.nextInt(ACLS.size())), version());
            default -> deleteContainer();
        };
    }

    private Request.Op deleteContainer() {
        String path = path();
        Optional<Znode> node = tree.map(each -> each.find(path));
        return new Request.DeleteContainer(
                path, node.map(Znode::czxid).orElse(1L), node.map(Znode::mzxid).orElse(1L));
    }

    public Request any() {
        if (!random.chance(0.3)) return op(false);
        List<Request.Op> ops = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) ops.add(op(true));
        return new Request.Multi(ops);
    }

    private int version() {
        return random.chance(0.7) ? Request.ANY_VERSION : random.nextInt(3);
    }

    private byte[] data() {
        if (random.chance(0.1)) return null;
        byte[] data = new byte[random.nextInt(random.chance(0.05) ? 5000 : 20)];
        for (int i = 0; i < data.length; i++) data[i] = (byte) random.nextInt(256);
        return data;
    }

    public String path() {
        if (random.chance(0.02)) return random.chance(0.5) ? "/" : "/zookeeper/quota";
        if (random.chance(0.02)) return "bad//path/";
        StringBuilder path = new StringBuilder();
        for (int depth = random.nextInt(3); depth >= 0; depth--)
            path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        return path.toString();
    }
}
