package io.ottla.log;

import static io.ottla.base.Invariant.invariant;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key that compaction has seen. Of a key only a hash of 128 bits is kept, so an entry takes 24
 * bytes whatever the key; two keys with the same hash are not expected to exist. Open addressing in one block of memory
 * that is bounded from the beginning. Source of the idea: SkimpyOffsetMap of Kafka's storage.
 */
final class OffsetMap {
    static final int ENTRY_BYTES = 24;
    /** Above this share of the slots in use, probing gets long. */
    private static final double LOAD_MAX = 0.9;

    private static final int SLOTS_MIN = 16;
    private static final long EMPTY = 0;

    private final ByteBuffer slots;
    private final int slotCount;
    private final MessageDigest digest;
    private final byte[] hash = new byte[16];
    private int size;
    private long latestOffset = -1;

    /**
     * @param bytesMax of memory
     * @param keysExpected at most; less memory is taken if that suffices
     */
    OffsetMap(long bytesMax, long keysExpected) {
        long wanted = (long) (keysExpected / LOAD_MAX) + 1;
        long affordable = Math.min(bytesMax, Integer.MAX_VALUE - 64) / ENTRY_BYTES;
        slotCount = (int) Math.max(SLOTS_MIN, Math.min(wanted, affordable));
        slots = ByteBuffer.allocate(slotCount * ENTRY_BYTES);
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    boolean isFull() {
        return size >= (int) (slotCount * LOAD_MAX);
    }

    int size() {
        return size;
    }

    /** The highest offset that was looked at; −1 if none was. */
    long latestOffset() {
        return latestOffset;
    }

    /** All records up to this offset have been looked at. */
    void looked(long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }

    /** The key's position and limit stay as they are. */
    void put(ByteBuffer key, long offset) {
        int at = find(key);
        if (slots.getLong(at + 16) == EMPTY) {
            invariant(!isFull(), "the offset map is full with %d keys", size);
            slots.put(at, hash);
            size++;
        }
        slots.putLong(at + 16, offset + 1);
        looked(offset);
    }

    /** −1 if the key was not seen. */
    long get(ByteBuffer key) {
        return slots.getLong(find(key) + 16) - 1;
    }

    /** Where the key's entry is, or would be. Leaves the key's hash in {@link #hash}. */
    private int find(ByteBuffer key) {
        digest.update(key.duplicate());
        byte[] computed = digest.digest();
        System.arraycopy(computed, 0, hash, 0, hash.length);
        long high = ByteBuffer.wrap(hash).getLong();
        long low = ByteBuffer.wrap(hash).getLong(8);
        int slot = (int) Long.remainderUnsigned(high, slotCount);
        while (true) {
            int at = slot * ENTRY_BYTES;
            if (slots.getLong(at + 16) == EMPTY) return at;
            if (slots.getLong(at) == high && slots.getLong(at + 8) == low) return at;
            slot = slot + 1 == slotCount ? 0 : slot + 1;
        }
    }
}
