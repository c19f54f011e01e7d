package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Our view and our builder against Kafka's own classes. */
class BatchViewTest {

    private static final org.apache.kafka.common.record.TimestampType CREATE =
            org.apache.kafka.common.record.TimestampType.CREATE_TIME;

    @ParameterizedTest
    @CsvSource({
        "0,none",
        "0,gzip",
        "0,snappy",
        "0,lz4",
        "1,none",
        "1,gzip",
        "1,snappy",
        "1,lz4",
        "2,none",
        "2,gzip",
        "2,snappy",
        "2,lz4",
        "2,zstd"
    })
    void readsTheHeaderOfWhatKafkaWrites(byte magic, String codec) {
        ByteBuffer bytes = MemoryRecords.withRecords(
                        magic,
                        100L,
                        Compression.of(codec).build(),
                        CREATE,
                        simple(7000, "k1", "v1"),
                        simple(7005, "k2", "v2"))
                .buffer();
        List<MutableRecordBatch> theirs = new ArrayList<>();
        MemoryRecords.readableRecords(bytes.duplicate()).batches().forEach(theirs::add);

        List<Integer> at = new ArrayList<>();
        int walked = Batches.forEach(bytes, ours -> {
            MutableRecordBatch their = theirs.get(at.size());
            at.add(ours.position());
            assertThat(ours.magic()).isEqualTo(magic);
            assertThat(ours.sizeBytes()).isEqualTo(their.sizeInBytes());
            assertThat(ours.lastOffset()).isEqualTo(their.lastOffset());
            assertThat(ours.codec().id()).isEqualTo(their.compressionType().id);
            assertThat(ours.maxTimestamp()).isEqualTo(their.maxTimestamp());
            assertThat(ours.leaderEpoch()).isEqualTo(their.partitionLeaderEpoch());
            assertThat(ours.producerId()).isEqualTo(their.producerId());
            assertThat(ours.crc()).isEqualTo(their.checksum());
            assertThat(ours.isCrcValid()).isTrue();
            if (magic == 2) assertThat(ours.baseOffset()).isEqualTo(their.baseOffset());
            if (magic == 2) assertThat(ours.recordCount()).isEqualTo(their.countOrNull());
        });
        assertThat(walked).isEqualTo(bytes.remaining());
        assertThat(at).hasSameSizeAs(theirs);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void kafkaReadsWhatWeBuild(Codec codec) {
        ByteBuffer bytes = new BatchBuilder()
                .codec(codec)
                .baseOffset(500)
                .leaderEpoch(9)
                .producer(4711, (short) 3, Integer.MAX_VALUE)
                .transactional()
                .append(NewRecord.of(1000, "k", "v"))
                .append(new NewRecord(
                        990,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(Header.of("h", "ü"), new Header("null", Optional.empty()))))
                .append(510, NewRecord.keyless(2000, "x".repeat(10_000)))
                .build();

        MutableRecordBatch their = onlyBatch(bytes);
        their.ensureValid();
        assertThat(their.baseOffset()).isEqualTo(500);
        assertThat(their.lastOffset()).isEqualTo(510);
        assertThat(their.maxTimestamp()).isEqualTo(2000);
        assertThat(their.partitionLeaderEpoch()).isEqualTo(9);
        assertThat(their.producerId()).isEqualTo(4711);
        assertThat(their.producerEpoch()).isEqualTo((short) 3);
        assertThat(their.compressionType()).isEqualTo(CompressionType.forId(codec.id()));
        assertThat(their.isTransactional()).isTrue();
        List<Record> records = new ArrayList<>();
        their.forEach(records::add);
        assertThat(records).extracting(Record::offset).containsExactly(500L, 501L, 510L);
        assertThat(records).extracting(Record::timestamp).containsExactly(1000L, 990L, 2000L);
        assertThat(records.get(0).key()).isEqualTo(utf8("k"));
        assertThat(records.get(1).key()).isNull();
        assertThat(records.get(1).value()).isNull();
        assertThat(records.get(1).headers())
                .containsExactly(
                        new RecordHeader("h", "ü".getBytes(StandardCharsets.UTF_8)),
                        new RecordHeader("null", (byte[]) null));
        assertThat(records.get(2).value()).isEqualTo(utf8("x".repeat(10_000)));

        BatchView ours = Batches.first(bytes).orElseThrow();
        assertThat(ours.lastSequence()).isEqualTo(their.lastSequence()).isEqualTo(9);
    }

    @Test
    void buildsTheBytesThatKafkaBuilds() {
        ByteBuffer ours = new BatchBuilder()
                .append(NewRecord.of(7000, "k1", "v1"))
                .append(NewRecord.of(7005, "k2", "v2"))
                .build();
        ByteBuffer theirs = MemoryRecords.withRecords(
                        Compression.NONE, simple(7000, "k1", "v1"), simple(7005, "k2", "v2"))
                .buffer();

        assertThat(hex(ours)).isEqualTo(hex(theirs));
        // baseOffset, length, leaderEpoch, magic, crc, attributes, lastOffsetDelta, base and max timestamp, producer,
        // count, records
        assertThat(hex(ours))
                .isEqualTo("0000000000000000" + "00000047" + "ffffffff" + "02" + "88b8c043" + "0000" + "00000001"
                        + "0000000000001b58" + "0000000000001b5d" + "ffffffffffffffff" + "ffff" + "ffffffff"
                        + "00000002" + "14000000046b310476310014000a02046b320476" + "3200");
    }

    @Test
    void settersKeepTheChecksumTrueWhereItDoesNotCoverThem() {
        BatchView view = Batches.first(
                        new BatchBuilder().append(NewRecord.of(1, "k", "v")).build())
                .orElseThrow();
        view.setLastOffset(77);
        view.setLeaderEpoch(5);
        assertThat(view.isCrcValid()).isTrue();
        assertThat(view.baseOffset()).isEqualTo(77);

        view.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 123);
        view.setProducer(1, (short) 2, 3);
        assertThat(view.isCrcValid()).isFalse();
        view.updateCrc();
        MutableRecordBatch their = onlyBatch(view.slice());
        their.ensureValid();
        assertThat(their.iterator().next().timestamp()).isEqualTo(123);
        assertThat(their.producerId()).isEqualTo(1);
    }

