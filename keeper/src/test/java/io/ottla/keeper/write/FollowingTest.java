package io.ottla.keeper.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.RandomRequests;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.Proposal;
import io.ottla.keeper.files.TxnLog;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.watch.Followers;
import io.ottla.keeper.watch.Watches;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stages behind the broadcast do without those before it: a server that follows has bytes, a journal and an applier, and no preparer. */
class FollowingTest {
    private static final Path DATA = Path.of("/data");
    private static final long SESSION = 0x100000000000001L;

    private final TestWorld world = new TestWorld();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theBytesOfProposalsMakeTheSameTreeAndTheSameAnswers(long seed) throws IOException {
        SeededRandom random = new SeededRandom(seed);
        RandomRequests requests = new RandomRequests(random);
        ZnodeTree leaders = ZnodeTree.fresh(1);
        Applier leading = applier(leaders);
        RequestPreparer preparer = TestWorld.preparer(leaders, true);
        Caller caller = new Caller(SESSION, 1, List.of(Identity.SUPER));

        DataDirectory directory = new DataDirectory(world, DATA, DATA, 2);
        ZnodeTree followers = directory.recover().tree();
        Applier following = applier(followers);
        Journal journal = new Journal(world, "log", world, new TxnLog(world, directory.logs()));
        ArrayDeque<Proposal> logged = new ArrayDeque<>();
        List<Result> results = new ArrayList<>();
        journal.tells(event -> {
            long durable = ((Journal.Event.Durable) event).zxid();
            while (!logged.isEmpty() && logged.getFirst().zxid() <= durable)
                results.add(following.apply(logged.removeFirst().txn()));
        });

        List<Result> leadersResults = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Request request = i == 0 ? new Request.CreateSession(9000) : requests.any();
            LoggedTxn txn = preparer.prepare(i, caller, i, request);
            leadersResults.add(leading.apply(txn));
            preparer.applied(txn.zxid());
            Proposal sent = Proposal.read(ByteBuffer.wrap(Proposal.of(txn).bytes()));
            assertThat(sent.bytes()).isEqualTo(Proposal.of(txn).bytes());
            logged.addLast(sent);
            journal.append(sent);
            if (random.chance(0.3)) world.step();
        }
        world.drain();
        assertThat(followers.lastZxid()).isEqualTo(leaders.lastZxid());
        assertThat(followers.digest()).isEqualTo(leaders.digest());
        assertThat(results).usingRecursiveComparison().isEqualTo(leadersResults);
        assertThat(directory.recover().tree().digest()).isEqualTo(leaders.digest());
    }

    private static Applier applier(ZnodeTree tree) {
        return new Applier(tree, true, new Watches(KeeperOptions.Watching.DEFAULT, tree, 1), new Followers());
    }
}
