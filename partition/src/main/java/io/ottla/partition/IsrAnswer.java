package io.ottla.partition;

/** What became of proposed in-sync replicas. Source: KIP-497, and the answers of AlterPartition. */
public sealed interface IsrAnswer {

    /**
     * They are what the state says now. Also if the write was refused for its version and what stands there is what was
     * proposed: then it was an earlier attempt that succeeded.
     *
     * @param partitionEpoch the version of the state that says so
     */
    record Written(int partitionEpoch) implements IsrAnswer {}

    /** Nothing was written, and nothing has changed: a member may not be in sync now (it is not alive, or it stops). */
    record Refused() implements IsrAnswer {}

    /** Somebody else has changed the state, so what was proposed is not written. News of it will come. */
    record Superseded() implements IsrAnswer {}

    /** The connection was lost, say: it may be written now or even later. */
    record Unknown() implements IsrAnswer {}
}