    @Test
    void endOfTransactionIsKafkasControlBatch() {
        ByteBuffer bytes = new EndTxnMarker(true, 12).batch(40, 3, 999, 8, (short) 1);
        MutableRecordBatch their = onlyBatch(bytes);
        assertThat(their.isControlBatch()).isTrue();
        assertThat(their.isTransactional()).isTrue();
        Record record = their.iterator().next();
        assertThat(org.apache.kafka.common.record.internal.ControlRecordType.parse(record.key()))
                .isEqualTo(org.apache.kafka.common.record.internal.ControlRecordType.COMMIT);
        assertThat(org.apache.kafka.common.record.internal.EndTransactionMarker.deserialize(record)
                        .coordinatorEpoch())
                .isEqualTo(12);
        assertThat(EndTxnMarker.parse(record.key(), record.value())).contains(new EndTxnMarker(true, 12));
        assertThat(EndTxnMarker.parse(utf8("key"), record.value())).isEmpty();
    }

    @Test
    void compactionKeepsTheLastOffsetOfABatchThatLostItsRecords() {
        BatchView before = Batches.first(new BatchBuilder()
                        .baseOffset(10)
                        .producer(5, (short) 0, 3)
                        .codec(Codec.LZ4)
                        .append(NewRecord.of(1, "a", "1"))
                        .append(NewRecord.of(2, "b", "2"))
                        .build())
                .orElseThrow();
        MutableRecordBatch empty =
                onlyBatch(new BatchBuilder().codec(Codec.LZ4).like(before).buildUpTo(before.lastOffset()));
        empty.ensureValid();
        assertThat(empty.lastOffset()).isEqualTo(11);
        assertThat(empty.countOrNull()).isZero();
        assertThat(empty.iterator().hasNext()).isFalse();
        assertThat(empty.lastSequence()).isEqualTo(4);
        assertThat(empty.maxTimestamp()).isEqualTo(2);
    }

    @Test
    void deleteHorizonTakesThePlaceOfTheBaseTimestamp() {
        ByteBuffer bytes = new BatchBuilder()
                .deleteHorizon(5000)
                .append(NewRecord.of(1000, "k", "v"))
                .build();
        MutableRecordBatch their = onlyBatch(bytes);
        assertThat(their.deleteHorizonMs()).isEqualTo(OptionalLong.of(5000));
        assertThat(their.iterator().next().timestamp()).isEqualTo(1000);
        assertThat(Batches.first(bytes).orElseThrow().deleteHorizonMs()).isEqualTo(OptionalLong.of(5000));
    }

    @ParameterizedTest
    @CsvSource({
        "16, 2, 49, INCOMPLETE", // magic not there yet
        "17, 2, 49, 61", // the header's first 17 bytes tell the size
        "17, 2, 48, CORRUPT",
        "17, 1, 22, 34",
        "17, 1, 21, CORRUPT",
        "17, 0, 14, 26",
        "17, 0, 13, CORRUPT",
        "17, 3, 100, CORRUPT",
        "17, -1, 100, CORRUPT",
        "17, 2, -1, CORRUPT",
        "17, 2, 2147483647, CORRUPT",
        "17, 2, 2147483635, 2147483647",
    })
    void sizes(int available, byte magic, int length, String expected) {
        ByteBuffer bytes =
                ByteBuffer.allocate(64).putInt(8, length).put(16, magic).limit(available);
        int size = Batches.announcedSize(bytes, 0);
        assertThat(size == Batches.CORRUPT ? "CORRUPT" : size == Batches.INCOMPLETE ? "INCOMPLETE" : "" + size)
                .isEqualTo(expected);
        if (size > 0) assertThat(Batches.sizeAt(bytes, 0)).isEqualTo(Batches.INCOMPLETE);
    }

    private static MutableRecordBatch onlyBatch(ByteBuffer bytes) {
        var batches = MemoryRecords.readableRecords(bytes.duplicate()).batches().iterator();
        MutableRecordBatch only = batches.next();
        assertThat(batches.hasNext()).isFalse();
        return only;
    }

    private static SimpleRecord simple(long timestamp, String key, String value) {
        return new SimpleRecord(
                timestamp, key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return HexFormat.of().formatHex(copy);
    }
}
