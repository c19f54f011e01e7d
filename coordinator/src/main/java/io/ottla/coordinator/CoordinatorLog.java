package io.ottla.coordinator;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The partitions of the internal topic that a coordinator keeps its records in. All callbacks run on the loop, never
 * within the call that asked for them.
 */
public interface CoordinatorLog {

    /**
     * Appends one batch (v2, complete but for offsets and leader epoch). A coordinator has at most one append under
     * way in a partition. Nothing of it gets into the log after it was answered, or after this node became the
     * partition's leader anew: so a load that begins then sees all that will ever be there.
     *
     * @param batch from position to limit; the caller's again after the call
     * @param answer called once: when the batch is committed (below the high watermark), refused, or lost sight of
     */
    void append(int partition, ByteBuffer batch, Consumer<Append> answer);

    /**
     * Reads a partition from its start to its end as it is now, in pieces of whole batches; each piece is valid only
     * during the call.
     */
    void load(int partition, Consumer<ByteBuffer> batches, Consumer<Load> answer);

    sealed interface Append {
        /** @param lastOffset of the batch */
        record Committed(long lastOffset) implements Append {}

        /**
         * The batch is certainly not in the log and never will be.
         *
         * @param errorCode as in Kafka's protocol: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS, MESSAGE_TOO_LARGE, …
         */
        record Refused(short errorCode) implements Append {}

        /** The batch may be in the log, whole, or may not (timed out, storage failed): only reading it tells. */
        record Unknown(short errorCode) implements Append {}
    }

    sealed interface Load {
        /** @param endOffset up to which was read, exclusive */
        record Loaded(long endOffset) implements Load {}

        record Failed(short errorCode) implements Load {}
    }
}
