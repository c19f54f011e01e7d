package io.ottla.kafkaprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchDumpTest {

    @Test
    void batchesAndRecords() {
        ByteBuffer bytes = ByteBuffer.allocate(4000)
                .put(new BatchBuilder()
                        .baseOffset(100)
                        .leaderEpoch(5)
                        .codec(Codec.SNAPPY)
                        .producer(9, (short) 1, 40)
                        .transactional()
                        .append(new NewRecord(
                                1000,
                                Optional.of(
                                        ByteBuffer.wrap("k\"0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))),
                                Optional.empty(),
                                List.of(Header.of("h", "x"), new Header("n", Optional.empty()))))
                        .append(new NewRecord(
                                1001,
                                Optional.empty(),
                                Optional.of(ByteBuffer.wrap(new byte[] {0, (byte) 0xff})),
                                List.of()))
                        .append(NewRecord.of(-1, "ü".repeat(60), "v"))
                        .build())
                .put(new EndTxnMarker(true, 7).batch(103, 5, 1002, 9, (short) 1))
                .put(new BatchBuilder()
                        .baseOffset(104)
                        .logAppendTime(2000)
                        .append(NewRecord.keyless(1, "v"))
                        .build())
                .flip();

        assertThat(dump(bytes))
                .containsExactly(
                        "batch offsets 100–102 at 5000, 131 bytes, magic 2, snappy, 3 records, leader epoch 5, max timestamp 1001, "
                                + "producer 9 epoch 1 sequences 40–42, transactional, crc "
                                + crcAt(bytes, 0) + " ok",
                        "  100 time 1000 key \"k\\\"0\\n\" value null headers h=\"x\" n=null",
                        "  101 time 1001 key null value 00ff",
                        "  102 key \"" + "ü".repeat(50) + "\"… (120 bytes) value \"v\"",
                        "batch offsets 103–103 at 5131, 78 bytes, magic 2, none, 1 record, leader epoch 5, max timestamp 1002, "
                                + "producer 9 epoch 1, transactional, control, crc "
                                + crcAt(bytes, 131) + " ok",
                        "  103 commit of a transaction, coordinator epoch 7",
                        "batch offsets 104–104 at 5209, 69 bytes, magic 2, none, 1 record, leader epoch -1, appended 2000, crc "
                                + crcAt(bytes, 209) + " ok",
                        "  104 time 2000 key null value \"v\"");
    }

    @Test
    void oldFormats() {
        assertThat(dump(MessageSets.of((byte) 1, Codec.NONE)))
                .hasSize(6)
                .element(0)
                .asString()
                .startsWith("batch offsets 0–0 at 5000, 38 bytes, magic 1, none, 1 record, max timestamp 1000, crc ");
        assertThat(dump(MessageSets.of((byte) 0, Codec.LZ4))).hasSize(4).last().isEqualTo("  2 key \"k2\" value null");
    }

    @Test
    void whatCannotBeRead() {
        ByteBuffer damaged = MessageSets.of((byte) 2, Codec.GZIP);
        damaged.put(80, (byte) ~damaged.get(80));
        assertThat(dump(damaged)).element(0).asString().contains(" WRONG, is ");
        assertThat(dump(damaged)).last().asString().startsWith("  cannot be read further: gzip");

        ByteBuffer torn = ByteBuffer.allocate(1000)
                .put(MessageSets.of((byte) 2, Codec.NONE))
                .put(MessageSets.of((byte) 2, Codec.NONE).slice(0, 40))
                .flip();
        int whole = torn.limit() - 40;
        assertThat(dump(torn)).last().isEqualTo("at " + (5000 + whole) + ", 40 bytes: the beginning of a batch");
        torn.put(whole + 16, (byte) 7);
        assertThat(dump(torn)).last().isEqualTo("at " + (5000 + whole) + ", 40 bytes: no batch can begin like this");
    }

    private static List<String> dump(ByteBuffer bytes) {
        List<String> lines = new ArrayList<>();
        try (BatchDump dump = new BatchDump()) {
            dump.dump(bytes, 5000, true, lines::add);
        }
        return lines;
    }

    private static String crcAt(ByteBuffer bytes, int position) {
        return java.util.HexFormat.of()
                .toHexDigits((int) new BatchView().wrap(bytes, position).crc());
    }
}
