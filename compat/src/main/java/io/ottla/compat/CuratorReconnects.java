package io.ottla.compat;

import static io.ottla.compat.CuratorScenarios.WAIT_S;
import static io.ottla.compat.CuratorScenarios.bytes;
import static io.ottla.compat.CuratorScenarios.client;
import static io.ottla.compat.CuratorScenarios.elsewhere;
import static io.ottla.compat.CuratorScenarios.until;
import static io.ottla.compat.ZkOutcomes.check;
import static io.ottla.compat.ZkOutcomes.same;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;

/** What becomes of Curator's recipes when the connection of one of two clients goes. */
final class CuratorReconnects {
    private CuratorReconnects() {}

    static void persistentNode(String server, String root) throws Exception {
        try (CuratorFramework observer = client(server);
                CuttableProxy proxy = new CuttableProxy(server);
                CuratorFramework owner = client(proxy.address());
                PersistentNode node = new PersistentNode(owner, CreateMode.EPHEMERAL, false, root, bytes("1"))) {
            node.start();
            check(node.waitForInitialCreate(WAIT_S, TimeUnit.SECONDS), "the node is made", "not");
            observer.delete().forPath(root);
            until("it is made again", () -> observer.checkExists().forPath(root) != null);
            proxy.cut();
            until("it is still there", () -> observer.checkExists().forPath(root) != null);
        }
    }

    /** From now on; that it is connected the first time may be told late, and does not count. */
    private static BlockingQueue<ConnectionState> states(CuratorFramework client) {
        BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
        client.getConnectionStateListenable().addListener((of, state) -> {
            if (state != ConnectionState.CONNECTED) states.add(state);
        });
        return states;
    }

    static void watcherReconnects(String server, String root) throws Exception {
        try (CuratorFramework writer = client(server);
                CuttableProxy proxy = new CuttableProxy(server);
                CuratorFramework client = client(proxy.address());
                PersistentWatcher watcher = new PersistentWatcher(client, root, true)) {
            BlockingQueue<String> events = new LinkedBlockingQueue<>();
            watcher.getListenable().addListener(event -> {
                if (event.getPath() != null) events.add(event.getType() + " " + event.getPath());
            });
            writer.create().forPath(root);
            watcher.start();
            writer.create().forPath(root + "/a");
            until("the watch is set", () -> {
                writer.setData().forPath(root + "/a");
                return events.poll(50, TimeUnit.MILLISECONDS) != null;
            });
            BlockingQueue<ConnectionState> states = states(client);
            proxy.cut();
            same(ConnectionState.SUSPENDED, states.poll(WAIT_S, TimeUnit.SECONDS), "the state");
            same(ConnectionState.RECONNECTED, states.poll(WAIT_S, TimeUnit.SECONDS), "the state");
            events.clear();
            writer.create().forPath(root + "/b");
            String event = events.poll(WAIT_S, TimeUnit.SECONDS);
            while (event != null && !event.startsWith("NodeCreated")) event = events.poll(WAIT_S, TimeUnit.SECONDS);
            same("NodeCreated " + root + "/b", event, "the event");
        }
    }

    static void mutexReconnects(String server, String root) throws Exception {
        try (CuratorFramework other = client(server);
                CuttableProxy proxy = new CuttableProxy(server);
                CuratorFramework client = client(proxy.address())) {
            InterProcessMutex held = new InterProcessMutex(other, root);
            held.acquire();
            InterProcessMutex wanted = new InterProcessMutex(client, root);
            Future<Boolean> waits = elsewhere(() -> {
                boolean had = wanted.acquire(WAIT_S, TimeUnit.SECONDS);
                wanted.release();
                return had;
            });
            until("it waits", () -> held.getParticipantNodes().size() == 2);
            proxy.cut();
            held.release();
            check(waits.get(WAIT_S, TimeUnit.SECONDS), "the lock is had after the cut", "not");
        }
    }

    static void latchReconnects(String server, String root) throws Exception {
        try (CuratorFramework other = client(server);
                CuttableProxy proxy = new CuttableProxy(server);
                CuratorFramework client = client(proxy.address());
                LeaderLatch first = new LeaderLatch(client, root, "first");
                LeaderLatch second = new LeaderLatch(other, root, "second")) {
            BlockingQueue<ConnectionState> states = states(client);
            first.start();
            check(first.await(WAIT_S, TimeUnit.SECONDS), "the first leads", "not");
            second.start();
            until("both take part", () -> second.getParticipants().size() == 2);
            proxy.down();
            same(ConnectionState.SUSPENDED, states.poll(WAIT_S, TimeUnit.SECONDS), "the state");
            until("it does not think that it leads", () -> !first.hasLeadership());
            // the session expires: the other one leads
            check(second.await(2 * WAIT_S, TimeUnit.SECONDS), "the second leads", "not");
            proxy.up();
            until("the first takes part again", () -> second.getParticipants().size() == 2);
        }
    }
}
