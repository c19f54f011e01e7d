package io.ottla.bench;

import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Batches as producers send them: values of capital letters, 8 bytes of key. */
final class SampleBatches {
    private static final int KEY_BYTES = 8;
    private static final int LETTERS = 26;

    private SampleBatches() {}

    /** @param bytes how large the records are together, before they are compressed */
    static ByteBuffer batch(Codec codec, int valueBytes, int bytes) {
        Random random = new Random(valueBytes);
        BatchBuilder builder = new BatchBuilder().codec(codec);
        do {
            byte[] value = new byte[valueBytes];
            for (int i = 0; i < valueBytes; i++) value[i] = (byte) ('A' + random.nextInt(LETTERS));
            builder.append(new NewRecord(
                    1_700_000_000_000L,
                    Optional.of(ByteBuffer.wrap(new byte[KEY_BYTES])),
                    Optional.of(ByteBuffer.wrap(value)),
                    List.of()));
        } while (builder.unpackedBytes() < bytes);
        return builder.build();
    }

    /** As the network hands it over. */
    static ByteBuffer direct(ByteBuffer batch) {
        return ByteBuffer.allocateDirect(batch.remaining())
                .put(batch.duplicate())
                .flip();
    }

    /** The same batch again, as it was before a broker gave it its offset: a field outside of the checksum. */
    static ByteBuffer unnumbered(ByteBuffer batch) {
        return batch.putLong(0, 0).duplicate();
    }
}
