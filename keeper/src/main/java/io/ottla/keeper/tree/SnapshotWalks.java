package io.ottla.keeper.tree;

import static io.ottla.base.Invariant.invariant;

import java.util.Arrays;
import java.util.Optional;

/**
 * The snapshots of one tree that are being taken, each at a zxid of its own: one for the disk, and one for each peer that gets the whole tree.
 *
 * <p>Each walk has one bit of the mark of every node ({@link NodeContent}): it says whether the walk has that node behind it. What the bit is then,
 * 0 or 1, changes from one walk to the next that gets it: at the end of a walk all nodes have it, and the next begins by taking the other value.
 * So nothing has to be cleared, and new nodes are marked as behind all of them. A walk that is given up has to come to all nodes too, before its bit
 * can be another's ({@code SnapshotSweep}).
 *
 * <p>What each may write ahead is bounded; what all may together, too: beyond, the one that holds most is given up.
 */
public final class SnapshotWalks {
    private static final int DISK_BIT = 1;

    /** So many peers get the tree at the same time: the other bits of a mark. (The original's leader has 10, maxConcurrentSnapSyncs.) */
    public static final int PEERS_MAX = Byte.SIZE - 1;

    /** One peer's may have half of what there is for all. */
    private static final int SHARE_OF_PEER = 2;

    private static final int ALL_BITS = 0xff;
    private static final SnapshotWalk[] NONE = {};

    private final ZnodeTree tree;
    private long aheadBytesMax = Long.MAX_VALUE;
    private SnapshotWalk[] active = NONE;

    /** The mark of a node that every walk has behind it. */
    private byte behindAll;

    /** The bits that are some walk's. */
    private int taken;

    SnapshotWalks(ZnodeTree tree) {
        this.tree = tree;
    }

    /** What all may write ahead together, in bytes. */
    public void bound(long aheadBytesMax) {
        this.aheadBytesMax = aheadBytesMax;
    }

    /** Begins the one for the disk at the tree's last zxid. The one before it has ended. */
    public SnapshotWalk beginForDisk() {
        invariant((taken & DISK_BIT) == 0, "two snapshots for the disk at the same time");
        return begin(DISK_BIT, aheadBytesMax);
    }

    /** Begins one for a peer at the tree's last zxid. Empty if {@value #PEERS_MAX} have theirs, those included that are given up and not yet swept. */
    public Optional<SnapshotWalk> beginForPeer() {
        int bit = Integer.lowestOneBit(~taken & ALL_BITS & ~DISK_BIT);
        return bit == 0 ? Optional.empty() : Optional.of(begin(bit, aheadBytesMax / SHARE_OF_PEER));
    }

    private SnapshotWalk begin(int bit, long aheadBytesMax) {
        taken |= bit;
        behindAll ^= (byte) bit;
        SnapshotWalk walk = new SnapshotWalk(tree, (byte) bit, (byte) (behindAll & bit), aheadBytesMax);
        active = Arrays.copyOf(active, active.length + 1);
        active[active.length - 1] = walk;
        return walk;
    }

    /** The walk has been to all nodes. */
    void end(SnapshotWalk walk) {
        taken &= ~walk.bit() & ALL_BITS;
        active = Arrays.stream(active).filter(each -> each != walk).toArray(SnapshotWalk[]::new);
    }

    int count() {
        return active.length;
    }

    /** The tree is about to add the node. */
    void created(Znode node) {
        if (behindAll != 0) node.mark(behindAll);
    }

    /** The tree is about to change the node, or to take it out. */
    void changing(Znode node) {
        if (active.length == 0) return;
        for (SnapshotWalk walk : active) walk.changing(node);
        if (active.length > 1) keepWithin();
    }

    private void keepWithin() {
        long bytes = 0;
        SnapshotWalk largest = active[0];
        for (SnapshotWalk walk : active) {
            bytes += walk.aheadBytes();
            if (walk.aheadBytes() > largest.aheadBytes()) largest = walk;
        }
        if (bytes > aheadBytesMax) largest.giveUp();
    }
}
