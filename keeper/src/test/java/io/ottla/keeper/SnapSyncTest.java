package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SnapshotTaken;
import io.ottla.keeper.files.SnapshotReader;
import io.ottla.keeper.tree.SnapshotWalks;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.CreateMode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.jute.BinaryInputArchive;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that begin with nothing get the tree, each as it was when it came, while the server writes, and takes a snapshot of its own. */
class SnapSyncTest {
    private static final Path DATA = Path.of("/data");
    private static final long AHEAD_BYTES = 1 << 20;

    private final TestWorld world = new TestWorld();

    private Keeper open() {
        KeeperOptions defaults = KeeperOptions.DEFAULT;
        KeeperOptions options = new KeeperOptions(
                1,
                defaults.requestBytesMax(),
                defaults.sessions(),
                defaults.nodes(),
                defaults.watching(),
                defaults.storage(),
                new KeeperOptions.Held(defaults.held().proposalBytes(), AHEAD_BYTES, 0));
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(options, DATA, world, world, new SeededRandom(1), world, opened::add);
        world.drain();
        return ((Outcome.Done<Keeper>) opened.getFirst()).value();
    }

    private void submit(Keeper keeper, Request.Op op) {
        TestAsker.of(keeper).submit(List.of(op), result -> assertThat(result).isInstanceOf(Result.Committed.class));
    }

    private void fill(Keeper keeper, int nodes, int bytes) {
        for (int i = 0; i < nodes; i++)
            submit(keeper, new Request.Create("/n" + i, new byte[bytes], CreateMode.PERSISTENT));
        world.drain();
    }

    /** A peer, and what the tree was when it came. */
    private static final class Peer {
        final SnapSync sync;
        final long digest;
        final int nodes;
        final Map<Long, Integer> sessions;
        final ByteArrayOutputStream got = new ByteArrayOutputStream();

        Peer(Keeper keeper) {
            sync = keeper.snapSync().orElseThrow();
            assertThat(sync.zxid()).isEqualTo(keeper.lastZxid());
            digest = keeper.digest();
            nodes = keeper.znodeCount();
            sessions = keeper.sessions();
        }

        /** @return whether it has all */
        boolean takes(int bytes) {
            SnapSync.Piece.Bytes piece = (SnapSync.Piece.Bytes) sync.next(bytes);
            got.writeBytes(piece.bytes());
            return piece.isLast();
        }

        /** As the original's learner does. */
        void checkAsTheOriginalReadsIt() throws IOException {
            DataTree tree = new DataTree();
            Map<Long, Integer> read = new HashMap<>();
            ByteArrayInputStream in = new ByteArrayInputStream(got.toByteArray());
            SerializeUtils.deserializeSnapshot(tree, BinaryInputArchive.getArchive(in), read);
            assertThat(in.available()).isZero();
            assertThat(tree.getTreeDigest()).isEqualTo(digest);
            // the original counts the root twice
            assertThat(tree.getNodeCount()).isEqualTo(nodes + 1);
            assertThat(read).isEqualTo(sessions);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theDisksAndThePeersAreEachOfTheirOwnZxid(long seed) throws IOException {
        SeededRandom random = new SeededRandom(seed);
        Keeper keeper = open();
        fill(keeper, 500, 100);
        List<Outcome<SnapshotTaken>> taken = new ArrayList<>();
        long disksZxid = keeper.lastZxid();
        long disksDigest = keeper.digest();
        keeper.takeSnapshot(taken::add);
        List<Peer> peers = new ArrayList<>();
        List<Peer> done = new ArrayList<>();
        for (int i = 0; i < 2000 || taken.isEmpty() || !peers.isEmpty(); i++) {
            int node = random.nextInt(500);
            if (random.chance(0.5)) submit(keeper, new Request.SetData("/n" + node, new byte[node], -1));
            else submit(keeper, new Request.Create("/later" + i, new byte[10], CreateMode.PERSISTENT));
            if (random.chance(0.3)) world.step();
            if (i < 2000 && peers.size() < 3 && random.chance(0.02)) peers.add(new Peer(keeper));
            if (!peers.isEmpty()) {
                Peer one = peers.get(random.nextInt(peers.size()));
                if (one.takes(1 + random.nextInt(3000))) {
                    peers.remove(one);
                    done.add(one);
                }
            }
            if (random.chance(0.01)) world.pass(20);
        }
        assertThat(done).hasSizeGreaterThan(3);
        assertThat(done.getFirst().sync.zxid()).isNotEqualTo(done.getLast().sync.zxid());
        for (Peer each : done) each.checkAsTheOriginalReadsIt();
        SnapshotTaken disks = ((Outcome.Done<SnapshotTaken>) taken.getFirst()).value();
        assertThat(disks.zxid()).isEqualTo(disksZxid);
        ZnodeTree onDisk = SnapshotReader.read(new ByteArrayInputStream(content(disks.file())), disksZxid, 1);
        assertThat(onDisk.digest()).isEqualTo(disksDigest);
    }

    private static byte[] content(DiskFile file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) file.size());
        file.read(0, content);
        return content.array();
    }

    @Test
    void aPeerThatDoesNotTakeItsTreeLosesItAndTheDisksSnapshotGoesOn() throws IOException {
        Keeper keeper = open();
        fill(keeper, 1000, 1000);
        Peer slow = new Peer(keeper);
        slow.takes(1);
        List<Outcome<SnapshotTaken>> taken = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            if (i == 400) keeper.takeSnapshot(taken::add);
            submit(keeper, new Request.SetData("/n" + i, new byte[10], -1));
            world.step();
        }
        world.pass(10_000);
        assertThat(slow.sync.next(1)).isEqualTo(new SnapSync.Piece.GivenUp());
        assertThat(taken.getFirst()).isInstanceOf(Outcome.Done.class);
        assertThatThrownBy(() -> slow.sync.next(1)).isInstanceOf(IllegalStateException.class);

        world.drain();
        Peer again = new Peer(keeper);
        while (!again.takes(10_000)) world.step();
        again.checkAsTheOriginalReadsIt();
    }

    @Test
    void thoseThatCloseMakeRoomForOthers() {
        Keeper keeper = open();
        fill(keeper, 3000, 1);
        List<SnapSync> all = new ArrayList<>();
        for (Optional<SnapSync> next = keeper.snapSync(); next.isPresent(); next = keeper.snapSync())
            all.add(next.get());
        assertThat(all).hasSize(SnapshotWalks.PEERS_MAX);
        all.get(3).close();
        all.get(3).close();
        assertThat(keeper.snapSync()).as("its nodes have to be marked first").isEmpty();
        world.drain();
        assertThat(keeper.snapSync()).isPresent();
        assertThat(keeper.snapSync()).isEmpty();
    }

    @Test
    void aServerThatIsClosedHasNone() {
        Keeper keeper = open();
        keeper.close(outcome -> {});
        world.drain();
        assertThat(keeper.snapSync()).isEmpty();
    }
}
