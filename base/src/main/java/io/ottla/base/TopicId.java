package io.ottla.base;

import java.nio.ByteBuffer;
import java.util.Base64;

/** The id of a topic or of a directory: 128 bits, written as 22 characters of URL-safe base64 (Kafka's Uuid). */
public record TopicId(long mostSignificantBits, long leastSignificantBits) {

    public static final TopicId ZERO = new TopicId(0, 0);

    /** @throws IllegalArgumentException if it is not the base64 of 16 bytes */
    public static TopicId parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != 16)
            throw new IllegalArgumentException("'" + text + "' is not an id: 22 characters of base64 are wanted");
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new TopicId(buffer.getLong(), buffer.getLong());
    }

    @Override
    public String toString() {
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(mostSignificantBits)
                .putLong(leastSignificantBits)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
