package io.ottla.keeper.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.tree.AclCheck;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Stat;
import io.ottla.zookeeperprotocol.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a request: the transaction, or the error of the first check that fails. */
class RequestPreparerTest {
    private static final long SESSION = 0x100000000000007L;
    private static final long NO_SESSION = 0x100000000000009L;
    private static final byte[] DATA = {1};
    private static final List<Acl> BOB = List.of(new Acl(Acl.ALL, "digest", "bob:hash"));
    private static final List<Identity> NOBODY = List.of(new Identity("ip", "10.1.2.3"));
    private static final List<Identity> IS_BOB =
            List.of(new Identity("ip", "10.1.2.3"), new Identity("digest", "bob:hash"));

    private final ZnodeTree tree = ZnodeTree.fresh(1);
    private final RequestPreparer preparer = TestWorld.preparer(tree, true);

    @BeforeEach
    void tree() {
        run(SESSION, NOBODY, new Request.CreateSession(30_000));
        run(create("/a", CreateMode.PERSISTENT));
        run(create("/a/b", CreateMode.PERSISTENT));
        run(create("/e", CreateMode.EPHEMERAL));
        run(create("/c", CreateMode.CONTAINER));
        run(SESSION, IS_BOB, new Request.Create("/bob", DATA, BOB, 0, Request.NO_TTL, false));
        run(SESSION, IS_BOB, new Request.Create("/bob/x", DATA, BOB, 0, Request.NO_TTL, false));
        run(new Request.SetData("/a", DATA, 0));
    }

    private static Request.Create create(String path, CreateMode mode) {
        return new Request.Create(path, DATA, Acl.OPEN, mode.flag(), mode.ttl() ? 1000 : Request.NO_TTL, false);
    }

    private static Request.Create create(String path, int flags, List<Acl> acl, long ttlMs) {
        return new Request.Create(path, DATA, acl, flags, ttlMs, false);
    }

    private LoggedTxn prepare(long session, List<Identity> callers, Request request) {
        return preparer.prepare(1000, new Caller(session, 1, callers), 3, request);
    }

    private Txn run(Request request) {
        return run(SESSION, NOBODY, request);
    }

    private Txn run(long session, List<Identity> callers, Request request) {
        LoggedTxn txn = prepare(session, callers, request);
        tree.apply(txn, TreeListener.NONE);
        preparer.applied(txn.zxid());
        return txn.txn();
    }

