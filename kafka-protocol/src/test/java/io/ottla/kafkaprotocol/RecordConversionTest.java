package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkaprotocol.RecordConversion.Converted;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What consumers of old get, as Kafka's own classes read it. */
class RecordConversionTest {

    private final RecordConversion conversion =
            new RecordConversion(RecordReader.UNPACKED_BYTES_MAX, RecordReader.HELD_BYTES_MAX);

    @AfterEach
    void close() {
        conversion.close();
    }

    static Stream<Arguments> ways() {
        return Stream.of(1, 2)
                .flatMap(from -> Stream.of(0, 1)
                        .filter(to -> to < from)
                        .flatMap(to -> Stream.of(Codec.NONE, Codec.GZIP, Codec.SNAPPY, Codec.LZ4)
                                .map(codec -> Arguments.of(from.byteValue(), to.byteValue(), codec))));
    }

    @ParameterizedTest(name = "magic {0} to {1}, {2}")
    @MethodSource("ways")
    void converts(byte from, byte to, Codec codec) {
        ByteBuffer batches = MessageSets.of(from, codec, 100, TimestampType.CREATE_TIME);
        byte[] before = batches.array().clone();

        ByteBuffer messages = messages(batches, to, 100);

        assertThat(MessageSets.read(messages))
                .isEqualTo(
                        to == 0
                                ? List.of("100@-1 k0=v0", "101@-1 null=v1", "102@-1 k2=null")
                                : List.of("100@1000 k0=v0", "101@1001 null=v1", "102@999 k2=null"));
        List<RecordBatch> shallow = shallow(messages);
        assertThat(shallow).allMatch(message -> message.magic() == to && message.compressionType().id == codec.id());
        assertThat(shallow).hasSize(codec == Codec.NONE ? 3 : 1);
        assertThat(shallow.getLast().lastOffset()).isEqualTo(102);
        if (to == 1 && codec != Codec.NONE)
            assertThat(shallow.getFirst().maxTimestamp()).isEqualTo(1001);
        assertThat(batches.array()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"NONE", "LZ4"})
    void isWhatKafkasBuilderWrites(Codec codec) {
        ByteBuffer batches = MessageSets.of((byte) 2, codec, 100, TimestampType.CREATE_TIME);
        for (byte magic = 0; magic <= 1; magic++)
            assertThat(messages(batches, magic, 100))
                    .isEqualTo(MessageSets.of(magic, codec, 100, TimestampType.CREATE_TIME));
    }

    @Test
    void logAppendTimeStays() {
        ByteBuffer batches = new BatchBuilder()
                .logAppendTime(5000)
                .codec(Codec.GZIP)
                .append(NewRecord.of(1, "k", "v"))
                .build();
        ByteBuffer messages = messages(batches, (byte) 1, 0);
        assertThat(MessageSets.read(messages)).containsExactly("0@5000 k=v");
        assertThat(shallow(messages).getFirst().timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
    }

    @ParameterizedTest
    @CsvSource({"NONE", "GZIP"})
    void gapsOfCompactionStay(Codec codec) {
        ByteBuffer batches = new BatchBuilder()
                .codec(codec)
                .baseOffset(1000)
                .append(1003, NewRecord.of(1, "a", "1"))
                .append(1009, NewRecord.of(2, "b", "2"))
                .buildUpTo(1020);
        for (byte magic = 0; magic <= 1; magic++)
            assertThat(shallowAndDeepOffsets(messages(batches, magic, 1000)))
                    .isEqualTo(codec == Codec.NONE ? "1003 1009: 1003 1009" : "1009: 1003 1009");
    }

    @Test
    void controlBatchesAndHeadersAreLeftOut() {
        ByteBuffer batches = join(
                new BatchBuilder()
                        .append(new NewRecord(
                                1,
                                java.util.Optional.empty(),
                                java.util.Optional.empty(),
                                List.of(Header.of("h", "v"))))
                        .build(),
                new EndTxnMarker(true, 0).batch(1, 0, 5, 5, (short) 0),
                new BatchBuilder()
                        .baseOffset(2)
                        .append(NewRecord.of(2, "k", "v"))
                        .build());
        assertThat(MessageSets.read(messages(batches, (byte) 1, 0))).containsExactly("0@1 null=null", "2@2 k=v");
        assertThat(messages(new EndTxnMarker(true, 0).batch(1, 0, 5, 5, (short) 0), (byte) 1, 0)
                        .hasRemaining())
                .isFalse();
    }

    @Test
    void plainRecordsBeforeTheOffsetAskedForAreLeftOut() {
        ByteBuffer plain = MessageSets.of((byte) 2, Codec.NONE, 100, TimestampType.CREATE_TIME);
        assertThat(MessageSets.read(messages(plain, (byte) 1, 101)))
                .containsExactly("101@1001 null=v1", "102@999 k2=null");
        ByteBuffer packed = MessageSets.of((byte) 2, Codec.GZIP, 100, TimestampType.CREATE_TIME);
        assertThat(MessageSets.read(messages(packed, (byte) 1, 101))).hasSize(3);
    }

    @Test
    void oldBatchesStayAsTheyAre() {
        ByteBuffer old = MessageSets.of((byte) 0, Codec.LZ4, 100, TimestampType.CREATE_TIME);
        ByteBuffer both = join(old, MessageSets.of((byte) 2, Codec.NONE, 103, TimestampType.CREATE_TIME));
        assertThat(RecordConversion.isNeeded(old, (byte) 0)).isFalse();
        assertThat(RecordConversion.isNeeded(both, (byte) 1)).isTrue();
        ByteBuffer messages = messages(both, (byte) 1, 0);
        assertThat(messages.slice(0, old.limit())).isEqualTo(old);
        assertThat(MessageSets.read(messages)).hasSize(6);
    }

    @Test
    void zstdCannotBeToldOldClients() {
        ByteBuffer zstd = MessageSets.of((byte) 2, Codec.ZSTD);
        assertThat(conversion.toMagic(zstd, (byte) 1, 0, Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        Converted.Failed.class,
                        failed -> assertThat(failed.error()).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE));
        // what comes before it is told
        assertThat(MessageSets.read(messages(join(MessageSets.of((byte) 2, Codec.LZ4), zstd), (byte) 0, 0)))
                .hasSize(3);
    }

    @Test
    void damagedRecordsEndTheAnswer() {
        ByteBuffer sound = MessageSets.of((byte) 2, Codec.GZIP);
        ByteBuffer damaged = MessageSets.of((byte) 2, Codec.GZIP);
        damaged.put(75, (byte) ~damaged.get(75));
        assertThat(conversion.toMagic(damaged, (byte) 1, 0, Integer.MAX_VALUE)).isInstanceOf(Converted.Failed.class);
        assertThat(messages(join(sound, damaged), (byte) 1, 0)).isEqualTo(messages(sound, (byte) 1, 0));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "2,1", "3,1", "4,2", "17,2"})
    void formatsOfFetchVersions(int apiVersion, byte magic) {
        assertThat(RecordConversion.magicForFetch(apiVersion)).isEqualTo(magic);
    }

