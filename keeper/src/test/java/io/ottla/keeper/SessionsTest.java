package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.ReadResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.write.Journal;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sessions of clients: ticks of 3 s, so timeouts of 6 to 60 s. */
class SessionsTest {
    private static final byte[] DATA = {1};

    private final TestWorld world = new TestWorld();
    private Keeper keeper = KeeperTest.open(world);
    private final List<Long> expired = new ArrayList<>();
    private long connections;

    private SessionAnswer begin(int timeoutMs, long connection) {
        List<SessionAnswer> answers = new ArrayList<>();
        TestAsker.of(keeper).createSession(timeoutMs, connection, answers::add);
        assertThat(answers).isEmpty();
        world.drain();
        return answers.getFirst();
    }

    private Caller client(int timeoutMs) {
        long connection = connections++;
        return new Caller(((SessionAnswer.Opened) begin(timeoutMs, connection)).sessionId(), connection, List.of());
    }

    private SessionAnswer resume(long sessionId, byte[] password, int timeoutMs, long connection) {
        List<SessionAnswer> answers = new ArrayList<>();
        TestAsker.of(keeper).resumeSession(sessionId, password, timeoutMs, connection, answers::add);
        world.drain();
        return answers.getFirst();
    }

    private Result now(Caller caller, Request request) {
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(caller, 1, request, answers::add);
        world.drain();
        return answers.getFirst();
    }

    private static Request create(String path, CreateMode mode) {
        return new Request.Create(path, DATA, mode);
    }

    private static Result.Refused refused(ErrorCode code) {
        return new Result.Refused(0, code.code());
    }

    @Test
    void theTimeoutIsNegotiatedAndThePasswordIsTheOriginals() {
        for (int[] wantedAndGiven : new int[][] {{0, 6000}, {-5, 6000}, {10_000, 10_000}, {1_000_000, 60_000}}) {
            SessionAnswer.Opened opened = (SessionAnswer.Opened) begin(wantedAndGiven[0], connections++);
            assertThat(opened.timeoutMs()).isEqualTo(wantedAndGiven[1]);
            assertThat(opened.password()).isEqualTo(SessionIds.password(opened.sessionId()));
            assertThat(keeper.sessions()).containsEntry(opened.sessionId(), wantedAndGiven[1]);
        }
        assertThat(keeper.globalSessionCount()).isEqualTo(5);
    }

    @Test
    void aSilentSessionEndsWithItsNodesAndIsToldAfterThem() {
        TestAsker.of(keeper).onExpired(expired::add);
        Caller silent = client(6000);
        Caller loud = client(6000);
        now(silent, create("/e", CreateMode.EPHEMERAL));
        TestWatcher watcher = new TestWatcher();
        keeper.watches().add("/e", WatchKind.DATA, watcher);
        TestAsker.of(keeper).onExpired(id -> {
            assertThat(watcher.news()).containsExactly("deleted /e");
            expired.add(id);
        });
        for (int i = 0; i < 5; i++) {
            world.pass(1000);
            assertThat(keeper.touch(loud.sessionId())).isTrue();
        }
        assertThat(expired).isEmpty();
        for (int i = 0; i < 5; i++) {
            world.pass(1000);
            assertThat(keeper.touch(loud.sessionId())).isTrue();
        }
        assertThat(expired).containsExactly(silent.sessionId());
        assertThat(keeper.node("/e")).isEmpty();
        assertThat(keeper.sessions()).containsKey(loud.sessionId()).doesNotContainKey(silent.sessionId());
        assertThat(keeper.touch(silent.sessionId())).isFalse();
        assertThat(resume(silent.sessionId(), SessionIds.password(silent.sessionId()), 6000, connections++))
                .isEqualTo(new SessionAnswer.Expired());
        assertThat(now(silent, create("/late", CreateMode.PERSISTENT))).isEqualTo(refused(ErrorCode.UNKNOWN_SESSION));
    }

