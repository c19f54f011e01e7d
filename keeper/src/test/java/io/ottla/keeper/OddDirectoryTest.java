package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.ReadResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.OddSnapshot;
import io.ottla.keeper.files.Proposal;
import io.ottla.keeper.files.TxnLog;
import io.ottla.keeper.tree.AclCheck;
import io.ottla.keeper.tree.NodeDigest;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Stat;
import io.ottla.zookeeperprotocol.Txn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data directories that hold what no server writes, or what one writes while much happens: they are served, or refused with a sentence. */
class OddDirectoryTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FILES = DATA.resolve("version-2");
    private static final long ZXID = 0x14;
    private static final long SESSION = 0x100000000abcd00L;

    private final TestWorld world = new TestWorld();

    @TempDir
    Path temporary;

    private void snapshot(OddSnapshot snapshot) {
        world.content(FILES.resolve("snapshot." + Long.toHexString(ZXID)), snapshot.bytes(ZXID));
    }

    private Keeper open() {
        return switch (KeeperTest.tryOpen(world, TestWorld.options(40, 3, true))) {
            case Outcome.Done<Keeper> done -> done.value();
            case Outcome.Failed<Keeper> failed -> throw new AssertionError(failed.cause());
        };
    }

    private void close(Keeper keeper) {
        List<Outcome<Void>> closed = new ArrayList<>();
        keeper.close(closed::add);
        world.pass(1000);
        assertThat(closed).containsExactly(Outcome.done(null));
    }

    private String refusal() {
        return ((Outcome.Failed<Keeper>) KeeperTest.tryOpen(world, KeeperOptions.DEFAULT))
                .cause()
                .getMessage();
    }

    private Result now(Keeper keeper, Request.Op... ops) {
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(List.of(ops), answers::add);
        world.drain();
        assertThat(world.faults).isEmpty();
        return answers.getFirst();
    }

    private static Request.Op create(String path, CreateMode mode) {
        return new Request.Create(path, new byte[0], mode);
    }

    private static Stat stat(Keeper keeper, String path) {
        return ZnodeTree.stat(keeper.tree().find(path));
    }

    private static String created(Result result) {
        return ((OpResult.Created) ((Result.Committed) result).results().getFirst()).path();
    }

    // ---- a snapshot that was taken while transactions went on, without its log ----

    private static OddSnapshot takenUnderLoad() {
        OddSnapshot snapshot = OddSnapshot.begun();
        snapshot.nodes.getFirst().zxids(0, 0, 0x13).versions(0, 2, 0);
        snapshot.node("/p").zxids(0x11, 0x11, 0x41).versions(0, 3, 0);
        snapshot.node("/p/old").zxids(0x12, 0x12, 0x12);
        snapshot.node("/p/later").zxids(0x40, 0x40, 0x40);
        snapshot.node("/q").zxids(0x13, 0x3f, 0x14).versions(1, 1, 0);
        snapshot.digestZxid = 0x44;
        return snapshot;
    }

    @Test
    void transactionsGoOnAboveTheNewestInTheSnapshot() {
        snapshot(takenUnderLoad());
        Keeper keeper = open();
        assertThat(keeper.lastZxid()).isEqualTo(0x45);
        assertThat(now(keeper, new Request.Delete("/p/old", -1))).isInstanceOf(Result.Committed.class);
        assertThat(stat(keeper, "/p").pzxid()).isEqualTo(0x46);
        close(keeper);
        Keeper again = open();
        assertThat(again.children("/p")).containsExactly("later");
        assertThat(again.digestMismatches()).isZero();
    }

    /** What the versions before this rule left: a snapshot, and a log of their own numbers. */
    @Test
    void aLogThatWasBegunBelowTheNewestIsReplayed() throws IOException {
        snapshot(takenUnderLoad());
        log(0x15, new Txn.CreateSession(30_000), new Txn.Delete("/p/old", false));
        Keeper keeper = open();
        assertThat(keeper.lastZxid()).isEqualTo(0x46); // the session of that log is the broker's of then, and ended
        assertThat(keeper.children("/p")).containsExactly("later");
        close(keeper);
        assertThat(open().children("/p")).containsExactly("later");
        assertThat(world.faults).isEmpty();
    }

    @Test
    void theOriginalServesWhatWeMadeOfIt() throws Exception {
        snapshot(takenUnderLoad());
        Keeper keeper = open();
        now(keeper, create("/p/n-", CreateMode.PERSISTENT_SEQUENTIAL), new Request.Delete("/p/old", -1));
        now(keeper, new Request.Delete("/p/later", -1));
        close(keeper);
        Original.export(world, DATA, temporary);
        Original.Opened original = Original.open(temporary);
        assertThat(original.digestMismatches).isZero();
        assertThat(original.zxid).isEqualTo(keeper.lastZxid());
        Original.assertSame(keeper.tree(), original.tree);
    }

    @Test
    void theEphemeralsOfASessionThatIsNotThereGo() {
        OddSnapshot snapshot = takenUnderLoad();
        snapshot.node("/p/mine").zxids(0x41, 0x41, 0x41).owner(SESSION);
        snapshot(snapshot);
        Keeper keeper = open();
        world.drain();
        assertThat(keeper.children("/p")).containsExactly("later", "old");
        assertThat(world.faults).isEmpty();
    }

    @Test
    void theEphemeralsOfOneThatIsThereGoWhenItExpires() {
        OddSnapshot snapshot = takenUnderLoad();
        snapshot.sessions.put(SESSION, 4000);
        snapshot.node("/p/mine").zxids(0x41, 0x41, 0x41).owner(SESSION);
        snapshot(snapshot);
        Keeper keeper = open();
        assertThat(keeper.children("/p")).contains("mine");
        world.pass(20_000);
        assertThat(keeper.children("/p")).containsExactly("later", "old");
        assertThat(world.faults).isEmpty();
    }

    // ---- counters at their ends ----

    @Test
    void theNumberAfterTheHighestIsTheLowest() {
        OddSnapshot snapshot = OddSnapshot.begun();
        snapshot.node("/a").versions(0, Integer.MAX_VALUE - 1, 0);
        snapshot.node("/c").versions(0, -2, 0);
        snapshot(snapshot);
        Keeper keeper = open();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) made.add(created(now(keeper, create("/a/n", CreateMode.PERSISTENT_SEQUENTIAL))));
        close(keeper);
        keeper = open();
        made.add(created(now(keeper, create("/a/n", CreateMode.PERSISTENT_SEQUENTIAL))));
        assertThat(made).containsExactly("/a/n2147483646", "/a/n2147483647", "/a/n-2147483648", "/a/n-2147483647");
        assertThat(created(now(keeper, create("/a/plain", CreateMode.PERSISTENT))))
                .isEqualTo("/a/plain");
        for (String name : List.of("/c/n-000000002", "/c/n-000000001", "/c/n0000000000"))
            assertThat(created(now(keeper, create("/c/n", CreateMode.PERSISTENT_SEQUENTIAL))))
                    .isEqualTo(name);
        close(keeper);
        assertThat(open().digestMismatches()).isZero();
    }

    @Test
    void versionsGoRoundAndLeaveOutTheOneThatMeansAny() {
        OddSnapshot snapshot = OddSnapshot.begun();
        snapshot.node("/v").versions(-3, 0, -2);
        snapshot.node("/w").versions(Integer.MAX_VALUE, 0, Integer.MAX_VALUE);
        snapshot(snapshot);
        Keeper keeper = open();
        List<Integer> versions = new ArrayList<>();
        for (String path : List.of("/v", "/v", "/v", "/w")) {
            now(keeper, new Request.SetData(path, new byte[0], -1));
            versions.add(stat(keeper, path).version());
        }
        assertThat(versions).containsExactly(-2, 0, 1, Integer.MIN_VALUE);
        for (String path : List.of("/v", "/w")) {
            now(keeper, new Request.SetAcl(path, Acl.READ_ONLY, -1));
            versions.add(stat(keeper, path).aversion());
        }
        assertThat(versions).endsWith(0, Integer.MIN_VALUE);
    }

    // ---- what no server makes ----

    /** One session's node stands below another's, and below that one of a third kind: they go with the first. */
    @Test
    void whatIsBelowAnEphemeralNodeGoesWithIt() {
        OddSnapshot snapshot = OddSnapshot.begun();
        snapshot.sessions.put(SESSION, 4000);
        snapshot.sessions.put(SESSION + 1, 40_000);
        snapshot.node("/e").owner(SESSION);
        snapshot.node("/e/f").owner(SESSION + 1);
        snapshot.node("/e/f/g").owner(SESSION);
        snapshot.node("/e/f/h").data("x");
        snapshot(snapshot);
        Keeper keeper = open();
        TestWatcher watcher = new TestWatcher();
        watcher.identities = List.of(Identity.SUPER);
        keeper.watches().add("/e/f/h", WatchKind.DATA, watcher);
        world.pass(20_000);
        assertThat(keeper.node("/e")).isEmpty();
        assertThat(watcher.news()).containsExactly("deleted /e/f/h");
        world.pass(60_000);
        assertThat(world.faults).isEmpty();
        assertThat(keeper.digestMismatches()).isZero();
    }

    @Test
    void ofTwoAclsWithOneNumberTheLaterCountsAndTheOtherIsStillItself() {
        OddSnapshot snapshot = OddSnapshot.begun();
        List<Acl> bobs = List.of(new Acl(Acl.ALL, "digest", "bob:hash"));
        snapshot.acls.add(java.util.Map.entry(7L, Acl.READ_ONLY));
        snapshot.acls.add(java.util.Map.entry(7L, bobs));
        snapshot.acls.add(java.util.Map.entry(1L << 40, Acl.READ_ONLY));
        snapshot.node("/seven").aclId = 7;
        snapshot.node("/large").aclId = 1L << 40;
        snapshot.node("/none").aclId = 99;
        snapshot(snapshot);
        Keeper keeper = open();
        now(keeper, new Request.Create("/open", new byte[0], Acl.READ_ONLY, 0, Request.NO_TTL, false));
        ZnodeTree tree = keeper.tree();
        assertThat(tree.acl(tree.find("/seven"))).isEqualTo(bobs);
        assertThat(tree.acl(tree.find("/large"))).isEqualTo(Acl.READ_ONLY);
        assertThat(tree.acl(tree.find("/open"))).isEqualTo(Acl.READ_ONLY);
        assertThat(AclCheck.allows(tree.acl(tree.find("/none")), Acl.ALL, List.of()))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/b", "/a|/a", "/a//b|", "//", "|", "a"})
    void isRefusedWithASentence(String paths) {
        OddSnapshot snapshot = OddSnapshot.begun();
        for (String path : paths.split("\\|", -1)) snapshot.node(path);
        snapshot(snapshot);
        assertThat(refusal()).startsWith("no snapshot in /data/version-2 can be read: snapshot.14 is passed over: ");
        assertThat(world.faults).isEmpty();
    }

    @Test
    void aNumberThatNoServerCountsToIsRefusedAsTheLastAndPassedOverAsANodes() {
        OddSnapshot snapshot = OddSnapshot.begun();
        snapshot.node("/far").zxids(Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE);
        snapshot(snapshot);
        Keeper keeper = open();
        assertThat(keeper.lastZxid()).isEqualTo(ZXID + 1);
        for (String path : List.of("/far/a", "/far/b")) now(keeper, create(path, CreateMode.PERSISTENT));
        now(keeper, new Request.Delete("/far/a", -1));
        now(keeper, new Request.SetData("/far", new byte[0], -1));
        assertThat(keeper.digestMismatches()).isZero();
        close(keeper);
        for (Path each : world.files()) world.delete(each);
        world.content(
                FILES.resolve("snapshot.7fffffffffffffff"), OddSnapshot.begun().bytes(Long.MAX_VALUE));
        assertThat(refusal()).contains("0x7fffffffffffffff").contains("no server counts to that");
    }

    @Test
    void aLogThatCannotBeCarriedOutIsRefusedWithASentence() throws IOException {
        snapshot(OddSnapshot.begun());
        log(0x15, new Txn.CreateTtl("/t", new byte[0], Acl.OPEN, 1, -7));
        assertThat(refusal()).startsWith("transaction 0x15 in log.15 cannot be carried out: ");
    }

    @Test
    void anAclWithoutNamesIsNobodys() throws IOException {
        snapshot(OddSnapshot.begun());
        List<Acl> nameless = List.of(new Acl(Acl.ALL, null, null));
        log(0x15, new Txn.Create("/n", new byte[0], nameless, false, 1, false));
        Keeper keeper = open();
        Caller caller = new Caller(keeper.session(), Caller.SERVER, List.of(new Identity("ip", "127.0.0.1")));
        assertThat(keeper.reads().data(caller, "/n", Optional.empty()))
                .isEqualTo(new ReadResult.Failed(ErrorCode.NO_AUTH));
        assertThat(now(keeper, new Request.Delete("/n", -1))).isInstanceOf(Result.Committed.class);
    }

    private void log(long first, Txn... txns) throws IOException {
        List<Proposal> entries = new ArrayList<>();
        for (int i = 0; i < txns.length; i++)
            entries.add(Proposal.of(new LoggedTxn((1L << 56) + 1, i, first + i, 1_700_000_000_000L, txns[i], 0, 0)));
        TxnLog log = new TxnLog(world, FILES);
        log.append(entries);
        log.close();
    }

    // ---- anything ----

    private static final long[] ZXIDS = {
        0, 1, 0x11, 0x14, 0x15, 0x41, 0x1_0000_0001L, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62
    };
    private static final int[] COUNTS = {
        0, 0, 1, 7, -1, -2, -3, Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MIN_VALUE
    };
    private static final long[] OWNERS = {
        0,
        SESSION,
        SESSION + 1,
        SESSION + 2,
        (1L << 56) + 1,
        (1L << 56) + ZXID + 2,
        EphemeralOwner.CONTAINER,
        EphemeralOwner.ofTtl(1),
        EphemeralOwner.ofTtl(EphemeralOwner.TTL_MS_MAX),
        0xff00000000000000L,
        0xff00010000000001L,
        0x8000000000000001L,
        1,
        -1
    };
    private static final long[] ACLS = {-1, -1, 1, 2, 3, 99, 0, -7, 1L << 40};
    private static final String[] QUOTAS = {
        "", "count=3,bytes=20=;byteHardLimit=30", "count=,bytes=x", "=;=", ",,", "count=99999999999999999999"
    };

    private static OddSnapshot anything(SeededRandom random) {
        OddSnapshot snapshot = new OddSnapshot();
        snapshot.withEnding = random.chance(0.7);
        snapshot.digestZxid = ZXIDS[random.nextInt(ZXIDS.length)];
        snapshot.sessions.put(SESSION, new int[] {4000, 0, -5, Integer.MAX_VALUE}[random.nextInt(4)]);
        snapshot.sessions.put(SESSION + 1, 30_000);
        if (random.chance(0.3)) snapshot.sessions.put((1L << 56) + ZXID + 2, 30_000);
        for (long id = 1; id < 4; id++)
            snapshot.acls.add(java.util.Map.entry(
                    random.chance(0.2) ? 1 : id,
                    List.of(Acl.OPEN, Acl.READ_ONLY, List.of(new Acl(31, "", "")), List.<Acl>of())
                            .get(random.nextInt(4))));
        List<String> paths = new ArrayList<>(List.of(""));
        if (random.chance(0.8)) paths.addAll(List.of("/zookeeper", "/zookeeper/config"));
        if (paths.size() > 1 && random.chance(0.8)) {
            paths.add("/zookeeper/quota");
            for (String path : List.of("/a", "/a/b", "/zookeeper")) {
                if (!random.chance(0.5)) continue;
                if (!paths.contains("/zookeeper/quota/a") || !path.equals("/a/b")) paths.add("/zookeeper/quota" + path);
                else paths.add("/zookeeper/quota/a/b");
                if (path.equals("/a/b") && !paths.contains("/zookeeper/quota/a"))
                    paths.add(paths.size() - 1, "/zookeeper/quota/a");
                if (random.chance(0.8)) paths.add("/zookeeper/quota" + path + "/zookeeper_limits");
                if (random.chance(0.8)) paths.add("/zookeeper/quota" + path + "/zookeeper_stats");
            }
        }
        RandomRequests names = new RandomRequests(random);
        for (int i = 0; i < 30; i++) {
            String path = names.path();
            if (path.startsWith("/zookeeper") || path.startsWith("bad") || path.equals("/")) continue;
            for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
                if (!paths.contains(path.substring(0, slash))) paths.add(path.substring(0, slash));
            if (!paths.contains(path)) paths.add(path);
        }
        for (String path : paths) {
            OddSnapshot.Node node = snapshot.node(path)
                    .zxids(any(ZXIDS, random), any(ZXIDS, random), any(ZXIDS, random))
                    .versions(any(COUNTS, random), any(COUNTS, random), any(COUNTS, random));
            if (random.chance(0.4) && !path.isEmpty()) node.owner(OWNERS[random.nextInt(OWNERS.length)]);
            if (random.chance(0.5)) node.aclId = ACLS[random.nextInt(ACLS.length)];
            node.data(path.contains("quota") ? QUOTAS[random.nextInt(QUOTAS.length)] : "x".repeat(random.nextInt(9)));
            if (random.chance(0.1)) node.data = null;
        }
        return snapshot;
    }

    private static long any(long[] of, SeededRandom random) {
        return random.chance(0.5) ? of[random.nextInt(6)] : of[random.nextInt(of.length)];
    }

    private static int any(int[] of, SeededRandom random) {
        return random.chance(0.5) ? of[random.nextInt(4)] : of[random.nextInt(of.length)];
    }

    /** Transactions that were prepared for another tree. */
    private void oddLog(SeededRandom random, RandomRequests requests) throws IOException {
        ZnodeTree other = ZnodeTree.fresh(1);
        RequestPreparer preparer = TestWorld.preparer(other, true);
        Caller caller = new Caller(SESSION + random.nextInt(3), 1, List.of(Identity.SUPER));
        List<Proposal> entries = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Request request = i == 0 ? new Request.CreateSession(9000) : requests.any();
            LoggedTxn txn = preparer.prepare(i, caller, i, request);
            other.apply(txn, TreeListener.NONE);
            preparer.applied(txn.zxid());
            entries.add(Proposal.of(new LoggedTxn(
                    txn.clientId(), i, ZXID + 1 + i, i, txn.txn(), txn.digestVersion(), txn.treeDigest())));
        }
        TxnLog log = new TxnLog(world, FILES);
        log.append(entries);
        log.close();
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(
                Integer.getInteger("ottla.odd.from", 1), Integer.getInteger("ottla.odd.directories", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverStandsInItIsServed(long seed) throws IOException {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        snapshot(anything(random));
        if (random.chance(0.5)) oddLog(random, requests);
        for (int start = 0; start < 3; start++) {
            Keeper keeper = open();
            requests.tree = Optional.of(keeper.tree());
            serve(keeper, requests, random);
            assertThat(world.faults).isEmpty();
            // what was found at the start may differ from what its log says; what was done since may not
            assertThat(keeper.digestMismatches()).isLessThanOrEqualTo(start == 0 ? 1 : 0);
            assertThat(keeper.digest()).isEqualTo(digestByNodes(keeper.tree()));
            close(keeper);
            long zxid = keeper.lastZxid();
            long digest = keeper.digest();
            ZnodeTree found =
                    new DataDirectory(world.copy(), DATA, DATA, 1).recover().tree();
            assertThat(found.lastZxid()).isEqualTo(zxid);
            assertThat(found.digest()).isEqualTo(digest);
        }
    }

    private void serve(Keeper keeper, RandomRequests requests, SeededRandom random) {
        TestWatcher watcher = new TestWatcher();
        int[] answered = {0};
        List<Long> sessions = new ArrayList<>(List.of(SESSION, SESSION + 1));
        for (int i = 0; i < 200; i++) {
            long session = sessions.get(random.nextInt(sessions.size()));
            Caller caller = new Caller(session, 1, random.chance(0.9) ? List.of(Identity.SUPER) : List.of());
            switch (random.nextInt(40)) {
                case 0 ->
                    TestAsker.of(keeper).createSession(4000, 1, answer -> {
                        if (answer instanceof SessionAnswer.Opened opened) sessions.add(opened.sessionId());
                    });
                case 1 -> TestAsker.of(keeper).closeSession(caller, i, result -> {});
                case 2 -> world.pass(random.nextInt(9000));
                case 3 -> keeper.watches().add(requests.path(), WatchKind.PERSISTENT_RECURSIVE, watcher);
                case 4 -> keeper.reads().data(caller, requests.path(), Optional.of(watcher));
                case 5 -> keeper.reads().acl(caller, requests.path());
                default -> {}
            }
            TestAsker.of(keeper).submit(caller, i, requests.any(), result -> answered[0]++);
            keeper.touch(session);
            if (random.chance(0.3)) world.drain();
        }
        world.drain();
        assertThat(answered[0]).isEqualTo(200);
        Result last = now(keeper, new Request.Delete("/not there", -1));
        assertThat(last).isEqualTo(new Result.Refused(0, ErrorCode.NO_NODE.code()));
    }

    private static long digestByNodes(ZnodeTree tree) {
        NodeDigest digests = new NodeDigest();
        List<Znode> open = new ArrayList<>(List.of(tree.root()));
        long sum = 0;
        while (!open.isEmpty()) {
            Znode node = open.removeLast();
            byte[] path = node.parent == null ? new byte[0] : node.path().getBytes(StandardCharsets.UTF_8);
            sum += digests.of(path, path.length, node);
            open.addAll(Arrays.asList(node.childNodes()));
        }
        return sum;
    }
}
