package io.ottla.keeper.watch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Who watches one path, and how ({@code WatchKind.bit}s). Laid out for millions: one watcher stands in the object itself, more in a
 * {@link Several}.
 */
final class WatchedPath {
    final byte[] path;

    /** Of the path, by {@code ChildTable.Hash}. */
    final int hash;

    /** Null, a {@link Watching}, or {@link Several}. */
    private Object holders;

    private byte bits;

    /** Open addressing by the watchers' numbers. */
    private static final class Several {
        Watching[] slots = new Watching[4];
        byte[] bits = new byte[4];
        int size;

        int find(Watching watching) {
            int mask = slots.length - 1;
            int i = watching.hash & mask;
            while (slots[i] != null && slots[i] != watching) i = (i + 1) & mask;
            return i;
        }

        void set(Watching watching, byte ways) {
            int i = find(watching);
            if (slots[i] == null && (++size) * 4L > slots.length * 3L) {
                grow();
                i = find(watching);
            }
            slots[i] = watching;
            bits[i] = ways;
        }

        private void grow() {
            Watching[] oldSlots = slots;
            byte[] oldBits = bits;
            slots = new Watching[oldSlots.length * 2];
            bits = new byte[slots.length];
            for (int i = 0; i < oldSlots.length; i++) {
                if (oldSlots[i] == null) continue;
                int at = find(oldSlots[i]);
                slots[at] = oldSlots[i];
                bits[at] = oldBits[i];
            }
        }

        void remove(Watching watching) {
            int mask = slots.length - 1;
            int hole = find(watching);
            if (slots[hole] == null) return;
            for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
                int home = slots[i].hash & mask;
                // stays only if its home lies between the hole and itself
                if (((i - home) & mask) >= ((i - hole) & mask)) {
                    slots[hole] = slots[i];
                    bits[hole] = bits[i];
                    hole = i;
                }
            }
            slots[hole] = null;
            size--;
        }
    }

    WatchedPath(byte[] path, int hash) {
        this.path = path;
        this.hash = hash;
    }

    boolean is(byte[] other, int length) {
        return Arrays.equals(path, 0, path.length, other, 0, length);
    }

    String text() {
        return new String(path, StandardCharsets.UTF_8);
    }

    boolean isEmpty() {
        return holders == null;
    }

    /** How that one watches; 0 if it does not. */
    int bits(Watching watching) {
        if (holders == watching) return bits;
        if (!(holders instanceof Several several)) return 0;
        int at = several.find(watching);
        return several.slots[at] == null ? 0 : several.bits[at];
    }

    /** @param ways not 0 */
    void set(Watching watching, int ways) {
        if (holders == null || holders == watching) {
            holders = watching;
            bits = (byte) ways;
            return;
        }
        if (holders instanceof Watching first) {
            Several several = new Several();
            several.set(first, bits);
            holders = several;
        }
        ((Several) holders).set(watching, (byte) ways);
    }

    void remove(Watching watching) {
        if (holders == watching) holders = null;
        if (!(holders instanceof Several several)) return;
        several.remove(watching);
        if (several.size == 0) holders = null;
    }

    /** Those that watch, at this moment. */
    Watching[] watchers() {
        if (holders == null) return new Watching[0];
        if (holders instanceof Watching one) return new Watching[] {one};
        Several several = (Several) holders;
        Watching[] all = new Watching[several.size];
        int at = 0;
        for (Watching each : several.slots) if (each != null) all[at++] = each;
        return all;
    }
}