    /** Each row is wrong in two ways where it can be; the error is that of the earlier check. */
    static Stream<Arguments> refusals() {
        List<Acl> none = List.of();
        return Stream.of(
                Arguments.of(
                        "unknown mode, before the session",
                        NO_SESSION,
                        create("/x", 9, Acl.OPEN, -1),
                        ErrorCode.BAD_ARGUMENTS),
                Arguments.of("TTL of 0", SESSION, create("/x", 5, Acl.OPEN, 0), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("TTL above 2^40", SESSION, create("/x", 5, Acl.OPEN, 1L << 40), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("TTL where none belongs", SESSION, create("/x", 0, Acl.OPEN, 5), ErrorCode.BAD_ARGUMENTS),
                Arguments.of(
                        "session gone, before the path",
                        NO_SESSION,
                        create("x", 0, none, -1),
                        ErrorCode.UNKNOWN_SESSION),
                Arguments.of(
                        "path without slash, before the ACL",
                        SESSION,
                        create("x", 0, none, -1),
                        ErrorCode.BAD_ARGUMENTS),
                Arguments.of("path with NUL", SESSION, create("/a/\0", 0, none, -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("no ACL, before the parent", SESSION, create("/no/x", 0, none, -1), ErrorCode.INVALID_ACL),
                Arguments.of(
                        "unknown scheme",
                        SESSION,
                        create("/x", 0, List.of(new Acl(1, "foo", "bar")), -1),
                        ErrorCode.INVALID_ACL),
                Arguments.of(
                        "auth of nobody",
                        SESSION,
                        create("/x", 0, List.of(new Acl(1, "auth", "")), -1),
                        ErrorCode.INVALID_ACL),
                Arguments.of(
                        "no parent, before the path", SESSION, create("/no/x/", 0, Acl.OPEN, -1), ErrorCode.NO_NODE),
                Arguments.of("empty name", SESSION, create("/a//x", 0, Acl.OPEN, -1), ErrorCode.NO_NODE),
                Arguments.of(
                        "right to create, before existence",
                        SESSION,
                        create("/bob/x", 0, Acl.OPEN, -1),
                        ErrorCode.NO_AUTH),
                Arguments.of("bad path", SESSION, create("/a/", 0, Acl.OPEN, -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("relative path", SESSION, create("/a/..", 0, Acl.OPEN, -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("exists", SESSION, create("/a", 0, Acl.OPEN, -1), ErrorCode.NODE_EXISTS),
                Arguments.of("the root", SESSION, create("/", 0, Acl.OPEN, -1), ErrorCode.NODE_EXISTS),
                Arguments.of(
                        "ephemeral parent",
                        SESSION,
                        create("/e/x", 0, Acl.OPEN, -1),
                        ErrorCode.NO_CHILDREN_FOR_EPHEMERALS),
                Arguments.of("session gone", NO_SESSION, new Request.Delete("/", 0), ErrorCode.UNKNOWN_SESSION),
                Arguments.of("root", SESSION, new Request.Delete("/", -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("system node", SESSION, new Request.Delete("/zookeeper", -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("quota", SESSION, new Request.Delete("/zookeeper/quota", -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of("config", SESSION, new Request.Delete("/zookeeper/config", -1), ErrorCode.BAD_ARGUMENTS),
                Arguments.of(
                        "right to delete, before the node",
                        SESSION,
                        new Request.Delete("/bob/no", -1),
                        ErrorCode.NO_AUTH),
                Arguments.of("absent", SESSION, new Request.Delete("/no", 0), ErrorCode.NO_NODE),
                Arguments.of("version, before emptiness", SESSION, new Request.Delete("/a", 7), ErrorCode.BAD_VERSION),
                Arguments.of("not empty", SESSION, new Request.Delete("/a", -1), ErrorCode.NOT_EMPTY),
                Arguments.of(
                        "bad path, before the node",
                        SESSION,
                        new Request.SetData("/no/", DATA, -1),
                        ErrorCode.BAD_ARGUMENTS),
                Arguments.of("no node", SESSION, new Request.SetData("/no", DATA, -1), ErrorCode.NO_NODE),
                Arguments.of(
                        "right to write, before the version",
                        SESSION,
                        new Request.SetData("/bob", DATA, 9),
                        ErrorCode.NO_AUTH),
                Arguments.of("version", SESSION, new Request.SetData("/a", DATA, 0), ErrorCode.BAD_VERSION),
                Arguments.of(
                        "ACL, before the node", SESSION, new Request.SetAcl("/no", none, -1), ErrorCode.INVALID_ACL),
                Arguments.of(
                        "right to administer", SESSION, new Request.SetAcl("/bob", Acl.OPEN, 9), ErrorCode.NO_AUTH),
                Arguments.of("ACL version", SESSION, new Request.SetAcl("/a", Acl.OPEN, 1), ErrorCode.BAD_VERSION),
                Arguments.of("check alone", SESSION, new Request.Check("/a", -1), ErrorCode.UNIMPLEMENTED),
                Arguments.of("no container", SESSION, new Request.DeleteContainer("/a/b", 0, 0), ErrorCode.BAD_VERSION),
                Arguments.of(
                        "container not empty", SESSION, new Request.DeleteContainer("/a", 0, 0), ErrorCode.NOT_EMPTY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void theFirstCheckThatFailsIsTheAnswer(String what, long session, Request request, ErrorCode error) {
        long before = preparer.lastZxid();
        long digest = tree.digest();
        LoggedTxn txn = prepare(session, NOBODY, request);
        assertThat(txn.txn()).as(what).isEqualTo(new Txn.Error(error.code()));
        assertThat(txn.zxid()).isEqualTo(before + 1);
        assertThat(txn.digestVersion()).isEqualTo(LoggedTxn.NO_DIGEST);
        tree.apply(txn, TreeListener.NONE);
        assertThat(tree.lastZxid()).isEqualTo(before + 1);
        assertThat(tree.digest()).isEqualTo(digest);
    }

    private Stat stat(String path) {
        return ZnodeTree.stat(tree.find(path));
    }

    @Test
    void theNumberOfASequentialNodeIsHowManyChildrenWereEverCreated() {
        run(create("/a/s-", CreateMode.PERSISTENT_SEQUENTIAL));
        assertThat(tree.find("/a/s-0000000001")).isNotNull();
        run(new Request.Delete("/a/b", -1));
        run(create("/a", CreateMode.PERSISTENT)); // refused
        run(create("/a/s-", CreateMode.EPHEMERAL_SEQUENTIAL));
        assertThat(tree.find("/a/s-0000000002").owner()).isEqualTo(SESSION);
        assertThat(stat("/a").numChildren()).isEqualTo(2);
        assertThat(stat("/a").cversion()).isEqualTo(3 * 2 - 2);
    }

    @Test
    void theNumberGoesNegativePast31Bits() {
        tree.apply(
                new LoggedTxn(
                        SESSION,
                        0,
                        preparer.lastZxid(),
                        0,
                        new Txn.Create("/a/z", DATA, Acl.OPEN, false, Integer.MAX_VALUE, false),
                        0,
                        0),
                TreeListener.NONE);
        RequestPreparer later = TestWorld.preparer(tree, true);
        Txn first = later.prepare(
                        0, new Caller(SESSION, 1, NOBODY), 0, create("/a/n", CreateMode.PERSISTENT_SEQUENTIAL))
                .txn();
        assertThat(((Txn.Create) first).path()).isEqualTo("/a/n2147483647");
        Txn second = later.prepare(
                        0, new Caller(SESSION, 1, NOBODY), 0, create("/a/n", CreateMode.PERSISTENT_SEQUENTIAL))
                .txn();
        assertThat(((Txn.Create) second).path()).isEqualTo("/a/n-2147483648");
    }

    @Test
    void pzxidMovesWithTheCreationAndTheEndOfAChildOnly() {
        long zxid = tree.lastZxid();
        run(new Request.SetData("/a/b", DATA, -1));
        run(new Request.SetAcl("/a", Acl.OPEN, -1));
        assertThat(stat("/a").pzxid()).isLessThan(zxid);
        run(create("/a/x", CreateMode.PERSISTENT));
        assertThat(stat("/a").pzxid()).isEqualTo(zxid + 3);
        run(new Request.Delete("/a/x", -1));
        assertThat(stat("/a").pzxid()).isEqualTo(zxid + 4);
        assertThat(stat("/a").version()).isEqualTo(1);
        assertThat(stat("/a").aversion()).isEqualTo(1);
        assertThat(stat("/a").mzxid()).isLessThanOrEqualTo(zxid);
    }

    @Test
    void aVersionNeverBecomesTheOneThatMatchesAny() {
        tree.apply(
                new LoggedTxn(SESSION, 0, preparer.lastZxid(), 0, new Txn.SetData("/a", DATA, -2, false), 0, 0),
                TreeListener.NONE);
        RequestPreparer later = TestWorld.preparer(tree, true);
        Txn txn = later.prepare(0, new Caller(SESSION, 1, NOBODY), 0, new Request.SetData("/a", DATA, -2))
                .txn();
        assertThat(((Txn.SetData) txn).version()).isZero();
    }

    @Test
    void requestsSeeWhatIsUnderWay() {
        LoggedTxn first = prepare(SESSION, NOBODY, create("/x", CreateMode.PERSISTENT));
        LoggedTxn second = prepare(SESSION, NOBODY, create("/x/y", CreateMode.PERSISTENT));
        LoggedTxn third = prepare(SESSION, NOBODY, new Request.Delete("/x", -1));
        LoggedTxn fourth = prepare(SESSION, NOBODY, create("/x", CreateMode.PERSISTENT));
        assertThat(second.txn()).isInstanceOf(Txn.Create.class);
        assertThat(third.txn()).isEqualTo(new Txn.Error(ErrorCode.NOT_EMPTY.code()));
        assertThat(fourth.txn()).isEqualTo(new Txn.Error(ErrorCode.NODE_EXISTS.code()));
        assertThat(tree.find("/x")).isNull();
        for (LoggedTxn txn : List.of(first, second, third, fourth)) tree.apply(txn, TreeListener.NONE);
        preparer.applied(fourth.zxid());
        assertThat(tree.digest()).isEqualTo(second.treeDigest());
    }

    @Test
    void aMultiSeesItsOwnChangesAndIsUndoneWhollyWithTheParentsNumber() {
        Request.Multi bad = new Request.Multi(List.of(
                create("/a/s", CreateMode.PERSISTENT_SEQUENTIAL),
                create("/new", CreateMode.PERSISTENT),
                create("/new/child", CreateMode.PERSISTENT),
                new Request.Check("/new", 4),
                new Request.Delete("/a/b", -1)));
        LoggedTxn failed = prepare(SESSION, NOBODY, bad);
        List<Integer> errors = new ArrayList<>();
        for (OpResult result : tree.apply(failed, TreeListener.NONE)) errors.add(((OpResult.Failed) result).code());
        assertThat(errors)
                .containsExactly(0, 0, 0, ErrorCode.BAD_VERSION.code(), ErrorCode.RUNTIME_INCONSISTENCY.code());
        preparer.applied(failed.zxid());
        assertThat(tree.find("/new")).isNull();
        // the number was not used up
        Txn after = run(create("/a/s", CreateMode.PERSISTENT_SEQUENTIAL));
        assertThat(((Txn.Create) after).path()).isEqualTo("/a/s0000000001");
        LoggedTxn good = prepare(SESSION, NOBODY, new Request.Multi(bad.ops().subList(0, 3)));
        assertThat(tree.apply(good, TreeListener.NONE)).allMatch(result -> result instanceof OpResult.Created);
        assertThat(stat("/new").czxid()).isEqualTo(stat("/new/child").czxid()).isEqualTo(good.zxid());
    }

    @Test
    void theEndOfASessionTakesItsNodesAlsoThoseUnderWay() {
        prepare(SESSION, NOBODY, new Request.Delete("/e", -1));
        prepare(SESSION, NOBODY, create("/a/e2", CreateMode.EPHEMERAL));
        LoggedTxn close = prepare(SESSION, NOBODY, new Request.CloseSession());
        assertThat(close.txn()).isEqualTo(new Txn.CloseSession(List.of("/a/e2")));
        assertThat(prepare(SESSION, NOBODY, create("/late", CreateMode.EPHEMERAL))
                        .txn())
                .isEqualTo(new Txn.Error(ErrorCode.SESSION_EXPIRED.code()));
    }

    @Test
    void aSessionWithTooManyNodesToListEndsWithoutList() {
        String longName = "/" + "x".repeat(1000);
        for (int i = 0; i < 200; i++) run(create(longName + i, CreateMode.EPHEMERAL));
        LoggedTxn close = prepare(SESSION, NOBODY, new Request.CloseSession());
        assertThat(close.txn()).isEqualTo(new Txn.CloseSessionUnlisted());
        assertThat(close.toBytes()).hasSize(LoggedTxn.HEADER_BYTES);
        tree.apply(close, TreeListener.NONE);
        preparer.applied(close.zxid());
        assertThat(tree.root().numChildren()).isEqualTo(4);
        assertThat(tree.sessions()).isEmpty();
    }

    @Test
    void containersAndTtlNodesHaveNoOwnerThatAClientSees() {
        run(create("/t", CreateMode.PERSISTENT_WITH_TTL));
        assertThat(tree.find("/t").owner()).isEqualTo(EphemeralOwner.ofTtl(1000));
        assertThat(stat("/t").ephemeralOwner()).isZero();
        assertThat(stat("/c").ephemeralOwner()).isZero();
        assertThat(stat("/e").ephemeralOwner()).isEqualTo(SESSION);
        Znode container = tree.find("/c");
        assertThat(run(new Request.DeleteContainer("/c", container.czxid(), container.mzxid() + 1)))
                .isEqualTo(new Txn.Error(ErrorCode.BAD_VERSION.code()));
        assertThat(run(new Request.DeleteContainer("/c", container.czxid(), container.mzxid())))
                .isEqualTo(new Txn.Delete("/c", true));
        assertThat(tree.find("/c")).isNull();
        RequestPreparer without = TestWorld.preparer(tree, false);
        assertThat(without.prepare(0, new Caller(SESSION, 1, NOBODY), 0, create("/t2", CreateMode.PERSISTENT_WITH_TTL))
                        .txn())
                .isEqualTo(new Txn.Error(ErrorCode.UNIMPLEMENTED.code()));
    }

    @Test
    void authStandsForWhoTheCallerIs() {
        Txn txn = run(SESSION, IS_BOB, create("/mine", 0, List.of(new Acl(Acl.READ, "auth", "")), -1));
        assertThat(((Txn.Create) txn).acl()).containsExactly(new Acl(Acl.READ, "digest", "bob:hash"));
    }

    static Stream<Arguments> grants() {
        return Stream.of(
                Arguments.of(new Acl(1, "world", "anyone"), 1, true),
                Arguments.of(new Acl(1, "world", "anyone"), 2, false),
                Arguments.of(new Acl(31, "digest", "bob:hash"), 16, true),
                Arguments.of(new Acl(31, "digest", "eve:hash"), 1, false),
                Arguments.of(new Acl(31, "ip", "10.1.2.3"), 1, true),
                Arguments.of(new Acl(31, "ip", "10.1.0.0/16"), 1, true),
                Arguments.of(new Acl(31, "ip", "10.2.0.0/16"), 1, false),
                Arguments.of(new Acl(31, "ip", "::1/128"), 1, false),
                Arguments.of(new Acl(31, "sasl", "bob:hash"), 1, false));
    }

    @ParameterizedTest
    @MethodSource("grants")
    void anEntryGrantsItsPermissionsToWhomItNames(Acl entry, int perms, boolean allowed) {
        assertThat(AclCheck.allows(List.of(entry), perms, IS_BOB)).isEqualTo(allowed);
        assertThat(AclCheck.allows(List.of(entry), perms, List.of(Identity.SUPER)))
                .isTrue();
    }
}
