package io.ottla.zookeeperprotocol;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.jute.Index;
import org.apache.jute.InputArchive;
import org.apache.jute.Record;

/**
 * Reads jute records from a buffer. Whatever the bytes say, it allocates no more than they are: a length or count that
 * the rest of the buffer cannot hold is refused before anything is made for it.
 *
 * <pre>
 * int     4 bytes, big-endian          long   8 bytes          boolean  1 byte, 0 or not
 * buffer  length:int bytes             string length:int UTF-8 vector   count:int element*
 * a length or count of −1 stands for an absent one
 * </pre>
 */
public final class BufferInputArchive implements InputArchive {
    /** The elements of a vector that take the least room (strings) have a length of four bytes. */
    private static final int ELEMENT_BYTES_MIN = 4;

    /** Strings up to here are decoded by way of memory that is kept for that. */
    private static final int SCRATCH_BYTES = 1024;

    private final int lengthMax;
    private ByteBuffer in;
    private byte[] scratch;

    /**
     * @param in read from its position on
     * @param lengthMax the longest string or buffer accepted, in bytes ({@code jute.maxbuffer} and some)
     */
    public BufferInputArchive(ByteBuffer in, int lengthMax) {
        this.in = in;
        this.lengthMax = lengthMax;
    }

    /** Reads from another buffer from now on, so that one archive serves many packets. */
    public void reset(ByteBuffer in) {
        this.in = in;
    }

    public int remaining() {
        return in.remaining();
    }

    private void need(int bytes) throws EOFException {
        if (in.remaining() < bytes)
            throw new EOFException("the record ends after " + in.remaining() + " of " + bytes + " bytes");
    }

    @Override
    public byte readByte(String tag) throws IOException {
        need(1);
        return in.get();
    }

    @Override
    public boolean readBool(String tag) throws IOException {
        return readByte(tag) != 0;
    }

    @Override
    public int readInt(String tag) throws IOException {
        need(4);
        return in.getInt();
    }

    @Override
    public long readLong(String tag) throws IOException {
        need(8);
        return in.getLong();
    }

    @Override
    public float readFloat(String tag) throws IOException {
        return Float.intBitsToFloat(readInt(tag));
    }

    @Override
    public double readDouble(String tag) throws IOException {
        return Double.longBitsToDouble(readLong(tag));
    }

    /** Null where it is absent, as jute has it. */
    @Override
    public String readString(String tag) throws IOException {
        int length = readLength(tag);
        if (length < 0) return null;
        byte[] bytes;
        if (length <= SCRATCH_BYTES) {
            if (scratch == null) scratch = new byte[SCRATCH_BYTES];
            bytes = scratch;
        } else {
            bytes = new byte[length];
        }
        in.get(bytes, 0, length);
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** −1 for an absent one; else the bytes are there. */
    private int readLength(String tag) throws IOException {
        int length = readInt(tag);
        if (length == -1) return -1;
        if (length < 0 || length > lengthMax)
            throw new IOException(
                    "unreasonable length of " + tag + ": " + length + " (0 to " + lengthMax + " expected)");
        need(length);
        return length;
    }

    /** Null where it is absent, as jute has it. */
    @Override
    public byte[] readBuffer(String tag) throws IOException {
        int length = readLength(tag);
        if (length < 0) return null;
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    @Override
    public void readRecord(Record record, String tag) throws IOException {
        record.deserialize(this, tag);
    }

    @Override
    public void startRecord(String tag) {}

    @Override
    public void endRecord(String tag) {}

    /** Null where it is absent, as jute has it. */
    @Override
    public Index startVector(String tag) throws IOException {
        int count = readInt(tag);
        if (count == -1) return null;
        if (count < 0 || count > in.remaining() / ELEMENT_BYTES_MIN)
            throw new EOFException("the record has no room for " + count + " elements of " + tag);
        return new Countdown(count);
    }

    @Override
    public void endVector(String tag) {}

    @Override
    public Index startMap(String tag) throws IOException {
        throw new IOException("no record of ZooKeeper has a map");
    }

    @Override
    public void endMap(String tag) {}

    private static final class Countdown implements Index {
        private int left;

        Countdown(int count) {
            left = count;
        }

        @Override
        public boolean done() {
            return left <= 0;
        }

        @Override
        public void incr() {
            left--;
        }
    }
}
