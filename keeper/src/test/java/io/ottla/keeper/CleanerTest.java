package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.tree.Znode;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Looked at every minute. */
class CleanerTest {
    private static final byte[] DATA = {1};

    private final TestWorld world = new TestWorld();
    private Keeper keeper = open(TestWorld.nodes(true, false, 0));

    private Keeper open(KeeperOptions.Nodes nodes) {
        return ((Outcome.Done<Keeper>) KeeperTest.tryOpen(world, TestWorld.options(nodes))).value();
    }

    private void now(Request.Op op) {
        TestAsker.of(keeper).submit(List.of(op), result -> assertThat(result).isInstanceOf(Result.Committed.class));
        world.drain();
    }

    private void container(String path) {
        now(new Request.Create(path, DATA, CreateMode.CONTAINER));
    }

    private void ttl(String path, long ttlMs) {
        now(new Request.Create(path, DATA, Acl.OPEN, CreateMode.PERSISTENT_WITH_TTL.flag(), ttlMs, false));
    }

    private boolean there(String path) {
        return keeper.node(path).isPresent();
    }

    @Test
    void aContainerGoesOnceItsChildrenAreGone() {
        container("/c");
        container("/new");
        now(new Request.Create("/c/1", DATA, CreateMode.PERSISTENT));
        world.pass(300_000);
        assertThat(there("/c")).isTrue();
        now(new Request.Delete("/c/1", -1));
        assertThat(there("/c")).isTrue();
        world.pass(61_000);
        assertThat(there("/c")).isFalse();
        assertThat(there("/new")).isTrue();
    }

    @Test
    void aContainerThatWasNeverUsedGoesAfterItsTimeIfThereIsOne() {
        KeeperTest.close(world, keeper);
        keeper = open(TestWorld.nodes(true, false, 200_000));
        container("/c");
        world.pass(190_000);
        assertThat(there("/c")).isTrue();
        world.pass(60_000);
        assertThat(there("/c")).isFalse();
    }

    @Test
    void aTtlNodeGoesWhenNobodyWritesToIt() {
        ttl("/t", 100_000);
        ttl("/written", 100_000);
        ttl("/parent", 1);
        now(new Request.Create("/parent/1", DATA, CreateMode.PERSISTENT));
        world.pass(90_000);
        now(new Request.SetData("/written", DATA, -1));
        world.pass(40_000);
        assertThat(there("/t")).isFalse();
        assertThat(there("/written")).isTrue();
        assertThat(there("/parent")).isTrue();
        world.pass(120_000);
        assertThat(there("/written")).isFalse();
    }

    @Test
    void theyAreKnownAfterARestart() {
        container("/c");
        now(new Request.Create("/c/1", DATA, CreateMode.PERSISTENT));
        now(new Request.Delete("/c/1", -1));
        ttl("/t", 1000);
        KeeperTest.close(world, keeper);
        keeper = open(TestWorld.nodes(true, false, 0));
        world.pass(61_000);
        assertThat(there("/c")).isFalse();
        assertThat(there("/t")).isFalse();
    }

    @Test
    void withoutExtendedTypesTtlNodesStay() {
        ttl("/t", 1000);
        KeeperTest.close(world, keeper);
        keeper = open(TestWorld.nodes(false, false, 0));
        world.pass(200_000);
        assertThat(there("/t")).isTrue();
    }

    @Test
    void noMoreGoInAMinuteThanMay() {
        for (int i = 0; i < 5000; i++) ttl("/t" + i, 1);
        KeeperTest.close(world, keeper);
        keeper = open(new KeeperOptions.Nodes(true, false, 60_000, 1200, 0));
        int before = keeper.znodeCount();
        world.pass(60_000);
        assertThat(keeper.znodeCount()).isGreaterThanOrEqualTo(before - 2);
        world.pass(60_000);
        assertThat(before - keeper.znodeCount()).isBetween(1150, 1250);
        world.pass(300_000);
        assertThat(before - keeper.znodeCount()).isEqualTo(5000);
    }

    @Test
    void whatIsWrittenToBeforeItsTurnInTheLogStays() {
        ttl("/t", 1000);
        ttl("/u", 1000);
        Znode node = keeper.tree().find("/t");
        TestAsker.of(keeper).submit(List.of(new Request.SetData("/t", DATA, -1)), result -> {});
        TestAsker.of(keeper)
                .submit(
                        Caller.server(0),
                        0,
                        new Request.DeleteContainer("/t", node.czxid(), node.mzxid()),
                        result -> assertThat(result).isInstanceOf(Result.Refused.class));
        world.drain();
        assertThat(there("/t")).isTrue();
    }

    @Test
    void afterTheCloseNothingIsRemoved() {
        ttl("/t", 1000);
        KeeperTest.close(world, keeper);
        world.pass(200_000);
        assertThat(there("/t")).isTrue();
    }
}
