package io.ottla.compat;

import static io.ottla.compat.ZkOutcomes.check;
import static io.ottla.compat.ZkOutcomes.same;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentTtlNode;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/** Curator's recipes, each between two clients: {@code HOST:PORT PREFIX [scenario…]}. */
public final class CuratorScenarios {
    private static final int SESSION_MS = 10_000;
    static final long WAIT_S = 20;

    private CuratorScenarios() {}

    /** Scenarios by name, in the order in which they run. */
    public static Map<String, ZkOutcomes.Scenario> all() {
        Map<String, ZkOutcomes.Scenario> all = new LinkedHashMap<>();
        all.put("mutex", pair(CuratorScenarios::mutex));
        all.put("read-write-lock", pair(CuratorScenarios::readWriteLock));
        all.put("semaphore", pair(CuratorScenarios::semaphore));
        all.put("multi-lock", pair(CuratorScenarios::multiLock));
        all.put("leader-latch", pair(CuratorScenarios::leaderLatch));
        all.put("leader-selector", pair(CuratorScenarios::leaderSelector));
        all.put("barrier", pair(CuratorScenarios::barrier));
        all.put("double-barrier", pair(CuratorScenarios::doubleBarrier));
        all.put("cache", pair(CuratorScenarios::cache));
        all.put("transaction", pair(CuratorScenarios::transaction));
        all.put("counters", pair(CuratorScenarios::counters));
        all.put("queue", pair(CuratorScenarios::queue));
        all.put("group-member", pair(CuratorScenarios::groupMember));
        all.put("persistent-node", CuratorReconnects::persistentNode);
        all.put("ttl-node", pair(CuratorScenarios::ttlNode));
        all.put("watcher-reconnects", CuratorReconnects::watcherReconnects);
        all.put("mutex-reconnects", CuratorReconnects::mutexReconnects);
        all.put("latch-reconnects", CuratorReconnects::latchReconnects);
        all.put("namespace", pair(CuratorScenarios::namespace));
        return all;
    }

    public static void main(String[] args) {
        ZkOutcomes.run(all(), args[0], args[1], Arrays.asList(args).subList(2, args.length));
    }

    // ---- what they share

    private interface Pair {
        void run(CuratorFramework one, CuratorFramework other, String root) throws Exception;
    }

    private static ZkOutcomes.Scenario pair(Pair scenario) {
        return (server, root) -> {
            try (CuratorFramework one = client(server);
                    CuratorFramework other = client(server)) {
                scenario.run(one, other, root);
            }
        };
    }

