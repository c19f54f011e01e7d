package io.ottla.keeper;

import static io.ottla.base.Invariant.invariant;

import java.util.ArrayList;
import java.util.List;

/**
 * The children of one node, by name: open addressing with linear probing over a plain array, at most three quarters
 * full, so that a child costs some six bytes here. A plain child stands as its {@link NodeContent}, any other as a {@link Znode}; their names
 * are in them.
 */
final class ChildTable {
    private static final int CAPACITY_MIN = 2;

    private final Hash hashes;
    private Object[] slots = new Object[CAPACITY_MIN];
    private int size;

    ChildTable(Hash hashes) {
        this.hashes = hashes;
    }

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

    private int hash(Object slot) {
        return NodeContent.hash(content(slot), hashes);
    }

    /** Null if there is none. */
    Znode find(Znode parent, byte[] path, int from, int to) {
        int mask = slots.length - 1;
        for (int i = hashes.of(path, from, to) & mask; slots[i] != null; i = (i + 1) & mask) {
            byte[] content = content(slots[i]);
            if (NodeContent.named(content, path, from, to))
                return slots[i] instanceof Znode node ? node : new Znode(parent, content);
        }
        return null;
    }

    /** @return false if there is one of that name; then nothing is changed */
    boolean add(Object child) {
        if ((size + 1) * 4L > slots.length * 3L) resize(slots.length * 2);
        byte[] content = content(child);
        int from = NodeContent.nameStart(content);
        int to = from + NodeContent.nameLength(content);
        int mask = slots.length - 1;
        int i = hashes.of(content, from, to) & mask;
        for (; slots[i] != null; i = (i + 1) & mask)
            if (NodeContent.named(content(slots[i]), content, from, to)) return false;
        slots[i] = child;
        size++;
        return true;
    }

    private static byte[] content(Object slot) {
        return slot instanceof byte[] content ? content : ((Znode) slot).content();
    }

    private void resize(int capacity) {
        Object[] old = slots;
        slots = new Object[capacity];
        for (Object each : old) if (each != null) place(each, hash(each));
    }

    private void place(Object child, int hash) {
        int mask = slots.length - 1;
        int i = hash & mask;
        while (slots[i] != null) i = (i + 1) & mask;
        slots[i] = child;
    }

    /** Another stands for the same child: one that is there, by identity. */
    void replace(Object child, Object other) {
        slots[indexOf(child)] = other;
    }

    /** Arrays and nodes are equal only to themselves. */
    private int indexOf(Object child) {
        int mask = slots.length - 1;
        int i = hash(child) & mask;
        while (!child.equals(slots[i])) {
            invariant(slots[i] != null, "a view of a node that was changed through another");
            i = (i + 1) & mask;
        }
        return i;
    }

    /** Removes one that is there, and moves up those that probed past it. */
    void remove(Object child) {
        int mask = slots.length - 1;
        int hole = indexOf(child);
        for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
            int home = hash(slots[i]) & mask;
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

    /** What stands for each, in no order that means anything, but the same for the same history and seed. */
    Object[] toArray() {
        Object[] all = new Object[size];
        int at = 0;
        for (Object each : slots) if (each != null) all[at++] = each;
        return all;
    }

    /** The names, in that order. */
    List<String> names() {
        List<String> names = new ArrayList<>(size);
        for (Object each : slots) {
            if (each != null) names.add(NodeContent.name(content(each)));
        }
        return names;
    }

    /** The same, as nodes. */
    Znode[] nodes(Znode parent) {
        Znode[] all = new Znode[size];
        int at = 0;
        for (Object each : slots) {
            if (each == null) continue;
            all[at++] = each instanceof byte[] content ? new Znode(parent, content) : (Znode) each;
        }
        return all;
    }
}
