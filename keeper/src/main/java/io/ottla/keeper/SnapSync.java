package io.ottla.keeper;

import io.ottla.keeper.files.SnapshotSweep;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.util.Optional;

/**
 * The whole tree as it is at one zxid, for a peer that cannot be brought up with less (SNAP of the quorum protocol): piece by piece, as fast as the
 * peer takes them, beside requests, the snapshot for the disk, and other peers'. All pieces together are {@code tree} in the grammar of
 * {@link SnapshotWalk}.
 *
 * <p>Belongs to the loop. Has to be read to its end or closed: there are no more than {@code SnapshotWalks.PEERS_MAX} at the same time.
 */
public final class SnapSync {
    private final SnapshotWalk walk;
    private final SnapshotSweep sweep;
    private boolean isOver;

    /** What comes next. */
    public sealed interface Piece {

        /** @param isLast with it, all has come */
        record Bytes(byte[] bytes, boolean isLast) implements Piece {}

        /** More changed meanwhile than is held for one peer, so the rest of the tree as it was is not to be had: the peer has to begin anew. */
        record GivenUp() implements Piece {}
    }

    private SnapSync(SnapshotWalk walk, SnapshotSweep sweep) {
        this.walk = walk;
        this.sweep = sweep;
    }

    /** Begins at the tree's last zxid. Empty if too many are under way. */
    static Optional<SnapSync> begin(ZnodeTree tree, SnapshotSweep sweep) {
        return tree.walks().beginForPeer().map(walk -> new SnapSync(walk, sweep));
    }

    /** That of the tree which the peer gets. */
    public long zxid() {
        return walk.zxid();
    }

    /**
     * Not to be called after the last piece, or that of one given up.
     *
     * @param sizeBytes so many at least unless it is the last; hardly more but for a large node
     */
    public Piece next(int sizeBytes) {
        if (isOver) throw new IllegalStateException("the tree was sent, or is not to be");
        if (walk.isGivenUp()) {
            close();
            return new Piece.GivenUp();
        }
        BufferOutputArchive out = new BufferOutputArchive(sizeBytes);
        isOver = !walk.write(out, sizeBytes);
        return new Piece.Bytes(out.toByteArray(), isOver);
    }

    /** The peer does not want the rest; nothing if it has it. */
    public void close() {
        if (isOver) return;
        isOver = true;
        walk.giveUp();
        sweep.sweep(walk, () -> {});
    }
}
