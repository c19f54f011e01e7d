package io.ottla.kafkaprotocol;

import static io.ottla.base.Invariant.invariant;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * A flyweight over one record batch in a big-endian buffer. Fields are read from the bytes each time; setters write
 * into them. It copies nothing and may be wrapped around one batch after another.
 *
 * <p>Header getters need only the header to be in the buffer ({@link #HEADER_BYTES_V2} bytes, less for magic 0 and 1);
 * the checksum and the records need the whole batch. Use {@link Batches} to find out that there is a batch at a
 * position: this class does not judge sizes.
 *
 * <pre>
 * batch     := baseOffset:i64 length:i32 rest{length}
 * rest      := leaderEpoch:i32 magic:i8=2 crc:u32 attributes:i16 lastOffsetDelta:i32
 *              baseTimestamp:i64 maxTimestamp:i64 producerId:i64 producerEpoch:i16 baseSequence:i32
 *              recordCount:i32 records                       magic 2, KIP-98; crc is CRC-32C of attributes … end
 *            | crc:u32 magic:i8=1 attributes:i8 timestamp:i64 key value        KIP-32; crc is CRC-32 of magic … end
 *            | crc:u32 magic:i8=0 attributes:i8 key value                      the same
 * attributes:= bits 0–2 codec, 3 LogAppendTime (magic ≥ 1), 4 transactional, 5 control, 6 delete horizon (magic 2)
 * records   := record*              packed as one stream by the codec; {@link RecordReader} has the grammar
 * key,value := length:i32 byte{length}                     length −1 is null
 * </pre>
 *
 * In magic 0 and 1 a batch is one message. If it is packed, its value is a stream of messages of the same magic, its
 * offset field is the offset of the last of them, and the offsets inside are relative to the first (magic 1) or
 * absolute (magic 0). Source: DefaultRecordBatch, AbstractLegacyRecordBatch and LegacyRecord of Kafka 4.3.
 */
public final class BatchView {

    /** Base offset and length, which every batch begins with, and which {@code length} does not count. */
    public static final int PREFIX_BYTES = 12;
    /** What must be there to know the magic and so the rest of the header. */
    public static final int MAGIC_END = 17;
    /** Before the records of a batch of magic 2. */
    public static final int HEADER_BYTES_V2 = 61;
    /** The smallest message of magic 1: null key, null value. */
    public static final int MIN_BYTES_V1 = 34;
    /** The smallest message of magic 0. */
    public static final int MIN_BYTES_V0 = 26;

    public static final long NO_TIMESTAMP = -1;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final int NO_LEADER_EPOCH = -1;

    static final int LENGTH = 8;
    static final int LEADER_EPOCH = 12;
    static final int CRC_LEGACY = 12;
    static final int MAGIC = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES_LEGACY = 17;
    static final int TIMESTAMP_V1 = 18;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int RECORD_COUNT = 57;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int start;
    private CRC32C crc32c;
    private CRC32 crc32;

    /** Looks at the batch that begins at {@code position}. The buffer's own position and limit stay as they are. */
    public BatchView wrap(ByteBuffer buffer, int position) {
        this.buffer = buffer;
        start = position;
        return this;
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where in the buffer the batch begins. */
    public int position() {
        return start;
    }

    /** The whole batch, prefix included, as its length field says. */
    public int sizeBytes() {
        return PREFIX_BYTES + buffer.getInt(start + LENGTH);
    }

    public byte magic() {
        return buffer.get(start + MAGIC);
    }

    public boolean isLegacy() {
        return magic() < 2;
    }

    /**
     * The first field: the first record's offset; for a packed batch of magic 0 or 1 the <em>last</em> record's, and the
     * first is known to {@link RecordReader} only.
     */
    public long baseOffset() {
        return buffer.getLong(start);
    }

    /** The offset of the last record, or of the one that stood there before compaction. */
    public long lastOffset() {
        return isLegacy() ? baseOffset() : baseOffset() + lastOffsetDelta();
    }

    public long nextOffset() {
        return lastOffset() + 1;
    }

    /** 0 for magic 0 and 1. */
    public int lastOffsetDelta() {
        return isLegacy() ? 0 : buffer.getInt(start + LAST_OFFSET_DELTA);
    }

    /** {@link #NO_LEADER_EPOCH} for magic 0 and 1. */
    public int leaderEpoch() {
        return isLegacy() ? NO_LEADER_EPOCH : buffer.getInt(start + LEADER_EPOCH);
    }

    /** The attributes; eight bits in magic 0 and 1. */
    public int attributes() {
        return isLegacy() ? buffer.get(start + ATTRIBUTES_LEGACY) & 0xFF : buffer.getShort(start + ATTRIBUTES) & 0xFFFF;
    }

    /** 0 to 7; {@link Codec#of} gives it a name if it has one. */
    public int codecId() {
        return attributes() & CODEC_MASK;
    }

    /** @throws IllegalStateException if the id has no meaning: ask {@link #codecId} of bytes not yet validated */
    public Codec codec() {
        int id = codecId();
        return Codec.of(id).orElseThrow(() -> new IllegalStateException("unknown codec id " + id));
    }

    public boolean isCompressed() {
        return codecId() != 0;
    }

    public TimestampType timestampType() {
        if (magic() == 0) return TimestampType.NONE;
        return (attributes() & LOG_APPEND_TIME_BIT) != 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }

    public boolean isTransactional() {
        return !isLegacy() && (attributes() & TRANSACTIONAL_BIT) != 0;
    }

    public boolean isControl() {
        return !isLegacy() && (attributes() & CONTROL_BIT) != 0;
    }

    /** When compaction may drop the batch's tombstones and markers (KIP-534); empty if not set. */
    public OptionalLong deleteHorizonMs() {
        return !isLegacy() && (attributes() & DELETE_HORIZON_BIT) != 0
                ? OptionalLong.of(baseTimestamp())
                : OptionalLong.empty();
    }

    /** What the records' timestamp deltas count from; the delete horizon if one is set. The message's own in magic 1. */
    public long baseTimestamp() {
        return switch (magic()) {
            case 0 -> NO_TIMESTAMP;
            case 1 -> buffer.getLong(start + TIMESTAMP_V1);
            default -> buffer.getLong(start + BASE_TIMESTAMP);
        };
    }

    /** {@link #NO_TIMESTAMP} for magic 0 and for batches without. */
    public long maxTimestamp() {
        return switch (magic()) {
            case 0 -> NO_TIMESTAMP;
            case 1 -> buffer.getLong(start + TIMESTAMP_V1);
            default -> buffer.getLong(start + MAX_TIMESTAMP);
        };
    }

    public long producerId() {
        return isLegacy() ? NO_PRODUCER_ID : buffer.getLong(start + PRODUCER_ID);
    }

    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public short producerEpoch() {
        return isLegacy() ? NO_PRODUCER_EPOCH : buffer.getShort(start + PRODUCER_EPOCH);
    }

    public int baseSequence() {
        return isLegacy() ? NO_SEQUENCE : buffer.getInt(start + BASE_SEQUENCE);
    }

    /** The last record's sequence, which follows {@link Integer#MAX_VALUE} with 0. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : (base + lastOffsetDelta()) & Integer.MAX_VALUE;
    }

    /** As the header says; for magic 0 and 1: 1, or −1 if packed, for only the records themselves tell. */
    public int recordCount() {
        if (isLegacy()) return isCompressed() ? -1 : 1;
        return buffer.getInt(start + RECORD_COUNT);
    }

    /** Unsigned. */
    public long crc() {
        return buffer.getInt(start + (isLegacy() ? CRC_LEGACY : CRC)) & 0xFFFFFFFFL;
    }

    /** The whole batch must be in the buffer. */
    public long computeCrc() {
        int from = start + (isLegacy() ? MAGIC : ATTRIBUTES);
        Checksum checksum = isLegacy() ? legacyChecksum() : checksum();
        int length = start + sizeBytes() - from;
        checksum.reset();
        if (buffer.hasArray()) checksum.update(buffer.array(), buffer.arrayOffset() + from, length);
        else checksum.update(buffer.slice(from, length));
        return checksum.getValue();
    }

    public boolean isCrcValid() {
        return crc() == computeCrc();
    }

    /** Where in the buffer the records begin (magic 2) or the key (magic 0 and 1). */
    public int bodyPosition() {
        return start
                + switch (magic()) {
                    case 0 -> ATTRIBUTES_LEGACY + 1;
                    case 1 -> TIMESTAMP_V1 + 8;
                    default -> HEADER_BYTES_V2;
                };
    }

    /** Where in the buffer the next batch would begin. */
    public int endPosition() {
        return start + sizeBytes();
    }

    /** The bytes of the batch, sharing memory with the buffer. */
    public ByteBuffer slice() {
        return buffer.slice(start, sizeBytes());
    }

    /** Not covered by the checksum in magic 2. */
    public void setBaseOffset(long baseOffset) {
        buffer.putLong(start, baseOffset);
    }

    /** Gives the last record this offset, and those before it the ones that then follow. */
    public void setLastOffset(long lastOffset) {
        setBaseOffset(lastOffset - lastOffsetDelta());
    }

    /** Magic 2 only; not covered by the checksum. */
    public void setLeaderEpoch(int leaderEpoch) {
        invariant(!isLegacy(), "only batches of magic 2 have a leader epoch");
        buffer.putInt(start + LEADER_EPOCH, leaderEpoch);
    }

    /** Magic 1 and 2; {@link #updateCrc} is the caller's to call when all is set. */
    public void setMaxTimestamp(TimestampType type, long maxTimestamp) {
        invariant(type != TimestampType.NONE && magic() > 0, "magic 0 has no timestamps");
        int attributes = type == TimestampType.LOG_APPEND_TIME
                ? attributes() | LOG_APPEND_TIME_BIT
                : attributes() & ~LOG_APPEND_TIME_BIT;
        if (isLegacy()) {
            buffer.put(start + ATTRIBUTES_LEGACY, (byte) attributes);
            buffer.putLong(start + TIMESTAMP_V1, maxTimestamp);
        } else {
            buffer.putShort(start + ATTRIBUTES, (short) attributes);
            buffer.putLong(start + MAX_TIMESTAMP, maxTimestamp);
        }
    }

    /** Magic 2 only. {@link #updateCrc} is the caller's to call when all is set. */
    public void setProducer(long producerId, short producerEpoch, int baseSequence) {
        invariant(!isLegacy(), "only batches of magic 2 have a producer");
        buffer.putLong(start + PRODUCER_ID, producerId);
        buffer.putShort(start + PRODUCER_EPOCH, producerEpoch);
        buffer.putInt(start + BASE_SEQUENCE, baseSequence);
    }

    /** Writes the checksum that the bytes now have. */
    public void updateCrc() {
        buffer.putInt(start + (isLegacy() ? CRC_LEGACY : CRC), (int) computeCrc());
    }

    private CRC32C checksum() {
        if (crc32c == null) crc32c = new CRC32C();
        return crc32c;
    }

    private CRC32 legacyChecksum() {
        if (crc32 == null) crc32 = new CRC32();
        return crc32;
    }

    /** The header, for messages to people. */
    @Override
    public String toString() {
        return "batch(magic %d, offsets %d–%d, %d bytes)".formatted(magic(), baseOffset(), lastOffset(), sizeBytes());
    }
}
