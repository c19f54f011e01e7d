package io.ottla.keeper.tree;

import static io.ottla.base.Invariant.invariant;

/**
 * The children of one node, by name: open addressing with linear probing over a plain array, at most three quarters
 * full, so that a child costs some six bytes here. A plain child stands as its {@link NodeContent}, any other as a {@link Znode}; their names
 * are in them.
 *
 * <p>A large table moves to its next array a little with each change, so that no request waits for the hashing of a million names: meanwhile
 * a child is in one array or in the other.
 */
public final class ChildTable {
    private static final int CAPACITY_MIN = 2;

    /** An array of up to so many slots is left in one piece. */
    static final int SLOTS_AT_ONCE_MAX = 4096;

    /** Of a larger one, so many slots with each change, and to the end of the run of children there. */
    private static final int SLOTS_PER_CHANGE = 32;

    private final Hash hashes;
    private Object[] slots = new Object[CAPACITY_MIN];
    private int size;

    /** The array before, while there is something left in it; else null. */
    private Leaving leaving;

    /** From {@code next} on, {@code left} slots are still to be looked at. They begin behind an empty slot, so every run in them is whole. */
    private static final class Leaving {
        final Object[] slots;
        int next;
        int left;

        Leaving(Object[] slots) {
            this.slots = slots;
            left = slots.length;
            while (slots[next] != null) next++;
        }
    }

    ChildTable(Hash hashes) {
        this.hashes = hashes;
    }

    ChildTable(Hash hashes, Object first) {
        this(hashes);
        add(first);
    }

    /**
     * Hashes names. Seeded, so that a client cannot choose names that fall together; mixed after every byte, since a
     * plain polynomial would collide whatever the seed.
     */
    public static final class Hash {
        private final int seed;

        public Hash(long seed) {
            this.seed = (int) (seed ^ (seed >>> 32));
        }

        public int of(byte[] bytes, int from, int to) {
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

    boolean isMoving() {
        return leaving != null;
    }

    private int hash(Object slot) {
        return NodeContent.hash(content(slot), hashes);
    }

    /** What stands for the child of that name; null if there is none. */
    Object find(byte[] path, int from, int to) {
        return named(hashes.of(path, from, to), path, from, to);
    }

    private Object named(int hash, byte[] path, int from, int to) {
        Object child = named(slots, hash, path, from, to);
        return child == null && leaving != null ? named(leaving.slots, hash, path, from, to) : child;
    }

    private static Object named(Object[] slots, int hash, byte[] path, int from, int to) {
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != null && !NodeContent.named(content(slots[i]), path, from, to)) i = (i + 1) & mask;
        return slots[i];
    }

    /** @return false if there is one of that name; then nothing is changed */
    boolean add(Object child) {
        byte[] content = content(child);
        int from = NodeContent.nameStart(content);
        int to = from + NodeContent.nameLength(content);
        int hash = hashes.of(content, from, to);
        if (named(hash, content, from, to) != null) return false;
        if ((size + 1) * 4L > slots.length * 3L) resize(slots.length * 2);
        place(child, hash);
        size++;
        move(SLOTS_PER_CHANGE);
        return true;
    }

    static byte[] content(Object slot) {
        return slot instanceof byte[] content ? content : ((Znode) slot).content();
    }

    private void resize(int capacity) {
        move(Integer.MAX_VALUE); // long done: it takes far fewer changes than come between two of these
        leaving = new Leaving(slots);
        slots = new Object[capacity];
        if (leaving.left <= SLOTS_AT_ONCE_MAX) move(Integer.MAX_VALUE);
    }

    /** Moves the children of so many slots, and what is left of the run then. */
    private void move(int slotsMax) {
        if (leaving == null) return;
        Object[] from = leaving.slots;
        int mask = from.length - 1;
        Object child = null;
        for (int looked = 0; leaving.left > 0 && (looked < slotsMax || child != null); looked++) {
            child = from[leaving.next];
            if (child != null) {
                from[leaving.next] = null;
                place(child, hash(child));
            }
            leaving.next = (leaving.next + 1) & mask;
            leaving.left--;
        }
        if (leaving.left == 0) leaving = null;
    }

    private void place(Object child, int hash) {
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != null) i = (i + 1) & mask;
        slots[i] = child;
    }

    /** Another stands for the same child: one that is there, by identity. */
    void replace(Object child, Object other) {
        int hash = hash(child);
        Object[] in = arrayOf(child, hash);
        in[indexOf(in, child, hash)] = other;
    }

    /** In which of the two it is. Arrays and nodes are equal only to themselves. */
    private Object[] arrayOf(Object child, int hash) {
        if (indexOf(slots, child, hash) >= 0) return slots;
        invariant(
                leaving != null && indexOf(leaving.slots, child, hash) >= 0,
                "a view of a node that was changed through another");
        return leaving.slots;
    }

    /** Negative if it is not there. */
    private static int indexOf(Object[] slots, Object child, int hash) {
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != null && !child.equals(slots[i])) i = (i + 1) & mask;
        return slots[i] == null ? -1 : i;
    }

    /** Removes one that is there. */
    void remove(Object child) {
        int hash = hash(child);
        Object[] in = arrayOf(child, hash);
        empty(in, indexOf(in, child, hash));
        size--;
        move(SLOTS_PER_CHANGE);
        if (slots.length > 64 && size * 8L < slots.length) resize(slots.length / 4);
    }

    /** Moves up those that probed past it. */
    private void empty(Object[] from, int at) {
        int mask = from.length - 1;
        int hole = at;
        for (int i = (hole + 1) & mask; from[i] != null; i = (i + 1) & mask) {
            int home = hash(from[i]) & mask;
            // stays only if its home lies between the hole and itself
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                from[hole] = from[i];
                hole = i;
            }
        }
        from[hole] = null;
    }

    /** What stands for each, in no order that means anything, but the same for the same history and seed. */
    Object[] toArray() {
        Object[] all = new Object[size];
        int at = 0;
        for (Object each : slots) if (each != null) all[at++] = each;
        if (leaving == null) return all;
        for (Object each : leaving.slots) if (each != null) all[at++] = each;
        return all;
    }
}
