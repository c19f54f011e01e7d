package io.ottla.keeper.write;

import static io.ottla.base.Invariant.invariant;

import io.ottla.keeper.files.Proposal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last committed transactions, as they stand in the transaction log: what a leader sends to a peer that lacks only these (committedLog of the original's
 * ZKDatabase). Their number and their bytes are bounded, the oldest go first. There is never a gap in it (ZOOKEEPER-4925): where one is committed that does
 * not follow the last, it begins anew.
 *
 * <p>What a start replays counts as committed, as with the original: whoever leads commits all that he has, and who follows and has more than that starts
 * anew without it.
 */
public final class CommittedLog {
    /** What one takes besides its bytes. */
    static final int OVERHEAD_BYTES = 40;

    private final long[] zxids;
    private final byte[][] entries;
    private final long bytesMax;
    private int first;
    private int count;
    private long bytes;

    /** @param bytes of the transaction, as of {@link Proposal#bytes}; not to be changed */
    record Entry(long zxid, byte[] bytes) {}

    /**
     * What a peer lacks.
     *
     * @param commonZxid the last that both have. Below the peer's own: what it has behind that was never committed, and has to go first (or there is nothing:
     *     its zxid may be that of the beginning of an epoch)
     * @param next everything that was committed behind it, in order
     */
    record Since(long commonZxid, List<Entry> next) {}

    /**
     * @param countMax 1 or more
     * @param bytesMax of all together, with {@value #OVERHEAD_BYTES} for each. One that is larger empties it
     */
    public CommittedLog(int countMax, long bytesMax) {
        int slots = Math.clamp(bytesMax / OVERHEAD_BYTES, 1, countMax);
        zxids = new long[slots];
        entries = new byte[slots][];
        this.bytesMax = bytesMax;
    }

    /** The one that was committed last. */
    public void add(Proposal proposal) {
        long zxid = proposal.zxid();
        if (count > 0) {
            long last = zxids[at(count - 1)];
            invariant(zxid > last, "0x%x is committed after 0x%x", zxid, last);
            if (!Proposal.follows(zxid, last)) clear();
        }
        if (count == zxids.length) removeFirst();
        int to = at(count);
        zxids[to] = zxid;
        entries[to] = proposal.bytes();
        count++;
        bytes += entries[to].length + OVERHEAD_BYTES;
        while (bytes > bytesMax) removeFirst();
    }

    private void removeFirst() {
        bytes -= entries[first].length + OVERHEAD_BYTES;
        entries[first] = null;
        first = at(1);
        count--;
    }

    private void clear() {
        while (count > 0) removeFirst();
    }

    private int at(int index) {
        return (first + index) % zxids.length;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /**
     * What a peer lacks that has everything up to a zxid. Empty if that is before the first or after the last: it has to be brought up from elsewhere,
     * or has more.
     */
    Optional<Since> since(long zxid) {
        if (count == 0 || zxid < zxids[first] || zxid > zxids[at(count - 1)]) return Optional.empty();
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (zxids[at(middle)] <= zxid) low = middle;
            else high = middle - 1;
        }
        List<Entry> next = new ArrayList<>(count - low - 1);
        for (int i = low + 1; i < count; i++) next.add(new Entry(zxids[at(i)], entries[at(i)]));
        return Optional.of(new Since(zxids[at(low)], next));
    }
}
