package io.ottla.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key that compaction has seen. Of a key only a hash of 128 bits is kept, so an entry takes 24
 * bytes whatever the key; two keys with the same hash are not expected to exist. A key comes in pieces, for it may be too
 * large to be held.
 *
 * <p>Memory grows with the keys, up to a bound. It is divided into {@link #TABLES} tables of open addressing by the hash, each of which
 * grows by itself, so that growing needs no second map's room. Source of the idea: SkimpyOffsetMap of Kafka's storage.
 */
final class OffsetMap {
    static final int ENTRY_BYTES = 24;
    static final int TABLES = 64;
    /** Above this share of the slots in use, probing gets long. */
    private static final double LOAD_MAX = 0.9;

    private static final int SLOTS_AT_FIRST = 16;
    private static final int OFFSET = 16;
    private static final long EMPTY = 0;

    private final Table[] tables = new Table[TABLES];
    private final int slotsMax;
    private final MessageDigest digest;
    private final byte[] hash = new byte[16];
    private final ByteBuffer hashed = ByteBuffer.wrap(hash);
    private int size;
    private long latestOffset = -1;

    /** Slots of {@link #ENTRY_BYTES}: the hash, and the offset plus one. */
    private static final class Table {
        ByteBuffer slots = ByteBuffer.allocate(SLOTS_AT_FIRST * ENTRY_BYTES);
        int used;

        int slotCount() {
            return slots.capacity() / ENTRY_BYTES;
        }

        boolean isFull() {
            return used >= (int) (slotCount() * LOAD_MAX);
        }

        /** Where the entry with this hash is, or would be. */
        int find(long high, long low) {
            int slotCount = slotCount();
            int slot = (int) Long.remainderUnsigned(low, slotCount);
            while (true) {
                int at = slot * ENTRY_BYTES;
                if (slots.getLong(at + OFFSET) == EMPTY) return at;
                if (slots.getLong(at) == high && slots.getLong(at + 8) == low) return at;
                slot = slot + 1 == slotCount ? 0 : slot + 1;
            }
        }

        void grow(int slotCount) {
            ByteBuffer old = slots;
            slots = ByteBuffer.allocate(slotCount * ENTRY_BYTES);
            for (int at = 0; at < old.capacity(); at += ENTRY_BYTES)
                if (old.getLong(at + OFFSET) != EMPTY)
                    slots.put(find(old.getLong(at), old.getLong(at + 8)), old, at, ENTRY_BYTES);
        }
    }

    /** @param bytesMax of memory; a few keys fit in any case */
    OffsetMap(long bytesMax) {
        // one table's worth is kept back: while it grows, it is there twice
        long slots = Math.min(bytesMax, Integer.MAX_VALUE - 64) / ENTRY_BYTES / (TABLES + 1);
        slotsMax = (int) Math.max(SLOTS_AT_FIRST, slots);
        for (int i = 0; i < TABLES; i++) tables[i] = new Table();
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    int size() {
        return size;
    }

    /** What it takes at the moment. */
    long bytes() {
        long bytes = 0;
        for (Table table : tables) bytes += table.slots.capacity();
        return bytes;
    }

    /** The highest offset that was looked at; −1 if none was. */
    long latestOffset() {
        return latestOffset;
    }

    /** All records up to this offset have been looked at. */
    void looked(long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }

    /** A piece of the key that {@link #put} or {@link #get} will be about. */
    void key(ByteBuffer bytes, int position, int length) {
        if (bytes.hasArray()) digest.update(bytes.array(), bytes.arrayOffset() + position, length);
        else digest.update(bytes.slice(position, length));
    }

    /** Nothing is to be done with the key whose pieces have come. */
    void pass() {
        digest.reset();
    }

    /**
     * The key has this offset.
     *
     * @return false if there is no room for one more key
     */
    boolean put(long offset) {
        Table table = hash();
        int at = table.find(high(), low());
        if (table.slots.getLong(at + OFFSET) == EMPTY) {
            if (table.isFull()) {
                if (table.slotCount() >= slotsMax) return false;
                table.grow((int) Math.min(slotsMax, table.slotCount() * 2L));
                at = table.find(high(), low());
            }
            table.slots.put(at, hash);
            table.used++;
            size++;
        }
        table.slots.putLong(at + OFFSET, offset + 1);
        looked(offset);
        return true;
    }

    /** −1 if the key was not seen. */
    long get() {
        Table table = hash();
        return table.slots.getLong(table.find(high(), low()) + OFFSET) - 1;
    }

    /** The table of the key whose pieces have come. */
    private Table hash() {
        byte[] computed = digest.digest();
        System.arraycopy(computed, 0, hash, 0, hash.length);
        return tables[hash[0] & (TABLES - 1)];
    }

    private long high() {
        return hashed.getLong(0);
    }

    private long low() {
        return hashed.getLong(8);
    }
}
