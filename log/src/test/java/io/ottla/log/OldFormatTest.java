package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Segments with batches of magic 0 and 1, as releases before 0.11 wrote them and directories still have them. */
class OldFormatTest {

    @ParameterizedTest
    @CsvSource({"0, none", "0, gzip", "1, none", "1, gzip", "1, lz4", "1, snappy"})
    void oldBatchesAreServedAndFollowedByNewOnes(byte magic, String codec, @TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = Map.of("index.interval.bytes", "200");
        Files.createDirectories(bench.partition());
        ByteBuffer bytes = ByteBuffer.allocate(20_000);
        for (int i = 0; i < 40; i++) {
            Compression compression =
                    Compression.of(CompressionType.forName(codec)).build();
            MemoryRecordsBuilder builder =
                    MemoryRecords.builder(bytes.slice(), magic, compression, TimestampType.CREATE_TIME, i * 3L, 0L);
            for (int k = 0; k < 3; k++) builder.append(1000 + i * 3 + k, utf8("key"), utf8("value " + (i * 3 + k)));
            MemoryRecords records = builder.build();
            bytes.position(bytes.position() + records.sizeInBytes());
        }
        byte[] whole = java.util.Arrays.copyOf(bytes.array(), bytes.position());
        Files.write(bench.partition().resolve("00000000000000000000.log"), whole);
        bench.open();
        for (int round = 0; round < 2; round++) {
            List<LogBench.Seen> all = bench.all(0, 500);
            assertThat(all).hasSize(120 + round);
            for (int i = 0; i < 120; i++) {
                assertThat(all.get(i).offset()).isEqualTo(i);
                assertThat(all.get(i).value()).isEqualTo("value " + i);
                assertThat(bench.records(bench.read(i, 1), i).getFirst().offset())
                        .isEqualTo(i);
            }
            if (magic == 1) assertThat(bench.offsetForTime(1050).offset()).isEqualTo(50);
            if (round == 0) {
                assertThat(bench.append("new")).isEqualTo(120);
                bench.stop().open();
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
