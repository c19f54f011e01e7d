package io.ottla.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Follows transactions while compaction walks a log in offset order: records of aborted ones may go at once; a marker
 * may go when none of its transaction's records are left. Source: CleanedTransactionMetadata of Kafka's storage.
 */
final class CleanedTransactions {
    private final PriorityQueue<AbortedTxn> ahead =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTxn::firstOffset));
    private final Map<Long, Open> aborted = new HashMap<>();
    private final Set<Long> committed = new HashSet<>();
    private List<AbortedTxn> kept = new ArrayList<>();

    private static final class Open {
        final AbortedTxn txn;
        boolean sawRecords;

        Open(AbortedTxn txn) {
            this.txn = txn;
        }
    }

    CleanedTransactions(List<AbortedTxn> aborted) {
        ahead.addAll(aborted);
    }

    /** A batch of a transaction's records. @return whether they are of an aborted transaction */
    boolean records(long producerId, long lastOffset) {
        reach(lastOffset);
        Open open = aborted.get(producerId);
        if (open == null) {
            committed.add(producerId);
            return false;
        }
        open.sawRecords = true;
        return true;
    }

    /** A marker. @return whether none of its transaction's records came by, so that it may be dropped some day */
    boolean marker(long producerId, long offset, boolean isCommit) {
        reach(offset);
        if (isCommit) return !committed.remove(producerId);
        Open open = aborted.remove(producerId);
        if (open == null || !open.sawRecords) return true;
        kept.add(open.txn);
        return false;
    }

    private void reach(long offset) {
        while (!ahead.isEmpty() && ahead.peek().firstOffset() <= offset) {
            AbortedTxn txn = ahead.poll();
            aborted.putIfAbsent(txn.producerId(), new Open(txn));
        }
    }

    /** The aborted transactions whose markers were kept since this was last asked, for the transaction index. */
    List<AbortedTxn> takeKept() {
        List<AbortedTxn> taken = kept;
        kept = new ArrayList<>();
        return taken;
    }
}
