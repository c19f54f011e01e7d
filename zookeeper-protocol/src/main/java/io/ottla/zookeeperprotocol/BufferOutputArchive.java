package io.ottla.zookeeperprotocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.jute.OutputArchive;
import org.apache.jute.Record;

/**
 * Writes jute records into memory that grows. The grammar is {@link BufferInputArchive}'s.
 *
 * <p>Strings are written as the original writes them: each UTF-16 unit for itself, so that a character beyond U+FFFF
 * becomes two times three bytes (CESU-8).
 */
public final class BufferOutputArchive implements OutputArchive {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int size;

    public BufferOutputArchive(int expectedBytes) {
        bytes = new byte[Math.max(16, expectedBytes)];
    }

    public int sizeBytes() {
        return size;
    }

    /** What was written, as a view: not to be used after the next write. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Forgets what was written and keeps the memory. */
    public void clear() {
        size = 0;
    }

    /** The memory written to; with {@link #sizeBytes}, a view that costs nothing. Another one after it has grown. */
    public byte[] array() {
        return bytes;
    }

    /** Takes back what was written from {@code sizeBytes} on. */
    public void truncate(int sizeBytes) {
        if (sizeBytes > size) throw new IllegalArgumentException(sizeBytes + " bytes were not written, but " + size);
        size = sizeBytes;
    }

    /** Writes over an int that was written at {@code at}. */
    public void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    private int grow(int more) {
        int at = size;
        if (bytes.length - size < more) {
            int wanted = Math.addExact(size, more);
            bytes = Arrays.copyOf(bytes, (int) Math.max(wanted, Math.min(Integer.MAX_VALUE - 16L, bytes.length * 2L)));
        }
        size += more;
        return at;
    }

    @Override
    public void writeByte(byte value, String tag) {
        int at = grow(1); // before the array is looked at: it may be another one now
        bytes[at] = value;
    }

    @Override
    public void writeBool(boolean value, String tag) {
        writeByte((byte) (value ? 1 : 0), tag);
    }

    @Override
    public void writeInt(int value, String tag) {
        int at = grow(4);
        INT.set(bytes, at, value);
    }

    @Override
    public void writeLong(long value, String tag) {
        int at = grow(8);
        LONG.set(bytes, at, value);
    }

    @Override
    public void writeFloat(float value, String tag) {
        writeInt(Float.floatToRawIntBits(value), tag);
    }

    @Override
    public void writeDouble(double value, String tag) {
        writeLong(Double.doubleToRawLongBits(value), tag);
    }

    /** @param value null writes an absent one, as in jute */
    @Override
    public void writeString(String value, String tag) {
        if (value == null) {
            writeInt(-1, tag);
            return;
        }
        int start = size;
        writeInt(0, tag);
        int length = value.length();
        int at = grow(Math.multiplyExact(length, 3));
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                bytes[at++] = (byte) c;
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xc0 | (c >> 6));
                bytes[at++] = (byte) (0x80 | (c & 0x3f));
            } else {
                bytes[at++] = (byte) (0xe0 | (c >> 12));
                bytes[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                bytes[at++] = (byte) (0x80 | (c & 0x3f));
            }
        }
        size = start;
        writeInt(at - start - 4, tag);
        size = at;
    }

    /** @param value null writes an absent one, as in jute */
    @Override
    public void writeBuffer(byte[] value, String tag) {
        if (value == null) writeInt(-1, tag);
        else writeBuffer(value, 0, value.length, tag);
    }

    /** Part of an array, with its length before it. */
    public void writeBuffer(byte[] value, int offset, int length, String tag) {
        writeInt(length, tag);
        writeBytes(value, offset, length);
    }

    /** The bytes as they are. */
    public void writeBytes(byte[] value, int offset, int length) {
        int at = grow(length);
        System.arraycopy(value, offset, bytes, at, length);
    }

    @Override
    public void writeRecord(Record record, String tag) throws java.io.IOException {
        record.serialize(this, tag);
    }

    @Override
    public void startRecord(Record record, String tag) {}

    @Override
    public void endRecord(Record record, String tag) {}

    @Override
    public void startVector(List<?> elements, String tag) {
        writeInt(elements == null ? -1 : elements.size(), tag);
    }

    @Override
    public void endVector(List<?> elements, String tag) {}

    @Override
    public void startMap(TreeMap<?, ?> map, String tag) {
        throw new UnsupportedOperationException("no record of ZooKeeper has a map");
    }

    @Override
    public void endMap(TreeMap<?, ?> map, String tag) {}

    @Override
    public long getDataSize() {
        return size;
    }
}
