package io.ottla.compat;

import static io.ottla.compat.ZkOutcomes.check;
import static io.ottla.compat.ZkOutcomes.same;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * What applications do with Apache's Java client, in terms of its API since 3.4: {@code HOST:PORT PREFIX [scenario…]}. Scenarios
 * of {@link ZkNewerScenarios} are ABSENT with a client that has not got them.
 */
public final class ZkClientScenarios {
    private static final int TIMEOUT_MS = 10_000;
    static final long WAIT_S_MAX = 20;

    private ZkClientScenarios() {}

    /** Scenarios by name, in the order in which they run. */
    public static Map<String, ZkOutcomes.Scenario> all() {
        Map<String, ZkOutcomes.Scenario> all = new LinkedHashMap<>();
        all.put("nodes", ZkClientScenarios::nodes);
        all.put("versions", ZkClientScenarios::versions);
        all.put("acls", ZkClientScenarios::acls);
        all.put("watches", ZkClientScenarios::watches);
        all.put("multi", ZkClientScenarios::multi);
        all.put("sequences", ZkClientScenarios::sequences);
        all.put("ephemerals", ZkClientScenarios::ephemerals);
        all.put("reattach", ZkClientScenarios::reattach);
        all.put("expired", ZkClientScenarios::expired);
        all.put("chroot", ZkClientScenarios::chroot);
        all.put("pipeline", ZkClientScenarios::pipeline);
        all.put("large", ZkClientScenarios::large);
        all.put("reconnect", ZkClientScenarios::reconnect);
        all.putAll(newer());
        return all;
    }

    /** Those that a client older than 3.7 may lack. */
    public static Map<String, ZkOutcomes.Scenario> newer() {
        Map<String, ZkOutcomes.Scenario> all = new LinkedHashMap<>();
        all.put("persistent-watches", ZkNewerScenarios::persistentWatches);
        all.put("remove-watches", ZkNewerScenarios::removeWatches);
        all.put("containers", ZkNewerScenarios::containers);
        all.put("multi-read", ZkNewerScenarios::multiRead);
        all.put("queries", ZkNewerScenarios::queries);
        all.put("reconnect-persistent", ZkNewerScenarios::reconnectPersistent);
        return all;
    }

    public static void main(String[] args) {
        ZkOutcomes.run(all(), args[0], args[1], Arrays.asList(args).subList(2, args.length));
    }

    // ---- what they share

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ZooKeeper open(String server, ZkEvents events) throws Exception {
        ZooKeeper client = new ZooKeeper(server, TIMEOUT_MS, events);
        events.awaitConnection();
        return client;
    }