    private ByteBuffer messages(ByteBuffer batches, byte magic, long fetchOffset) {
        return switch (conversion.toMagic(batches, magic, fetchOffset, Integer.MAX_VALUE)) {
            case Converted.Messages messages -> messages.bytes();
            case Converted.Failed failed -> throw new AssertionError(failed.toString());
        };
    }

    private static List<RecordBatch> shallow(ByteBuffer messages) {
        List<RecordBatch> shallow = new ArrayList<>();
        MemoryRecords.readableRecords(messages.duplicate()).batches().forEach(shallow::add);
        return shallow;
    }

    private static String shallowAndDeepOffsets(ByteBuffer messages) {
        List<String> deep = new ArrayList<>();
        MemoryRecords.readableRecords(messages.duplicate()).records().forEach(record -> deep.add("" + record.offset()));
        return String.join(
                        " ",
                        shallow(messages).stream()
                                .map(batch -> "" + batch.lastOffset())
                                .toList())
                + ": " + String.join(" ", deep);
    }

    /** A record of a kilobyte that is 20 MB, and one that is only as many messages. */
    @Test
    void whatThereIsNoRoomForIsLeftToTheNextFetchOrIsAnError() {
        ByteBuffer small =
                new BatchBuilder().append(NewRecord.of(1, "k", "small")).build();
        ByteBuffer bomb = new BatchBuilder()
                .codec(Codec.GZIP)
                .baseOffset(1)
                .append(NewRecord.of(1, ByteBuffer.wrap(new byte[1]), ByteBuffer.wrap(new byte[20 << 20])))
                .build();
        ByteBuffer both = ByteBuffer.allocate(small.remaining() + bomb.remaining())
                .put(small.duplicate())
                .put(bomb.duplicate())
                .flip();
        try (RecordConversion bounded = new RecordConversion(RecordReader.UNPACKED_BYTES_MAX, 1 << 20)) {
            bounded.toMagic(bomb.duplicate(), (byte) 1, 0, 1 << 20); // the codec's fixed buffers
            long before = BadBatchesTest.allocatedBytes();
            assertThat(bounded.toMagic(bomb.duplicate(), (byte) 1, 0, 1 << 20))
                    .isInstanceOfSatisfying(
                            Converted.Failed.class,
                            failed -> assertThat(failed.error()).isEqualTo(Errors.MESSAGE_TOO_LARGE));
            assertThat(BadBatchesTest.allocatedBytes() - before).isLessThan(1 << 20);
            assertThat(MessageSets.read(((Converted.Messages) bounded.toMagic(both, (byte) 1, 0, 1 << 20)).bytes()))
                    .containsExactly("0@1 k=small");
        }
        ByteBuffer many = MessageSets.of((byte) 2, Codec.NONE, 0, TimestampType.CREATE_TIME);
        int all = messages(many.duplicate(), (byte) 1, 0).remaining();
        assertThat(conversion.toMagic(many.duplicate(), (byte) 1, 0, all)).isInstanceOf(Converted.Messages.class);
        assertThat(conversion.toMagic(many, (byte) 1, 0, all - 1)).isInstanceOf(Converted.Failed.class);
    }

    private static ByteBuffer join(ByteBuffer... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Stream.of(parts).mapToInt(ByteBuffer::remaining).sum());
        for (ByteBuffer part : parts) all.put(part.duplicate());
        return all.flip();
    }
}
