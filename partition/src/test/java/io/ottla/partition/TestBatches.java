package io.ottla.partition;

import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;

/** Batches as clients send them. */
public final class TestBatches {
    /** Of every record. */
    public static final long TIMESTAMP_MS = 1_699_999_999_000L;

    private TestBatches() {}

    /** One batch; the key of each record is its value. */
    public static ByteBuffer of(String... values) {
        return fill(new BatchBuilder(), values);
    }

    /** Of an idempotent producer. */
    public static ByteBuffer of(long producerId, int epoch, int sequence, String... values) {
        return fill(new BatchBuilder().producer(producerId, (short) epoch, sequence), values);
    }

    public static ByteBuffer fill(BatchBuilder builder, String... values) {
        for (String value : values) builder.append(NewRecord.of(TIMESTAMP_MS, value, value));
        return builder.build();
    }
}
