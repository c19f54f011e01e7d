package io.ottla.coordinator;

import java.nio.ByteBuffer;

/** What a coordinator wants done, in order. */
public sealed interface CoordinatorEffect {

    /** Read the partition from its start, and tell with {@link CoordinatorEvent.Batches} and {@code LoadEnded}. */
    record Load(int partition, long loadId) implements CoordinatorEffect {}

    /** Append the batch, and tell with {@link CoordinatorEvent.AppendEnded}. At most one a partition is under way. */
    record Append(int partition, long appendId, ByteBuffer batch) implements CoordinatorEffect {}

    /** Answer a request. */
    record Respond<R>(ReplyTo<R> to, R response) implements CoordinatorEffect {
        public void deliver() {
            to.send(response);
        }
    }
}
