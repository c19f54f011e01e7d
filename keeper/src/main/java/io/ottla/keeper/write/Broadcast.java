package io.ottla.keeper.write;

import io.ottla.keeper.files.Proposal;

/**
 * The port at which a quorum comes in: makes of proposals what is committed. It knows nothing of the tree, and hardly more of the journal than how far that is
 * durable. All calls, in either direction, come on the loop; those of {@link Delivery} also from within the others.
 *
 * <pre>
 * leader    propose ─▶ append … durable ─▶ (enough servers have it) ─▶ commit
 * follower  (the leader's proposal) ─▶ append … durable ─▶ (the leader is told; it says commit) ─▶ commit
 * </pre>
 *
 * A server that is alone is a quorum of one: {@link Alone}.
 */
public interface Broadcast {

    /** A transaction that this server has made, since it leads. Its zxid is the one after that of the last. */
    void propose(Proposal proposal);

    /** Everything that was appended, up to that zxid, survives a loss of power here. Rises. */
    void durable(long zxid);

    /**
     * The journal has no room. What was appended and is not durable was not written, and the journal has forgotten it. What comes after this is
     * tried again.
     */
    void unwritten(String why);

    /** What the rest of the server is told. */
    interface Delivery {

        /** To be appended to the journal: in zxid order, each once. */
        void append(Proposal proposal);

        /** Everything up to that zxid, which was appended, is committed and to be applied. Rises. May come before it is durable here. */
        void commit(long zxid);

        /** Nothing that was appended and is not committed will ever be: the next is that after the last that was committed. */
        void withdraw(String why);
    }
}
