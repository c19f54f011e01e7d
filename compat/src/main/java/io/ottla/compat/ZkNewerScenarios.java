package io.ottla.compat;

import static io.ottla.compat.ZkClientScenarios.bytes;
import static io.ottla.compat.ZkClientScenarios.fails;
import static io.ottla.compat.ZkClientScenarios.open;
import static io.ottla.compat.ZkOutcomes.check;
import static io.ottla.compat.ZkOutcomes.same;

import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Stat;

/** Scenarios of what clients of 3.5 to 3.7 brought. */
final class ZkNewerScenarios {
    private ZkNewerScenarios() {}

    static void persistentWatches(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZooKeeper watcher = open(server, root, new ZkEvents());
        ZooKeeper writer = open(server, new ZkEvents());
        watcher.addWatch(root, events, AddWatchMode.PERSISTENT_RECURSIVE);
        ZkEvents plain = new ZkEvents();
        watcher.addWatch(root + "/a", plain, AddWatchMode.PERSISTENT);
        writer.create(root + "/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        writer.create(root + "/a/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        writer.setData(root + "/a", bytes("1"), -1);
        writer.setData(root + "/a", bytes("2"), -1);
        writer.delete(root + "/a/b", -1);
        writer.delete(root + "/a", -1);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 6; i++) seen.add(events.nextOfNode().replace(root, ""));
        same(
                List.of(
                        "NodeCreated /a",
                        "NodeCreated /a/b",
                        "NodeDataChanged /a",
                        "NodeDataChanged /a",
                        "NodeDeleted /a/b",
                        "NodeDeleted /a"),
                seen,
                "recursive events");
        seen.clear();
        for (int i = 0; i < 6; i++) seen.add(plain.nextOfNode().replace(root, ""));
        same(
                List.of(
                        "NodeCreated /a",
                        "NodeChildrenChanged /a",
                        "NodeDataChanged /a",
                        "NodeDataChanged /a",
                        "NodeChildrenChanged /a",
                        "NodeDeleted /a"),
                seen,
                "persistent events");
        watcher.close();
        writer.close();
    }

    static void removeWatches(String server, String root) throws Exception {
        ZkEvents events = new ZkEvents();
        ZkEvents own = new ZkEvents();
        ZooKeeper client = open(server, root, events);
        client.getData(root, own, null);
        client.removeWatches(root, own, WatcherType.Data, false);
        same("DataWatchRemoved " + root, own.nextOfNode(), "the event");
        client.setData(root, bytes("x"), -1);
        client.addWatch(root, own, AddWatchMode.PERSISTENT);
        client.removeAllWatches(root, WatcherType.Any, false);
        same("PersistentWatchRemoved " + root, own.nextOfNode(), "the event");
        client.setData(root, bytes("y"), -1);
        fails(Code.NOWATCHER, () -> client.removeWatches(root, own, WatcherType.Children, false));
        check(own.isEmpty(), "removed watches are silent", "not");
        client.close();
    }

    static void containers(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        Stat stat = new Stat();
        client.create(root + "/c", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat);
        same(0L, stat.getEphemeralOwner(), "the owner of a container");
        client.create(root + "/c/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        client.create(root + "/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 600);
        String sequential = client.create(
                root + "/s-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL, stat, 600);
        client.delete(root + "/c/x", -1);
        for (String path : List.of(root + "/c", root + "/t", sequential)) {
            ZkEvents gone = new ZkEvents();
            if (client.exists(path, gone) != null) same("NodeDeleted " + path, gone.nextOfNode(), "the event");
        }
        client.close();
    }

    static void multiRead(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        client.create(root + "/a", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        List<OpResult> results =
                client.multi(List.of(Op.getData(root + "/a"), Op.getChildren(root), Op.getData(root + "/none")));
        check(results.get(0) instanceof OpResult.GetDataResult, "data", results.get(0));
        same(List.of("a"), ((OpResult.GetChildrenResult) results.get(1)).getChildren(), "the children");
        same(Code.NONODE.intValue(), ((OpResult.ErrorResult) results.get(2)).getErr(), "the error");
        Stat stat = new Stat();
        same(
                root + "/b",
                client.create(root + "/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, stat),
                "the path");
        check(stat.getCzxid() > 0, "create2 brings the Stat", stat);
        client.close();
    }

    static void queries(String server, String root) throws Exception {
        ZooKeeper client = open(server, root, new ZkEvents());
        for (String name : List.of("/e1", "/e2"))
            client.create(root + name, null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        client.create(root + "/p", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        same(2, client.getEphemerals(root + "/e").size(), "ephemeral nodes");
        same(2, client.getEphemerals().size(), "all ephemeral nodes");
        same(3, client.getAllChildrenNumber(root), "all children");
        client.addAuthInfo("digest", bytes("ann:apple"));
        List<String> who = new ArrayList<>();
        for (ClientInfo each : client.whoAmI()) who.add(each.getAuthScheme() + ":" + each.getUser());
        check(who.contains("digest:ann") && who.contains("ip:127.0.0.1"), "digest:ann and ip:127.0.0.1", who);
        client.close();
    }

    static void reconnectPersistent(String server, String root) throws Exception {
        ZooKeeper writer = open(server, root, new ZkEvents());
        try (CuttableProxy proxy = new CuttableProxy(server)) {
            ZkEvents session = new ZkEvents();
            ZkEvents events = new ZkEvents();
            ZooKeeper client = open(proxy.address(), session);
            client.addWatch(root, events, AddWatchMode.PERSISTENT_RECURSIVE);
            proxy.cut();
            session.awaitState(KeeperState.Disconnected);
            session.awaitState(KeeperState.SyncConnected);
            writer.create(root + "/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            same("NodeCreated " + root + "/a", events.nextOfNode(), "the event");
            client.close();
        }
        writer.close();
    }
}
