package io.ottla.coordinator;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One partition of the internal topic in memory: batches with their offsets. */
final class FakeLog {
    private final List<ByteBuffer> batches = new ArrayList<>();
    private long endOffset;

    /** @return the offset of the last record */
    long append(ByteBuffer batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.remaining());
        copy.put(batch.duplicate()).flip();
        BatchView view = Batches.first(copy).orElseThrow();
        view.setBaseOffset(endOffset);
        endOffset = view.lastOffset() + 1;
        batches.add(copy);
        return endOffset - 1;
    }

    long endOffset() {
        return endOffset;
    }

    List<ByteBuffer> batches() {
        return batches;
    }
}
