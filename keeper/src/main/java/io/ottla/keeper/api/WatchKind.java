package io.ottla.keeper.api;

/** How long a watch lasts and of what it tells. The first two are gone with their first event. */
public enum WatchKind {
    /** Of getData and exists: the node is created, deleted, written to. */
    DATA(1),
    /** Of getChildren: the node is deleted, or has a child more or fewer. */
    CHILD(2),
    /** Both of the above, for good. */
    PERSISTENT(4),
    /** The node and all below it: created, deleted, written to; for good. */
    PERSISTENT_RECURSIVE(8);

    public final int bit;

    WatchKind(int bit) {
        this.bit = bit;
    }
}
