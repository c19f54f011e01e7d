package io.ottla.keeper.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.Proposal;
import io.ottla.keeper.files.SnapshotSweep;
import io.ottla.keeper.files.Snapshots;
import io.ottla.keeper.files.TxnLog;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.watch.Followers;
import io.ottla.keeper.watch.Watches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The stages together, with a broadcast that is not that of a server that is alone. */
class PipelineTest {
    private static final Path DATA = Path.of("/data");
    private static final long SESSION = 0x100000000000001L;

    private final TestWorld world = new TestWorld();
    private final List<String> answers = new ArrayList<>();

    /** Of a server whose disk is the slowest of all: the others are enough. */
    private static final class Early implements Broadcast {
        private final Delivery delivery;
        private long durableZxid;

        Early(Delivery delivery) {
            this.delivery = delivery;
        }

        @Override
        public void propose(Proposal proposal) {
            delivery.append(proposal);
            delivery.commit(proposal.zxid());
        }

        @Override
        public void durable(long zxid) {
            assertThat(zxid).isGreaterThan(durableZxid);
            durableZxid = zxid;
        }

        @Override
        public void unwritten(String why) {}
    }

    private Pipeline pipeline(Function<Broadcast.Delivery, Broadcast> quorum) throws IOException {
        DataDirectory directory = new DataDirectory(world, DATA, DATA, 2);
        DataDirectory.Recovered recovered = directory.recover();
        ZnodeTree tree = recovered.tree();
        Applier applier =
                new Applier(tree, true, new Watches(KeeperOptions.Watching.DEFAULT, tree, 1), new Followers());
        Snapshots snapshots = new Snapshots(
                KeeperOptions.Storage.DEFAULT,
                world,
                world,
                "snapshot",
                directory,
                tree,
                new SnapshotSweep(world),
                new SeededRandom(1),
                recovered);
        return new Pipeline(
                world,
                world,
                TestWorld.preparer(tree, true),
                quorum,
                new Journal(world, "log", world, new TxnLog(world, directory.logs())),
                applier,
                new Answers(
                        world,
                        (token, result) -> answers.add(((Token.Asked) token).request() + ": "
                                + result.getClass().getSimpleName())),
                new CommittedLog(500, Long.MAX_VALUE),
                snapshots,
                1 << 20);
    }

    private void propose(Pipeline pipeline, int count) {
        for (int i = 0; i < count; i++) {
            Request request = i == 0 ? new Request.CreateSession(9000) : new Request.SetData("/", new byte[i], -1);
            pipeline.propose(
                    new Caller(SESSION, 1, List.of(Identity.SUPER)), i, request, new Token.Asked(1, answers.size()));
        }
    }

    @Test
    void whatOthersHaveDurablyIsAnsweredBeforeItIsDurableHere() throws IOException {
        Pipeline pipeline = pipeline(Early::new);
        propose(pipeline, 3);
        assertThat(answers).containsExactly("0: Committed", "1: Committed", "2: Committed");
        assertThat(world.copy().files()).noneMatch(path -> path.toString().contains("log."));
        world.drain();
        assertThat(new DataDirectory(world, DATA, DATA, 1).recover().tree().lastZxid())
                .isEqualTo(3);
    }

    /** Or this server would come back with less than it had told the others. */
    @Test
    void aCleanStopWaitsForTheDiskThoughEverythingIsApplied() throws IOException {
        Pipeline pipeline = pipeline(Early::new);
        propose(pipeline, 5);
        List<Outcome<Void>> closed = new ArrayList<>();
        pipeline.close(outcome -> {
            closed.add(outcome);
            try {
                assertThat(new DataDirectory(world.copy(), DATA, DATA, 1)
                                .recover()
                                .tree()
                                .lastZxid())
                        .isEqualTo(5);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(closed).isEmpty();
        world.drain();
        assertThat(closed).hasSize(1);
    }

    /** Sessions go on expiring until the process ends. */
    @Test
    void afterTheDiskHasFailedNothingIsPreparedAndNothingIsHeld() throws IOException {
        Pipeline pipeline = pipeline(Alone::new);
        propose(pipeline, 1);
        world.drain();
        world.syncFails = true;
        propose(pipeline, 1);
        world.drain();
        assertThat(world.faults).hasSize(1);
        assertThat(answers).containsExactly("0: Committed", "1: Unknown");
        for (int i = 0; i < 3; i++) {
            propose(pipeline, 1);
            world.drain();
        }
        assertThat(answers).hasSize(5).endsWith("2: Unknown", "3: Unknown", "4: Unknown");
        assertThat(world.faults).hasSize(1);
    }
}
