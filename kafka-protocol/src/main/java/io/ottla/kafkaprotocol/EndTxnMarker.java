package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The one record of a transaction's closing control batch.
 *
 * <pre>
 * key   := version:i16 type:i16           type 0 abort, 1 commit
 * value := version:i16 coordinatorEpoch:i32
 * </pre>
 *
 * Source: ControlRecordType and EndTransactionMarker of Kafka 4.3, KIP-98. Later versions may append fields.
 */
public record EndTxnMarker(boolean isCommit, int coordinatorEpoch) {

    private static final short ABORT = 0;
    private static final short COMMIT = 1;
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;

    ByteBuffer key() {
        return ByteBuffer.allocate(KEY_BYTES)
                .putShort((short) 0)
                .putShort(isCommit ? COMMIT : ABORT)
                .flip();
    }

    ByteBuffer value() {
        return ByteBuffer.allocate(VALUE_BYTES)
                .putShort((short) 0)
                .putInt(coordinatorEpoch)
                .flip();
    }

    /** Empty if it is another control record (those of KRaft, say), or too short to be one. */
    public static Optional<EndTxnMarker> parse(ByteBuffer key, ByteBuffer value) {
        if (key.remaining() < KEY_BYTES || value.remaining() < VALUE_BYTES) return Optional.empty();
        short keyVersion = key.getShort(key.position());
        short type = key.getShort(key.position() + 2);
        short valueVersion = value.getShort(value.position());
        if (keyVersion < 0 || valueVersion < 0 || (type != ABORT && type != COMMIT)) return Optional.empty();
        return Optional.of(new EndTxnMarker(type == COMMIT, value.getInt(value.position() + 2)));
    }

    /** The whole batch, as the leader of a partition writes it when the coordinator says so. */
    public ByteBuffer batch(long offset, int leaderEpoch, long timestampMs, long producerId, short producerEpoch) {
        return new BatchBuilder()
                .baseOffset(offset)
                .leaderEpoch(leaderEpoch)
                .producer(producerId, producerEpoch, BatchView.NO_SEQUENCE)
                .transactional()
                .control()
                .append(NewRecord.of(timestampMs, key(), value()))
                .build();
    }
}
