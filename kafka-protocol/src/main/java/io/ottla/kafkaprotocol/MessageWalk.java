package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Walks through a message of magic 0 or 1: it is the only record, or packed and has messages inside; the grammar is at
 * {@link RecordReader}. Messages are always held as a whole, for each has a checksum of its own.
 */
final class MessageWalk {
    private final RecordSource source;
    private final RecordFields fields;
    private final CRC32 crc = new CRC32();
    private final BatchView message = new BatchView();

    private int messageBytesMax;
    private byte magic;
    private boolean isPacked;
    private boolean isBefore;
    private long baseOffset;

    MessageWalk(RecordSource source, RecordFields fields) {
        this.source = source;
        this.fields = fields;
    }

    /** @param messageBytesMax what an inner message may take */
    void open(BatchView opened, int messageBytesMax) throws CorruptRecords {
        message.wrap(opened.buffer(), opened.position());
        this.messageBytesMax = messageBytesMax;
        magic = message.magic();
        isPacked = message.isCompressed();
        isBefore = true;
        fields.headerCount = 0;
        source.openPlain(message.buffer(), message.bodyPosition(), message.endPosition());
        if (isPacked) openPacked(RecordReader.knownCodec(message));
    }

    boolean next() throws CorruptRecords {
        return isPacked ? nextInner() : nextPlain();
    }

    private void openPacked(Codec codec) throws CorruptRecords {
        if (codec == Codec.ZSTD) throw CorruptRecords.invalid("zstd does not go with magic %d".formatted(magic));
        parseBody(message.endPosition());
        if (fields.valueLength <= 0) throw CorruptRecords.invalid("a packed message has no value");
        ByteBuffer packed = message.buffer().slice(fields.valuePosition, fields.valueLength);
        baseOffset = magic == 0 ? 0 : firstOffset(codec, packed);
        source.openPacked(codec, packed, magic);
        if (!source.hasMore()) throw CorruptRecords.invalid("a packed message has no inner messages");
    }

    /** The wrapper's offset is that of the last inner message. */
    private long firstOffset(Codec codec, ByteBuffer packed) throws CorruptRecords {
        source.openPacked(codec, packed, magic);
        baseOffset = 0;
        fields.offset = -1;
        while (nextInner()) continue;
        long last = message.lastOffset();
        if (last == 0) return 0;
        if (last < fields.offset)
            throw CorruptRecords.invalid("the offset %d of a packed message is below that of its last inner message, %d"
                    .formatted(last, fields.offset));
        return last - fields.offset;
    }

    private boolean nextPlain() throws CorruptRecords {
        if (!isBefore) return false;
        isBefore = false;
        fields.offset = message.baseOffset();
        fields.timestamp = message.maxTimestamp();
        parseBody(message.endPosition());
        return true;
    }

    private boolean nextInner() throws CorruptRecords {
        if (!source.hasMore()) return false;
        source.hold(BatchView.MAGIC_END + 1);
        int size = source.window.getInt(source.position + BatchView.LENGTH);
        int least = magic == 0 ? BatchView.MIN_BYTES_V0 : BatchView.MIN_BYTES_V1;
        if (size < least - BatchView.PREFIX_BYTES || size > messageBytesMax - BatchView.PREFIX_BYTES)
            throw CorruptRecords.invalid("an inner message has the length %d".formatted(size));
        int whole = size + BatchView.PREFIX_BYTES;
        source.hold(whole);
        int start = source.position;
        checkInner(start, whole);
        fields.offset = baseOffset + source.window.getLong(start);
        boolean hasOwnTimestamp = message.timestampType() == TimestampType.CREATE_TIME;
        fields.timestamp =
                hasOwnTimestamp ? source.window.getLong(start + BatchView.TIMESTAMP_V1) : message.maxTimestamp();
        source.position = start + (magic == 0 ? BatchView.ATTRIBUTES_LEGACY + 1 : BatchView.TIMESTAMP_V1 + 8);
        parseBody(start + whole);
        return true;
    }

    private void checkInner(int start, int whole) throws CorruptRecords {
        ByteBuffer window = source.window;
        if (window.get(start + BatchView.MAGIC) != magic)
            throw CorruptRecords.invalid("an inner message has another magic than its wrapper");
        int attributes = window.get(start + BatchView.ATTRIBUTES_LEGACY);
        if ((attributes & BatchView.CODEC_MASK) != 0) throw CorruptRecords.invalid("an inner message is packed again");
        crc.reset();
        crc.update(window.array(), start + BatchView.MAGIC, whole - BatchView.MAGIC);
        if ((int) crc.getValue() != window.getInt(start + BatchView.CRC_LEGACY))
            throw CorruptRecords.damaged("the checksum of an inner message does not match");
    }

    /** Key and value, which reach from the source's position to {@code end} in its window. */
    private void parseBody(int end) throws CorruptRecords {
        fields.keyLength = fieldLength(end);
        fields.keyPosition = source.position;
        source.position += Math.max(fields.keyLength, 0);
        fields.valueLength = fieldLength(end);
        fields.valuePosition = source.position;
        source.position += Math.max(fields.valueLength, 0);
        if (source.position != end) throw CorruptRecords.invalid("a message's length is not that of its fields");
    }

    private int fieldLength(int end) throws CorruptRecords {
        if (end - source.position < 4) throw CorruptRecords.invalid("a message ends within its fields");
        int length = source.window.getInt(source.position);
        source.position += 4;
        if (length < -1 || length > end - source.position)
            throw CorruptRecords.invalid("a message has a field of %d bytes".formatted(length));
        return length;
    }
}
