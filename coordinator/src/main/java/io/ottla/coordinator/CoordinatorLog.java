package io.ottla.coordinator;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The partitions of the internal topic that a coordinator keeps its records in. All callbacks run on the loop, never
 * within the call that asked for them.
 */
public interface CoordinatorLog {

    /**
     * Appends one batch (v2, complete but for offsets and leader epoch).
     *
     * @param batch from position to limit; the caller's again after the call
     * @param answer called when the batch is committed (below the high watermark) or could not be written
     */
    void append(int partition, ByteBuffer batch, Consumer<Append> answer);

    /**
     * Reads a partition from its start to its end as it is now, in pieces of whole batches; each piece is valid only
     * during the call. Further calls for the partition wait until it is done.
     */
    void load(int partition, Consumer<ByteBuffer> batches, Consumer<Load> answer);

    sealed interface Append {
        /** @param lastOffset of the batch */
        record Committed(long lastOffset) implements Append {}

        /** @param errorCode as in Kafka's protocol: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, … */
        record Failed(short errorCode) implements Append {}
    }

    sealed interface Load {
        record Loaded(long endOffset) implements Load {}

        record Failed(short errorCode) implements Load {}
    }
}
