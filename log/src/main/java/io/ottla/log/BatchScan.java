package io.ottla.log;

import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the batches of a segment file, by their headers alone, or with all their bytes, or with those of chosen ones. Reads only within the range it
 * was given, into a buffer that grows with the batches, never with what they announce beyond the range.
 */
final class BatchScan {

    enum Step {
        /** {@link #batch} shows the next one. */
        BATCH,
        /** The range ends where a batch ended. */
        END,
        /** The range ends within a batch. */
        TORN,
        /** What comes next is no batch. */
        CORRUPT
    }

    private final DiskFile file;
    private final long to;
    private final boolean wholeBatches;
    private final boolean mayBlock;
    private final BatchView view = new BatchView();
    private ByteBuffer buffer;
    private long bufferFrom;
    private int bufferBytes;
    private long position;
    private int sizeBytes;

    /**
     * @param from where a batch begins
     * @param to where the range ends
     * @param buffer to read into; at least {@link BatchView#HEADER_BYTES_V2} bytes
     * @param wholeBatches whether all bytes of a batch are wanted, not only its header
     * @param mayBlock whether to wait for the device; if not, {@link ColdRead} is thrown
     */
    BatchScan(DiskFile file, long from, long to, ByteBuffer buffer, boolean wholeBatches, boolean mayBlock) {
        this.file = file;
        this.to = to;
        this.buffer = buffer;
        this.wholeBatches = wholeBatches;
        this.mayBlock = mayBlock;
        position = from;
        bufferFrom = from;
    }

    /** Goes to the next batch. After anything but {@link Step#BATCH} the answer stays the same. */
    Step next() throws IOException {
        position += sizeBytes;
        sizeBytes = 0;
        if (position >= to) return Step.END;
        if (to - position < BatchView.MAGIC_END) return Step.TORN;
        need(BatchView.MAGIC_END);
        int at = (int) (position - bufferFrom);
        int size = Batches.announcedSize(buffer, at);
        if (size < 0) return Step.CORRUPT;
        if (size > to - position) return Step.TORN;
        need(wholeBatches ? size : Math.min(size, BatchView.HEADER_BYTES_V2));
        view.wrap(buffer, (int) (position - bufferFrom));
        if (view.lastOffset() < view.baseOffset()) return Step.CORRUPT;
        sizeBytes = size;
        return Step.BATCH;
    }

    /** The batch found last; valid until the next call of {@link #next}. */
    BatchView batch() {
        return view;
    }

    /**
     * Brings in all bytes of the batch found last, if it has no more than {@code bytesMax}.
     *
     * @return whether they are there
     */
    boolean hold(int bytesMax) throws IOException {
        if (sizeBytes > bytesMax) return false;
        need(sizeBytes);
        view.wrap(buffer, (int) (position - bufferFrom));
        return true;
    }

    /** Where the batch found last begins; or, if there was none, where the scan stands. */
    long position() {
        return position;
    }

    long endPosition() {
        return position + sizeBytes;
    }

    private void need(int bytes) throws IOException {
        if (position >= bufferFrom && position + bytes <= bufferFrom + bufferBytes) return;
        if (bytes > buffer.capacity()) buffer = allocate(bytes);
        int ahead = (int) Math.min(buffer.capacity(), to - position);
        buffer.clear().limit(ahead);
        int read = mayBlock ? file.read(position, buffer) : file.readCached(position, buffer);
        if (read < bytes) {
            if (!mayBlock) throw ColdRead.INSTANCE;
            throw new IOException("the file ended at %d, before %d".formatted(position + read, position + bytes));
        }
        buffer.clear().limit(read);
        bufferFrom = position;
        bufferBytes = read;
    }

    private ByteBuffer allocate(int bytes) {
        int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(bytes, buffer.capacity() * 2L));
        return buffer.isDirect() ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
    }
}
