package io.ottla.kafkaprotocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Writes messages of magic 0 or 1, plain ones and packed ones; the grammar is at {@link BatchView} and {@link RecordReader}. */
final class MessageSet {
    /** Inner messages are handed to the codec in pieces of about this size. */
    private static final int SCRATCH_BYTES = 4096;

    private final byte magic;
    private final PackedBytes out;
    private final RecordBytes scratch = new RecordBytes(SCRATCH_BYTES);
    private final CRC32 crc = new CRC32();

    private OutputStream packer;
    private Codec codec = Codec.NONE;
    private TimestampType timestampType = TimestampType.NONE;
    private int wrapperStart;
    private long firstOffset;
    private long lastOffset;
    private long maxTimestamp;

    MessageSet(byte magic, int expectedBytes) {
        this.magic = magic;
        out = new PackedBytes(Math.max(expectedBytes, SCRATCH_BYTES));
        packer = out;
    }

    int sizeBytes() {
        return out.position();
    }

    /** Forgets what was written after the first {@code sizeBytes}. */
    void cut(int sizeBytes) {
        scratch.clear();
        out.position(sizeBytes);
    }

    /** All that was written; the last call. */
    ByteBuffer bytes() {
        return out.buffer().flip();
    }

    /** A message as it is. */
    void copy(BatchView message) {
        out.write(message.slice());
    }

    /** The reader's record as a plain message. */
    void add(RecordReader record, TimestampType timestampType) {
        scratch.clear();
        message(record.offset(), record, timestampType);
        out.write(scratch.array(), 0, scratch.size());
        scratch.clear();
    }

    /** Begins a packed message whose inner messages count from {@code firstOffset}. */
    void beginPacked(Codec codec, TimestampType timestampType, long firstOffset) {
        this.codec = codec;
        this.timestampType = timestampType;
        this.firstOffset = firstOffset;
        maxTimestamp = BatchView.NO_TIMESTAMP;
        wrapperStart = out.position();
        out.position(wrapperStart + wrapperBytes());
        packer = Compression.of(codec).packInto(out, magic);
        scratch.clear();
    }

    void addPacked(RecordReader record) {
        lastOffset = record.offset();
        maxTimestamp = Math.max(maxTimestamp, record.timestampMs());
        message(magic == 0 ? lastOffset : lastOffset - firstOffset, record, timestampType);
        if (scratch.size() >= SCRATCH_BYTES) flushScratch();
    }

    void endPacked() {
        flushScratch();
        try {
            packer.close();
        } catch (IOException e) {
            throw Compression.inMemory(e);
        }
        int end = out.position();
        ByteBuffer bytes = out.buffer();
        bytes.putLong(wrapperStart, lastOffset);
        bytes.putInt(wrapperStart + BatchView.LENGTH, end - wrapperStart - BatchView.PREFIX_BYTES);
        bytes.put(wrapperStart + BatchView.MAGIC, magic);
        bytes.put(wrapperStart + BatchView.ATTRIBUTES_LEGACY, (byte) attributes(codec, timestampType));
        if (magic == 1) bytes.putLong(wrapperStart + BatchView.TIMESTAMP_V1, maxTimestamp);
        int key = wrapperStart + wrapperBytes() - 8;
        bytes.putInt(key, -1);
        bytes.putInt(key + 4, end - key - 8);
        new BatchView().wrap(bytes, wrapperStart).updateCrc();
    }

    /** A message in scratch, after what is there. */
    private void message(long offset, RecordReader record, TimestampType type) {
        int start = scratch.size();
        int size = wrapperBytes() + Math.max(record.keyLength(), 0) + Math.max(record.valueLength(), 0);
        scratch.putLong(offset);
        scratch.putInt(size - BatchView.PREFIX_BYTES);
        scratch.putInt(0);
        scratch.put(magic);
        scratch.put((byte) attributes(Codec.NONE, type));
        if (magic == 1) scratch.putLong(record.timestampMs());
        scratch.putInt(record.keyLength());
        if (record.hasKey()) scratch.put(record.buffer(), record.keyPosition(), record.keyLength());
        scratch.putInt(record.valueLength());
        if (record.hasValue()) scratch.put(record.buffer(), record.valuePosition(), record.valueLength());
        crc.reset();
        crc.update(scratch.array(), start + BatchView.MAGIC, size - BatchView.MAGIC);
        ByteBuffer.wrap(scratch.array()).putInt(start + BatchView.CRC_LEGACY, (int) crc.getValue());
    }

    private int attributes(Codec codec, TimestampType type) {
        boolean logAppendTime = magic == 1 && type == TimestampType.LOG_APPEND_TIME;
        return codec.id() | (logAppendTime ? BatchView.LOG_APPEND_TIME_BIT : 0);
    }

    /** What a message without key and value takes. */
    private int wrapperBytes() {
        return magic == 0 ? BatchView.MIN_BYTES_V0 : BatchView.MIN_BYTES_V1;
    }

    private void flushScratch() {
        try {
            packer.write(scratch.array(), 0, scratch.size());
        } catch (IOException e) {
            throw Compression.inMemory(e);
        }
        scratch.clear();
    }
}
