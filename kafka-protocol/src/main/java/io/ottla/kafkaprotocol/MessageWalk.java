package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Walks through a message of magic 0 or 1: it is the only record, or packed and has messages inside; the grammar is at
 * {@link RecordReader}. An inner message has a checksum of its own; it is computed while the message goes by, or of the message
 * that is held as a whole.
 */
final class MessageWalk {
    private final RecordSource source;
    private final RecordFields fields;
    private final CRC32 crc = new CRC32();
    private final BatchView message = new BatchView();

    private int messageBytesMax;
    private boolean isSkimming;
    private Pieces keys = Pieces.UNSEEN;
    private boolean isFindingBase;
    private byte magic;
    private boolean isPacked;
    private boolean isBefore;
    private long baseOffset;

    MessageWalk(RecordSource source, RecordFields fields) {
        this.source = source;
        this.fields = fields;
    }

    /**
     * @param messageBytesMax what an inner message may take, unless it only goes by
     * @param keys sees the keys that go by
     */
    void open(BatchView opened, int messageBytesMax, boolean isSkimming, Pieces keys) throws CorruptRecords {
        this.isSkimming = isSkimming;
        this.keys = keys;
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
        isFindingBase = true;
        try {
            while (nextInner()) continue;
        } finally {
            isFindingBase = false;
        }
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
        if (fields.keyLength > 0) keys.piece(source.window, fields.keyPosition, fields.keyLength);
        return true;
    }

    private boolean nextInner() throws CorruptRecords {
        if (!source.hasMore()) return false;
        source.hold(BatchView.MAGIC_END + 1);
        int size = source.window.getInt(source.position + BatchView.LENGTH);
        int least = magic == 0 ? BatchView.MIN_BYTES_V0 : BatchView.MIN_BYTES_V1;
        if (size < least - BatchView.PREFIX_BYTES || size > Integer.MAX_VALUE - BatchView.PREFIX_BYTES)
            throw CorruptRecords.invalid("an inner message has the length %d".formatted(size));
        int whole = size + BatchView.PREFIX_BYTES;
        if (!isSkimming && whole > messageBytesMax)
            throw CorruptRecords.tooLarge("an inner message has more than %d bytes".formatted(messageBytesMax));
        source.hold(isSkimming ? least : whole);
        int start = source.position;
        checkInner(start);
        if (!isSkimming) checkCrc(start, whole);
        fields.offset = baseOffset + source.window.getLong(start);
        boolean hasOwnTimestamp = message.timestampType() == TimestampType.CREATE_TIME;
        fields.timestamp =
                hasOwnTimestamp ? source.window.getLong(start + BatchView.TIMESTAMP_V1) : message.maxTimestamp();
        int bodyStart = start + (magic == 0 ? BatchView.ATTRIBUTES_LEGACY + 1 : BatchView.TIMESTAMP_V1 + 8);
        if (isSkimming) {
            skimBody(start, bodyStart, whole);
        } else {
            source.position = bodyStart;
            parseBody(start + whole);
        }
        return true;
    }

    /** As {@link #parseBody} and {@link #checkCrc}, of a message of which only the beginning is in the window. */
    private void skimBody(int start, int bodyStart, int whole) throws CorruptRecords {
        int crcExpected = source.window.getInt(start + BatchView.CRC_LEGACY);
        crc.reset();
        crc.update(source.window.array(), start + BatchView.MAGIC, bodyStart - start - BatchView.MAGIC);
        source.position = bodyStart;
        int left = whole - (bodyStart - start);
        fields.keyLength = skimField(left, isFindingBase ? Pieces.UNSEEN : keys);
        left -= Integer.BYTES + Math.max(fields.keyLength, 0);
        fields.valueLength = skimField(left, Pieces.UNSEEN);
        left -= Integer.BYTES + Math.max(fields.valueLength, 0);
        if (left != 0) throw CorruptRecords.invalid("a message's length is not that of its fields");
        checkCrc(crcExpected);
    }

    private int skimField(int bytesLeft, Pieces seen) throws CorruptRecords {
        if (bytesLeft < Integer.BYTES) throw CorruptRecords.invalid("a message ends within its fields");
        source.hold(Integer.BYTES);
        int length = source.window.getInt(source.position);
        crc.update(source.window.array(), source.position, Integer.BYTES);
        source.position += Integer.BYTES;
        if (length < -1 || length > bytesLeft - Integer.BYTES)
            throw CorruptRecords.invalid("a message has a field of %d bytes".formatted(length));
        source.show(Math.max(length, 0), (bytes, position, count) -> {
            crc.update(bytes.array(), position, count);
            seen.piece(bytes, position, count);
        });
        return length;
    }

    private void checkInner(int start) throws CorruptRecords {
        ByteBuffer window = source.window;
        if (window.get(start + BatchView.MAGIC) != magic)
            throw CorruptRecords.invalid("an inner message has another magic than its wrapper");
        int attributes = window.get(start + BatchView.ATTRIBUTES_LEGACY);
        if ((attributes & BatchView.CODEC_MASK) != 0) throw CorruptRecords.invalid("an inner message is packed again");
    }

    private void checkCrc(int start, int whole) throws CorruptRecords {
        crc.reset();
        crc.update(source.window.array(), start + BatchView.MAGIC, whole - BatchView.MAGIC);
        checkCrc(source.window.getInt(start + BatchView.CRC_LEGACY));
    }

    private void checkCrc(int expected) throws CorruptRecords {
        if ((int) crc.getValue() != expected)
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
