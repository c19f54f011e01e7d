package io.ottla.partition;

/**
 * Another broker leads, and this node's replica copies it.
 *
 * @param leaderId {@link #NOBODY} if nobody leads now
 */
public record Following(int leaderEpoch, int partitionEpoch, int leaderId) implements Decision {
    public static final int NOBODY = -1;

    boolean hasLeader() {
        return leaderId != NOBODY;
    }
}
