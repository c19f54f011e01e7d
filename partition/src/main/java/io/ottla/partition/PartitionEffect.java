package io.ottla.partition;

import java.util.List;

/** What a {@link Partition} wants done, in order. */
public sealed interface PartitionEffect {

    /** Tell the writer that {@link PartitionEvent.Appended} named. */
    record Answer(long token, AppendAnswer answer) implements PartitionEffect {}

    /** Make the log durable up to its end, and report with {@link PartitionEvent.Flushed}. At most one is under way. */
    record Flush() implements PartitionEffect {}

    /** The log begins an epoch at its end: followers and consumers ask where it began, also before its first record (KIP-101). */
    record BeginEpoch(int leaderEpoch) implements PartitionEffect {}

    /**
     * The high watermark has risen, or the log is open and does not know it yet: it is to be told, and
     * {@link Partition#firstUnstableOffset} what it says then, since a transaction ends for readers when its marker is
     * committed.
     */
    record Committed(long highWatermark) implements PartitionEffect {}

    /**
     * Fetch from the leader, and report with {@link PartitionEvent.Copied} or {@link PartitionEvent.Diverged}. What comes
     * of an earlier one does not count any more. That fetch also tells the leader that all before {@code offset} is here.
     *
     * @param lastFetchedEpoch of the log; −1 if it knows none
     */
    record Fetch(int leaderId, int leaderEpoch, long offset, int lastFetchedEpoch) implements PartitionEffect {}

    /**
     * Cut the log, which is not to be used until it is reported with {@link PartitionEvent.Truncated}. Also if it ends
     * there already: leader epochs that begin there are to be forgotten (KAFKA-10706).
     */
    record Truncate(long offset) implements PartitionEffect {}

    /** The log begins there: the leader has deleted what is before it. */
    record DeleteBefore(long offset) implements PartitionEffect {}

    /** Who waits should look again. */
    record Wake(Waiting who) implements PartitionEffect {
        static final Wake READERS = new Wake(Waiting.READERS);
        static final Wake FOLLOWERS = new Wake(Waiting.FOLLOWERS);
    }

    /** Readers: more became visible, or the role changed. Followers: there is more to copy, or the role changed. */
    enum Waiting {
        READERS,
        FOLLOWERS
    }

    /**
     * Write the state of the partition with these in-sync replicas, if its version is {@code partitionEpoch} still and
     * each member that is new is registered under its broker epoch. Report with {@link PartitionEvent.IsrWritten}. At most
     * one is under way; one that follows an unknown outcome is the same again.
     */
    record ProposeIsr(int leaderEpoch, int partitionEpoch, List<Member> isr) implements PartitionEffect {

        /** @param brokerEpoch the incarnation that has fetched; −1 if it has not fetched from this leader */
        record Member(int replicaId, long brokerEpoch) {}

        public ProposeIsr {
            isr = List.copyOf(isr);
        }

        List<Integer> replicaIds() {
            return isr.stream().map(Member::replicaId).toList();
        }
    }
}
