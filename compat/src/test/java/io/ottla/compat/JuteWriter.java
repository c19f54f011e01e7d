package io.ottla.compat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the encoding of ZooKeeper's packets: numbers big-endian; texts, buffers and vectors behind their length, −1 for none. */
final class JuteWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    JuteWriter number(int value) {
        out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
        return this;
    }

    JuteWriter number(long value) {
        out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
        return this;
    }

    JuteWriter flag(boolean value) {
        out.write(value ? 1 : 0);
        return this;
    }

    JuteWriter raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    JuteWriter buffer(byte[] bytes) {
        return number(bytes.length).raw(bytes);
    }

    JuteWriter text(String text) {
        return buffer(text.getBytes(StandardCharsets.UTF_8));
    }

    JuteWriter texts(List<String> texts) {
        number(texts.size());
        texts.forEach(this::text);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
