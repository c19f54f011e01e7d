package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That what is common is seen as sound, and what is not as something to look closer at; wrong bytes are the fuzz test's. */
class QuickWalkTest {

    private final QuickWalk walk = new QuickWalk();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63, 64, 8191, 8192, 1 << 20, (1 << 20) + 1})
    void sizesOfKeysAndValues(int bytes) {
        assertThat(isSound(b -> b.append(record(1000, bytes, 0)).append(record(1000, 0, bytes))))
                .isTrue();
        assertThat(isSound(b -> b.append(record(1000, 3, bytes)).append(record(1000, bytes, 3))))
                .isTrue();
    }

    @Test
    void manyRecords() {
        assertThat(isSound(b -> {
                    for (int i = 0; i < 20_000; i++) b.append(record(1000 + i * 7L, i % 5, i % 11));
                }))
                .isTrue();
        assertThat(walk.minTimestamp()).isEqualTo(1000);
        assertThat(walk.maxTimestamp()).isEqualTo(1000 + 19_999 * 7);
        assertThat(walk.indexOfMaxTimestamp()).isEqualTo(19_999);
    }

    @Test
    void timestamps() {
        assertThat(isSound(b -> b.append(record(5000, 1, 1))
                        .append(record(5010, 1, 1))
                        .append(record(4000, 1, 1))
                        .append(record(5010, 1, 1))))
                .isTrue();
        assertThat(walk.minTimestamp()).isEqualTo(4000);
        assertThat(walk.maxTimestamp()).isEqualTo(5010);
        assertThat(walk.indexOfMaxTimestamp()).isEqualTo(1);
    }

    @Test
    void keysWhereTheyAreNeeded() {
        Consumer<BatchBuilder> records = b -> b.append(record(1000, 1, 1)).append(NewRecord.keyless(1000, "v"));
        assertThat(walk.isSound(batch(records), false)).isTrue();
        assertThat(walk.isSound(batch(records), true)).isFalse();
    }

    @Test
    void nulls() {
        assertThat(isSound(b -> b.append(new NewRecord(1000, Optional.empty(), Optional.empty(), List.of()))))
                .isTrue();
        assertThat(isSound(b -> b.append(NewRecord.tombstone(1000, ByteBuffer.allocate(5)))))
                .isTrue();
    }

    @Test
    void lookCloser() {
        assertThat(isSound(b -> b.append(
                        new NewRecord(1000, Optional.empty(), Optional.empty(), List.of(Header.of("h", "v"))))))
                .as("headers")
                .isFalse();
        assertThat(isSound(b -> b.append(record(1000, 1, 1)).append(record(1L << 40, 1, 1))))
                .as("timestamps far apart")
                .isFalse();
        assertThat(isSound(b -> b.append(record(-1, 1, 1)))).as("no timestamp").isFalse();
        assertThat(isSound(b -> b.append(record(1, 1, 1)).append(5, record(1, 1, 1))))
                .as("a gap")
                .isFalse();
    }

    private boolean isSound(Consumer<BatchBuilder> records) {
        return walk.isSound(batch(records), true) || walk.isSound(batch(records), false);
    }

    /** In a buffer that ends with it, so that nothing beyond is read. */
    private static BatchView batch(Consumer<BatchBuilder> records) {
        BatchBuilder builder = new BatchBuilder();
        records.accept(builder);
        ByteBuffer bytes = builder.build();
        ByteBuffer exact = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        return new BatchView().wrap(exact, 0);
    }

    private static NewRecord record(long timestampMs, int keyBytes, int valueBytes) {
        return NewRecord.of(timestampMs, ByteBuffer.allocate(keyBytes), ByteBuffer.allocate(valueBytes));
    }
}
