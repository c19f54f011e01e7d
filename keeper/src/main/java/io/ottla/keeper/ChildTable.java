package io.ottla.keeper;

import java.util.Arrays;

/**
 * The children of one node, by name: open addressing with linear probing over a plain array, at most three quarters
 * full, so that a child costs some six bytes here. Entries are the nodes themselves; their names are in them.
 */
final class ChildTable {
    private static final int CAPACITY_MIN = 2;

    private Znode[] slots = new Znode[CAPACITY_MIN];
    private int size;

    /**
     * Hashes names. Seeded, so that a client cannot choose names that fall together; mixed after every byte, since a
     * plain polynomial would collide whatever the seed.
     */
    static final class Hash {
        private final int seed;

        Hash(long seed) {
            this.seed = (int) (seed ^ (seed >>> 32));
        }

        int of(byte[] bytes, int from, int to) {
            int hash = seed;
            for (int i = from; i < to; i++) {
                hash = (hash ^ bytes[i]) * 0x9E3779B1;
                hash = (hash ^ (hash >>> 15)) + seed;
            }
            hash *= 0x85EBCA6B;
            return hash ^ (hash >>> 16);
        }
    }

    int size() {
        return size;
    }

    /** Null if there is none. */
    Znode find(byte[] path, int from, int to, int hash) {
        int mask = slots.length - 1;
        for (int i = hash & mask; slots[i] != null; i = (i + 1) & mask) {
            if (slots[i].named(path, from, to)) return slots[i];
        }
        return null;
    }

    /** Adds one whose name is not there yet. */
    void add(Znode child, Hash hashes) {
        if ((size + 1) * 4L > slots.length * 3L) {
            Znode[] old = slots;
            slots = new Znode[old.length * 2];
            for (Znode each : old) if (each != null) place(each, each.hash(hashes));
        }
        place(child, child.hash(hashes));
        size++;
    }

    private void place(Znode child, int hash) {
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != null) i = (i + 1) & mask;
        slots[i] = child;
    }

    /** Removes one that is there, and moves up those that probed past it. */
    void remove(Znode child, Hash hashes) {
        int mask = slots.length - 1;
        int hole = child.hash(hashes) & mask;
        while (slots[hole] != child) hole = (hole + 1) & mask;
        for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
            int home = slots[i].hash(hashes) & mask;
            // stays only if its home lies between the hole and itself
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = null;
        size--;
        if (slots.length > 64 && size * 8L < slots.length) {
            Znode[] old = slots;
            slots = new Znode[old.length / 4];
            for (Znode each : old) if (each != null) place(each, each.hash(hashes));
        }
    }

    /** In no order that means anything, but the same for the same history and seed. */
    Znode[] toArray() {
        Znode[] all = new Znode[size];
        int at = 0;
        for (Znode each : slots) if (each != null) all[at++] = each;
        return at == all.length ? all : Arrays.copyOf(all, at);
    }
}
