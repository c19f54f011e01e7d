package io.ottla.partition;

/** What a replica is for its partition at the moment. */
public sealed interface Role {

    /** Takes appends and answers fetches. */
    record Leader(Leadership leadership) implements Role {}

    /** Not the leader: another broker is, or nobody. Clients are told to look again. */
    record Resigned() implements Role {}

    /** The log directory has failed; nothing of it is served any more. */
    record Failed() implements Role {}
}
