package io.ottla.sim;

import io.ottla.sim.Observation.CommitAnswered;
import io.ottla.sim.Observation.CommitSent;
import io.ottla.sim.Observation.OffsetsFetched;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What OffsetFetch returns was committed, by a commit that was not refused, and none that was taken later, in whole,
 * before the fetch was sent supersedes it. A commit whose outcome nobody knows may take effect at any time.
 */
final class CommittedOffsetChecker extends HistoryChecker<Observation> {
    private static final int NEVER = Integer.MAX_VALUE;

    /** By group, and by what was committed, which is another number each time. */
    private final Map<String, Map<Long, Commit>> commits = new HashMap<>();

    private static final class Commit {
        final int sentAt;
        final Map<Integer, Long> offsets;
        int takenAt = NEVER;
        boolean refused;

        Commit(int sentAt, Map<Integer, Long> offsets) {
            this.sentAt = sentAt;
            this.offsets = offsets;
        }
    }

    CommittedOffsetChecker(History<Observation> history) {
        super("G4 OffsetFetch after an OffsetCommit returns it or a later one", history);
    }

    @Override
    void look(Observation observation) {
        switch (observation) {
            case CommitSent sent -> of(sent.group()).put((long) sent.number(), new Commit(at(), sent.offsets()));
            case CommitAnswered answered -> {
                Commit commit = of(answered.group()).get((long) answered.number());
                if (answered.taken()) commit.takenAt = at();
                else commit.refused = true;
            }
            case OffsetsFetched fetched ->
                fetched.offsets().forEach((partition, offset) -> look(fetched, partition, offset));
            default -> {}
        }
    }

    private Map<Long, Commit> of(String group) {
        return commits.computeIfAbsent(group, absent -> new TreeMap<>());
    }

    private void look(OffsetsFetched fetched, int partition, long offset) {
        int from = -1; // a commit sent after this supersedes what was fetched
        if (offset >= 0) {
            Commit commit = of(fetched.group()).get(offset);
            if (commit == null || !commit.offsets.containsKey(partition))
                throw broken("nobody committed %d for partition %d: %s", offset, partition, fetched);
            if (commit.refused) throw broken("the commit of %d was refused: %s", offset, fetched);
            from = commit.takenAt;
        }
        for (Map.Entry<Long, Commit> entry : of(fetched.group()).entrySet()) {
            Commit other = entry.getValue();
            boolean isTaken = other.takenAt < fetched.sentAt() && other.offsets.containsKey(partition);
            if (isTaken && other.sentAt > from)
                throw broken("partition %d had %d committed before: %s", partition, entry.getKey(), fetched);
        }
    }
}