    /** A client, and the root of the scenario made. */
    static ZooKeeper open(String server, String root, ZkEvents events) throws Exception {
        ZooKeeper client = open(server, events);
        client.create(root, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        return client;
    }

    interface Call {
        void run() throws Exception;
    }

    static void fails(Code code, Call call) throws Exception {
        try {
            call.run();
        } catch (KeeperException e) {
            same(code, e.code(), "the error");
            return;
        }
        throw new AssertionError("no " + code);
    }

    // ---- scenarios

    private static void nodes(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        same(root + "/a", client.create(root + "/a", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT), "path");
        fails(Code.NODEEXISTS, () -> client.create(root + "/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        fails(Code.NONODE, () -> client.create(root + "/x/y", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        for (String child : List.of("/a/b", "/a/c", "/a/d"))
            client.create(root + child, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        List<String> children = new ArrayList<>(client.getChildren(root + "/a", false));
        Collections.sort(children);
        same(List.of("b", "c", "d"), children, "the children");
        Stat stat = new Stat();
        same("1", new String(client.getData(root + "/a", false, stat), StandardCharsets.UTF_8), "the data");
        same(3, stat.getNumChildren(), "numChildren");
        same(3, stat.getCversion(), "cversion");
        fails(Code.NOTEMPTY, () -> client.delete(root + "/a", -1));
        client.delete(root + "/a/b", -1);
        check(client.exists(root + "/a/b", false) == null, "the node is gone", "there");
        same(4, client.exists(root + "/a", false).getCversion(), "cversion after a delete");
        fails(Code.NONODE, () -> client.getData(root + "/a/b", false, null));
        byte[] none = client.getData(root + "/a/c", false, null);
        check(none == null || none.length == 0, "a node without data has none", none);
        client.close();
    }

    private static void versions(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        for (int version = 0; version < 5; version++)
            same(
                    version + 1,
                    client.setData(root, bytes("v" + version), version).getVersion(),
                    "the version");
        fails(Code.BADVERSION, () -> client.setData(root, bytes("x"), 3));
        same(6, client.setData(root, bytes("any"), -1).getVersion(), "the version");
        fails(Code.BADVERSION, () -> client.delete(root, 5));
        client.delete(root, 6);
        client.close();
    }

    private static void acls(String server, String root) throws Exception {
        ZooKeeper ann = open(server, root, new ZkEvents());
        ann.addAuthInfo("digest", bytes("ann:apple"));
        String path = root + "/mine";
        ann.create(path, bytes("secret"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
        ZooKeeper bob = open(server, new ZkEvents());
        fails(Code.NOAUTH, () -> bob.getData(path, false, null));
        fails(Code.NOAUTH, () -> bob.setData(path, null, -1));
        fails(Code.NOAUTH, () -> bob.create(path + "/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        List<ACL> acl = ann.getACL(path, new Stat());
        same("digest", acl.get(0).getId().getScheme(), "the scheme");
        acl.add(new ACL(Perms.READ, new Id("world", "anyone")));
        same(1, ann.setACL(path, acl, 0).getAversion(), "aversion");
        same("secret", new String(bob.getData(path, false, null), StandardCharsets.UTF_8), "the data");
        fails(Code.NOAUTH, () -> bob.setACL(path, Ids.OPEN_ACL_UNSAFE, -1));
        fails(Code.INVALIDACL, () -> bob.create(root + "/bad", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
        bob.addAuthInfo("digest", bytes("ann:apple"));
        bob.setData(path, bytes("by bob"), -1);
        List<ACL> local = Arrays.asList(new ACL(Perms.ALL, new Id("ip", "127.0.0.0/8")));
        ann.create(root + "/local", null, local, CreateMode.PERSISTENT);
        bob.getData(root + "/local", false, null);
        ann.close();
        bob.close();
    }

    private static void watches(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZooKeeper watcher = open(server, root, events);
        ZooKeeper writer = open(server, new ZkEvents());
        check(watcher.exists(root + "/a", true) == null, "not there", "there");
        watcher.getChildren(root, true);
        writer.create(root + "/a", bytes("0"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        same("NodeCreated " + root + "/a", events.nextOfNode(), "the event");
        same("NodeChildrenChanged " + root, events.nextOfNode(), "the event");
        watcher.getData(root + "/a", true, null);
        writer.setData(root + "/a", bytes("1"), -1);
        writer.setData(root + "/a", bytes("2"), -1);
        same("NodeDataChanged " + root + "/a", events.nextOfNode(), "the event");
        watcher.getData(root + "/a", true, null);
        watcher.getChildren(root + "/a", true);
        watcher.getChildren(root, true);
        writer.delete(root + "/a", -1);
        same("NodeDeleted " + root + "/a", events.nextOfNode(), "the event");
        same("NodeChildrenChanged " + root, events.nextOfNode(), "the event");
        check(events.isEmpty(), "each watch fires once", "more");
        watcher.close();
        writer.close();
    }

    private static void multi(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        List<OpResult> results = client.multi(List.of(
                Op.create(root + "/a", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                Op.create(root + "/a/s-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL),
                Op.setData(root + "/a", bytes("2"), 0),
                Op.check(root + "/a", 1),
                Op.delete(root + "/a/s-0000000000", 0)));
        same(root + "/a/s-0000000000", ((OpResult.CreateResult) results.get(1)).getPath(), "the path");
        same(1, ((OpResult.SetDataResult) results.get(2)).getStat().getVersion(), "the version");
        try {
            client.multi(List.of(
                    Op.setData(root + "/a", bytes("3"), -1), Op.check(root + "/none", -1), Op.delete(root + "/a", -1)));
            throw new AssertionError("no error");
        } catch (KeeperException e) {
            same(Code.NONODE, e.code(), "the error");
            List<Integer> codes = new ArrayList<>();
            for (OpResult each : e.getResults()) codes.add(((OpResult.ErrorResult) each).getErr());
            same(List.of(0, -101, -2), codes, "the results");
        }
        same("2", new String(client.getData(root + "/a", false, null), StandardCharsets.UTF_8), "the data");
        same(
                true,
                client.transaction()
                                .create(root + "/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL)
                                .delete(root + "/a", 1)
                                .commit()
                                .size()
                        == 2,
                "a transaction");
        client.close();
    }

    private static void sequences(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        for (int i = 0; i < 20; i++) {
            String path = client.create(root + "/s-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
            same("%s/s-%010d".formatted(root, i), path, "the path");
            if (i % 3 == 0) client.delete(path, -1);
        }
        client.close();
    }

    private static void ephemerals(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZooKeeper observer = open(server, root, events);
        ZooKeeper owner = open(server, new ZkEvents());
        owner.create(root + "/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        same(owner.getSessionId(), observer.exists(root + "/e", true).getEphemeralOwner(), "the owner");
        fails(
                Code.NOCHILDRENFOREPHEMERALS,
                () -> owner.create(root + "/e/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        owner.close();
        same("NodeDeleted " + root + "/e", events.nextOfNode(), "the event");
        observer.close();
    }

    private static void reattach(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZooKeeper first = open(server, root, events);
        first.create(root + "/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        ZkEvents again = new ZkEvents();
        ZooKeeper second = new ZooKeeper(server, TIMEOUT_MS, again, first.getSessionId(), first.getSessionPasswd());
        again.awaitConnection();
        same(first.getSessionId(), second.getSessionId(), "the session");
        events.awaitState(KeeperState.Disconnected);
        same(first.getSessionId(), second.exists(root + "/e", false).getEphemeralOwner(), "the owner");
        second.close();
        first.close();
        ZooKeeper wrong = new ZooKeeper(server, TIMEOUT_MS, events = new ZkEvents(), 0x1234L, new byte[16]);
        events.awaitState(KeeperState.Expired);
        wrong.close();
    }

    private static void expired(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZooKeeper first = open(server, root, events);
        ZkEvents again = new ZkEvents();
        ZooKeeper second = new ZooKeeper(server, TIMEOUT_MS, again, first.getSessionId(), first.getSessionPasswd());
        again.awaitConnection();
        second.close();
        events.awaitState(KeeperState.Expired);
        fails(Code.SESSIONEXPIRED, () -> first.exists(root, false));
        first.close();
    }

    private static void chroot(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZooKeeper outside = open(server, root, new ZkEvents());
        ZooKeeper inside = open(server + root, events);
        same("/a", inside.create("/a", bytes("in"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT), "the path");
        same("in", new String(outside.getData(root + "/a", false, null), StandardCharsets.UTF_8), "the data");
        inside.getData("/a", true, null);
        outside.setData(root + "/a", bytes("out"), -1);
        same("NodeDataChanged /a", events.nextOfNode(), "the event");
        same(List.of("a"), inside.getChildren("/", false), "the children");
        OpResult made = inside.multi(
                        List.of(Op.create("/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT), Op.delete("/a", -1)))
                .get(0);
        same(
                root + "/b",
                ((OpResult.CreateResult) made).getPath(),
                "the path, which this client leaves as the server says");
        inside.close();
        outside.close();
    }

    private static void pipeline(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        int count = 2000;
        BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            client.setData(
                    root, bytes("" + i), i, (code, path, context, stat) -> answers.add(code == 0 ? number : -1), null);
            client.getData(
                    root,
                    false,
                    (code, path, context, data, stat) ->
                            answers.add(new String(data, StandardCharsets.UTF_8).equals("" + number) ? number : -2),
                    null);
        }
        for (int i = 0; i < 2 * count; i++) same(i / 2, answers.poll(WAIT_S_MAX, TimeUnit.SECONDS), "answer " + i);
        client.close();
    }

    private static void large(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        byte[] data = new byte[1_000_000];
        Arrays.fill(data, (byte) 7);
        client.create(root + "/large", data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        check(Arrays.equals(data, client.getData(root + "/large", false, null)), "the data come back", "other");
        fails(Code.CONNECTIONLOSS, () -> client.setData(root + "/large", new byte[1_100_000], -1));
        client.close();
    }

    private static void reconnect(String server, String root) throws Exception {
        ZooKeeper writer = open(server, root, new ZkEvents());
        for (String name : List.of("/data", "/deleted", "/same"))
            writer.create(root + name, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        try (CuttableProxy proxy = new CuttableProxy(server)) {
            ZkEvents events = new ZkEvents();
            ZooKeeper client = open(proxy.address(), events);
            long session = client.getSessionId();
            client.create(root + "/mine", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            List<String> watched = List.of("/data", "/deleted", "/same");
            for (String name : watched) client.getData(root + name, true, null);
            client.exists(root + "/created", true);
            client.getChildren(root, true);
            proxy.down();
            events.awaitState(KeeperState.Disconnected);
            writer.setData(root + "/data", bytes("new"), -1);
            writer.delete(root + "/deleted", -1);
            writer.create(root + "/created", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            proxy.up();
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < 4; i++) seen.add(events.nextOfNode().replace(root, ""));
            Collections.sort(seen);
            same(
                    List.of(
                            "NodeChildrenChanged ",
                            "NodeCreated /created",
                            "NodeDataChanged /data",
                            "NodeDeleted /deleted"),
                    seen,
                    "what happened meanwhile");
            same(session, client.getSessionId(), "the session");
            check(client.exists(root + "/mine", false) != null, "the ephemeral node stayed", "gone");
            writer.setData(root + "/same", bytes("later"), -1);
            same("NodeDataChanged " + root + "/same", events.nextOfNode(), "the event");
            client.close();
        }
        writer.close();
    }
}
