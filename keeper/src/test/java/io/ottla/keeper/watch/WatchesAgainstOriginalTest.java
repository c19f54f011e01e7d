package io.ottla.keeper.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.Original;
import io.ottla.keeper.RandomRequests;
import io.ottla.keeper.TestWatcher;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.WatchEvent;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.api.WatcherType;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.server.DataTree;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same transactions, watches set and removed, on our tree and on Apache's: every watcher is told the same, in the same order. */
class WatchesAgainstOriginalTest {
    private static final long SESSION = 0x100000000000001L;
    private static final int WATCHERS = 6;

    private static final class Theirs implements org.apache.zookeeper.Watcher {
        final List<String> told = new ArrayList<>();

        @Override
        public void process(org.apache.zookeeper.WatchedEvent event) {
            told.add(name(event.getType()) + " " + event.getPath() + " " + event.getZxid());
        }
    }

    private static String name(EventType type) {
        return (switch (type) {
                    case NodeCreated -> WatchEvent.CREATED;
                    case NodeDeleted -> WatchEvent.DELETED;
                    case NodeDataChanged -> WatchEvent.DATA_CHANGED;
                    case NodeChildrenChanged -> WatchEvent.CHILDREN_CHANGED;
                    default -> throw new IllegalArgumentException(type.name());
                })
                .name()
                .toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void watchersAreToldTheSame(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree tree = ZnodeTree.fresh(random.nextLong());
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        Watches watches = new Watches(KeeperOptions.Watching.DEFAULT, tree, random.nextLong());
        DataTree original = new DataTree();
        List<TestWatcher> ours = new ArrayList<>();
        List<Theirs> theirs = new ArrayList<>();
        for (int i = 0; i < WATCHERS; i++) {
            ours.add(new TestWatcher());
            // Apache's plain watchers hear of everything
            ours.getLast().identities = List.of(Identity.SUPER);
            theirs.add(new Theirs());
        }
        Caller caller = new Caller(SESSION, 1, List.of(Identity.SUPER));
        LoggedTxn begin = preparer.prepare(1, caller, 0, new Request.CreateSession(9000));
        tree.apply(begin, TreeListener.NONE);
        preparer.applied(begin.zxid());
        int told = 0;
        for (int i = 0; i < 4000; i++) {
            int who = random.nextInt(WATCHERS);
            for (int j = random.nextInt(3); j > 0; j--) {
                String path = requests.path();
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        watches.add(path, WatchKind.DATA, ours.get(who));
                        if (original.getNode(path) == null) statNode(original, path, theirs.get(who));
                        else original.getData(path, new org.apache.zookeeper.data.Stat(), theirs.get(who));
                    }
                    case 3, 4 -> {
                        if (original.getNode(path) == null) break;
                        watches.add(path, WatchKind.CHILD, ours.get(who));
                        original.getChildren(path, null, theirs.get(who));
                    }
                    case 5 -> {
                        boolean recursive = random.chance(0.5);
                        watches.add(
                                path, recursive ? WatchKind.PERSISTENT_RECURSIVE : WatchKind.PERSISTENT, ours.get(who));
                        original.addWatch(path, theirs.get(who), recursive ? 1 : 0);
                    }
                    case 6 -> {
                        if (random.chance(0.9)) break;
                        watches.removeAll(ours.get(who));
                        original.removeCnxn(theirs.get(who));
                    }
                    default -> {
                        int type = 1 + random.nextInt(5);
                        WatcherType ourType = WatcherType.of(type).orElseThrow();
                        var theirType = org.apache.zookeeper.Watcher.WatcherType.fromInt(type);
                        assertThat(watches.contains(path, ourType, ours.get(who)))
                                .isEqualTo(original.containsWatcher(path, theirType, theirs.get(who)));
                        assertThat(watches.remove(path, ourType, ours.get(who)))
                                .isEqualTo(original.removeWatch(path, theirType, theirs.get(who)));
                    }
                }
            }
            if (random.chance(0.05)) {
                long since = Math.max(0, tree.lastZxid() - random.nextInt(60));
                List<List<String>> paths = new ArrayList<>();
                for (int j = 0; j < 5; j++) paths.add(List.of(requests.path(), requests.path()));
                watches.setAgain(
                        since, paths.get(0), paths.get(1), paths.get(2), paths.get(3), paths.get(4), ours.get(who));
                original.setWatches(
                        since, paths.get(0), paths.get(1), paths.get(2), paths.get(3), paths.get(4), theirs.get(who));
            }
            LoggedTxn txn = preparer.prepare(1000 + i, caller, i, requests.any());
            watches.begin(txn.zxid());
            tree.apply(txn, watches.listener());
            preparer.applied(txn.zxid());
            Original.apply(original, Original.bytes(txn));
            for (int j = 0; j < WATCHERS; j++) {
                assertThat(ours.get(j).told).as("watcher %d at %d", j, i).isEqualTo(theirs.get(j).told);
                told += ours.get(j).told.size();
                ours.get(j).told.clear();
                theirs.get(j).told.clear();
            }
            assertThat(watches.count()).isEqualTo(original.getWatchCount());
        }
        assertThat(told).isGreaterThan(3000);
    }

    private static void statNode(DataTree tree, String path, Theirs watcher) {
        try {
            tree.statNode(path, watcher);
        } catch (org.apache.zookeeper.KeeperException.NoNodeException e) {
            // and yet it watches
            assertThat(e.getPath()).isNull();
        }
    }
}
