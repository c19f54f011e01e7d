package io.ottla.kafkaprotocol;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * How to pack: a codec and its level.
 *
 * @param level within {@link #minLevel} and {@link #maxLevel} of the codec; 0 for none and snappy, which have no levels
 */
public record Compression(Codec codec, int level) {

    public static final Compression NONE = of(Codec.NONE);

    public Compression {
        if (level < minLevel(codec) || level > maxLevel(codec))
            throw new IllegalArgumentException("%s has no level %d".formatted(codec.label(), level));
    }

    /** With the codec's default level, which is also that of {@code compression.*.level} (KIP-390). */
    public static Compression of(Codec codec) {
        return new Compression(codec, defaultLevel(codec));
    }

    public static int defaultLevel(Codec codec) {
        return switch (codec) {
            case NONE, SNAPPY -> 0;
            case GZIP -> -1;
            case LZ4 -> 9;
            case ZSTD -> 3;
        };
    }

    /** For gzip −1 means the library's own default, and 0 is refused, as in Kafka. */
    public static int minLevel(Codec codec) {
        return switch (codec) {
            case NONE, SNAPPY -> 0;
            case GZIP -> -1;
            case LZ4 -> 1;
            case ZSTD -> -131072;
        };
    }

    public static int maxLevel(Codec codec) {
        return switch (codec) {
            case NONE, SNAPPY -> 0;
            case GZIP -> 9;
            case LZ4 -> 17;
            case ZSTD -> 22;
        };
    }

    /**
     * A stream that packs what is written to it into {@code target}; complete when closed.
     *
     * @param magic of the batch: lz4 frames of magic 0 have the wrong header checksum that clients of that time expect (KAFKA-3160)
     */
    OutputStream packInto(PackedBytes target, byte magic) {
        return switch (codec) {
            case NONE -> target;
            case GZIP ->
                org.apache.kafka.common.compress.Compression.gzip()
                        .level(level)
                        .build()
                        .wrapForOutput(target, magic);
            case SNAPPY ->
                org.apache.kafka.common.compress.Compression.snappy().build().wrapForOutput(target, magic);
            case LZ4 ->
                org.apache.kafka.common.compress.Compression.lz4()
                        .level(level)
                        .build()
                        .wrapForOutput(target, magic);
            case ZSTD ->
                org.apache.kafka.common.compress.Compression.zstd()
                        .level(level)
                        .build()
                        .wrapForOutput(target, magic);
        };
    }

    /** For writing into memory, which cannot fail. */
    static UncheckedIOException inMemory(IOException impossible) {
        return new UncheckedIOException("packing into memory failed", impossible);
    }
}
