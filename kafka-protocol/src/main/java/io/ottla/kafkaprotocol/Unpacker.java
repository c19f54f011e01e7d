package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Unpacks one stream after another, piece by piece. What it allocates is bounded by constants that its class names,
 * not by what the input says; buffers and native state are kept from stream to stream.
 */
abstract sealed class Unpacker implements AutoCloseable
        permits GzipUnpacker, SnappyUnpacker, Lz4Unpacker, ZstdUnpacker {

    static final int END = -1;

    /** The packed bytes; the position is where reading goes on. Big-endian. */
    ByteBuffer source = ByteBuffer.allocate(0);

    /** How many unpacked bytes may be in memory at once, where the codec cannot unpack them a piece at a time. */
    int heldBytesMax;

    /**
     * Begins a stream.
     *
     * @param source from position to limit; its own position stays
     * @param magic of the batch, for lz4's sake
     * @param heldBytesMax for snappy's and lz4's sake, which unpack blocks
     */
    final void open(ByteBuffer source, byte magic, int heldBytesMax) throws CorruptRecords {
        this.heldBytesMax = heldBytesMax;
        this.source = source.duplicate().order(ByteOrder.BIG_ENDIAN);
        begin(magic);
    }

    abstract void begin(byte magic) throws CorruptRecords;

    /**
     * Unpacks up to {@code length} bytes, at least one.
     *
     * @return how many; {@link #END} if the stream has properly ended
     */
    abstract int read(byte[] target, int from, int length) throws CorruptRecords;

    /** Frees native memory. */
    @Override
    public abstract void close();

    static Unpacker of(Codec codec) {
        return switch (codec) {
            case NONE -> throw new IllegalArgumentException("nothing to unpack");
            case GZIP -> new GzipUnpacker();
            case SNAPPY -> new SnappyUnpacker();
            case LZ4 -> new Lz4Unpacker();
            case ZSTD -> new ZstdUnpacker();
        };
    }

    final void need(int bytes, Codec codec) throws CorruptRecords {
        if (bytes < 0 || source.remaining() < bytes) throw truncated(codec);
    }

    static CorruptRecords truncated(Codec codec) {
        return CorruptRecords.invalid(codec.label() + " stream is truncated");
    }
}
