package io.ottla.keeper.files;

import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.util.Optional;

/**
 * Z16: at the same zxid the tree is the same. Every transaction is logged with the digest of the tree after it, so a replay of the log can tell whether it
 * arrives at the tree that was served.
 *
 * <p>A snapshot of the original may hold changes later than its zxid. It says at which zxid its own digest holds: from there on the tree is known exactly, and only
 * from there on it is compared.
 */
final class DigestCheck {
    private boolean isExact;
    private Optional<SnapshotReader.Digest> awaited;
    private int mismatches;

    /** @param isWhole whether the tree is exactly that of its last zxid, since nothing was ever done to it */
    private DigestCheck(Optional<SnapshotReader.Digest> ofSnapshot, boolean isWhole) {
        isExact = isWhole;
        awaited = ofSnapshot.filter(digest -> digest.zxid() > 0 && digest.version() == LoggedTxn.DIGEST_VERSION);
    }

    /** Of a tree that begins. */
    static DigestCheck ofNothing() {
        return new DigestCheck(Optional.empty(), true);
    }

    /** @param digest empty of a snapshot that says nothing: then nothing can be compared */
    static DigestCheck ofSnapshot(Optional<SnapshotReader.Digest> digest) {
        return new DigestCheck(digest, false);
    }

    /**
     * To be called once the snapshot is loaded, and after each transaction.
     *
     * @return what is wrong, the first time that something is
     */
    Optional<String> reached(ZnodeTree tree) {
        if (awaited.isEmpty() || tree.lastZxid() < awaited.get().zxid()) return Optional.empty();
        SnapshotReader.Digest wanted = awaited.get();
        awaited = Optional.empty();
        // that zxid was in no log
        if (tree.lastZxid() > wanted.zxid()) return Optional.empty();
        isExact = true;
        return compared(tree, wanted.value());
    }

    /** As the other, which it calls. */
    Optional<String> applied(LoggedTxn txn, ZnodeTree tree) {
        Optional<String> wrong = reached(tree);
        if (wrong.isPresent() || !isExact || txn.digestVersion() != LoggedTxn.DIGEST_VERSION) return wrong;
        return compared(tree, txn.treeDigest());
    }

    private Optional<String> compared(ZnodeTree tree, long wanted) {
        if (tree.digest() == wanted) return Optional.empty();
        mismatches++;
        // from here on it is another tree in any case
        isExact = false;
        return Optional.of(
                "the tree at 0x%x is not the one that was served: its digest is %x, and was %x. Compare it with a copy"
                        .formatted(tree.lastZxid(), tree.digest(), wanted));
    }

    int mismatches() {
        return mismatches;
    }
}
