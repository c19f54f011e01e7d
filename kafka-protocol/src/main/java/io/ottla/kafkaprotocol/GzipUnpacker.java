package io.ottla.kafkaprotocol;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * gzip (RFC 1952), members one after another. The JDK's own stream calls itself once for each empty member, so a
 * flood of them would end its stack; this one loops.
 *
 * <pre>
 * stream  := member+
 * member  := 1f 8b 08 flags:u8 mtime:u32 extraFlags:u8 os:u8 [extra] [name] [comment] [headerCrc:u16] deflated crc32:u32 size:u32
 * extra   := length:u16 byte{length}      if flags bit 2; all integers little-endian
 * name, comment := nonzero* 00            if flags bit 3, 4
 * headerCrc                               if flags bit 1
 * </pre>
 */
final class GzipUnpacker extends Unpacker {
    private static final int FIXED_HEADER_BYTES = 10;
    private static final int TRAILER_BYTES = 8;
    private static final int HEADER_CRC = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;
    private static final int RESERVED = 0xE0;

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();

    @Override
    void begin(byte magic) throws CorruptRecords {
        beginMember();
    }

    @Override
    int read(byte[] target, int from, int length) throws CorruptRecords {
        while (true) {
            int count;
            try {
                count = inflater.inflate(target, from, length);
            } catch (DataFormatException e) {
                throw CorruptRecords.invalid("gzip: " + e.getMessage());
            }
            if (count > 0) {
                crc.update(target, from, count);
                return count;
            }
            if (inflater.needsDictionary()) throw CorruptRecords.invalid("gzip asks for a dictionary");
            if (!inflater.finished()) throw truncated(Codec.GZIP);
            endMember();
            if (!source.hasRemaining()) return END;
            beginMember();
        }
    }

    private void beginMember() throws CorruptRecords {
        need(FIXED_HEADER_BYTES, Codec.GZIP);
        int magicAndMethod = source.getInt(source.position()) >>> 8;
        int flags = source.get(source.position() + 3);
        if (magicAndMethod != 0x1f8b08 || (flags & RESERVED) != 0) throw CorruptRecords.invalid("not a gzip stream");
        source.position(source.position() + FIXED_HEADER_BYTES);
        if ((flags & EXTRA) != 0) {
            need(2, Codec.GZIP);
            int length = Short.toUnsignedInt(Short.reverseBytes(source.getShort()));
            need(length, Codec.GZIP);
            source.position(source.position() + length);
        }
        if ((flags & NAME) != 0) skipText();
        if ((flags & COMMENT) != 0) skipText();
        if ((flags & HEADER_CRC) != 0) {
            need(2, Codec.GZIP);
            source.getShort();
        }
        inflater.reset();
        inflater.setInput(source);
        crc.reset();
    }

    /** The inflater has moved the position to where the deflated bytes ended. */
    private void endMember() throws CorruptRecords {
        need(TRAILER_BYTES, Codec.GZIP);
        int expectedCrc = Integer.reverseBytes(source.getInt());
        int expectedSize = Integer.reverseBytes(source.getInt());
        if (expectedCrc != (int) crc.getValue()) throw CorruptRecords.invalid("gzip: checksum does not match");
        if (expectedSize != (int) inflater.getBytesWritten()) throw CorruptRecords.invalid("gzip: size does not match");
    }

    private void skipText() throws CorruptRecords {
        do {
            need(1, Codec.GZIP);
        } while (source.get() != 0);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
