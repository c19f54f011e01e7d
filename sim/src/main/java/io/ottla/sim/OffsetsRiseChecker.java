package io.ottla.sim;

import io.ottla.sim.Observation.Fetched;
import io.ottla.sim.Observation.MayForget;
import io.ottla.sim.Observation.Read;
import java.util.HashSet;
import java.util.Set;

/** In what a client gets, offsets rise; and by one, where nothing is compacted. */
final class OffsetsRiseChecker extends HistoryChecker<Observation> {
    private final Set<Stream> withGaps = new HashSet<>();

    OffsetsRiseChecker(History<Observation> history) {
        super("R10 offsets rise strictly, and without gaps before compaction", history);
    }

    @Override
    void look(Observation observation) {
        switch (observation) {
            case MayForget(Stream stream, boolean byTime, boolean byKey) when byKey -> withGaps.add(stream);
            case Fetched fetched -> {
                Read before = null;
                for (Read record : fetched.records()) {
                    if (before != null && record.offset() <= before.offset())
                        throw broken("%s comes after %s in %s", record, before, fetched);
                    if (before != null && record.offset() > before.offset() + 1 && !withGaps.contains(fetched.stream()))
                        throw broken("between %s and %s something is missing in %s", before, record, fetched);
                    before = record;
                }
            }
            default -> {}
        }
    }
}
