package io.ottla.kafkaprotocol;

import static io.ottla.base.Invariant.invariant;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * Builds one batch of magic 2: settings first, then records in the order of their offsets, then {@link #build}. The
 * grammar is at {@link BatchView} and {@link RecordReader}. For use once.
 */
public final class BatchBuilder {

    /** Records are handed to the codec in pieces of about this size. */
    private static final int SCRATCH_BYTES = 4096;

    private Compression compression = Compression.NONE;
    private long baseOffset;
    private int leaderEpoch = BatchView.NO_LEADER_EPOCH;
    private long producerId = BatchView.NO_PRODUCER_ID;
    private short producerEpoch = BatchView.NO_PRODUCER_EPOCH;
    private int baseSequence = BatchView.NO_SEQUENCE;
    private int flags;
    private OptionalLong logAppendTimeMs = OptionalLong.empty();
    private OptionalLong deleteHorizonMs = OptionalLong.empty();

    private final RecordBytes scratch = new RecordBytes(SCRATCH_BYTES);
    private PackedBytes batch;
    private OutputStream packer;
    private long baseTimestamp = BatchView.NO_TIMESTAMP;
    private long maxTimestamp = BatchView.NO_TIMESTAMP;
    private long maxTimestampIfEmpty = BatchView.NO_TIMESTAMP;
    private long offsetOfMaxTimestamp = -1;
    private long firstOffset = -1;
    private long lastOffset = -1;
    private int recordCount;
    private int unpackedBytes;

    public BatchBuilder compression(Compression compression) {
        this.compression = compression;
        return this;
    }

    /** With its default level. */
    public BatchBuilder codec(Codec codec) {
        return compression(Compression.of(codec));
    }

    public BatchBuilder baseOffset(long baseOffset) {
        this.baseOffset = baseOffset;
        return this;
    }

    public BatchBuilder leaderEpoch(int leaderEpoch) {
        this.leaderEpoch = leaderEpoch;
        return this;
    }

    public BatchBuilder producer(long producerId, short producerEpoch, int baseSequence) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.baseSequence = baseSequence;
        return this;
    }

    public BatchBuilder transactional() {
        flags |= BatchView.TRANSACTIONAL_BIT;
        return this;
    }

    public BatchBuilder control() {
        flags |= BatchView.CONTROL_BIT;
        return this;
    }

    /** Producer, epochs, flags, timestamp type and base offset of another batch of magic 2, for rewriting it. */
    public BatchBuilder like(BatchView other) {
        invariant(!other.isLegacy(), "a batch of magic %d has no such fields", other.magic());
        baseOffset(other.baseOffset()).leaderEpoch(other.leaderEpoch());
        producer(other.producerId(), other.producerEpoch(), other.baseSequence());
        if (other.isTransactional()) transactional();
        if (other.isControl()) control();
        if (other.timestampType() == TimestampType.LOG_APPEND_TIME) logAppendTime(other.maxTimestamp());
        deleteHorizonMs = other.deleteHorizonMs();
        maxTimestampIfEmpty = other.maxTimestamp();
        return this;
    }

    /** The batch as a whole gets this time; the records keep theirs, unseen. */
    public BatchBuilder logAppendTime(long timeMs) {
        logAppendTimeMs = OptionalLong.of(timeMs);
        return this;
    }

    /** Marks the batch with the time from which compaction may drop its tombstones (KIP-534). */
    public BatchBuilder deleteHorizon(long timeMs) {
        deleteHorizonMs = OptionalLong.of(timeMs);
        return this;
    }

    /** With the offset after the last one. */
    public BatchBuilder append(NewRecord record) {
        return append(nextOffset(), record);
    }

    /** @param offset above that of the record before; gaps are what compaction leaves */
    public BatchBuilder append(long offset, NewRecord record) {
        int offsetDelta = begin(offset, record.timestampMs());
        long timestampDelta = record.timestampMs() - baseTimestamp;
        int headersBytes = RecordBytes.sizeOfVarint(record.headers().size());
        for (Header header : record.headers()) {
            headersBytes += sizeOfBytes(header.key().getBytes(StandardCharsets.UTF_8).length)
                    + sizeOfBytes(header.value().map(ByteBuffer::remaining).orElse(-1));
        }
        int bodyBytes = 1
                + RecordBytes.sizeOfVarlong(timestampDelta)
                + RecordBytes.sizeOfVarint(offsetDelta)
                + sizeOfBytes(record.key().map(ByteBuffer::remaining).orElse(-1))
                + sizeOfBytes(record.value().map(ByteBuffer::remaining).orElse(-1))
                + headersBytes;
        scratch.putVarint(bodyBytes);
        scratch.put((byte) 0);
        scratch.putVarlong(timestampDelta);
        scratch.putVarint(offsetDelta);
        putBytes(record.key().orElse(null));
        putBytes(record.value().orElse(null));
        scratch.putVarint(record.headers().size());
        for (Header header : record.headers()) {
            putBytes(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8)));
            putBytes(header.value().orElse(null));
        }
        if (scratch.size() >= SCRATCH_BYTES) flushScratch();
        return this;
    }

    /** With the current record of {@code reader}, whose own offset does not matter; copies the bytes once. */
    public BatchBuilder append(long offset, RecordReader reader) {
        if (reader.headerCount() > 0) return append(offset, reader.copy());
        int offsetDelta = begin(offset, reader.timestampMs());
        long timestampDelta = reader.timestampMs() - baseTimestamp;
        scratch.putVarint(1
                + RecordBytes.sizeOfVarlong(timestampDelta)
                + RecordBytes.sizeOfVarint(offsetDelta)
                + sizeOfBytes(reader.keyLength())
                + sizeOfBytes(reader.valueLength())
                + RecordBytes.sizeOfVarint(0));
        scratch.put((byte) 0);
        scratch.putVarlong(timestampDelta);
        scratch.putVarint(offsetDelta);
        scratch.putVarint(reader.keyLength());
        if (reader.hasKey()) scratch.put(reader.buffer(), reader.keyPosition(), reader.keyLength());
        scratch.putVarint(reader.valueLength());
        if (reader.hasValue()) scratch.put(reader.buffer(), reader.valuePosition(), reader.valueLength());
        scratch.putVarint(0);
        if (scratch.size() >= SCRATCH_BYTES) flushScratch();
        return this;
    }

    public int recordCount() {
        return recordCount;
    }

    public boolean isEmpty() {
        return recordCount == 0;
    }

    /** The offset that the next appended record would get. */
    public long nextOffset() {
        return recordCount == 0 ? baseOffset : lastOffset + 1;
    }

    /** What the packed batch has come to so far; records still on the way through the codec are not in it. */
    public int packedBytes() {
        return batch == null ? BatchView.HEADER_BYTES_V2 : batch.position();
    }

    /** Header and records before packing: what the batch would be at most, for cutting batches at a size. */
    public int unpackedBytes() {
        return BatchView.HEADER_BYTES_V2 + unpackedBytes + scratch.size();
    }

    /** The largest timestamp so far; {@link BatchView#NO_TIMESTAMP} for none. */
    public long maxTimestamp() {
        return logAppendTimeMs.orElse(maxTimestamp);
    }

    /** The first offset with that timestamp; −1 if there is none. */
    public long offsetOfMaxTimestamp() {
        return logAppendTimeMs.isPresent() ? firstOffset : offsetOfMaxTimestamp;
    }

    /** The batch, which ends at its last record. */
    public ByteBuffer build() {
        invariant(recordCount > 0, "a batch of no records needs its last offset named");
        return buildUpTo(lastOffset);
    }

    /**
     * The batch, which ends at {@code lastOffset}: compaction keeps that when records at the end, or all, are gone. A
     * batch without records is not packed and keeps only the maximum timestamp of the one it is {@link #like}.
     */
    public ByteBuffer buildUpTo(long lastOffset) {
        invariant(lastOffset >= this.lastOffset, "records reach to %d, beyond %d", this.lastOffset, lastOffset);
        if (isEmpty()) {
            compression = Compression.NONE;
            deleteHorizonMs = OptionalLong.empty();
            maxTimestamp = maxTimestampIfEmpty;
        }
        open();
        flushScratch();
        try {
            packer.close();
        } catch (IOException e) {
            throw Compression.inMemory(e);
        }
        ByteBuffer bytes = batch.buffer();
        bytes.flip();
        writeHeader(bytes, lastOffset);
        return bytes;
    }

    private void writeHeader(ByteBuffer bytes, long lastOffset) {
        int attributes = compression.codec().id() | flags;
        if (logAppendTimeMs.isPresent()) attributes |= BatchView.LOG_APPEND_TIME_BIT;
        if (deleteHorizonMs.isPresent()) attributes |= BatchView.DELETE_HORIZON_BIT;
        bytes.putLong(0, baseOffset);
        bytes.putInt(BatchView.LENGTH, bytes.limit() - BatchView.PREFIX_BYTES);
        bytes.putInt(BatchView.LEADER_EPOCH, leaderEpoch);
        bytes.put(BatchView.MAGIC, (byte) 2);
        bytes.putShort(BatchView.ATTRIBUTES, (short) attributes);
        bytes.putInt(BatchView.LAST_OFFSET_DELTA, Math.toIntExact(lastOffset - baseOffset));
        bytes.putLong(BatchView.BASE_TIMESTAMP, baseTimestamp);
        bytes.putLong(BatchView.MAX_TIMESTAMP, maxTimestamp());
        bytes.putLong(BatchView.PRODUCER_ID, producerId);
        bytes.putShort(BatchView.PRODUCER_EPOCH, producerEpoch);
        bytes.putInt(BatchView.BASE_SEQUENCE, baseSequence);
        bytes.putInt(BatchView.RECORD_COUNT, recordCount);
        new BatchView().wrap(bytes, 0).updateCrc();
    }

    /** Accounts for a record and returns its offset delta. */
    private int begin(long offset, long timestampMs) {
        invariant(recordCount == 0 ? offset >= baseOffset : offset > lastOffset, "offset %d is out of order", offset);
        if (recordCount == 0) {
            baseTimestamp = deleteHorizonMs.orElse(timestampMs);
            firstOffset = offset;
        }
        if (timestampMs > maxTimestamp) {
            maxTimestamp = timestampMs;
            offsetOfMaxTimestamp = offset;
        }
        recordCount++;
        lastOffset = offset;
        return Math.toIntExact(offset - baseOffset);
    }

    private void open() {
        if (batch != null) return;
        batch = new PackedBytes(BatchView.HEADER_BYTES_V2 + Math.max(scratch.size(), 512));
        batch.position(BatchView.HEADER_BYTES_V2);
        packer = compression.packInto(batch, (byte) 2);
    }

    private void flushScratch() {
        open();
        try {
            packer.write(scratch.array(), 0, scratch.size());
        } catch (IOException e) {
            throw Compression.inMemory(e);
        }
        unpackedBytes += scratch.size();
        scratch.clear();
    }

    private static int sizeOfBytes(int length) {
        return RecordBytes.sizeOfVarint(length) + Math.max(length, 0);
    }

    private void putBytes(ByteBuffer bytes) {
        if (bytes == null) {
            scratch.putVarint(-1);
        } else {
            scratch.putVarint(bytes.remaining());
            scratch.put(bytes);
        }
    }
}