    static CuratorFramework client(String server) throws Exception {
        CuratorFramework client =
                CuratorFrameworkFactory.newClient(server, SESSION_MS, 5000, new RetryNTimes(100, 100));
        client.start();
        check(client.blockUntilConnected((int) WAIT_S, TimeUnit.SECONDS), "the client connects", "not connected");
        return client;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static <T> Future<T> elsewhere(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    static void until(String what, Callable<Boolean> holds) throws Exception {
        long untilMs = System.currentTimeMillis() + WAIT_S * 1000;
        while (!holds.call()) {
            check(System.currentTimeMillis() < untilMs, what, "not within " + WAIT_S + " s");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    // ---- recipes

    private static void mutex(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        List<Future<Integer>> all = new ArrayList<>();
        for (CuratorFramework client : List.of(one, other, one, other)) {
            InterProcessMutex lock = new InterProcessMutex(client, root);
            all.add(elsewhere(() -> {
                for (int i = 0; i < 25; i++) {
                    check(lock.acquire(WAIT_S, TimeUnit.SECONDS), "the lock is had", "not");
                    same(1, inside.incrementAndGet(), "how many are inside");
                    lock.acquire(); // it is reentrant
                    lock.release();
                    inside.decrementAndGet();
                    lock.release();
                }
                return 25;
            }));
        }
        for (Future<Integer> each : all) same(25, each.get(60, TimeUnit.SECONDS), "turns");
        InterProcessSemaphoreMutex plain = new InterProcessSemaphoreMutex(one, root + "-plain");
        plain.acquire();
        check(
                !new InterProcessSemaphoreMutex(other, root + "-plain").acquire(200, TimeUnit.MILLISECONDS),
                "the lock is held",
                "had twice");
        plain.release();
    }

    private static void readWriteLock(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        InterProcessReadWriteLock first = new InterProcessReadWriteLock(one, root);
        InterProcessReadWriteLock second = new InterProcessReadWriteLock(other, root);
        first.readLock().acquire();
        check(second.readLock().acquire(WAIT_S, TimeUnit.SECONDS), "two read", "not");
        check(!second.writeLock().acquire(200, TimeUnit.MILLISECONDS), "nobody writes", "somebody does");
        second.readLock().release();
        first.readLock().release();
        check(second.writeLock().acquire(WAIT_S, TimeUnit.SECONDS), "one writes", "not");
        check(!first.readLock().acquire(200, TimeUnit.MILLISECONDS), "nobody reads", "somebody does");
        second.writeLock().release();
    }

    private static void semaphore(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        InterProcessSemaphoreV2 first = new InterProcessSemaphoreV2(one, root, 3);
        InterProcessSemaphoreV2 second = new InterProcessSemaphoreV2(other, root, 3);
        List<Lease> leases = new ArrayList<>(first.acquire(2));
        leases.add(second.acquire(WAIT_S, TimeUnit.SECONDS));
        check(second.acquire(200, TimeUnit.MILLISECONDS) == null, "no fourth lease", "one");
        first.returnLease(leases.get(0));
        check(second.acquire(WAIT_S, TimeUnit.SECONDS) != null, "a lease that came free", "none");
    }

    private static void multiLock(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        List<String> paths = List.of(root + "/a", root + "/b");
        InterProcessMultiLock both = new InterProcessMultiLock(one, paths);
        both.acquire();
        check(!new InterProcessMutex(other, root + "/b").acquire(200, TimeUnit.MILLISECONDS), "b is held", "free");
        both.release();
        InterProcessMutex single = new InterProcessMutex(other, root + "/b");
        check(single.acquire(WAIT_S, TimeUnit.SECONDS), "b is free", "held");
        single.release();
    }

    private static void leaderLatch(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        LeaderLatch first = new LeaderLatch(one, root, "one");
        first.start();
        check(first.await(WAIT_S, TimeUnit.SECONDS), "the first leads", "not");
        try (LeaderLatch second = new LeaderLatch(other, root, "other")) {
            second.start();
            until("two take part", () -> first.getParticipants().size() == 2);
            check(!second.hasLeadership(), "one leads", "two");
            same("one", second.getLeader().getId(), "the leader");
            first.close();
            check(second.await(WAIT_S, TimeUnit.SECONDS), "the second leads", "not");
        }
    }

    private static void leaderSelector(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        AtomicInteger leaders = new AtomicInteger();
        CountDownLatch terms = new CountDownLatch(6);
        List<LeaderSelector> selectors = new ArrayList<>();
        for (CuratorFramework client : List.of(one, other)) {
            LeaderSelector selector = new LeaderSelector(client, root, new LeaderSelectorListenerAdapter() {
                @Override
                public void takeLeadership(CuratorFramework leading) throws Exception {
                    same(1, leaders.incrementAndGet(), "how many lead");
                    TimeUnit.MILLISECONDS.sleep(20); // in which a second one would be seen
                    leaders.decrementAndGet();
                    terms.countDown();
                }
            });
            selector.autoRequeue();
            selector.start();
            selectors.add(selector);
        }
        check(terms.await(WAIT_S, TimeUnit.SECONDS), "six terms", terms.getCount() + " remain");
        for (LeaderSelector selector : selectors) selector.close();
    }

    private static void barrier(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        DistributedBarrier set = new DistributedBarrier(one, root);
        set.setBarrier();
        DistributedBarrier waiting = new DistributedBarrier(other, root);
        check(!waiting.waitOnBarrier(200, TimeUnit.MILLISECONDS), "the barrier holds", "open");
        Future<Boolean> through = elsewhere(() -> waiting.waitOnBarrier(WAIT_S, TimeUnit.SECONDS));
        set.removeBarrier();
        check(through.get(), "the barrier opens", "not");
    }

    private static void doubleBarrier(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        List<Future<Boolean>> all = new ArrayList<>();
        for (CuratorFramework client : List.of(one, other, one)) {
            DistributedDoubleBarrier barrier = new DistributedDoubleBarrier(client, root, 3);
            all.add(elsewhere(
                    () -> barrier.enter(WAIT_S, TimeUnit.SECONDS) && barrier.leave(WAIT_S, TimeUnit.SECONDS)));
        }
        for (Future<Boolean> each : all) check(each.get(), "all enter and leave", "not");
    }

    private static void cache(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        one.create().creatingParentsIfNeeded().forPath(root + "/a", bytes("1"));
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        try (CuratorCache cache = CuratorCache.build(one, root)) {
            CountDownLatch ready = new CountDownLatch(1);
            cache.listenable().addListener(new org.apache.curator.framework.recipes.cache.CuratorCacheListener() {
                @Override
                public void event(
                        Type type,
                        org.apache.curator.framework.recipes.cache.ChildData before,
                        org.apache.curator.framework.recipes.cache.ChildData now) {
                    events.add(
                            type + " " + (now == null ? before : now).getPath().replace(root, ""));
                }

                @Override
                public void initialized() {
                    ready.countDown();
                }
            });
            cache.start();
            check(ready.await(WAIT_S, TimeUnit.SECONDS), "the cache is filled", "not");
            events.clear();
            other.create().forPath(root + "/b", bytes("2"));
            same("NODE_CREATED /b", events.poll(WAIT_S, TimeUnit.SECONDS), "the event");
            other.setData().forPath(root + "/a", bytes("3"));
            same("NODE_CHANGED /a", events.poll(WAIT_S, TimeUnit.SECONDS), "the event");
            other.delete().forPath(root + "/b");
            same("NODE_DELETED /b", events.poll(WAIT_S, TimeUnit.SECONDS), "the event");
            same("3", text(cache.get(root + "/a").orElseThrow().getData()), "the data");
        }
    }

    private static void transaction(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        List<CuratorTransactionResult> results = one.transaction()
                .forOperations(
                        one.transactionOp().create().forPath(root, bytes("1")),
                        one.transactionOp()
                                .create()
                                .withMode(CreateMode.EPHEMERAL)
                                .forPath(root + "/e"),
                        one.transactionOp().setData().withVersion(0).forPath(root, bytes("2")),
                        one.transactionOp().check().withVersion(1).forPath(root));
        same(4, results.size(), "results");
        same(1, results.get(2).getResultStat().getVersion(), "the version");
        try {
            other.transaction()
                    .forOperations(
                            other.transactionOp().setData().forPath(root, bytes("3")),
                            other.transactionOp().check().withVersion(1).forPath(root));
            throw new AssertionError("no error");
        } catch (KeeperException.BadVersionException e) {
            same("2", text(other.getData().forPath(root)), "the data");
        }
    }

    private static void counters(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        List<Future<Integer>> all = new ArrayList<>();
        for (CuratorFramework client : List.of(one, other)) {
            DistributedAtomicLong counter = new DistributedAtomicLong(client, root, new RetryNTimes(1000, 1));
            all.add(elsewhere(() -> {
                for (int i = 0; i < 50; i++) check(counter.increment().succeeded(), "it counts", "not");
                return 50;
            }));
        }
        for (Future<Integer> each : all) same(50, each.get(60, TimeUnit.SECONDS), "increments");
        same(
                100L,
                new DistributedAtomicLong(one, root, new RetryNTimes(1, 1))
                        .get()
                        .postValue(),
                "the sum");
        try (SharedCount here = new SharedCount(one, root + "-shared", 1);
                SharedCount there = new SharedCount(other, root + "-shared", 1)) {
            here.start();
            there.start();
            here.setCount(7);
            until("the count is shared", () -> there.getCount() == 7);
        }
    }

    private static void queue(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        SimpleDistributedQueue in = new SimpleDistributedQueue(one, root);
        SimpleDistributedQueue out = new SimpleDistributedQueue(other, root);
        for (int i = 0; i < 20; i++) in.offer(bytes("" + i));
        for (int i = 0; i < 20; i++) same("" + i, text(out.take()), "the element");
        Future<byte[]> waiting = elsewhere(() -> out.poll(WAIT_S, TimeUnit.SECONDS));
        in.offer(bytes("late"));
        same("late", text(waiting.get()), "the element");
    }

    private static void groupMember(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        try (GroupMember first = new GroupMember(one, root, "first", bytes("1"))) {
            first.start();
            GroupMember second = new GroupMember(other, root, "second", bytes("2"));
            second.start();
            until("both are members", () -> first.getCurrentMembers().size() == 2);
            second.close();
            until("one left", () -> first.getCurrentMembers().size() == 1);
        }
    }

    private static void ttlNode(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        try (PersistentTtlNode node = new PersistentTtlNode(one, root, 600, bytes("x"))) {
            node.start();
            check(node.waitForInitialCreate(WAIT_S, TimeUnit.SECONDS), "the node is made", "not");
            TimeUnit.MILLISECONDS.sleep(1500);
            check(other.checkExists().forPath(root) != null, "it is kept by touching", "gone");
        }
        until("it goes when nobody touches it", () -> other.checkExists().forPath(root) == null);
    }

    private static void namespace(CuratorFramework one, CuratorFramework other, String root) throws Exception {
        CuratorFramework inside = one.usingNamespace(root.substring(1));
        inside.create().creatingParentContainersIfNeeded().forPath("/x/y", bytes("1"));
        same("1", text(other.getData().forPath(root + "/x/y")), "the data");
        String protectedPath = inside.create()
                .withProtection()
                .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                .forPath("/x/p-");
        check(protectedPath.startsWith("/x/_c_"), "a protected name", protectedPath);
        inside.delete().guaranteed().deletingChildrenIfNeeded().forPath("/x");
        check(other.checkExists().forPath(root + "/x") == null, "all is gone", "there");
    }
}
