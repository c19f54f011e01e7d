package io.ottla.compat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads what {@link JuteWriter} writes; throws a RuntimeException on what cannot be read. A buffer or vector of length −1 is read as an empty one. */
final class JuteReader {
    private final ByteBuffer in;

    JuteReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    int number() {
        return in.getInt();
    }

    long bigNumber() {
        return in.getLong();
    }

    boolean flag() {
        return in.get() != 0;
    }

    byte[] buffer() {
        int length = number();
        if (length > in.remaining()) throw new IllegalArgumentException("a length of " + length);
        byte[] bytes = new byte[Math.max(0, length)];
        in.get(bytes);
        return bytes;
    }

    /** Null if it is absent. */
    byte[] bufferOrNull() {
        int length = number();
        if (length > in.remaining()) throw new IllegalArgumentException("a length of " + length);
        if (length < 0) return null;
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    String text() {
        return new String(buffer(), StandardCharsets.UTF_8);
    }

    <T> List<T> vector(Supplier<T> element) {
        int count = number();
        if (count > in.remaining()) throw new IllegalArgumentException("a count of " + count);
        List<T> all = new ArrayList<>();
        for (int i = 0; i < count; i++) all.add(element.get());
        return all;
    }

    int remaining() {
        return in.remaining();
    }
}
