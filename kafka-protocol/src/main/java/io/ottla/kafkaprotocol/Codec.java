package io.ottla.kafkaprotocol;

import java.util.Optional;

/** How the records of a batch are packed; the id is the lowest three bits of the batch's attributes. */
public enum Codec {
    NONE("none"),
    GZIP("gzip"),
    SNAPPY("snappy"),
    LZ4("lz4"),
    ZSTD("zstd");

    private static final Codec[] BY_ID = values();

    private final String label;

    Codec(String label) {
        this.label = label;
    }

    /** 0 to 4, as in the attributes. */
    public int id() {
        return ordinal();
    }

    /** The name in {@code compression.type} and in what tools print. */
    public String label() {
        return label;
    }

    /** Empty for 5, 6 and 7, which nobody has given a meaning. */
    public static Optional<Codec> of(int id) {
        return id >= 0 && id < BY_ID.length ? Optional.of(BY_ID[id]) : Optional.empty();
    }

    /** By the name in {@code compression.type}; empty for {@code producer}, {@code uncompressed} and anything else. */
    public static Optional<Codec> named(String label) {
        for (Codec codec : BY_ID) if (codec.label.equals(label)) return Optional.of(codec);
        return Optional.empty();
    }
}
