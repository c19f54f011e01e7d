package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** What packed bytes are gathered in. Kafka's own stream grows by a tenth at a time; this one doubles. */
final class PackedBytes extends ByteBufferOutputStream {

    PackedBytes(int capacity) {
        super(capacity);
    }

    @Override
    public void write(int value) {
        reserve(1);
        super.write(value);
    }

    @Override
    public void write(byte[] source, int from, int length) {
        reserve(length);
        super.write(source, from, length);
    }

    @Override
    public void write(ByteBuffer source) {
        reserve(source.remaining());
        super.write(source);
    }

    @Override
    public void position(int position) {
        reserve(position - position());
        super.position(position);
    }

    private void reserve(int bytes) {
        if (bytes > remaining())
            ensureRemaining(Math.max(bytes, Math.min(position(), Integer.MAX_VALUE - 64 - position())));
    }
}
