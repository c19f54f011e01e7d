package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;

/**
 * The bytes of a batch's records as a window that moves forward: over the batch itself where it is not packed, else
 * over a buffer of its own that an {@link Unpacker} fills. The own buffer is reused; it grows beyond {@link #WINDOW_BYTES}
 * only for a record that is looked at as a whole, and only as that record's bytes really come.
 */
final class RecordSource implements AutoCloseable {
    static final int WINDOW_BYTES = 64 * 1024;
    /** A buffer that one large record made larger than this is not kept for the next batch. */
    private static final int KEPT_BYTES = 1024 * 1024;

    private static final int VARINT_BYTES_MAX = 5;
    private static final int VARLONG_BYTES_MAX = 10;

    private long unpackedBytesMax;
    private int heldBytesMax;
    private final Unpacker[] unpackers = new Unpacker[Codec.values().length];

    /** What is to be read is between {@link #position} and {@link #limit} of this. */
    ByteBuffer window = ByteBuffer.allocate(0);

    int position;
    int limit;

    private byte[] own = new byte[0];
    private Unpacker unpacker; // null where the batch is not packed
    private long bytesBeforeWindow;
    private boolean hasEnded;

    /**
     * @param unpackedBytesMax what one packed stream may come to
     * @param heldBytesMax what of it may be in memory at once, where a record or a block of the codec is wanted as a whole
     */
    RecordSource(long unpackedBytesMax, int heldBytesMax) {
        limit(unpackedBytesMax, heldBytesMax);
    }

    /** Other limits for what is opened next. */
    void limit(long unpackedBytesMax, int heldBytesMax) {
        this.unpackedBytesMax = unpackedBytesMax;
        this.heldBytesMax = heldBytesMax;
    }

    void openPlain(ByteBuffer buffer, int from, int to) {
        window = buffer;
        position = from;
        limit = to;
        unpacker = null;
        bytesBeforeWindow = -from;
    }

    void openPacked(Codec codec, ByteBuffer packed, byte magic) throws CorruptRecords {
        if (unpackers[codec.id()] == null) unpackers[codec.id()] = Unpacker.of(codec);
        if (own.length == 0 || own.length > KEPT_BYTES) own = new byte[WINDOW_BYTES];
        window = ByteBuffer.wrap(own);
        position = 0;
        limit = 0;
        bytesBeforeWindow = 0;
        hasEnded = false;
        unpacker = unpackers[codec.id()];
        unpacker.open(packed, magic, heldBytesMax);
    }

    /** How many bytes came before {@link #position}. */
    long bytesRead() {
        return bytesBeforeWindow + position;
    }

    boolean hasMore() throws CorruptRecords {
        ensure(1);
        return position < limit;
    }

    /** Brings at least so many bytes into the window, or all that are left; positions in it may move. */
    void ensure(int bytes) throws CorruptRecords {
        if (limit - position < bytes && unpacker != null && !hasEnded) refill(bytes);
    }

    /** As {@link #ensure}, but they must be there. */
    void hold(int bytes) throws CorruptRecords {
        hold(bytes, 0);
    }

    /** As {@link #hold(int)}, and if {@code beyond} more are to come they are brought in too. */
    void hold(int bytes, int beyond) throws CorruptRecords {
        ensure(bytes + beyond);
        if (limit - position < bytes) throw tooShort();
    }

    void skip(int bytes) throws CorruptRecords {
        int left = bytes;
        while (left > limit - position) {
            left -= limit - position;
            position = limit;
            if (!hasMore()) throw tooShort();
        }
        position += left;
    }

    /** As {@link #skip}, and shows them. */
    void show(int bytes, Pieces seen) throws CorruptRecords {
        int left = bytes;
        while (left > limit - position) {
            seen.piece(window, position, limit - position);
            left -= limit - position;
            position = limit;
            if (!hasMore()) throw tooShort();
        }
        seen.piece(window, position, left);
        position += left;
    }

    int varint() throws CorruptRecords {
        ensure(VARINT_BYTES_MAX);
        int at = position;
        int end = limit;
        int result = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (at == end) throw tooShort();
            byte group = window.get(at++);
            result |= (group & 0x7F) << shift;
            if (group >= 0) {
                position = at;
                return (result >>> 1) ^ -(result & 1);
            }
        }
        throw CorruptRecords.invalid("a variable-length integer has more than 5 bytes");
    }

    long varlong() throws CorruptRecords {
        ensure(VARLONG_BYTES_MAX);
        int at = position;
        int end = limit;
        long result = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at == end) throw tooShort();
            byte group = window.get(at++);
            result |= (group & 0x7FL) << shift;
            if (group >= 0) {
                position = at;
                return (result >>> 1) ^ -(result & 1);
            }
        }
        throw CorruptRecords.invalid("a variable-length integer has more than 10 bytes");
    }

    private void refill(int bytes) throws CorruptRecords {
        System.arraycopy(own, position, own, 0, limit - position);
        bytesBeforeWindow += position;
        limit -= position;
        position = 0;
        while (limit < bytes) {
            if (limit == own.length) grow(bytes);
            int count = unpacker.read(own, limit, own.length - limit);
            if (count == Unpacker.END) {
                hasEnded = true;
                return;
            }
            limit += count;
            if (bytesBeforeWindow + limit > unpackedBytesMax)
                throw CorruptRecords.tooLarge("the records unpack to more than %d bytes".formatted(unpackedBytesMax));
        }
    }

    private void grow(int wanted) {
        byte[] larger = new byte[(int) Math.min(wanted, own.length * 2L)];
        System.arraycopy(own, 0, larger, 0, limit);
        own = larger;
        window = ByteBuffer.wrap(own);
    }

    private static CorruptRecords tooShort() {
        return CorruptRecords.invalid("the batch ends within a record");
    }

    @Override
    public void close() {
        for (Unpacker each : unpackers) if (each != null) each.close();
    }
}
