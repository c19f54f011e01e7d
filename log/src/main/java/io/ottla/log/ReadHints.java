package io.ottla.log;

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

    /** The position in that segment at which the batch with the offset begins; −1 if it is not known. */
    long find(long offset, long segment) {
        for (ReadPlan.Place place : places)
            if (place != null && place.offset() == offset && place.segment() == segment) return place.position();
        return -1;
    }

    void clear() {
        places = new ReadPlan.Place[0];
        next = 0;
    }
}
