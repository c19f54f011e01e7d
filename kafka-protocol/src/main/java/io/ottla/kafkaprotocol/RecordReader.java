package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * Walks through the records of a batch of any magic, packed or not. The reader itself is the view of the current
 * record: {@link #next} moves it, and what its accessors return is good until then. One reader serves any number of
 * batches, one after another, and keeps its buffers; it belongs to one loop or one piece of disk work.
 *
 * <pre>
 * records := record{recordCount}                                                   magic 2
 * record  := length:varint attributes:i8 timestampDelta:varlong offsetDelta:varint key value headerCount:varint header*
 * key,value := length:varint byte{length}                                          length −1 is null
 * header  := keyLength:varint utf8{keyLength} value
 *
 * messages := (offset:i64 length:i32 message)+                        in the value of a packed message of magic 0 or 1
 * </pre>
 *
 * The message is that of {@link BatchView}, with the wrapper's magic and not packed itself. Of a wrapper of magic 1 the
 * offsets inside count from the first, so the stream is read twice: the last one, with the wrapper's offset, gives the
 * base. (A wrapper with offset 0 stands for base 0: some librdkafka wrote that.) Source: DefaultRecord, KIP-31, KIP-32.
 */
public final class RecordReader implements AutoCloseable {

    /** The default for how much the records of one batch may unpack to; bytes. */
    public static final long UNPACKED_BYTES_MAX = 1L << 30;

    /** The default for how much of a packed batch may be in memory at once; bytes. */
    public static final int HELD_BYTES_MAX = 1 << 28;

    /** What {@link #next} found. */
    public enum Step {
        RECORD,
        END,
        /** {@link #error} and {@link #problem} say why; the batch is not read further. */
        CORRUPT
    }

    private static final int VARLONG_BYTES_MAX = 10;

    private int heldBytesMax;
    private final RecordSource source;
    private final RecordFields fields = new RecordFields();
    private final MessageWalk messages;
    private final BatchView batch = new BatchView();

    private boolean isSkimming;
    private boolean showsKeys;
    private Pieces keys = Pieces.UNSEEN;
    private boolean isMessage;
    private boolean isPacked;
    private int count;
    private int index;
    private long baseOffset;
    private long baseTimestamp;
    private boolean hasBatchTimestamp;
    private long batchTimestamp;
    private CorruptRecords corruption; // null while there is none

    public RecordReader() {
        this(UNPACKED_BYTES_MAX, HELD_BYTES_MAX);
    }

    /**
     * @param unpackedBytesMax what the records of a batch may unpack to
     * @param heldBytesMax what of them may be in memory at once: one that is read as a whole, or what a codec can only unpack as a whole
     */
    public RecordReader(long unpackedBytesMax, int heldBytesMax) {
        this.heldBytesMax = heldBytesMax;
        source = new RecordSource(unpackedBytesMax, heldBytesMax);
        messages = new MessageWalk(source, fields);
    }

    /** Other limits for what is opened next. */
    void limits(long unpackedBytesMax, int heldBytesMax) {
        this.heldBytesMax = heldBytesMax;
        source.limit(unpackedBytesMax, heldBytesMax);
    }

    /** Begins before the first record of a batch that is in its buffer as a whole. Its checksum is not looked at. */
    public RecordReader open(BatchView batch) {
        return open(batch, false, false, Pieces.UNSEEN);
    }

    /**
     * As {@link #open}, but only offset, timestamp, lengths and the soundness of the records are wanted, not the bytes: however
     * large a record is, no more than a window of it is in memory.
     */
    public RecordReader skim(BatchView batch) {
        return open(batch, true, false, Pieces.UNSEEN);
    }

    /**
     * As {@link #skim(BatchView)}, and the bytes of each record's key are shown as they go by, before {@link #next} has returned that
     * record. In magic 1 a packed batch is gone through twice, and only the second time keys are shown.
     */
    public RecordReader skim(BatchView batch, Pieces keys) {
        return open(batch, true, true, keys);
    }

    private RecordReader open(BatchView opened, boolean isSkimming, boolean showsKeys, Pieces keys) {
        this.isSkimming = isSkimming;
        this.showsKeys = showsKeys;
        this.keys = keys;
        batch.wrap(opened.buffer(), opened.position());
        isMessage = batch.isLegacy();
        index = 0;
        isPacked = batch.isCompressed();
        baseOffset = batch.baseOffset();
        baseTimestamp = batch.baseTimestamp();
        hasBatchTimestamp = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        batchTimestamp = batch.maxTimestamp();
        corruption = null;
        try {
            if (isMessage) messages.open(batch, heldBytesMax, isSkimming, keys);
            else openRecords();
        } catch (CorruptRecords e) {
            corruption = e;
        }
        return this;
    }

    /** Moves to the next record. */
    public Step next() {
        if (corruption != null) return Step.CORRUPT;
        try {
            boolean found = isMessage ? messages.next() : nextRecord();
            if (!found) return Step.END;
            index++;
            return Step.RECORD;
        } catch (CorruptRecords e) {
            corruption = e;
            return Step.CORRUPT;
        }
    }

    /**
     * {@link Errors#INVALID_RECORD}; {@link Errors#CORRUPT_MESSAGE} if an inner checksum is wrong; {@link Errors#MESSAGE_TOO_LARGE} if the
     * records may be sound, but come to more than the limits of this reader; {@link Errors#NONE} before.
     */
    public Errors error() {
        return corruption == null ? Errors.NONE : corruption.error();
    }

    /** A sentence for people; empty if nothing is wrong. */
    public String problem() {
        return corruption == null ? "" : corruption.getMessage();
    }

    /** What the batch has unpacked to so far. */
    public long bytesRead() {
        return source.bytesRead();
    }

    /** The place of the current record in its batch, from 0. */
    public int index() {
        return index - 1;
    }

    public long offset() {
        return fields.offset;
    }

    /** The batch's if it has log append time. */
    public long timestampMs() {
        return fields.timestamp;
    }

    public boolean hasKey() {
        return fields.keyLength >= 0;
    }

    /** −1 for null. */
    public int keyLength() {
        return fields.keyLength;
    }

    public boolean hasValue() {
        return fields.valueLength >= 0;
    }

    /** −1 for null. */
    public int valueLength() {
        return fields.valueLength;
    }

    public int headerCount() {
        return fields.headerCount;
    }

    /** What the positions are positions in: the batch's own buffer, or the reader's. */
    public ByteBuffer buffer() {
        return source.window;
    }

    public int keyPosition() {
        return fields.keyPosition;
    }

    public int valuePosition() {
        return fields.valuePosition;
    }

    /** Shares memory with {@link #buffer}; empty for null. */
    public Optional<ByteBuffer> key() {
        return slice(fields.keyPosition, fields.keyLength);
    }

    /** Shares memory with {@link #buffer}; empty for null. */
    public Optional<ByteBuffer> value() {
        return slice(fields.valuePosition, fields.valueLength);
    }

    /** Their values share memory with {@link #buffer}. */
    public List<Header> headers() {
        if (fields.headerCount == 0) return List.of();
        List<Header> headers = new ArrayList<>();
        int back = source.position;
        source.position = fields.headersPosition;
        try {
            for (int i = 0; i < fields.headerCount; i++) {
                int nameLength = source.varint();
                ByteBuffer name = source.window.slice(source.position, nameLength);
                source.skip(nameLength);
                int length = source.varint();
                headers.add(new Header(StandardCharsets.UTF_8.decode(name).toString(), slice(source.position, length)));
                source.skip(Math.max(length, 0));
            }
        } catch (CorruptRecords e) {
            throw new IllegalStateException("next() has walked over these headers", e);
        } finally {
            source.position = back;
        }
        return headers;
    }

    /** The current record as a value whose memory is its own. */
    public NewRecord copy() {
        List<Header> headers = headers().stream()
                .map(header -> new Header(header.key(), header.value().map(RecordReader::copyOf)))
                .toList();
        return new NewRecord(
                fields.timestamp, key().map(RecordReader::copyOf), value().map(RecordReader::copyOf), headers);
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private Optional<ByteBuffer> slice(int position, int length) {
        return length < 0 ? Optional.empty() : Optional.of(source.window.slice(position, length));
    }

    private void openRecords() throws CorruptRecords {
        count = batch.recordCount();
        if (count < 0) throw CorruptRecords.invalid("the batch has a record count of %d".formatted(count));
        if (isPacked) source.openPacked(knownCodec(batch), body(), batch.magic());
        else source.openPlain(batch.buffer(), batch.bodyPosition(), batch.endPosition());
    }

    static Codec knownCodec(BatchView batch) throws CorruptRecords {
        Optional<Codec> codec = Codec.of(batch.codecId());
        if (codec.isEmpty()) throw CorruptRecords.invalid("codec %d is not known".formatted(batch.codecId()));
        return codec.get();
    }

    private ByteBuffer body() {
        return batch.buffer().slice(batch.bodyPosition(), batch.endPosition() - batch.bodyPosition());
    }

    private boolean nextRecord() throws CorruptRecords {
        if (index == count) {
            if (source.hasMore())
                throw CorruptRecords.invalid("the batch has more than its %d records".formatted(count));
            return false;
        }
        int size = source.varint();
        if (size < 0) throw CorruptRecords.invalid("a record has the length %d".formatted(size));
        if (!isSkimming) holdRecord(size);
        long end = source.bytesRead() + size;
        source.skip(1);
        long timestampDelta = source.varlong();
        fields.timestamp = hasBatchTimestamp ? batchTimestamp : baseTimestamp + timestampDelta;
        fields.offset = baseOffset + source.varint();
        fields.keyLength = nullableLength("key");
        fields.keyPosition = source.position;
        if (fields.keyLength > 0 && showsKeys) source.show(within(fields.keyLength, end), keys);
        else if (fields.keyLength > 0) skipWithin(fields.keyLength, end);
        fields.valueLength = nullableLength("value");
        fields.valuePosition = source.position;
        if (fields.valueLength > 0) skipWithin(fields.valueLength, end);
        walkHeaders(end);
        if (source.bytesRead() != end) throw CorruptRecords.invalid("a record's length is not that of its fields");
        return true;
    }

    private void holdRecord(int size) throws CorruptRecords {
        if (isPacked && size > heldBytesMax)
            throw CorruptRecords.tooLarge("a record has more than %d bytes".formatted(heldBytesMax));
        // with room for the longest integer, so that reading one at the record's end does not move the window
        source.hold(size, VARLONG_BYTES_MAX);
    }

    private int nullableLength(String what) throws CorruptRecords {
        int length = source.varint();
        if (length < -1) throw CorruptRecords.invalid("a record's %s has the length %d".formatted(what, length));
        return length;
    }

    private void skipWithin(int length, long end) throws CorruptRecords {
        source.skip(within(length, end));
    }

    private int within(int length, long end) throws CorruptRecords {
        if (length > end - source.bytesRead())
            throw CorruptRecords.invalid("a field of %d bytes reaches beyond its record".formatted(length));
        return length;
    }

    private void walkHeaders(long end) throws CorruptRecords {
        fields.headerCount = source.varint();
        fields.headersPosition = source.position;
        if (fields.headerCount == 0) return;
        if (fields.headerCount < 0 || fields.headerCount > end - source.bytesRead())
            throw CorruptRecords.invalid("a record cannot have %d headers".formatted(fields.headerCount));
        for (int i = 0; i < fields.headerCount; i++) {
            int nameLength = source.varint();
            if (nameLength < 0) throw CorruptRecords.invalid("a header has a null key");
            skipWithin(nameLength, end);
            int length = nullableLength("header value");
            if (length > 0) skipWithin(length, end);
        }
    }

    /** Frees the memory of the codecs. */
    @Override
    public void close() {
        source.close();
    }
}
