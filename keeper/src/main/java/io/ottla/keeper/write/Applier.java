package io.ottla.keeper.write;

import static io.ottla.base.Invariant.invariant;

import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.watch.Followers;
import io.ottla.keeper.watch.Watches;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies committed transactions to the tree, in zxid order: watchers hear of each change, then those who follow a part of the tree of the whole
 * transaction. Who proposed it makes no difference.
 */
public final class Applier {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    private final ZnodeTree tree;
    private final boolean isTreeOurs;
    private final Watches watches;
    private final Followers followers;
    private final TreeListener listener;
    private int digestMismatches;

    /** @param isTreeOurs whether nothing in it came from a disk */
    public Applier(ZnodeTree tree, boolean isTreeOurs, Watches watches, Followers followers) {
        this.tree = tree;
        this.isTreeOurs = isTreeOurs;
        this.watches = watches;
        this.followers = followers;
        listener = TreeListener.both(watches.listener(), followers);
    }

    /** Of the last transaction applied. */
    long lastZxid() {
        return tree.lastZxid();
    }

    /** How often the tree was not what was foreseen. */
    public int digestMismatches() {
        return digestMismatches;
    }

    /**
     * Applies the transaction that comes next.
     *
     * @return {@link Result.Committed} or {@link Result.Refused}
     */
    Result apply(LoggedTxn txn) {
        watches.begin(txn.zxid());
        List<OpResult> results = tree.apply(txn, listener);
        compare(txn);
        followers.tell(txn.zxid());
        return result(txn.zxid(), results);
    }

    /**
     * A tree that this process has made all of can be foreseen, so a difference is a fault of the program. What came from a disk may be anything: a
     * difference is told, and the tree as it is holds.
     */
    private void compare(LoggedTxn txn) {
        if (txn.digestVersion() == LoggedTxn.NO_DIGEST || txn.treeDigest() == tree.digest()) return;
        invariant(!isTreeOurs, "the tree after 0x%x is not what was foreseen", txn.zxid());
        if (digestMismatches++ > 0) return;
        LOG.error(
                "the tree after 0x{} is not what was foreseen, since the data directory held what no server writes: the node goes on with it; compare it with a copy (further differences are counted in digest_mismatches_count)",
                Long.toHexString(txn.zxid()));
    }

    private static Result result(long zxid, List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.Failed failed && failed.code() != ErrorCode.OK.code())
                return new Result.Refused(i, failed.code());
        }
        return new Result.Committed(zxid, results);
    }
}
