package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What the checkers of the coordination service say to histories that cannot be: short ones, each against a rule of its own. */
class ZookeeperCheckersTest {
    private static final long ANN = 0xa;
    private static final long BOB = 0xb;

    private final ZookeeperHistory history = new ZookeeperHistory(new Trace(new Agenda()));

    private void sent(String client, ZnodeOp op) {
        history.add(new ZookeeperObservation.Sent(client, client.equals("ann") ? ANN : BOB, 1, op));
    }

    private void answered(String client, ZnodeOp op, int error, long zxid, ZnodeSeen... seen) {
        history.add(new ZookeeperObservation.Answered(
                client, client.equals("ann") ? ANN : BOB, 1, op, error, zxid, List.of(seen), 0));
    }

    private static ZnodeSeen node(String path, String token, long zxid, long owner) {
        return new ZnodeSeen(path, zxid, zxid, 0, owner, token);
    }

    private void mustBreak(Function<ZookeeperHistory, Checker> checker, String because) {
        assertThatThrownBy(() -> checker.apply(history).check())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(because);
    }

    @Test
    void aWriteThatWasRefusedIsSeen() {
        ZnodeOp refused = new ZnodeOp.Set("/w/a", "x", 7);
        sent("ann", refused);
        answered("ann", refused, -103, 5);
        answered("bob", new ZnodeOp.Get("/w/a", false), 0, 6, node("/w/a", "x", 4, 0));
        mustBreak(ZnodeHistoryChecker::new, "nobody wrote");
    }

    @Test
    void aWriteThatWasSeenIsRefused() {
        ZnodeOp write = new ZnodeOp.SetPair("/w/a", "/w/b", "x");
        sent("ann", write);
        answered("bob", new ZnodeOp.Get("/w/a", false), 0, 6, node("/w/a", "x", 4, 0));
        answered("ann", write, -101, 7);
        mustBreak(ZnodeHistoryChecker::new, "was refused, and yet");
    }

    @Test
    void anEphemeralNodeGoesBeforeItsSession() {
        ZnodeOp create = new ZnodeOp.Create("/w/a", "x", true, false);
        ZnodeOp later = new ZnodeOp.Create("/w/b", "y", false, false);
        sent("ann", create);
        answered("ann", create, 0, 4, node("/w/a", "x", 4, ANN));
        answered("bob", new ZnodeOp.Get("/w/a", false), -101, 5);
        assertThatCode(() -> new ZnodeHistoryChecker(history).check()).doesNotThrowAnyException();
        sent("ann", later);
        answered("ann", later, 0, 6, node("/w/b", "y", 6, 0));
        mustBreak(ZnodeHistoryChecker::new, "an ephemeral node of its session was gone");
    }

    @Test
    void anEphemeralNodeStaysAfterItsSession() {
        ZnodeOp close = new ZnodeOp.Close();
        history.add(new ZookeeperObservation.Attached("ann", ANN, true, 1000));
        answered("ann", close, 0, 5);
        history.add(new ZookeeperObservation.Answered(
                "bob", BOB, 1, new ZnodeOp.Get("/w/a", false), 0, 7, List.of(node("/w/a", "x", 4, ANN)), 6));
        mustBreak(SessionChecker::new, "of a session that had ended");
    }

    @Test
    void aSessionGoesOnAfterItsEnd() {
        history.add(new ZookeeperObservation.Attached("ann", ANN, true, 1000));
        answered("ann", new ZnodeOp.Close(), 0, 5);
        history.add(new ZookeeperObservation.Attached("ann", ANN, false, 1000));
        mustBreak(SessionChecker::new, "goes on after its end");
    }

    @Test
    void aSessionExpiresTooEarly() {
        history.add(new ZookeeperObservation.Attached("ann", ANN, true, 1000));
        history.add(new ZookeeperObservation.Expired("ann", ANN, 999, 1000));
        mustBreak(SessionChecker::new, "too early");
    }

    @Test
    void twoWritesHaveOneZxid() {
        for (String client : List.of("ann", "bob")) {
            ZnodeOp create = new ZnodeOp.Create("/w/" + client, client, false, false);
            sent(client, create);
            answered(client, create, 0, 5, node("/w/" + client, client, 5, 0));
        }
        mustBreak(ZnodeHistoryChecker::new, "is the zxid of both");
    }

    @Test
    void whatWasWrittenIsNotRead() {
        ZnodeOp create = new ZnodeOp.Create("/w/a", "x", false, false);
        sent("ann", create);
        answered("ann", create, 0, 4, node("/w/a", "x", 4, 0));
        answered("bob", new ZnodeOp.Get("/w/a", false), -101, 9);
        mustBreak(ZnodeHistoryChecker::new, "never deleted");
    }

    @Test
    void halfOfAPairIsRead() {
        for (String path : List.of("/w/a", "/w/b")) {
            ZnodeOp create = new ZnodeOp.Create(path, path, false, false);
            sent("ann", create);
            answered("ann", create, 0, path.endsWith("a") ? 1 : 2, node(path, path, path.endsWith("a") ? 1 : 2, 0));
        }
        sent("ann", new ZnodeOp.SetPair("/w/a", "/w/b", "x"));
        answered(
                "bob",
                new ZnodeOp.GetPair("/w/a", "/w/b"),
                0,
                4,
                new ZnodeSeen("/w/a", 1, 4, 1, 0, "x"),
                node("/w/b", "/w/b", 2, 0));
        mustBreak(ZnodeHistoryChecker::new, "half of a pair");
    }

    @Test
    void aSessionIsShownLessThanItHadSeen() {
        answered("ann", new ZnodeOp.Get("/w/a", false), -101, 9);
        answered("ann", new ZnodeOp.Get("/w/a", false), -101, 8);
        mustBreak(SessionOrderChecker::new, "comes after");
    }

    @Test
    void aReadAfterASyncIsBehindIt() {
        history.add(new ZookeeperObservation.Answered(
                "ann", ANN, 1, new ZnodeOp.Get("/w/a", false), -101, 8, List.of(), 9));
        mustBreak(SessionOrderChecker::new, "had been seen");
    }

    @Test
    void sequenceNumbersFall() {
        for (long number : List.of(7L, 6L)) {
            ZnodeOp create = new ZnodeOp.Create(ZookeeperWorkload.SEQUENCE, "" + number, false, true);
            sent("ann", create);
            String path = ZookeeperWorkload.SEQUENCE + "%010d".formatted(number);
            answered("ann", create, 0, 20 - number, node(path, "" + number, 20 - number, 0));
        }
        mustBreak(SequenceChecker::new, "between");
    }

    @Test
    void theTreeIsAnotherAtTheSameZxid() {
        List<Counters> lives = new ArrayList<>();
        TreeDigestChecker checker = new TreeDigestChecker(() -> lives.isEmpty() ? new Counters() : lives.getLast());
        lives.add(life(5, 77, 0));
        checker.check();
        lives.add(life(5, 78, 0));
        assertThatThrownBy(checker::check).hasMessageContaining("the digest is");
        lives.add(life(4, 70, 0));
        assertThatThrownBy(checker::check).hasMessageContaining("after a start only 0x4");
        lives.add(life(6, 70, 1));
        assertThatThrownBy(checker::check).hasMessageContaining("another tree");
    }

    private static Counters life(long zxid, long digest, long mismatches) {
        Counters counters = new Counters();
        counters.counter("zookeeper.last_zxid").set(zxid);
        counters.counter("zookeeper.tree_digest").set(digest);
        counters.counter("zookeeper.digest_mismatches").set(mismatches);
        return counters;
    }
}
