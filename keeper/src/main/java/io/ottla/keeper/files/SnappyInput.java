package io.ottla.keeper.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyCodec;

/**
 * Reads what snappy-java's SnappyOutputStream wrote, with bounds that its own reader does not have: a length that is damaged is an error, and takes
 * no memory.
 *
 * <pre>
 * stream := 0x82 "SNAPPY" 0x00 version:int compatibleVersion:int block*
 * block  := length:int compressed                     one raw snappy block
 * </pre>
 */
public final class SnappyInput extends InputStream {
    private static final int HEADER_BYTES = SnappyCodec.MAGIC_LEN + 8;

    /** ZooKeeper's blocks have 32 KiB. */
    private static final int BLOCK_BYTES_MAX = 1 << 20;

    private final InputStream in;
    private byte[] compressed = {};
    private byte[] block = {};
    private int position;
    private int limit;

    /** @throws IOException if it does not begin as it should */
    public SnappyInput(InputStream in) throws IOException {
        this.in = in;
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES
                || !Arrays.equals(
                        header, 0, SnappyCodec.MAGIC_LEN, SnappyCodec.getMagicHeader(), 0, SnappyCodec.MAGIC_LEN))
            throw new IOException("it does not begin as snappy does");
    }

    private boolean fill() throws IOException {
        while (position == limit) {
            int first = in.read();
            if (first < 0) return false;
            byte[] rest = in.readNBytes(3);
            if (rest.length < 3) throw new EOFException("the file ends within the length of a block");
            int length = first << 24 | (rest[0] & 0xff) << 16 | (rest[1] & 0xff) << 8 | (rest[2] & 0xff);
            if (length < 1 || length > BLOCK_BYTES_MAX)
                throw new IOException("it has a compressed block of " + length + " bytes");
            if (compressed.length < length) compressed = new byte[length];
            if (in.readNBytes(compressed, 0, length) < length)
                throw new EOFException("the file ends within a compressed block");
            decompress(length);
        }
        return true;
    }

    private void decompress(int length) throws IOException {
        if (!Snappy.isValidCompressedBuffer(compressed, 0, length))
            throw new IOException("it has a compressed block that is damaged");
        int size = Snappy.uncompressedLength(compressed, 0, length);
        if (size > BLOCK_BYTES_MAX) throw new IOException("it has a block of " + size + " bytes");
        if (block.length < size) block = new byte[size];
        limit = Snappy.uncompress(compressed, 0, length, block, 0);
        position = 0;
    }

    @Override
    public int read() throws IOException {
        return fill() ? block[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        if (!fill()) return -1;
        int count = Math.min(length, limit - position);
        System.arraycopy(block, position, target, offset, count);
        position += count;
        return count;
    }
}
