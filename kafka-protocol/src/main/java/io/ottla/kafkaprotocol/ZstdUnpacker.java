package io.ottla.kafkaprotocol;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/**
 * Zstandard (RFC 8878), frames one after another. The library refuses windows above 128 MiB, which is what its highest
 * level writes; it reserves the window that a frame announces, and the system gives memory as that fills. A context
 * through which more than {@link #KEPT_WINDOW_BYTES} came in one stream is not kept for the next.
 */
final class ZstdUnpacker extends Unpacker {
    private static final int PIECE_BYTES = 32 * 1024;
    /** What RFC 8878 asks every decoder to support. */
    private static final long KEPT_WINDOW_BYTES = 8L * 1024 * 1024;

    /** A flood of empty frames makes steps and no bytes. */
    private static final int STEPS_WITHOUT_BYTES_MAX = 1000;

    private ZstdDecompressCtx context = new ZstdDecompressCtx();
    private final ByteBuffer unpacked = ByteBuffer.allocateDirect(PIECE_BYTES);
    private final ByteBuffer packed = ByteBuffer.allocateDirect(PIECE_BYTES);
    private boolean isBetweenFrames;
    private long unpackedBytes;

    @Override
    void begin(byte magic) {
        if (unpackedBytes > KEPT_WINDOW_BYTES) {
            context.close();
            context = new ZstdDecompressCtx();
        } else {
            context.reset();
        }
        unpackedBytes = 0;
        unpacked.limit(0);
        packed.limit(0);
        isBetweenFrames = true;
    }

    @Override
    int read(byte[] target, int from, int length) throws CorruptRecords {
        for (int steps = 0; !unpacked.hasRemaining(); steps++) {
            if (steps > STEPS_WITHOUT_BYTES_MAX) throw CorruptRecords.invalid("zstd stream has too many empty frames");
            boolean hasInput = fill();
            if (!hasInput && isBetweenFrames) return END;
            unpacked.clear();
            try {
                isBetweenFrames = context.decompressDirectByteBufferStream(unpacked, packed);
            } catch (ZstdException e) {
                throw CorruptRecords.invalid("zstd: " + e.getMessage());
            } finally {
                unpacked.flip();
            }
            if (!hasInput && !isBetweenFrames && !unpacked.hasRemaining()) throw truncated(Codec.ZSTD);
        }
        int count = Math.min(length, unpacked.remaining());
        unpacked.get(target, from, count);
        unpackedBytes += count;
        return count;
    }

    /** @return whether there is any packed byte left */
    private boolean fill() {
        if (packed.hasRemaining()) return true;
        int count = Math.min(source.remaining(), PIECE_BYTES);
        packed.clear().put(0, source, source.position(), count).limit(count);
        source.position(source.position() + count);
        return count > 0;
    }

    @Override
    public void close() {
        context.close();
    }
}