    @Test
    void theBrokersSessionDoesNotExpireAndIsNobodyElses() {
        TestAsker.of(keeper).onExpired(expired::add);
        world.pass(1_000_000);
        assertThat(expired).isEmpty();
        long session = keeper.session();
        assertThat(keeper.sessions()).containsKey(session);
        assertThat(resume(session, SessionIds.password(session), 6000, connections++))
                .isEqualTo(new SessionAnswer.Expired());
    }

    @Test
    void aSessionGoesOnOverAnotherConnectionAndTheOldOneIsRefused() {
        Caller old = client(6000);
        long other = connections++;
        long id = old.sessionId();
        byte[] wrong = SessionIds.password(id);
        wrong[3] ^= 1;
        assertThat(resume(id, wrong, 6000, other)).isEqualTo(new SessionAnswer.Expired());
        assertThat(now(old, create("/a", CreateMode.PERSISTENT))).isInstanceOf(Result.Committed.class);
        SessionAnswer.Opened resumed = (SessionAnswer.Opened) resume(id, SessionIds.password(id), 30_000, other);
        assertThat(resumed.sessionId()).isEqualTo(id);
        assertThat(resumed.timeoutMs()).isEqualTo(30_000);
        assertThat(resumed.password()).isEqualTo(SessionIds.password(id));
        assertThat(now(old, create("/b", CreateMode.PERSISTENT))).isEqualTo(refused(ErrorCode.SESSION_MOVED));
        assertThat(now(new Caller(id, other, List.of()), create("/b", CreateMode.PERSISTENT)))
                .isInstanceOf(Result.Committed.class);
    }

    @Test
    void whatWasSentBeforeTheMoveIsDoneAndWhatComesAfterIsNot() {
        Caller old = client(6000);
        long other = connections++;
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(old, 1, create("/a", CreateMode.PERSISTENT), answers::add);
        TestAsker.of(keeper)
                .resumeSession(old.sessionId(), SessionIds.password(old.sessionId()), 6000, other, answer -> {});
        TestAsker.of(keeper).submit(old, 2, create("/b", CreateMode.PERSISTENT), answers::add);
        TestAsker.of(keeper)
                .submit(
                        old,
                        3,
                        new Request.Multi(List.of((Request.Op) create("/b", CreateMode.PERSISTENT))),
                        answers::add);
        TestAsker.of(keeper).closeSession(old, 4, answers::add);
        world.drain();
        assertThat(answers.stream().map(each -> each instanceof Result.Committed ? "ok" : each))
                .containsExactlyInAnyOrder(
                        "ok",
                        refused(ErrorCode.SESSION_MOVED),
                        refused(ErrorCode.SESSION_MOVED),
                        refused(ErrorCode.SESSION_MOVED));
        assertThat(keeper.reads().sessionFault(old)).contains(ErrorCode.SESSION_MOVED);
        assertThat(keeper.reads().sessionFault(new Caller(old.sessionId(), other, List.of())))
                .isEmpty();
    }

    @Test
    void aRenewedTimeoutCounts() {
        TestAsker.of(keeper).onExpired(expired::add);
        Caller client = client(6000);
        resume(client.sessionId(), SessionIds.password(client.sessionId()), 30_000, connections++);
        world.pass(29_000);
        assertThat(keeper.touch(client.sessionId())).isTrue();
        world.pass(29_000);
        assertThat(expired).isEmpty();
        world.pass(5_000);
        assertThat(expired).containsExactly(client.sessionId());
    }

    @Test
    void aClosedSessionTakesItsNodesAlongAndAnswersOnce() {
        TestAsker.of(keeper).onExpired(expired::add);
        Caller client = client(6000);
        now(client, create("/e", CreateMode.EPHEMERAL));
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(client, 1, create("/e2", CreateMode.EPHEMERAL), result -> {});
        TestAsker.of(keeper).closeSession(client, 7, answers::add);
        TestAsker.of(keeper).submit(client, 8, create("/late", CreateMode.PERSISTENT), answers::add);
        world.drain();
        assertThat(answers.get(0)).isInstanceOf(Result.Committed.class);
        assertThat(answers.get(1)).isEqualTo(refused(ErrorCode.SESSION_EXPIRED));
        assertThat(keeper.node("/e")).isEmpty();
        assertThat(keeper.node("/e2")).isEmpty();
        world.pass(100_000);
        assertThat(expired).isEmpty();
    }

