package io.ottla.partition;

import io.ottla.base.Network.Payload;
import io.ottla.log.Read;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Reads a partition from start to end, piece by piece: also what is not committed yet, since what its leader has written
 * will be. Each piece is brought into the page cache by a disk thread, so that the loop only copies it.
 */
final class Loading {
    /** A batch that is larger comes alone. */
    private static final int PIECE_BYTES = 1 << 20;

    private final Replica replica;
    private final Consumer<ByteBuffer> pieces;
    private final Consumer<LoadAnswer> answer;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long end;

    Loading(Replica replica, Consumer<ByteBuffer> pieces, Consumer<LoadAnswer> answer) {
        this.replica = replica;
        this.pieces = pieces;
        this.answer = answer;
    }

    void begin() {
        if (!canGoOn()) return;
        end = replica.reader().endOffset();
        next(replica.reader().startOffset());
    }

    private boolean canGoOn() {
        Errors error = replica.check(Partition.NO_EPOCH);
        if (error == Errors.NONE && !replica.isOpen()) error = Errors.NOT_LEADER_OR_FOLLOWER;
        if (error != Errors.NONE) answer.accept(new LoadAnswer.Failed(error));
        return error == Errors.NONE;
    }

    private void next(long offset) {
        if (offset >= end) {
            answer.accept(new LoadAnswer.Loaded(end));
            return;
        }
        replica.reader().readCold(offset, PIECE_BYTES, end, true, read -> {
            switch (read) {
                case Read.Slice slice when slice.isEmpty() -> answer.accept(new LoadAnswer.Loaded(end));
                case Read.Slice slice -> take(slice);
                // retention or compaction went on meanwhile
                case Read.OffsetOutOfRange(long start, long logEnd) when start > offset -> next(start);
                case Read.OffsetOutOfRange(long start, long logEnd) ->
                    answer.accept(new LoadAnswer.Failed(Errors.NOT_LEADER_OR_FOLLOWER));
                case Read.Damaged(String where) -> answer.accept(new LoadAnswer.Failed(Errors.CORRUPT_MESSAGE));
                case Read.Cold() -> answer.accept(new LoadAnswer.Failed(Errors.KAFKA_STORAGE_ERROR));
            }
        });
    }

    private void take(Read.Slice slice) {
        if (buffer.capacity() < slice.sizeBytes()) buffer = ByteBuffer.allocate(slice.sizeBytes());
        buffer.clear().limit(slice.sizeBytes());
        try {
            for (Payload part : slice.parts()) {
                switch (part) {
                    case Payload.Bytes(ByteBuffer bytes) -> buffer.put(bytes.duplicate());
                    case Payload.FileRange(var file, long position, int length) -> {
                        int at = buffer.position();
                        int read = file.read(position, buffer.limit(at + length));
                        if (read != length) throw new IOException("a segment ends within a batch");
                        buffer.limit(slice.sizeBytes());
                    }
                }
            }
        } catch (IOException e) {
            answer.accept(new LoadAnswer.Failed(Errors.KAFKA_STORAGE_ERROR));
            return;
        } finally {
            slice.release();
        }
        pieces.accept(buffer.flip());
        if (canGoOn()) next(slice.nextOffset());
    }
}
