package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.RecordFilter.Looked;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetentionResult;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Leaves the same records as Kafka's own filter, in a batch with the same header, and holds none of them. */
class RecordFilterTest {

    /** Keeps by place in the batch, and remembers the keys that went by. */
    static final class Kept implements RecordFilter.Judge {
        private final IntPredicate keeps;
        final List<byte[]> keys = new ArrayList<>();
        private ByteArrayOutputStream key = new ByteArrayOutputStream();

        Kept(IntPredicate keeps) {
            this.keeps = keeps;
        }

        void again() {
            keys.clear();
            key = new ByteArrayOutputStream();
        }

        @Override
        public void key(ByteBuffer bytes, int position, int length) {
            for (int i = 0; i < length; i++) key.write(bytes.get(position + i));
        }

        @Override
        public boolean keeps(RecordReader record) {
            keys.add(key.toByteArray());
            key = new ByteArrayOutputStream();
            return keeps.test(record.index());
        }
    }

    private static ByteBuffer random(Codec codec, SeededRandom random) {
        BatchBuilder builder = new BatchBuilder().codec(codec).baseOffset(500).leaderEpoch(3);
        if (random.chance(0.3)) builder.producer(9, (short) 1, 40);
        if (random.chance(0.3)) builder.logAppendTime(4_000);
        else if (random.chance(0.3)) builder.deleteHorizon(700);
        int count = 1 + random.nextInt(60);
        long offset = 500;
        for (int i = 0; i < count; i++) {
            ByteBuffer key = ByteBuffer.allocate(random.chance(0.1) ? random.nextInt(200_000) : random.nextInt(20));
            for (int at = 0; at < key.capacity(); at++) key.put(at, (byte) random.nextInt(5));
            ByteBuffer value = ByteBuffer.allocate(random.chance(0.1) ? random.nextInt(200_000) : random.nextInt(90));
            for (int at = 0; at < value.capacity(); at++) value.put(at, (byte) random.nextInt(9));
            builder.append(
                    offset,
                    new NewRecord(
                            random.chance(0.05) ? -1 : 1_000 + random.nextInt(100_000),
                            random.chance(0.1) ? Optional.empty() : Optional.of(key),
                            random.chance(0.2) ? Optional.empty() : Optional.of(value),
                            random.chance(0.3) ? List.of(Header.of("h", "x")) : List.of()));
            offset += 1 + random.nextInt(3);
        }
        ByteBuffer batch = builder.build();
        return random.chance(0.5)
                ? batch
                : ByteBuffer.allocateDirect(batch.remaining()).put(batch).flip();
    }

    private static ByteBuffer byKafka(ByteBuffer batch, IntPredicate keeps, long horizonMs) {
        var filter = new MemoryRecords.RecordFilter(horizonMs, 0) {
            private int index;

            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch each) {
                return new BatchRetentionResult(BatchRetention.DELETE_EMPTY, false);
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch each, Record record) {
                return keeps.test(index++);
            }
        };
        return MemoryRecords.readableRecords(batch.duplicate())
                .filterTo(filter, ByteBuffer.allocate(batch.remaining() + 1000), BufferSupplier.NO_CACHING)
                .outputBuffer()
                .flip();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void leavesWhatKafkaLeaves(Codec codec) {
        for (int seed = 0; seed < 60; seed++) {
            SeededRandom random = new SeededRandom(seed);
            ByteBuffer bytes = random(codec, random);
            BatchView batch = new BatchView().wrap(bytes, 0);
            long bits = random.nextLong();
            IntPredicate keeps = index -> (bits >> (index & 63) & 1) == 0;
            Kept judge = new Kept(keeps);
            try (RecordFilter filter = new RecordFilter(1 << 30, 1 << 20)) {
                Looked.Judged judged = (Looked.Judged) filter.look(batch, judge);
                assertThat(judged.records()).isEqualTo(batch.recordCount());
                assertThat(judge.keys).hasSize(batch.recordCount());
                int index = 0;
                for (Record record :
                        MemoryRecords.readableRecords(bytes.duplicate()).records()) {
                    byte[] key = new byte[record.hasKey() ? record.keySize() : 0];
                    if (record.hasKey()) record.key().get(key);
                    assertThat(judge.keys.get(index++)).isEqualTo(key);
                }
                if (judged.kept() == 0) continue;
                // Kafka writes the batch anew if it has to
                boolean needsHorizon =
                        judged.keepsTombstones() && batch.deleteHorizonMs().isEmpty();
                if (judged.kept() == judged.records() && !needsHorizon) continue;
                OptionalLong horizonMs = needsHorizon ? OptionalLong.of(123_456) : OptionalLong.empty();
                judge.again();
                ByteBuffer ours = filter.write(batch, judge, judged, horizonMs, Integer.MAX_VALUE)
                        .orElseThrow();
                same(ours, byKafka(bytes, keeps, 123_456));
                assertThat(filter.write(batch, judge, judged, horizonMs, ours.remaining()))
                        .isPresent();
                assertThat(filter.write(batch, judge, judged, horizonMs, ours.remaining() - 1))
                        .isEmpty();
            }
        }
    }

