package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A header of a record: a key and a value that may be null. */
public record Header(String key, Optional<ByteBuffer> value) {

    public static Header of(String key, String value) {
        return new Header(key, Optional.of(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8))));
    }
}
