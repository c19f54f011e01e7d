package io.ottla.partition;

/** What a replica is for its partition at the moment. */
public enum Role {
    /** Takes appends and answers fetches. */
    LEADER,

    /** Copies the leader. Clients are told to look again. */
    FOLLOWER,

    /** Its log, which parted from the leader's, is being cut, and is not used meanwhile. */
    TRUNCATING,

    /** The cluster has given the partition to others. Clients are told to look again. */
    UNASSIGNED,

    /** The log directory has failed; nothing of it is served any more. */
    FAILED
}
