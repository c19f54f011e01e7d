package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.EndTxnMarker;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.utils.ByteUtils;

/** Reads what a control batch says. */
final class Markers {
    private Markers() {}

    /** The marker in a whole control batch; empty if it is another kind, or unreadable. */
    static Optional<EndTxnMarker> of(BatchView batch) {
        if (!batch.isControl() || batch.isCompressed() || batch.recordCount() != 1) return Optional.empty();
        ByteBuffer record = batch.buffer().duplicate();
        try {
            record.limit(batch.endPosition()).position(batch.bodyPosition());
            ByteUtils.readVarint(record); // length
            record.get(); // attributes
            ByteUtils.readVarlong(record); // timestamp delta
            ByteUtils.readVarint(record); // offset delta
            ByteBuffer key = field(record);
            ByteBuffer value = field(record);
            return EndTxnMarker.parse(key, value);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static ByteBuffer field(ByteBuffer record) {
        int length = ByteUtils.readVarint(record);
        if (length < 0) return ByteBuffer.allocate(0);
        ByteBuffer field = record.slice(record.position(), length);
        record.position(record.position() + length);
        return field;
    }
}
