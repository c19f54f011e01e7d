package io.ottla.kafkaprotocol;

import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * One lz4 frame of independent blocks, as Kafka's clients write and accept it; what follows the frame is not looked at.
 *
 * <pre>
 * frame  := 04 22 4d 18 flags:u8 blockSize:u8 [contentSize:u64] headerCheck:u8 block* 00000000 [contentCheck:u32]
 * flags  := bits 7–6 version 01, 5 independent blocks, 4 block checks, 3 content size, 2 content check, 1–0 zero
 * blockSize := bits 6–4: 4 to 7 for 64 KiB, 256 KiB, 1 MiB, 4 MiB
 * block  := size:u32 byte{size} [check:u32]              bit 31 of size: not packed; all integers little-endian
 * </pre>
 *
 * headerCheck is the second byte of the xxHash-32 of flags … contentSize. With magic 0 it is not looked at, for those
 * clients computed it from the frame's beginning (KAFKA-3160). The content check is not verified, as in Kafka: the
 * batch has a checksum of its own. Memory: one block packed and one unpacked, so 8 MiB at most.
 */
final class Lz4Unpacker extends Unpacker {
    private static final int FRAME_MAGIC = 0x184D2204;
    private static final int VERSION_AND_INDEPENDENT = 0x60;
    private static final int BLOCK_CHECKS = 0x10;
    private static final int CONTENT_SIZE = 0x08;
    private static final int RESERVED = 0x03;
    private static final int NOT_PACKED = 0x80000000;
    /** No lz4 block unpacks to more than so many times its size. */
    private static final int RATIO_MAX = 255;

    private final LZ4SafeDecompressor decompressor =
            LZ4Factory.fastestInstance().safeDecompressor();
    private final XXHash32 hash = XXHashFactory.fastestInstance().hash32();
    private byte[] packed = new byte[0];
    private byte[] unpacked = new byte[0];
    private int position;
    private int limit;
    private int blockBytesMax;
    private boolean hasBlockChecks;
    private boolean hasEnded;

    @Override
    void begin(byte magic) throws CorruptRecords {
        position = 0;
        limit = 0;
        hasEnded = false;
        need(7, Codec.LZ4);
        if (readInt() != FRAME_MAGIC) throw CorruptRecords.invalid("not an lz4 frame");
        int headerStart = source.position();
        int flags = source.get() & 0xFF;
        int blockSize = source.get() & 0xFF;
        if ((flags & 0xC0) != 0x40 || (flags & RESERVED) != 0)
            throw CorruptRecords.invalid("lz4 frame has unknown flags");
        if ((flags & 0xE0) != VERSION_AND_INDEPENDENT)
            throw CorruptRecords.invalid("lz4 blocks that depend on each other are not supported");
        if ((blockSize & 0x8F) != 0 || blockSize < 0x40) throw CorruptRecords.invalid("lz4 block size is unknown");
        blockBytesMax = 1 << (8 + 2 * (blockSize >> 4));
        hasBlockChecks = (flags & BLOCK_CHECKS) != 0;
        if ((flags & CONTENT_SIZE) != 0) {
            need(9, Codec.LZ4);
            source.getLong();
        }
        int headerBytes = source.position() - headerStart;
        int check = source.get() & 0xFF;
        if (magic > 0 && check != ((hash.hash(source, headerStart, headerBytes, 0) >> 8) & 0xFF))
            throw CorruptRecords.invalid("lz4 frame header's check does not match");
    }

    @Override
    int read(byte[] target, int from, int length) throws CorruptRecords {
        while (position == limit) {
            if (hasEnded) return END;
            unpackBlock();
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(unpacked, position, target, from, count);
        position += count;
        return count;
    }

    private void unpackBlock() throws CorruptRecords {
        need(4, Codec.LZ4);
        int header = readInt();
        int size = header & ~NOT_PACKED;
        if (size == 0) {
            hasEnded = true;
            return;
        }
        if (size > blockBytesMax) throw CorruptRecords.invalid("lz4 block is larger than its frame allows");
        need(hasBlockChecks ? size + 4 : size, Codec.LZ4);
        if (packed.length < size) packed = new byte[size];
        source.get(packed, 0, size);
        if (hasBlockChecks && readInt() != hash.hash(packed, 0, size, 0))
            throw CorruptRecords.invalid("lz4 block's check does not match");
        position = 0;
        limit = (header & NOT_PACKED) != 0 ? take(size) : unpack(size);
    }

    private int take(int size) {
        byte[] taken = packed;
        packed = unpacked;
        unpacked = taken;
        return size;
    }

    private int unpack(int size) throws CorruptRecords {
        int most = (int) Math.min(blockBytesMax, (long) size * RATIO_MAX);
        if (most > heldBytesMax)
            throw CorruptRecords.tooLarge(
                    "an lz4 block may unpack to %d bytes at once, more than %d".formatted(most, heldBytesMax));
        if (unpacked.length < most) unpacked = new byte[most];
        try {
            return decompressor.decompress(packed, 0, size, unpacked, 0, most);
        } catch (LZ4Exception e) {
            throw CorruptRecords.invalid("lz4: " + e.getMessage());
        }
    }

    private int readInt() {
        return Integer.reverseBytes(source.getInt());
    }

    @Override
    public void close() {
        packed = new byte[0];
        unpacked = new byte[0];
    }
}