    private static void same(ByteBuffer ours, ByteBuffer kafkas) {
        BatchView batch = new BatchView().wrap(ours, 0);
        BatchView expected = new BatchView().wrap(kafkas, 0);
        assertThat(batch.endPosition()).isEqualTo(ours.limit());
        assertThat(batch.isCrcValid()).isTrue();
        assertThat(batch.baseOffset()).isEqualTo(expected.baseOffset());
        assertThat(batch.lastOffset()).isEqualTo(expected.lastOffset());
        assertThat(batch.leaderEpoch()).isEqualTo(expected.leaderEpoch());
        assertThat(batch.attributes()).isEqualTo(expected.attributes());
        assertThat(batch.maxTimestamp()).isEqualTo(expected.maxTimestamp());
        assertThat(batch.producerId()).isEqualTo(expected.producerId());
        assertThat(batch.producerEpoch()).isEqualTo(expected.producerEpoch());
        assertThat(batch.baseSequence()).isEqualTo(expected.baseSequence());
        assertThat(batch.recordCount()).isEqualTo(expected.recordCount());
        assertThat(batch.deleteHorizonMs()).isEqualTo(expected.deleteHorizonMs());
        assertThat(records(ours)).isEqualTo(records(kafkas));
    }

    private static List<String> records(ByteBuffer batch) {
        List<String> records = new ArrayList<>();
        for (Record record : MemoryRecords.readableRecords(batch.duplicate()).records()) {
            record.ensureValid();
            int key = record.hasKey() ? record.key().hashCode() : -1;
            int value = record.hasValue() ? record.value().hashCode() : -1;
            records.add("%d@%d %d:%d=%d:%d %d"
                    .formatted(
                            record.offset(),
                            record.timestamp(),
                            record.keySize(),
                            key,
                            record.valueSize(),
                            value,
                            record.headers().length));
        }
        return records;
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"GZIP", "LZ4", "ZSTD"})
    void holdsNoRecord(Codec codec) {
        byte[] large = new byte[48 << 20];
        ByteBuffer bytes = new BatchBuilder()
                .codec(codec)
                .append(NewRecord.of(1, "k", "first"))
                .append(NewRecord.of(2, ByteBuffer.wrap(large), ByteBuffer.wrap(large)))
                .append(NewRecord.of(3, "k", "last"))
                .build();
        BatchView batch = new BatchView().wrap(bytes, 0);
        RecordFilter.Judge judge = new RecordFilter.Judge() {
            @Override
            public void key(ByteBuffer piece, int position, int length) {}

            @Override
            public boolean keeps(RecordReader record) {
                return record.index() > 0;
            }
        };
        try (RecordFilter filter = new RecordFilter(1 << 30, 1 << 20)) {
            filter.look(batch, judge);
            long before = BadBatchesTest.allocatedBytes();
            Looked.Judged judged = (Looked.Judged) filter.look(batch, judge);
            ByteBuffer thinned = filter.write(batch, judge, judged, OptionalLong.empty(), 2 << 20)
                    .orElseThrow();
            assertThat(BadBatchesTest.allocatedBytes() - before).isLessThan(6 << 20);
            assertThat(judged).isEqualTo(new Looked.Judged(3, 2, false, 3, judged.unpackedBytes()));
            assertThat(new BatchView().wrap(thinned, 0).recordCount()).isEqualTo(2);
        }
    }

    @Test
    void anIncompressibleRecordIsGivenUpWithinItself() {
        byte[] noise = new byte[32 << 20];
        new java.util.Random(1).nextBytes(noise);
        for (int at = 2 << 20; at < noise.length; at++) noise[at] = noise[at - (2 << 20)];
        ByteBuffer bytes = new BatchBuilder()
                .compression(new Compression(Codec.ZSTD, 19))
                .append(NewRecord.of(1, "k", "first"))
                .append(NewRecord.of(2, ByteBuffer.wrap(new byte[1]), ByteBuffer.wrap(noise)))
                .build();
        // packed with a window that sees the repetition, and not when it is packed again with zstd's default
        assertThat(bytes.remaining()).isLessThan(4 << 20);
        BatchView batch = new BatchView().wrap(bytes, 0);
        Kept judge = new Kept(index -> index > 0);
        try (RecordFilter filter = new RecordFilter(1 << 30, 1 << 20)) {
            Looked.Judged judged = (Looked.Judged) filter.look(batch, judge);
            judge.again();
            assertThat(filter.write(batch, judge, judged, OptionalLong.empty(), 1 << 20))
                    .isEmpty();
        }
    }
}
