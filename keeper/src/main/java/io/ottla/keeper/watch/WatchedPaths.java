package io.ottla.keeper.watch;

/** A set of watched paths by open addressing with linear probing, at most three quarters full: some six bytes each. */
final class WatchedPaths {
    private WatchedPath[] slots = new WatchedPath[4];
    private int size;

    int size() {
        return size;
    }

    /**
     * Null if it is not there.
     *
     * @param hash of the first {@code length} bytes
     */
    WatchedPath find(byte[] path, int length, int hash) {
        int mask = slots.length - 1;
        for (int i = hash & mask; slots[i] != null; i = (i + 1) & mask) {
            if (slots[i].hash == hash && slots[i].is(path, length)) return slots[i];
        }
        return null;
    }

    /** Adds one that is not there yet. */
    void add(WatchedPath path) {
        if (++size * 4L > slots.length * 3L) resize(slots.length * 2);
        place(path);
    }

    private void resize(int capacity) {
        WatchedPath[] old = slots;
        slots = new WatchedPath[capacity];
        for (WatchedPath each : old) if (each != null) place(each);
    }

    private void place(WatchedPath path) {
        int mask = slots.length - 1;
        int i = path.hash & mask;
        while (slots[i] != null) i = (i + 1) & mask;
        slots[i] = path;
    }

    /** Removes one that is there, and moves up those that probed past it. */
    void remove(WatchedPath path) {
        int mask = slots.length - 1;
        int hole = path.hash & mask;
        while (slots[hole] != path) hole = (hole + 1) & mask;
        for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
            int home = slots[i].hash & mask;
            // stays only if its home lies between the hole and itself
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = null;
        size--;
        if (slots.length > 64 && size * 8L < slots.length) resize(slots.length / 4);
    }

    /** In no order. */
    WatchedPath[] toArray() {
        WatchedPath[] all = new WatchedPath[size];
        int at = 0;
        for (WatchedPath each : slots) if (each != null) all[at++] = each;
        return all;
    }
}
