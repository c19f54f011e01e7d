package io.ottla.sim;

import io.ottla.sim.Observation.Assigned;
import io.ottla.sim.Observation.CommitAnswered;
import io.ottla.sim.Observation.Joined;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A group's generation never falls (G2), and once partitions were assigned in one, no commit of an older one is taken
 * (G3). A generation in which nobody was assigned anything may be given again after a crash, as in Kafka.
 */
final class GenerationChecker extends HistoryChecker<Observation> {
    /** By the length of the history: the largest generation known to have been stored. */
    private final Map<String, NavigableMap<Integer, Integer>> stored = new HashMap<>();

    GenerationChecker(History<Observation> history) {
        super("G2 G3 the generation never falls, and commits of an older one are refused", history);
    }

    @Override
    void look(Observation observation) {
        switch (observation) {
            case Joined joined -> mustNotFall(joined.sentAt(), joined.group(), joined.generation(), joined);
            case Assigned assigned -> {
                mustNotFall(assigned.sentAt(), assigned.group(), assigned.generation(), assigned);
                NavigableMap<Integer, Integer> known = of(assigned.group());
                if (known.isEmpty() || known.lastEntry().getValue() < assigned.generation())
                    known.put(at() + 1, assigned.generation());
            }
            case CommitAnswered commit
            when commit.taken() -> mustNotFall(commit.sentAt(), commit.group(), commit.generation(), commit);
            default -> {}
        }
    }

    private NavigableMap<Integer, Integer> of(String group) {
        return stored.computeIfAbsent(group, absent -> new TreeMap<>());
    }

    private void mustNotFall(int sentAt, String group, int generation, Observation by) {
        Map.Entry<Integer, Integer> before = of(group).floorEntry(sentAt);
        if (before != null && generation < before.getValue())
            throw broken("the generation was %d when this was sent: %s", before.getValue(), by);
    }
}
