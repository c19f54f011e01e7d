package io.ottla.keeper.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.Original;
import io.ottla.keeper.RandomRequests;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.server.DataTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same transactions applied to our tree and to Apache's: the same nodes, digests, errors. */
class TreeAgainstOriginalTest {

    @Test
    void aFreshTreeIsTheOriginals() throws Exception {
        Original.assertSame(ZnodeTree.fresh(3), new DataTree());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theSameTransactionsMakeTheSameTree(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree tree = ZnodeTree.fresh(random.nextLong());
        requests.tree = Optional.of(tree);
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        DataTree original = new DataTree();
        ArrayDeque<LoggedTxn> underWay = new ArrayDeque<>();
        long nowMs = 1_700_000_000_000L;
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            long session = 0x100000000000000L + random.nextInt(3);
            Request request = !preparer.live(session)
                    ? new Request.CreateSession(30_000)
                    : random.chance(0.01) ? new Request.CloseSession() : requests.any();
            List<Identity> callers =
                    random.chance(0.9) ? List.of(Identity.SUPER) : List.of(new Identity("ip", "10.0.0.1"));
            underWay.add(preparer.prepare(nowMs++, new Caller(session, 1, callers), i, request));
            while (underWay.size() > random.nextInt(8)) {
                LoggedTxn txn = underWay.removeFirst();
                int theirs = Original.apply(original, Original.bytes(txn)).err;
                int ours = 0;
                for (OpResult result : tree.apply(txn, TreeListener.NONE)) {
                    if (result instanceof OpResult.Failed failed && ours == 0) ours = failed.code();
                }
                preparer.applied(txn.zxid());
                assertThat(ours).isEqualTo(theirs);
                if (ours != 0) refused++;
                assertThat(tree.digest()).isEqualTo(original.getTreeDigest());
            }
        }
        while (!underWay.isEmpty()) {
            Original.apply(original, Original.bytes(underWay.peekFirst()));
            tree.apply(underWay.removeFirst(), TreeListener.NONE);
        }
        Original.assertSame(tree, original);
        assertThat(refused).isBetween(300, 2700);
    }

    /** Quotas come, go and are nested; what the server counts for them is the same. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void whatQuotasCountIsTheSame(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree tree = ZnodeTree.fresh(random.nextLong());
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        DataTree original = new DataTree();
        Caller caller = new Caller(0x100000000000001L, 1, List.of(Identity.SUPER));
        List<Request> quotas = new ArrayList<>(List.of(new Request.CreateSession(1000)));
        for (String path : List.of("/a", "/a/b", "/b", "/b/c", "/b/c/a")) {
            quotas.add(new Request.Create("/zookeeper/quota" + path, null, CreateMode.PERSISTENT));
            for (String node : List.of("/zookeeper_limits", "/zookeeper_stats")) {
                byte[] data = random.chance(0.5)
                        ? "count=3,bytes=-1=;byteHardLimit=100;countHardLimit=7".getBytes(StandardCharsets.UTF_8)
                        : new byte[0];
                quotas.add(new Request.Create("/zookeeper/quota" + path + node, data, CreateMode.PERSISTENT));
            }
        }
        int counted = 0;
        for (int i = 0; i < 4000; i++) {
            Request request = random.chance(0.02) && i > 20
                    ? otherQuota(random)
                    : i < quotas.size() ? quotas.get(i) : requests.any();
            LoggedTxn txn = preparer.prepare(1000 + i, caller, i, request);
            tree.apply(txn, TreeListener.NONE);
            preparer.applied(txn.zxid());
            Original.apply(original, Original.bytes(txn));
            Znode stats = tree.find("/zookeeper/quota/a/zookeeper_stats");
            if (stats != null) {
                assertThat(stats.data())
                        .isEqualTo(original.getNode("/zookeeper/quota/a/zookeeper_stats")
                                .getData());
                if (QuotaNumbers.of(stats).get(QuotaNumbers.COUNT) > 3) counted++;
            }
        }
        assertThat(counted).isGreaterThan(100);
        Original.assertSame(tree, original);
    }

    private static Request otherQuota(SeededRandom random) {
        String path = List.of("/a", "/a/b", "/b", "/b/c", "/b/c/a").get(random.nextInt(5));
        String node = "/zookeeper/quota" + path + (random.chance(0.5) ? "/zookeeper_limits" : "/zookeeper_stats");
        return random.chance(0.4)
                ? new Request.Delete(node, -1)
                : random.chance(0.8)
                        ? new Request.Create(node, new byte[0], CreateMode.PERSISTENT)
                        : new Request.SetData(node, "count=2,bytes=5".getBytes(StandardCharsets.UTF_8), -1);
    }

    /** As after a snapshot that the original took while transactions went on: what it has already comes again. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void transactionsMayComeAgain(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree tree = ZnodeTree.fresh(1);
        RequestPreparer preparer = TestWorld.preparer(tree, true);
        ArrayDeque<LoggedTxn> all = new ArrayDeque<>();
        long session = 0x100000000000001L;
        all.add(preparer.prepare(1, new Caller(session, 1, List.of()), 0, new Request.CreateSession(1)));
        for (int i = 0; i < 2000; i++) {
            all.add(preparer.prepare(i, new Caller(session, 1, List.of(Identity.SUPER)), i, requests.any()));
            tree.apply(all.getLast(), TreeListener.NONE);
            preparer.applied(all.getLast().zxid());
        }
        long digest = tree.digest();
        DataTree original = new DataTree();
        for (LoggedTxn txn : all) {
            var entry = org.apache.zookeeper.server.util.SerializeUtils.deserializeTxn(txn.toBytes());
            original.processTxn(entry.getHeader(), entry.getTxn());
        }
        assertThat(original.getTreeDigest()).isEqualTo(digest);
        // the last hundred again: sets are the same, creates and deletes of what is there or gone change nothing but
        // what the original changes
        for (LoggedTxn txn : all.stream().skip(all.size() - 100L).toList()) {
            var entry = org.apache.zookeeper.server.util.SerializeUtils.deserializeTxn(txn.toBytes());
            original.processTxn(entry.getHeader(), entry.getTxn());
            tree.apply(txn, TreeListener.NONE);
            assertThat(tree.digest()).isEqualTo(original.getTreeDigest());
        }
    }
}
