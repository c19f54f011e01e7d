package io.ottla.kafkaprotocol;

import io.ottla.base.Network.Payload;
import java.util.List;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Record batches in a response, as ranges of files or of memory that go out as they are.
 *
 * @param parts whole batches in order; whoever sends the response gives away one hold of every file
 */
public record FileRecords(List<Payload> parts) implements BaseRecords {
    public static final FileRecords EMPTY = new FileRecords(List.of());

    @Override
    public int sizeInBytes() {
        int sizeBytes = 0;
        for (Payload part : parts) sizeBytes = Math.addExact(sizeBytes, part.sizeBytes());
        return sizeBytes;
    }

    /** Not for Kafka's own network code. */
    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("sent by ResponseEncoder");
    }
}
