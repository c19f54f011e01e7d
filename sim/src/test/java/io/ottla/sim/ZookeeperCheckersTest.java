package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the checkers of the coordination service say to histories that cannot be: short ones, each against a rule of its own. */
class ZookeeperCheckersTest {
    private static final long ANN = 0xa;
    private static final long BOB = 0xb;
    private static final int NODE_DATA_CHANGED = 3;
    private static final ZnodeOp GET = new ZnodeOp.Get("/w/a", false);

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

    /** In whichever order it becomes known. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWriteIsRefusedThoughItsVersionFits(boolean isReadFirst) {
        create("bob", "/w/a", 4);
        if (isReadFirst) answered("bob", GET, 0, 9, node("/w/a", "/w/a", 4, 0));
        answered("ann", new ZnodeOp.Set("/w/a", "x", 0), -103, 6);
        if (!isReadFirst) answered("bob", GET, 0, 9, node("/w/a", "/w/a", 4, 0));
        mustBreak(ZnodeHistoryChecker::new, "version 0 was refused at 0x6");
    }

    @Test
    void aDeleteIsRefusedThoughItsVersionFits() {
        create("bob", "/w/a", 4);
        ZnodeOp delete = new ZnodeOp.Delete("/w/a", 0);
        sent("ann", delete);
        answered("ann", delete, -103, 6);
        set("bob", "y", 9, 1);
        mustBreak(ZnodeHistoryChecker::new, "version 0 was refused at 0x6");
    }

    @Test
    void aWriteFindsAnotherVersionThanItWanted() {
        create("bob", "/w/a", 4);
        ZnodeOp set = new ZnodeOp.Set("/w/a", "x", 3);
        sent("ann", set);
        answered("ann", set, 0, 9, new ZnodeSeen("/w/a", 4, 9, 1, 0, "x"));
        mustBreak(ZnodeHistoryChecker::new, "version 4 was due");
    }

    @Test
    void aDeleteFindsAnotherVersionThanItWanted() {
        create("bob", "/w/a", 4);
        set("bob", "y", 5, 1);
        ZnodeOp delete = new ZnodeOp.Delete("/w/a", 0);
        sent("ann", delete);
        answered("ann", delete, 0, 6);
        mustBreak(ZnodeHistoryChecker::new, "but it was");
    }

    @Test
    void aWriteTakesEffectTwice() {
        create("bob", "/w/a", 4);
        set("bob", "y", 5, 1);
        answered("ann", GET, 0, 9, new ZnodeSeen("/w/a", 4, 8, 2, 0, "y"));
        mustBreak(ZnodeHistoryChecker::new, "took effect twice");
    }

    @Test
    void aReadIsBehindAWrite() {
        create("bob", "/w/a", 4);
        set("bob", "y", 5, 1);
        answered("ann", GET, 0, 9, node("/w/a", "/w/a", 4, 0));
        mustBreak(ZnodeHistoryChecker::new, "but it was written at 0x5");
    }

    @Test
    void whatWasDeletedIsRead() {
        create("bob", "/w/a", 4);
        ZnodeOp delete = new ZnodeOp.Delete("/w/a", -1);
        sent("bob", delete);
        answered("bob", delete, 0, 6);
        answered("ann", GET, 0, 9, node("/w/a", "/w/a", 4, 0));
        mustBreak(ZnodeHistoryChecker::new, "but it was deleted at 0x6");
    }

    @Test
    void aVersionSkipsChanges() {
        create("bob", "/w/a", 4);
        ZnodeOp set = new ZnodeOp.Set("/w/a", "x", -1);
        sent("ann", set);
        answered("ann", set, 0, 5, new ZnodeSeen("/w/a", 4, 5, 2, 0, "x"));
        mustBreak(ZnodeHistoryChecker::new, "cannot come before");
    }

    @Test
    void aSessionIsGivenTwice() {
        history.add(new ZookeeperObservation.Attached("ann", ANN, true, 1000));
        history.add(new ZookeeperObservation.Attached("bob", ANN, true, 1000));
        mustBreak(SessionChecker::new, "is given twice");
    }

    @Test
    void aSessionWritesAfterItsEnd() {
        answered("ann", new ZnodeOp.Close(), 0, 5);
        create("ann", "/w/a", 6);
        mustBreak(SessionChecker::new, "though the session had ended");
    }

    @Test
    void aSessionsWritesHaveOneZxid() {
        create("ann", "/w/a", 5);
        create("ann", "/w/b", 5);
        mustBreak(SessionOrderChecker::new, "follows a write at 0x5");
    }

    @Test
    void aWriteHasAZxidThatWasSeenBefore() {
        history.add(
                new ZookeeperObservation.Answered("ann", ANN, 1, new ZnodeOp.Delete("/w/a", -1), 0, 8, List.of(), 8));
        mustBreak(SessionOrderChecker::new, "that was seen before");
    }

    @Test
    void aWatchIsNotToldBeforeWhatIsAsNewIsShown() {
        watch();
        set("bob", "y", 5, 1);
        answered("ann", new ZnodeOp.Sync("/w"), 0, 5);
        mustBreak(WatchChecker::new, "was not told of 0x5");
    }

    @Test
    void aWatchIsToldAfterwards() {
        watch();
        answered("ann", new ZnodeOp.Sync("/w"), 0, 5);
        changed("ann", "/w/a", 5);
        mustBreak(WatchChecker::new, "comes after 0x5 was shown");
    }

    @Test
    void aWatchFiresTwice() {
        watch();
        changed("ann", "/w/a", 5);
        changed("ann", "/w/a", 6);
        mustBreak(WatchChecker::new, "nothing watches it");
    }

    @Test
    void aFollowerIsToldTwice() {
        answered("ann", new ZnodeOp.Follow("/w"), 0, 4);
        changed("ann", "/w/a", 5);
        changed("ann", "/w/a", 5);
        mustBreak(WatchChecker::new, "comes twice");
    }

    @Test
    void aFollowerIsToldInAnotherOrder() {
        answered("ann", new ZnodeOp.Follow("/w"), 0, 4);
        changed("ann", "/w/a", 6);
        changed("ann", "/w/b", 5);
        mustBreak(WatchChecker::new, "comes after one of 0x6");
    }

    @Test
    void aFollowerMissesAChange() {
        answered("ann", new ZnodeOp.Follow("/w"), 0, 4);
        set("bob", "y", 5, 1);
        changed("ann", "/w/b", 6);
        answered("ann", new ZnodeOp.Sync("/w"), 0, 6);
        mustBreak(WatchChecker::new, "was not told of /w/a at 0x5");
    }

    @Test
    void whatChangedMeanwhileIsNotTold() {
        watch();
        history.add(new ZookeeperObservation.Lost("ann", List.of()));
        set("bob", "y", 5, 1);
        history.add(new ZookeeperObservation.Rewatched("ann", 7, List.of("/w/a"), false));
        mustBreak(WatchChecker::new, "was not told of 0x5");
    }

    private void create(String client, String path, long zxid) {
        ZnodeOp create = new ZnodeOp.Create(path, path, false, false);
        sent(client, create);
        answered(client, create, 0, zxid, node(path, path, zxid, 0));
    }

    /** Of /w/a, which was created at 4. */
    private void set(String client, String token, long zxid, int version) {
        ZnodeOp set = new ZnodeOp.Set("/w/a", token, -1);
        sent(client, set);
        answered(client, set, 0, zxid, new ZnodeSeen("/w/a", 4, zxid, version, 0, token));
    }

    /** Ann watches /w/a since 4. */
    private void watch() {
        answered("ann", new ZnodeOp.Get("/w/a", true), 0, 4, node("/w/a", "/w/a", 4, 0));
    }

    private void changed(String client, String path, long zxid) {
        history.add(new ZookeeperObservation.Notified(client, NODE_DATA_CHANGED, path, zxid));
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
