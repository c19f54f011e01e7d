package io.ottla.partition;

/** What a replica is for its partition at the moment. */
public enum Role {
    /** Takes appends and answers fetches. */
    LEADER,

    /** The cluster has given the partition to others. Clients are told to look again. */
    UNASSIGNED,

    /** The log directory has failed; nothing of it is served any more. */
    FAILED
}
