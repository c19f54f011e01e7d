package io.ottla.keeper.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Limits;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.KeeperTest;
import io.ottla.keeper.TestAsker;
import io.ottla.keeper.TestWatcher;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.WatchEvent;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.api.Watcher;
import io.ottla.keeper.api.WatcherType;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchesTest {
    private static final byte[] DATA = "x".getBytes(StandardCharsets.UTF_8);

    private final TestWorld world = new TestWorld();
    private final Keeper keeper = KeeperTest.open(world);
    private final Watches watches = keeper.watches();
    private final TestWatcher one = new TestWatcher();
    private final TestWatcher two = new TestWatcher();

    @BeforeEach
    void nodes() {
        create("/a");
        create("/a/b");
    }

    private void create(String path) {
        now(new Request.Create(path, DATA, CreateMode.PERSISTENT));
    }

    private void delete(String path) {
        now(new Request.Delete(path, -1));
    }

    private void set(String path) {
        now(new Request.SetData(path, DATA, -1));
    }

    private long now(Request.Op... ops) {
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(List.of(ops), answers::add);
        world.drain();
        assertThat(answers.getFirst()).isInstanceOf(Result.Committed.class);
        return ((Result.Committed) answers.getFirst()).zxid();
    }

    @Test
    void aDataWatchTellsOnceOfCreationChangeOrDeletion() {
        watches.add("/a", WatchKind.DATA, one);
        watches.add("/new", WatchKind.DATA, one);
        assertThat(watches.count()).isEqualTo(2);
        create("/a/c");
        assertThat(one.told).isEmpty();
        set("/a");
        set("/a");
        create("/new");
        assertThat(one.news()).containsExactly("data_changed /a", "created /new");
        assertThat(watches.count()).isZero();
        assertThat(watches.bytes()).isZero();
        watches.add("/new", WatchKind.DATA, one);
        delete("/new");
        assertThat(one.news()).containsExactly("deleted /new");
    }

    @Test
    void aChildWatchTellsOnceOfChildrenOrTheEnd() {
        watches.add("/a", WatchKind.CHILD, one);
        set("/a");
        set("/a/b");
        assertThat(one.told).isEmpty();
        create("/a/c");
        create("/a/d");
        assertThat(one.news()).containsExactly("children_changed /a");
        watches.add("/a/c", WatchKind.CHILD, one);
        watches.add("/a", WatchKind.CHILD, one);
        delete("/a/c");
        assertThat(one.news()).containsExactly("deleted /a/c", "children_changed /a");
    }

    @Test
    void aDeletionIsToldOnceToAWatcherOfBothKinds() {
        watches.add("/a/b", WatchKind.DATA, one);
        watches.add("/a/b", WatchKind.CHILD, one);
        watches.add("/a/b", WatchKind.CHILD, two);
        delete("/a/b");
        assertThat(one.news()).containsExactly("deleted /a/b");
        assertThat(two.news()).containsExactly("deleted /a/b");
        assertThat(watches.count()).isZero();
    }

    @Test
    void aPersistentWatchStaysAndTellsOfBoth() {
        watches.add("/a", WatchKind.PERSISTENT, one);
        assertThat(watches.count()).isEqualTo(2);
        set("/a");
        create("/a/c");
        set("/a/c");
        delete("/a/c");
        set("/a");
        assertThat(one.news())
                .containsExactly("data_changed /a", "children_changed /a", "children_changed /a", "data_changed /a");
    }

    @Test
    void aRecursiveWatchTellsOfAllBelowButNotOfChildrenAsSuch() {
        watches.add("/a", WatchKind.PERSISTENT_RECURSIVE, one);
        watches.add("/", WatchKind.PERSISTENT_RECURSIVE, two);
        create("/a/c");
        create("/a/c/d");
        set("/a");
        delete("/a/c/d");
        create("/ab");
        assertThat(one.news()).containsExactly("created /a/c", "created /a/c/d", "data_changed /a", "deleted /a/c/d");
        assertThat(two.news())
                .containsExactly("created /a/c", "created /a/c/d", "data_changed /a", "deleted /a/c/d", "created /ab");
    }

    @Test
    void manyWatchesOfOneWatcherTellOfOneEventOnce() {
        watches.add("/", WatchKind.PERSISTENT_RECURSIVE, one);
        watches.add("/a", WatchKind.PERSISTENT_RECURSIVE, one);
        watches.add("/a/b", WatchKind.PERSISTENT_RECURSIVE, one);
        watches.add("/a/b", WatchKind.PERSISTENT, one);
        watches.add("/a/b", WatchKind.DATA, one);
        set("/a/b");
        assertThat(one.news()).containsExactly("data_changed /a/b");
        delete("/a/b");
        assertThat(one.news()).containsExactly("deleted /a/b");
    }

    @Test
    void aOneShotWatchBesideAPersistentOneIsStillUsedUp() {
        watches.add("/a", WatchKind.PERSISTENT, one);
        watches.add("/a", WatchKind.DATA, one);
        set("/a");
        assertThat(watches.contains("/a", WatcherType.DATA, one)).isFalse();
        assertThat(watches.contains("/a", WatcherType.PERSISTENT, one)).isTrue();
    }

    @Test
    void eventsOfAMultiComeInOrderWithItsZxidBeforeItsAnswer() {
        watches.add("/", WatchKind.PERSISTENT_RECURSIVE, one);
        watches.add("/a", WatchKind.CHILD, one);
        List<Request.Op> ops = List.of(
                new Request.Create("/a/c", DATA, CreateMode.PERSISTENT),
                new Request.SetData("/a", DATA, -1),
                new Request.Delete("/a/c", -1));
        TestAsker.of(keeper).submit(ops, result -> one.told.add("answer"));
        world.drain();
        long zxid = keeper.lastZxid();
        assertThat(one.told)
                .containsExactly(
                        "created /a/c " + zxid,
                        "children_changed /a " + zxid,
                        "data_changed /a " + zxid,
                        "deleted /a/c " + zxid,
                        "answer");
    }

    @Test
    void aFailedRequestTellsNobody() {
        watches.add("/", WatchKind.PERSISTENT_RECURSIVE, one);
        TestAsker.of(keeper)
                .submit(List.of(new Request.SetData("/a", DATA, -1), new Request.Delete("/none", -1)), result -> {});
        world.drain();
        assertThat(one.told).isEmpty();
    }

    @Test
    void whoMayNotReadANodeIsNotToldOfItAndTheWatchIsUsedUp() {
        List<Acl> bobs = List.of(new Acl(Acl.ALL, "digest", "bob:hash"));
        now(new Request.Create("/secret", DATA, bobs, 0, Request.NO_TTL, false));
        two.identities = List.of(new Identity("digest", "bob:hash"));
        for (TestWatcher each : List.of(one, two)) {
            watches.add("/secret", WatchKind.DATA, each);
            watches.add("/secret", WatchKind.CHILD, each);
            watches.add("/", WatchKind.PERSISTENT_RECURSIVE, each);
        }
        set("/secret");
        now(new Request.Create("/secret/open", DATA, CreateMode.PERSISTENT));
        now(new Request.Create("/secret/closed", DATA, bobs, 0, Request.NO_TTL, false));
        now(new Request.Delete("/secret/closed", -1));
        assertThat(one.news()).containsExactly("created /secret/open");
        assertThat(two.news())
                .containsExactly(
                        "data_changed /secret",
                        "created /secret/open",
                        "children_changed /secret",
                        "created /secret/closed",
                        "deleted /secret/closed");
        assertThat(watches.contains("/secret", WatcherType.DATA, one)).isFalse();
        assertThat(watches.contains("/secret", WatcherType.CHILDREN, one)).isFalse();
    }

    @Test
    void watchesAreFoundAndRemovedByType() {
        for (WatchKind each : WatchKind.values()) watches.add("/a", each, one);
        for (WatcherType each : WatcherType.values())
            assertThat(watches.contains("/a", each, one)).isTrue();
        assertThat(watches.contains("/a", WatcherType.ANY, two)).isFalse();
        assertThat(watches.contains("/b", WatcherType.ANY, one)).isFalse();
        assertThat(watches.remove("/a", WatcherType.DATA, one)).isTrue();
        assertThat(watches.remove("/a", WatcherType.DATA, one)).isFalse();
        assertThat(watches.contains("/a", WatcherType.CHILDREN, one)).isTrue();
        assertThat(watches.remove("/a", WatcherType.PERSISTENT_RECURSIVE, one)).isTrue();
        set("/a/b");
        assertThat(one.told).isEmpty();
        assertThat(watches.remove("/a", WatcherType.ANY, one)).isTrue();
        assertThat(watches.count()).isZero();
        assertThat(watches.remove("/a", WatcherType.ANY, one)).isFalse();
    }

    @Test
    void aConnectionThatGoesTakesItsWatchesAlong() {
        for (int i = 0; i < 1000; i++) {
            watches.add("/n" + i, WatchKind.DATA, one);
            watches.add("/n" + i, WatchKind.PERSISTENT, two);
        }
        watches.removeAll(one);
        assertThat(watches.count()).isEqualTo(2000);
        assertThat(watches.summary()).isEqualTo(new Watches.Summary(1, 1000, 1000));
        create("/n7");
        assertThat(one.told).isEmpty();
        assertThat(two.news()).containsExactly("created /n7");
        watches.removeAll(two);
        assertThat(watches.bytes()).isZero();
        assertThat(watches.summary()).isEqualTo(new Watches.Summary(0, 0, 0));
    }

    @Test
    void manyWatchersOfOnePathAreAllTold() {
        List<TestWatcher> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(new TestWatcher());
            watches.add("/a", i % 3 == 0 ? WatchKind.PERSISTENT : WatchKind.DATA, all.get(i));
        }
        for (int i = 0; i < 1000; i += 10) watches.removeAll(all.get(i));
        set("/a");
        set("/a");
        for (int i = 0; i < 1000; i++)
            assertThat(all.get(i).told).as("%d", i).hasSize(i % 10 == 0 ? 0 : i % 3 == 0 ? 2 : 1);
    }

    @Test
    void watchesSetAgainTellWhatWasMissed() {
        long before = keeper.lastZxid();
        set("/a");
        long changed = keeper.lastZxid();
        create("/a/c");
        watches.setAgain(
                changed,
                List.of("/a", "/gone", "/a/c"),
                List.of("/a/b", "/never"),
                List.of("/a", "/a/b", "/gone"),
                List.of("/p"),
                List.of("/r"),
                one);
        assertThat(one.told)
                .containsExactly(
                        "deleted /gone -1",
                        "data_changed /a/c -1",
                        "created /a/b -1",
                        "children_changed /a -1",
                        "deleted /gone -1");
        one.told.clear();
        assertThat(watches.contains("/a", WatcherType.DATA, one)).isTrue();
        assertThat(watches.contains("/never", WatcherType.DATA, one)).isTrue();
        assertThat(watches.contains("/a/b", WatcherType.CHILDREN, one)).isTrue();
        assertThat(watches.contains("/p", WatcherType.PERSISTENT, one)).isTrue();
        assertThat(watches.contains("/r", WatcherType.PERSISTENT_RECURSIVE, one))
                .isTrue();
        assertThat(watches.contains("/gone", WatcherType.ANY, one)).isFalse();
        watches.setAgain(before, List.of("/a"), List.of(), List.of(), List.of(), List.of(), two);
        assertThat(two.news()).containsExactly("data_changed /a");
    }

    @Test
    void whereThereIsNoRoomAWatchIsRefusedAndNothingChanges() {
        int cost = 2 + KeeperOptions.Watching.WATCH_OVERHEAD_BYTES;
        Watches few = new Watches(new KeeperOptions.Watching(2L * cost, 3L * cost), keeper.tree(), 1);
        assertThat(few.add("/1", WatchKind.DATA, one)).isTrue();
        assertThat(few.add("/2", WatchKind.DATA, one)).isTrue();
        assertThat(few.add("/3", WatchKind.DATA, one)).isFalse();
        assertThat(few.add("/2", WatchKind.CHILD, one)).isTrue();
        assertThat(few.add("/1", WatchKind.DATA, two)).isTrue();
        assertThat(few.add("/2", WatchKind.DATA, two)).isFalse();
        assertThat(few.count()).isEqualTo(4);
        few.removeAll(one);
        assertThat(few.add("/2", WatchKind.DATA, two)).isTrue();
        assertThat(few.setAgain(1 << 20, List.of("/a"), List.of(), List.of(), List.of(), List.of(), two))
                .isFalse();
    }

    @Test
    void whatWatchesMayTakeFollowsTheHeap() {
        KeeperOptions small = KeeperOptions.DEFAULT.within(Limits.of(128L << 20, 128L << 20));
        assertThat(small.watching()).isEqualTo(new KeeperOptions.Watching(32L << 20, 48L << 20));
        assertThat(KeeperOptions.DEFAULT.within(Limits.ROOMY)).isEqualTo(KeeperOptions.DEFAULT);
    }

    @Test
    void aWatcherMayGoWhileItIsTold() {
        List<String> told = new ArrayList<>();
        Watcher leaving = new Watcher() {
            @Override
            public List<Identity> identities() {
                return List.of();
            }

            @Override
            public void notified(WatchEvent event, String path, long zxid) {
                told.add(path);
                watches.removeAll(this);
            }
        };
        watches.add("/a/b", WatchKind.PERSISTENT, leaving);
        watches.add("/a", WatchKind.PERSISTENT, leaving);
        watches.add("/a/b", WatchKind.DATA, one);
        delete("/a/b");
        assertThat(told).containsExactly("/a/b");
        assertThat(one.news()).containsExactly("deleted /a/b");
        assertThat(watches.count()).isZero();
    }
}
