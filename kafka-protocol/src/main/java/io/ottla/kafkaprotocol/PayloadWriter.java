package io.ottla.kafkaprotocol;

import io.ottla.base.Network.Payload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Writes a message into one buffer of exactly the right size, cut where bytes go out that exist already (records,
 * zero-copy fields).
 */
final class PayloadWriter implements Writable {
    private final ByteBuffer buffer;
    private final List<Payload> parts = new ArrayList<>(3);
    private int cut;

    /** @param bytes size of the frame without what is passed on uncopied */
    PayloadWriter(int bytes) {
        buffer = ByteBuffer.allocate(bytes);
    }

    /** Everything written, in order. The writer is done with. */
    List<Payload> parts() {
        cut();
        if (buffer.hasRemaining())
            throw new IllegalStateException("the message is " + buffer.remaining() + " bytes shorter than its size");
        return parts;
    }

    private void cut() {
        if (buffer.position() == cut) return;
        parts.add(new Payload.Bytes(buffer.slice(cut, buffer.position() - cut)));
        cut = buffer.position();
    }

    private void pass(Payload part) {
        if (part.sizeBytes() == 0) return;
        cut();
        parts.add(part);
    }

    @Override
    public void writeRecords(BaseRecords records) {
        switch (records) {
            case FileRecords ranges -> ranges.parts().forEach(this::pass);
            case MemoryRecords memory -> writeByteBuffer(memory.buffer());
            default -> throw new IllegalArgumentException("records of an unknown kind: " + records.getClass());
        }
    }

    @Override
    public void writeByteBuffer(ByteBuffer bytes) {
        pass(new Payload.Bytes(bytes.duplicate()));
    }

    @Override
    public void writeByte(byte value) {
        buffer.put(value);
    }

    @Override
    public void writeShort(short value) {
        buffer.putShort(value);
    }

    @Override
    public void writeInt(int value) {
        buffer.putInt(value);
    }

    @Override
    public void writeLong(long value) {
        buffer.putLong(value);
    }

    @Override
    public void writeDouble(double value) {
        buffer.putDouble(value);
    }

    @Override
    public void writeByteArray(byte[] bytes) {
        buffer.put(bytes);
    }

    @Override
    public void writeUnsignedVarint(int value) {
        ByteUtils.writeUnsignedVarint(value, buffer);
    }

    @Override
    public void writeVarint(int value) {
        ByteUtils.writeVarint(value, buffer);
    }

    @Override
    public void writeVarlong(long value) {
        ByteUtils.writeVarlong(value, buffer);
    }
}
