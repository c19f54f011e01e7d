package io.ottla.keeper.api;

/** Is told what a part of the tree is, and then each committed change of it, in zxid order. All calls come on the loop. */
public interface Follower {

    /** A node that is there; parents before children. */
    void present(ZnodeView node);

    /** All that is there has been told. */
    void caughtUp();

    void created(ZnodeView node);

    void dataChanged(ZnodeView node);

    void deleted(String path, long zxid);
}
