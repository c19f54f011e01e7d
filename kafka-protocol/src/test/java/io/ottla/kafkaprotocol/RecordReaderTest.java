package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads what Kafka's own builder wrote, and compares with what Kafka's own iterators see. */
class RecordReaderTest {

    static Stream<Arguments> magicsAndCodecs() {
        return Stream.of((byte) 0, (byte) 1, (byte) 2)
                .flatMap(magic -> Stream.of(Codec.values())
                        .filter(codec -> magic == 2 || codec != Codec.ZSTD)
                        .flatMap(codec -> Stream.of(true, false).map(onHeap -> Arguments.of(magic, codec, onHeap))));
    }

    @ParameterizedTest(name = "magic {0} {1} on heap: {2}")
    @MethodSource("magicsAndCodecs")
    void readsWhatKafkaWrites(byte magic, Codec codec, boolean onHeap) {
        List<SimpleRecord> written = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            // one is much larger than the window, many lie across its end
            byte[] value = new byte[i == 150 ? 300_000 : (i * 37) % 2000];
            Arrays.fill(value, (byte) i);
            if (value.length > 10) value[i % 10] ^= 99;
            byte[] key = i % 3 == 0 ? null : ("key" + i).getBytes(StandardCharsets.UTF_8);
            RecordHeader[] headers = magic == 2 && i % 5 == 0
                    ? new RecordHeader[] {new RecordHeader("h" + i, value), new RecordHeader("", (byte[]) null)}
                    : new RecordHeader[0];
            written.add(new SimpleRecord(1000 + i * 7L, key, i % 11 == 0 ? null : value, headers));
        }
        ByteBuffer bytes = MemoryRecords.withRecords(
                        magic,
                        5000L,
                        Compression.of(codec.label()).build(),
                        org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                        written.toArray(SimpleRecord[]::new))
                .buffer();
        ByteBuffer placed =
                onHeap ? ByteBuffer.allocate(bytes.limit() + 7) : ByteBuffer.allocateDirect(bytes.limit() + 7);
        placed.position(7).put(bytes.duplicate()).position(7);

        List<NewRecord> seen = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        try (RecordReader reader = new RecordReader();
                RecordReader skimming = new RecordReader()) {
            Batches.forEach(placed, batch -> {
                skimming.skim(batch);
                reader.open(batch);
                while (reader.next() == RecordReader.Step.RECORD) {
                    offsets.add(reader.offset());
                    seen.add(reader.copy());
                    assertThat(skimming.next()).isEqualTo(RecordReader.Step.RECORD);
                    assertThat(skimming.offset()).isEqualTo(reader.offset());
                    assertThat(skimming.timestampMs()).isEqualTo(reader.timestampMs());
                    assertThat(skimming.keyLength()).isEqualTo(reader.keyLength());
                    assertThat(skimming.valueLength()).isEqualTo(reader.valueLength());
                    assertThat(skimming.headerCount()).isEqualTo(reader.headerCount());
                }
                assertThat(reader.problem()).isEmpty();
                assertThat(skimming.next()).isEqualTo(RecordReader.Step.END);
            });
        }

        List<Record> expected = new ArrayList<>();
        MemoryRecords.readableRecords(bytes.duplicate()).records().forEach(expected::add);
        assertThat(expected).hasSize(300);
        assertThat(offsets)
                .containsExactlyElementsOf(expected.stream().map(Record::offset).toList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(seen.get(i)).isEqualTo(valueOf(expected.get(i)));
        }
    }

    @Test
    void oneReaderServesBatchAfterBatch() {
        try (RecordReader reader = new RecordReader()) {
            for (int round = 0; round < 3; round++) {
                for (Codec codec : Codec.values()) {
                    BatchView batch = Batches.first(new BatchBuilder()
                                    .codec(codec)
                                    .baseOffset(round)
                                    .append(NewRecord.of(1, "k", codec.label().repeat(20_000)))
                                    .append(NewRecord.of(2, "k2", "v"))
                                    .build())
                            .orElseThrow();
                    reader.open(batch);
                    assertThat(reader.next()).isEqualTo(RecordReader.Step.RECORD);
                    assertThat(reader.valueLength()).isEqualTo(codec.label().length() * 20_000);
                    // and is moved on before its end is reached
                    if (round == 1) continue;
                    assertThat(reader.next()).isEqualTo(RecordReader.Step.RECORD);
                    assertThat(reader.offset()).isEqualTo(round + 1);
                    assertThat(reader.next()).isEqualTo(RecordReader.Step.END);
                    assertThat(reader.next()).isEqualTo(RecordReader.Step.END);
                }
            }
        }
    }

    @Test
    void logAppendTimeIsEveryRecordsTime() {
        BatchView batch = Batches.first(new BatchBuilder()
                        .logAppendTime(77)
                        .append(NewRecord.of(1, "k", "v"))
                        .append(NewRecord.of(2, "k", "v"))
                        .build())
                .orElseThrow();
        try (RecordReader reader = new RecordReader().open(batch)) {
            reader.next();
            assertThat(reader.timestampMs()).isEqualTo(77);
            reader.next();
            assertThat(reader.timestampMs()).isEqualTo(77);
        }
    }

    /** What Kafka's record is, in our words. */
    private static NewRecord valueOf(Record record) {
        List<Header> headers = Stream.of(record.headers())
                .map(header -> new Header(
                        header.key(), Optional.ofNullable(header.value()).map(ByteBuffer::wrap)))
                .toList();
        return new NewRecord(
                record.timestamp(), Optional.ofNullable(record.key()), Optional.ofNullable(record.value()), headers);
    }
}
