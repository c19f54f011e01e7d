package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A growing array of bytes that knows Kafka's variable-length integers (zigzag, base 128, low groups first). */
final class RecordBytes {
    private byte[] bytes;
    private int size;

    RecordBytes(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    byte[] array() {
        return bytes;
    }

    void clear() {
        size = 0;
    }

    /** Leaves room for {@code count} bytes that the caller fills in later. */
    void skip(int count) {
        ensure(count);
        Arrays.fill(bytes, size, size + count, (byte) 0);
        size += count;
    }

    void put(byte value) {
        ensure(1);
        bytes[size++] = value;
    }

    void put(ByteBuffer source) {
        put(source, source.position(), source.remaining());
    }

    void put(ByteBuffer source, int position, int length) {
        ensure(length);
        source.get(position, bytes, size, length);
        size += length;
    }

    void put(byte[] source) {
        ensure(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    void putInt(int value) {
        ensure(4);
        ByteBuffer.wrap(bytes).putInt(size, value);
        size += 4;
    }

    void putLong(long value) {
        ensure(8);
        ByteBuffer.wrap(bytes).putLong(size, value);
        size += 8;
    }

    void putVarint(int value) {
        ensure(5);
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7F) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    void putVarlong(long value) {
        ensure(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    static int sizeOfVarint(int value) {
        return groups(32 - Integer.numberOfLeadingZeros(((value << 1) ^ (value >> 31)) | 1));
    }

    static int sizeOfVarlong(long value) {
        return groups(64 - Long.numberOfLeadingZeros(((value << 1) ^ (value >> 63)) | 1));
    }

    private static int groups(int bits) {
        return (bits + 6) / 7;
    }

    private void ensure(int more) {
        if (bytes.length - size >= more) return;
        long wanted = Math.max((long) size + more, Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8));
        bytes = Arrays.copyOf(bytes, Math.toIntExact(wanted));
    }
}