    @Test
    void afterARestartSessionsHaveTheirWholeTimeoutAgain() {
        Caller client = client(10_000);
        now(client, create("/e", CreateMode.EPHEMERAL));
        world.pass(9_000);
        KeeperTest.close(world, keeper);
        world.pass(60_000);
        keeper = KeeperTest.open(world);
        TestAsker.of(keeper).onExpired(expired::add);
        assertThat(keeper.node("/e")).isPresent();
        world.pass(9_000);
        long connection = connections++;
        assertThat(resume(client.sessionId(), SessionIds.password(client.sessionId()), 10_000, connection))
                .isInstanceOf(SessionAnswer.Opened.class);
        world.pass(9_000);
        assertThat(expired).isEmpty();
        world.pass(4_000);
        assertThat(expired).containsExactly(client.sessionId());
        assertThat(keeper.node("/e")).isEmpty();
    }

    @Test
    void idsAreNotGivenOutAgainAfterARestart() {
        Caller before = client(6000);
        KeeperTest.close(world, keeper);
        world.pass(1);
        keeper = KeeperTest.open(world);
        Caller after = client(6000);
        assertThat(after.sessionId()).isGreaterThan(before.sessionId());
        KeeperTest.close(world, keeper);
        world.nowMs -= 1_000_000;
        keeper = KeeperTest.open(world);
        assertThat(client(6000).sessionId()).isGreaterThan(after.sessionId());
    }

    @Test
    void tenThousandThatExpireTogetherShareTheirWrites() {
        TestAsker.of(keeper).onExpired(expired::add);
        TestWatcher watcher = new TestWatcher();
        for (int i = 0; i < 10_000; i++) {
            long connection = connections++;
            int each = i;
            TestAsker.of(keeper).createSession(6000, connection, answer -> {
                long id = ((SessionAnswer.Opened) answer).sessionId();
                TestAsker.of(keeper)
                        .submit(
                                new Caller(id, connection, List.of()),
                                1,
                                create("/e" + each, CreateMode.EPHEMERAL),
                                result -> keeper.watches().add("/e" + each, WatchKind.DATA, watcher));
            });
        }
        world.drain();
        assertThat(keeper.ephemeralCount()).isEqualTo(10_000);
        int writes = world.writes;
        world.pass(10_000);
        assertThat(expired).hasSize(10_000);
        assertThat(watcher.told).hasSize(10_000);
        assertThat(world.writes - writes).isLessThan(60);
        assertThat(keeper.globalSessionCount()).isEqualTo(1);
    }

    @Test
    void onAFullDiskASessionIsUnavailableOrLives() {
        Caller client = client(6000);
        now(client, create("/e", CreateMode.EPHEMERAL));
        TestAsker.of(keeper).onExpired(expired::add);
        world.capacityBytes = 0;
        byte[] large = new byte[600_000];
        assertThat(now(client, new Request.Create("/a", large, CreateMode.PERSISTENT)))
                .isInstanceOf(Result.Unavailable.class);
        // small ones still fit into the room that the log has
        world.pass(Journal.NO_ROOM_PAUSE_MS);
        for (int i = 0; !(begin(6000, connections++) instanceof SessionAnswer.Unavailable); i++)
            assertThat(i).isLessThan(10_000);
        int sessions = keeper.globalSessionCount();
        TestAsker.of(keeper)
                .closeSession(client, 9, result -> assertThat(result).isInstanceOf(Result.Unavailable.class));
        world.pass(Journal.NO_ROOM_PAUSE_MS);
        assertThat(keeper.touch(client.sessionId())).isTrue();
        world.pass(20_000);
        assertThat(expired).isEmpty();
        assertThat(keeper.globalSessionCount()).isEqualTo(sessions);
        world.capacityBytes = Long.MAX_VALUE;
        world.pass(20_000);
        assertThat(expired).contains(client.sessionId()).hasSize(sessions - 1);
    }

