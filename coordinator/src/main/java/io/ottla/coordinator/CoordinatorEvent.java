package io.ottla.coordinator;

import java.nio.ByteBuffer;

/**
 * What happens to a coordinator.
 *
 * @param <C> the commands of the shards
 */
public sealed interface CoordinatorEvent<C> {

    /** This node leads the partition now: its state is to be loaded. Told again of the same, it does nothing. */
    record Elected<C>(int partition) implements CoordinatorEvent<C> {}

    /** This node does not lead the partition any more: its state is let go. */
    record Resigned<C>(int partition) implements CoordinatorEvent<C> {}

    /** Whole batches of a partition that is being loaded, in order; valid only during the call. */
    record Batches<C>(int partition, long loadId, ByteBuffer batches) implements CoordinatorEvent<C> {}

    /** The load that {@link CoordinatorEffect.Load} began came to its end, good or bad. */
    record LoadEnded<C>(int partition, long loadId, CoordinatorLog.Load outcome) implements CoordinatorEvent<C> {}

    /** The append that {@link CoordinatorEffect.Append} began came to its end. */
    record AppendEnded<C>(int partition, long appendId, CoordinatorLog.Append outcome) implements CoordinatorEvent<C> {}

    /** Somebody wants something of the shard of a partition. */
    record Requested<C>(int partition, C command) implements CoordinatorEvent<C> {}

    /** Something that every shard must know, if it is loading then later: topics that were deleted. */
    record RequestedOfAll<C>(C command) implements CoordinatorEvent<C> {}

    /** Time has passed. */
    record Tick<C>() implements CoordinatorEvent<C> {}
}
