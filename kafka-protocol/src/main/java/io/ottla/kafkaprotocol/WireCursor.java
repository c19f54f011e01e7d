package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the bytes of one message, allocating nothing, and keeps account of what decoding it would make.
 *
 * <p>Every step says {@link MalformedException} instead of going past the end.
 */
final class WireCursor {
    /** The most bytes of an unsigned varint of 32 bits. */
    private static final int VARINT_BYTES_MAX = 5;

    private final ByteBuffer bytes;
    private final int elementsMax;
    private final int unknownTagBytesMax;
    private int position;
    private int elements;
    private int unknownTagBytes;

    /**
     * @param bytes from its position to its limit; neither is changed
     * @param elementsMax how many elements of arrays and tagged fields the message may have in all
     * @param unknownTagBytesMax how many bytes in tagged fields that the schema does not know
     */
    WireCursor(ByteBuffer bytes, int elementsMax, int unknownTagBytesMax) {
        this.bytes = bytes;
        this.elementsMax = elementsMax;
        this.unknownTagBytesMax = unknownTagBytesMax;
        this.position = bytes.position();
    }

    int position() {
        return position;
    }

    int remaining() {
        return bytes.limit() - position;
    }

    /** Whether the next bytes are sound UTF-8. */
    boolean isUtf8(int count) throws MalformedException {
        if (count > remaining()) throw MalformedException.TRUNCATED;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(position, count));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    void skip(int count) throws MalformedException {
        if (count > remaining()) throw MalformedException.TRUNCATED;
        position += count;
    }

    byte int8() throws MalformedException {
        if (remaining() < 1) throw MalformedException.TRUNCATED;
        return bytes.get(position++);
    }

    short int16() throws MalformedException {
        if (remaining() < 2) throw MalformedException.TRUNCATED;
        short value = bytes.getShort(position);
        position += 2;
        return value;
    }

    int int32() throws MalformedException {
        if (remaining() < 4) throw MalformedException.TRUNCATED;
        int value = bytes.getInt(position);
        position += 4;
        return value;
    }

    /** A length or a count: 0 to 2^31 − 1. */
    int unsignedVarint() throws MalformedException {
        int value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            byte next = int8();
            if (i == VARINT_BYTES_MAX - 1 && (next < 0 || next > 0x07)) throw MalformedException.VARINT;
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) return value;
        }
        throw MalformedException.VARINT;
    }

    /** Counts elements before they are walked; each must be at least {@code bytesMin} long. */
    void elements(int count, int bytesMin) throws MalformedException {
        if (count > remaining() / Math.max(1, bytesMin)) throw MalformedException.COUNT;
        if (count > elementsMax - elements) throw MalformedException.ELEMENTS;
        elements += count;
    }

    void unknownTag(int size) throws MalformedException {
        if (size > unknownTagBytesMax - unknownTagBytes) throw MalformedException.UNKNOWN_TAGS;
        unknownTagBytes += size;
        skip(size);
    }
}
