package io.ottla.partition;

import java.util.function.Consumer;

/** What a {@link Partition} wants done, in order. */
public sealed interface PartitionEffect {

    /** Tell a writer. */
    record Answer(Consumer<AppendAnswer> to, AppendAnswer answer) implements PartitionEffect {}

    /** Make the log durable up to its end, and report with {@link Partition#flushed}. At most one is under way. */
    record Flush() implements PartitionEffect {}

    /**
     * The high watermark has risen, or the log is open and does not know it yet: it is to be told, and {@link Partition#firstUnstableOffset} what it says then,
     * since a transaction ends for readers when its marker is committed.
     */
    record Committed(long highWatermark) implements PartitionEffect {}

    /** Readers that wait should look again: more became visible, or the role changed. */
    record Changed() implements PartitionEffect {}
}
