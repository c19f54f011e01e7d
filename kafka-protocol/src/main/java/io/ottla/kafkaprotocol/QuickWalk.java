package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;

/**
 * The quick way through a plain batch of magic 2 whose records are all of the common kind: a key or none, offset deltas
 * 0, 1, 2…, a timestamp, no headers, integers of at most four bytes. It takes half the time of {@link RecordReader}, for
 * it reads eight bytes at once and keeps nothing of a record; it can only say "sound" or "look closer".
 *
 * <p>{@link #length} and {@link #value} are two methods for a reason: the length comes out of branches, which the
 * processor predicts, so that it needs not wait for one field to find the next. As one method with both packed into
 * its result the walk takes half as long again.
 */
final class QuickWalk {
    /** The length of an integer with more than four bytes. */
    private static final int LONGER = 0;

    private long minTimestamp;
    private long maxTimestamp;
    private int indexOfMaxTimestamp;

    /**
     * Whether the batch is what its record count says, all of the common kind; then the timestamps are known.
     *
     * @param needsKeys whether a record without key is not common
     */
    boolean isSound(BatchView batch, boolean needsKeys) {
        ByteBuffer bytes = batch.buffer();
        int end = batch.endPosition();
        int at = batch.bodyPosition();
        int count = batch.recordCount();
        int minKeyBytes = needsKeys ? 0 : -1;
        int minDelta = Integer.MAX_VALUE;
        int maxDelta = Integer.MIN_VALUE;
        int indexOfMax = 0;
        for (int index = 0; index < count; index++) {
            if (at >= end) return false;
            long word = word(bytes, at, end);
            int length = length(word);
            int recordEnd = at + length + value(word, length);
            at += length + 1; // and the attributes, which mean nothing
            if (length == LONGER || recordEnd > end || recordEnd <= at) return false;

            word = word(bytes, at, end);
            length = length(word);
            int delta = value(word, length);
            word <<= Byte.SIZE * length;
            int offsetLength = length(word);
            at += length + offsetLength;
            if (length == LONGER || offsetLength == LONGER || at >= recordEnd) return false;
            if (value(word, offsetLength) != index) return false;
            minDelta = Math.min(minDelta, delta);
            if (delta > maxDelta) {
                maxDelta = delta;
                indexOfMax = index;
            }

            word = word(bytes, at, end);
            length = length(word);
            int keyBytes = value(word, length);
            at += length + Math.max(keyBytes, 0);
            if (length == LONGER || keyBytes < minKeyBytes || at >= recordEnd) return false;

            word = word(bytes, at, end);
            length = length(word);
            int valueBytes = value(word, length);
            at += length + Math.max(valueBytes, 0);
            if (length == LONGER || valueBytes < -1 || at != recordEnd - 1 || bytes.get(at) != 0) return false;
            at = recordEnd;
        }
        minTimestamp = batch.baseTimestamp() + minDelta;
        maxTimestamp = batch.baseTimestamp() + maxDelta;
        indexOfMaxTimestamp = indexOfMax;
        // below 0 there is more to say, and a sum that wrapped around is below 0 for one of the two
        return at == end && minTimestamp >= 0 && maxTimestamp >= minTimestamp;
    }

    long minTimestamp() {
        return minTimestamp;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    /** Of the first record that has it. */
    int indexOfMaxTimestamp() {
        return indexOfMaxTimestamp;
    }

    /** The eight bytes at {@code at}, which is before {@code end}; zeros stand for those beyond. A batch has eight bytes. */
    private static long word(ByteBuffer bytes, int at, int end) {
        int last = end - Long.BYTES;
        return at <= last ? bytes.getLong(at) : bytes.getLong(last) << (Byte.SIZE * (at - last));
    }

    /** How many bytes the integer has that the word begins with: 1 to 4, or {@link #LONGER}. */
    private static int length(long word) {
        if (word >= 0) return 1;
        if ((word & (0x80L << 48)) == 0) return 2;
        if ((word & (0x80L << 40)) == 0) return 3;
        return (word & (0x80L << 32)) == 0 ? 4 : LONGER;
    }

    /** The integer of {@code length} bytes that the word begins with. */
    private static int value(long word, int length) {
        int bits = (int) (word >>> 32);
        int folded = (bits >>> 24) & 0x7F;
        if (length > 1) folded |= (bits >>> 9) & (0x7F << 7);
        if (length > 2) folded |= (bits << 6) & (0x7F << 14);
        if (length > 3) folded |= (bits << 21) & (0x7F << 21);
        return (folded >>> 1) ^ -(folded & 1);
    }
}
