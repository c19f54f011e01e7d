package io.ottla.log;

import java.util.Optional;

/** Where the last few readers will go on, so that a reader in sequence needs no lookup. */
final class ReadHints {
    private static final int COUNT = 16;

    private ReadPlan.Place[] places = new ReadPlan.Place[0];
    private int next;

    void add(ReadPlan.Place place) {
        if (places.length == 0) places = new ReadPlan.Place[COUNT];
        places[next] = place;
        next = (next + 1) % COUNT;
    }

    /** Where in that segment the batch with the offset begins; empty if it is not known. */
    Optional<ReadPlan.Place> find(long offset, long segment) {
        for (ReadPlan.Place place : places)
            if (place != null && place.at().nextOffset() == offset && place.segment() == segment)
                return Optional.of(place);
        return Optional.empty();
    }

    void clear() {
        places = new ReadPlan.Place[0];
        next = 0;
    }
}
