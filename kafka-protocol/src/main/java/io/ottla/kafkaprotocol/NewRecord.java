package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A record to be written.
 *
 * @param timestampMs {@link BatchView#NO_TIMESTAMP} for none
 * @param key empty for null; from position to limit
 * @param value empty for null (a tombstone); from position to limit
 */
public record NewRecord(long timestampMs, Optional<ByteBuffer> key, Optional<ByteBuffer> value, List<Header> headers) {

    public static NewRecord of(long timestampMs, ByteBuffer key, ByteBuffer value) {
        return new NewRecord(timestampMs, Optional.of(key), Optional.of(value), List.of());
    }

    public static NewRecord of(long timestampMs, String key, String value) {
        return of(timestampMs, utf8(key), utf8(value));
    }

    public static NewRecord keyless(long timestampMs, String value) {
        return new NewRecord(timestampMs, Optional.empty(), Optional.of(utf8(value)), List.of());
    }

    public static NewRecord tombstone(long timestampMs, ByteBuffer key) {
        return new NewRecord(timestampMs, Optional.of(key), Optional.empty(), List.of());
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
