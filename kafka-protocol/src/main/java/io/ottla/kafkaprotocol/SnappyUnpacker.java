package io.ottla.kafkaprotocol;

import java.io.IOException;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyError;

/**
 * Snappy in the framing of snappy-java, which Kafka's Java clients write, or bare, as librdkafka writes it.
 *
 * <pre>
 * stream := header (chunk | header)*  |  block
 * header := 82 'S' 'N' 'A' 'P' 'P' 'Y' 00 version:i32 compatibleVersion:i32
 * chunk  := length:i32 block{length}
 * block  := unpackedLength:varint element*                     snappy's own format
 * </pre>
 *
 * A block has to be unpacked whole, so one that is larger than what may be held is refused. One that says that it unpacks to more than {@link #TRUSTED_BYTES} is walked
 * through by the library's checker first, which allocates nothing; so memory is only taken for a length that is true.
 */
final class SnappyUnpacker extends Unpacker {
    /** The library's own blocks are of 32 KiB, and clients use up to this. */
    static final int TRUSTED_BYTES = 64 * 1024;
    /** Larger buffers are not kept for the next stream. */
    private static final int KEPT_BYTES = 1024 * 1024;

    private static final int HEADER_BYTES = 16;
    private static final long MAGIC = 0x82534e4150505900L;

    private byte[] packed = new byte[0];
    private byte[] unpacked = new byte[0];
    private int position;
    private int limit;
    private boolean isFramed;

    @Override
    void begin(byte magic) throws CorruptRecords {
        position = 0;
        limit = 0;
        if (packed.length > KEPT_BYTES) packed = new byte[0];
        if (unpacked.length > KEPT_BYTES) unpacked = new byte[0];
        isFramed = isHeader();
    }

    @Override
    int read(byte[] target, int from, int length) throws CorruptRecords {
        while (position == limit) {
            while (isFramed && isHeader()) source.position(source.position() + HEADER_BYTES);
            if (!source.hasRemaining()) return END;
            unpackBlock(blockBytes());
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(unpacked, position, target, from, count);
        position += count;
        return count;
    }

    private boolean isHeader() {
        return source.remaining() >= HEADER_BYTES && source.getLong(source.position()) == MAGIC;
    }

    private int blockBytes() throws CorruptRecords {
        if (!isFramed) return source.remaining();
        need(4, Codec.SNAPPY);
        int length = source.getInt();
        need(length, Codec.SNAPPY);
        return length;
    }

    private void unpackBlock(int length) throws CorruptRecords {
        if (packed.length < length) packed = new byte[length];
        source.get(packed, 0, length);
        try {
            int unpackedLength = Snappy.uncompressedLength(packed, 0, length);
            if (unpackedLength < 0) throw CorruptRecords.invalid("snappy block is too large");
            if (unpackedLength > TRUSTED_BYTES && !Snappy.isValidCompressedBuffer(packed, 0, length))
                throw CorruptRecords.invalid("snappy block is corrupt");
            if (unpackedLength > Math.max(heldBytesMax, TRUSTED_BYTES))
                throw CorruptRecords.tooLarge("a snappy block unpacks to %d bytes at once, more than %d"
                        .formatted(unpackedLength, heldBytesMax));
            if (unpacked.length < unpackedLength) unpacked = new byte[unpackedLength];
            limit = Snappy.uncompress(packed, 0, length, unpacked, 0);
            position = 0;
        } catch (IOException | IllegalArgumentException | SnappyError e) {
            throw CorruptRecords.invalid("snappy: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        packed = new byte[0];
        unpacked = new byte[0];
    }
}
