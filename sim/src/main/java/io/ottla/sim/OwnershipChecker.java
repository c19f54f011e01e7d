package io.ottla.sim;

import io.ottla.sim.Observation.Assigned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** In one generation of a group, a partition has one owner, and an owner is always told the same. */
final class OwnershipChecker extends HistoryChecker<Observation> {
    private final Map<Generation, Map<String, List<Integer>>> owners = new HashMap<>();

    private record Generation(String group, int number) {}

    OwnershipChecker(History<Observation> history) {
        super("G1 no two members of a generation own the same partition", history);
    }

    @Override
    void look(Observation observation) {
        if (!(observation instanceof Assigned assigned)) return;
        Generation generation = new Generation(assigned.group(), assigned.generation());
        Map<String, List<Integer>> known = owners.computeIfAbsent(generation, absent -> new HashMap<>());
        List<Integer> before = known.put(assigned.owner(), assigned.partitions());
        if (before != null && !before.equals(assigned.partitions()))
            throw broken("%s was given %s before: %s", assigned.owner(), before, assigned);
        known.forEach((owner, partitions) -> {
            if (!owner.equals(assigned.owner()) && partitions.stream().anyMatch(assigned.partitions()::contains))
                throw broken("%s has %s of the same generation: %s", owner, partitions, assigned);
        });
    }
}