    private void openLocal(KeeperOptions.LocalSessions local) {
        KeeperTest.close(world, keeper);
        KeeperOptions defaults = KeeperOptions.DEFAULT;
        KeeperOptions.Sessions sessions = defaults.sessions();
        KeeperOptions options = new KeeperOptions(
                1,
                defaults.requestBytesMax(),
                new KeeperOptions.Sessions(
                        sessions.tickTimeMs(), sessions.timeoutMinMs(), sessions.timeoutMaxMs(), local),
                defaults.nodes(),
                defaults.watching(),
                defaults.storage());
        keeper = ((Outcome.Done<Keeper>) KeeperTest.tryOpen(world, options)).value();
        TestAsker.of(keeper).onExpired(expired::add);
    }

    @Test
    void localSessionsCostNoTransactionAndHaveNoEphemeralNodes() {
        openLocal(KeeperOptions.LocalSessions.ON);
        long zxid = keeper.lastZxid();
        Caller client = client(6000);
        assertThat(keeper.lastZxid()).isEqualTo(zxid);
        assertThat(keeper.localSessionCount()).isEqualTo(1);
        assertThat(now(client, create("/a", CreateMode.PERSISTENT))).isInstanceOf(Result.Committed.class);
        assertThat(now(client, create("/e", CreateMode.EPHEMERAL)))
                .isEqualTo(refused(ErrorCode.EPHEMERAL_ON_LOCAL_SESSION));
        assertThat(resume(client.sessionId(), SessionIds.password(client.sessionId()), 6000, client.connection()))
                .isInstanceOf(SessionAnswer.Opened.class);
        zxid = keeper.lastZxid();
        world.pass(20_000);
        assertThat(expired).containsExactly(client.sessionId());
        assertThat(keeper.lastZxid()).isEqualTo(zxid);
        assertThat(keeper.localSessionCount()).isZero();
        assertThat(now(client, create("/b", CreateMode.PERSISTENT))).isEqualTo(refused(ErrorCode.UNKNOWN_SESSION));
    }

    @Test
    void aLocalSessionBecomesOneOfTheTreeForAnEphemeralNode() {
        openLocal(KeeperOptions.LocalSessions.UPGRADING);
        Caller client = client(8000);
        now(client, new Request.Multi(List.of((Request.Op) create("/e", CreateMode.EPHEMERAL_SEQUENTIAL))));
        assertThat(keeper.localSessionCount()).isZero();
        assertThat(keeper.sessions()).containsEntry(client.sessionId(), 8000);
        assertThat(keeper.ephemeralsBySession()).containsEntry(client.sessionId(), List.of("/e0000000000"));
        world.pass(20_000);
        assertThat(expired).containsExactly(client.sessionId());
        assertThat(keeper.ephemeralCount()).isZero();
    }

    @Test
    void aCloseOfALocalSessionIsAnsweredAfterItsWrites() {
        openLocal(KeeperOptions.LocalSessions.ON);
        Caller client = client(6000);
        List<String> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(client, 1, create("/a", CreateMode.PERSISTENT), result -> answers.add("created"));
        TestAsker.of(keeper).closeSession(client, 2, result -> answers.add("closed"));
        world.drain();
        assertThat(answers).containsExactly("created", "closed");
        assertThat(keeper.reads().exists(client, "/a", Optional.empty()))
                .isEqualTo(new ReadResult.Failed(ErrorCode.UNKNOWN_SESSION));
    }

    @Test
    void syncIsAnsweredAfterAllThatWasSubmittedBefore() {
        Caller client = client(6000);
        List<String> answers = new ArrayList<>();
        TestAsker.of(keeper).sync(result -> answers.add("nothing to wait for"));
        assertThat(answers).isEmpty();
        world.drain();
        TestAsker.of(keeper).submit(client, 1, create("/a", CreateMode.PERSISTENT), result -> answers.add("created"));
        TestAsker.of(keeper).sync(result -> answers.add("synced at " + ((Result.Committed) result).zxid()));
        TestAsker.of(keeper).submit(client, 2, create("/b", CreateMode.PERSISTENT), result -> answers.add("created"));
        world.drain();
        assertThat(answers)
                .containsExactly("nothing to wait for", "created", "synced at " + (keeper.lastZxid() - 1), "created");
    }
}
