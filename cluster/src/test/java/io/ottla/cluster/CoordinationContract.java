package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.Coordination.Znode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Coordination} promises, wherever the znodes are. */
public abstract class CoordinationContract {

    /** A service with an empty tree, as a test wants to see it. */
    public interface World extends AutoCloseable {
        Coordination coordination();

        /** Runs {@code task} on the loop, and returns when it has run. */
        void onLoop(Runnable task);

        /** Lets the loop go on until that holds, which is asked on the loop; an error if it does not for long. */
        void await(String what, BooleanSupplier holds);

        @Override
        void close();
    }

    protected World world;

    protected abstract World open() throws Exception;

    @BeforeEach
    void openWorld() throws Exception {
        world = open();
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    /** Keeps what it was told, as lines and as a tree. */
    public static final class Told implements Coordination.Follower {
        public final List<String> lines = new ArrayList<>();
        public final TreeMap<String, Znode> tree = new TreeMap<>();
        public int restarts;
        private boolean isCaughtUp;

        public boolean isCaughtUp() {
            return isCaughtUp;
        }

        private void put(String what, Znode node) {
            if (!what.equals("changed") && !node.path().equals("/"))
                assertThat(tree.keySet())
                        .as("parents come first")
                        .noneMatch(path -> path.startsWith(node.path() + "/"));
            lines.add(what + " " + node.path() + " " + text(node) + " v" + node.version());
            tree.put(node.path(), node);
        }

        @Override
        public void present(Znode node) {
            put("present", node);
        }

        @Override
        public void caughtUp() {
            lines.add("caught up");
            isCaughtUp = true;
        }

        @Override
        public void created(Znode node) {
            assertThat(tree).doesNotContainKey(node.path());
            put("created", node);
        }

        @Override
        public void dataChanged(Znode node) {
            assertThat(tree).containsKey(node.path());
            put("changed", node);
        }

        @Override
        public void deleted(String path, long zxid) {
            assertThat(tree).containsKey(path);
            lines.add("deleted " + path);
            tree.remove(path);
        }

        @Override
        public void restarted() {
            lines.add("restarted");
            restarts++;
            isCaughtUp = false;
            tree.clear();
        }
    }

    protected static String text(Znode node) {
        return "'" + new String(node.data(), StandardCharsets.UTF_8) + "'";
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    protected static Op create(String path, String data) {
        return new Op.Create(path, bytes(data), CreateMode.PERSISTENT);
    }

    protected static Op set(String path, String data, int version) {
        return new Op.SetData(path, bytes(data), version);
    }

    protected static Op delete(String path) {
        return new Op.Delete(path, Coordination.ANY_VERSION);
    }

    protected Result write(Op... operations) {
        List<Result> results = new ArrayList<>();
        world.onLoop(() -> {
            world.coordination().write(List.of(operations), results::add);
            assertThat(results).as("not within the call").isEmpty();
        });
        world.await("the answer", () -> !results.isEmpty());
        return results.getFirst();
    }

    protected void done(Op... operations) {
        assertThat(write(operations)).isInstanceOf(Result.Committed.class);
    }

    protected Told follow(String root) {
        Told told = new Told();
        world.onLoop(() -> world.coordination().follow(root, told));
        world.await("what is there", told::isCaughtUp);
        return told;
    }

    @Test
    void whatIsThereIsToldParentsFirstAndThenWhatChanges() {
        done(create("/a", "1"), create("/a/b", "2"), create("/a/b/c", "3"), create("/ab", "other"));
        Told told = follow("/a");
        assertThat(told.lines)
                .containsExactly("present /a '1' v0", "present /a/b '2' v0", "present /a/b/c '3' v0", "caught up");
        told.lines.clear();
        done(create("/a/d", "4"), set("/a/b", "5", 0));
        done(delete("/a/b/c"));
        done(create("/ab/x", "not ours"));
        assertThat(told.lines)
                .containsExactlyInAnyOrder("created /a/d '4' v0", "changed /a/b '5' v1", "deleted /a/b/c");
    }

    @Test
    void whoIsAnsweredHasBeenTold() {
        Told told = follow("/r");
        List<String> knownAtAnswer = new ArrayList<>();
        world.onLoop(() -> world.coordination().write(List.of(create("/r", "")), result -> {
            for (int i = 0; i < 20; i++) {
                String path = "/r/" + i;
                world.coordination().write(List.of(create(path, "")), done -> {
                    if (told.tree.containsKey(path)) knownAtAnswer.add(path);
                });
            }
        }));
        world.await("all answers", () -> knownAtAnswer.size() == 20);
    }

    @Test
    void aTransactionIsAllOrNothing() {
        done(create("/a", ""));
        Told told = follow("/a");
        told.lines.clear();
        assertThat(write(create("/a/x", ""), create("/a/y", ""), create("/a", "")))
                .isEqualTo(new Result.Refused(2, Refusal.NODE_EXISTS));
        assertThat(write(create("/a/x", ""), set("/a", "", 7), create("/a/y", "")))
                .isEqualTo(new Result.Refused(1, Refusal.BAD_VERSION));
        assertThat(told.lines).isEmpty();
        done(create("/a/x", ""), create("/a/x/y", ""), delete("/a/x/y"), delete("/a/x"));
        assertThat(told.tree).containsOnlyKeys("/a");
    }

    @Test
    void eachRefusalHasItsReason() {
        done(create("/a", ""), create("/a/b", ""));
        assertThat(write(set("/none", "", -1))).isEqualTo(new Result.Refused(0, Refusal.NO_NODE));
        assertThat(write(create("/none/b", ""))).isEqualTo(new Result.Refused(0, Refusal.NO_NODE));
        assertThat(write(delete("/none"))).isEqualTo(new Result.Refused(0, Refusal.NO_NODE));
        assertThat(write(new Op.Check("/none", -1))).isEqualTo(new Result.Refused(0, Refusal.NO_NODE));
        assertThat(write(create("/a", ""))).isEqualTo(new Result.Refused(0, Refusal.NODE_EXISTS));
        assertThat(write(new Op.Check("/a", 1))).isEqualTo(new Result.Refused(0, Refusal.BAD_VERSION));
        assertThat(write(delete("/a"))).isEqualTo(new Result.Refused(0, Refusal.NOT_EMPTY));
    }

    @Test
    void aSequentialNodeSaysItsName() {
        done(create("/q", ""));
        Op next = new Op.Create("/q/n-", bytes("x"), CreateMode.PERSISTENT_SEQUENTIAL);
        assertThat(((Result.Committed) write(next)).paths()).containsExactly("/q/n-0000000000");
        assertThat(((Result.Committed) write(set("/q", "", -1), next)).paths())
                .containsExactly("/q", "/q/n-0000000001");
    }

    @Test
    void aNodeOfTheSessionIsMarked() {
        Told told = follow("/e");
        done(new Op.Create("/e", bytes(""), CreateMode.EPHEMERAL));
        assertThat(told.tree.get("/e").ephemeral()).isTrue();
        assertThat(told.tree.get("/e").czxid()).isPositive();
    }

    @Test
    void aNodeMadeAnewIsAnotherNode() {
        done(create("/a", "old"));
        Told told = follow("/a");
        long before = told.tree.get("/a").czxid();
        done(delete("/a"), create("/a", "new"));
        assertThat(told.tree.get("/a").czxid()).isGreaterThan(before);
        assertThat(text(told.tree.get("/a"))).isEqualTo("'new'");
        assertThat(told.lines).endsWith("deleted /a", "created /a 'new' v0");
    }

    @Test
    void severalMayFollow() {
        done(create("/a", ""), create("/a/b", ""));
        Told all = follow("/");
        Told one = follow("/a/b");
        Told late = follow("/late");
        done(set("/a/b", "x", 0), create("/late", ""));
        for (Told each : List.of(all, one))
            assertThat(text(each.tree.get("/a/b"))).isEqualTo("'x'");
        assertThat(one.tree).containsOnlyKeys("/a/b");
        assertThat(late.tree).containsOnlyKeys("/late");
        assertThat(all.tree).containsKeys("/a", "/a/b", "/late");
    }

    @Test
    void aLargeTreeIsToldWhole() {
        done(create("/t", ""));
        for (int i = 0; i < 20; i++) {
            List<Op> ops = new ArrayList<>();
            for (int j = 0; j < 100; j++) ops.add(create("/t/" + (i * 100 + j), "data"));
            done(ops.toArray(Op[]::new));
        }
        Told told = follow("/t");
        assertThat(told.tree).hasSize(2001);
        done(delete("/t/7"));
        assertThat(told.tree).hasSize(2000);
    }
}
