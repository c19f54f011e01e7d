package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Directories that Apache Kafka left (the log module's golden ones), and files that its classes write here, as {@code ottla dump}
 * prints them; then damaged. {@code -Dtest.args=-Drewrite=true} writes the golden files anew.
 */
class DumpCommandTest {
    private static final Path APACHES = Path.of("../log/src/test/resources/io/ottla/log");
    private static final Path GOLDEN = Path.of("src/test/resources/io/ottla/cli");

    @TempDir
    private Path folder;

    private int status;

    @BeforeEach
    void copy() throws IOException {
        for (String version : List.of("kafka-3.9.2", "kafka-4.3.1")) {
            try (Stream<Path> files = Files.walk(APACHES.resolve(version))) {
                for (Path file : files.toList())
                    Files.copy(file, folder.resolve(APACHES.relativize(file).toString()));
            }
        }
    }

    private String dump(boolean records, boolean json, Path... paths) throws CommandFailed {
        DumpCommand command = new DumpCommand();
        command.paths = List.of(paths);
        command.records = records;
        command.json = json;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        status = command.run(new PrintStream(bytes, false, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).replace(folder + "/", "");
    }

    private static void assertGolden(String name, String actual) throws IOException {
        Path file = GOLDEN.resolve(name);
        if (Boolean.getBoolean("rewrite")) Files.writeString(file, actual);
        assertThat(actual).isEqualTo(Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka-3.9.2", "kafka-4.3.1"})
    void aDirectoryForPeople(String version) throws Exception {
        assertGolden("dump-" + version + ".txt", dump(false, false, folder.resolve(version)));
        assertThat(status).isZero();
    }

    @Test
    void aSegmentWithItsRecords() throws Exception {
        Path segment = folder.resolve("kafka-4.3.1/golden-0/00000000000000000120.log");
        assertGolden("dump-records.txt", dump(true, false, segment));
        assertGolden("dump-records.json", dump(true, true, segment));
    }

    @ParameterizedTest
    @CsvSource({
        "0, none",
        "0, gzip",
        "1, none",
        "1, gzip",
        "1, lz4",
        "2, none",
        "2, gzip",
        "2, snappy",
        "2, lz4",
        "2, zstd"
    })
    void whatApachesWriterWrites(byte magic, String codec) throws Exception {
        Path segment = folder.resolve("00000000000000000000.log");
        try (FileRecords file = FileRecords.open(segment.toFile())) {
            file.append(MemoryRecords.withRecords(
                    magic,
                    0,
                    Compression.of(codec).build(),
                    magic == RecordBatch.MAGIC_VALUE_V0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
                    new SimpleRecord(7, "k".getBytes(StandardCharsets.UTF_8), "first".getBytes(StandardCharsets.UTF_8)),
                    new SimpleRecord(8, null, "second".getBytes(StandardCharsets.UTF_8))));
        }
        String people = dump(true, false, segment);
        assertThat(status).isZero();
        assertThat(people).contains("magic " + magic + ", " + codec).contains("key \"k\" value \"first\"");
        assertThat(people).contains("key null value \"second\"").doesNotContain("DAMAGED");
        assertThat(dump(true, true, segment).lines())
                .anyMatch(line -> line.contains("\"offset\":1") && line.contains("\"value\":\"second\""));
    }

    /** Where bytes are overwritten in which file, with what, and what is said then. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "golden-0/00000000000000000120.log       | 430  | ff       | there are batches above whose checksum is wrong",
                "golden-0/00000000000000000120.log       | 400  | ff       | at 400, should be 142 or later",
                "golden-0/00000000000000000120.log       | 86   | 00000001 | the 415 bytes from 78 on are no batch",
                "golden-0/00000000000000000120.log       | 86   | 0000ffff | the 415 bytes from 78 on end within a batch",
                "golden-0/00000000000000000000.index     | 8    | 00000001 | entry 1, at 8, does not rise",
                "golden-0/00000000000000000000.index     | 112  | 000000   | 3 bytes at the end are no entry of 8 bytes",
                "golden-0/00000000000000000000.timeindex | 12   | 00000000 | entry 1, at 12, does not rise",
                "golden-0/00000000000000000120.txnindex  | 0    | 07       | the 34 bytes from 0 on are no aborted transaction",
                "golden-0/00000000000000000143.snapshot  | 50   | 07       | it is a producer snapshot with a wrong checksum",
                "golden-0/leader-epoch-checkpoint        | 0    | 39       | version '9' is not 0",
                "golden-0/partition.metadata             | 0    | 39       | it has no version 0 and topic id",
                "recovery-point-offset-checkpoint        | 2    | 39       | it has 1 entries and announces 9",
                "meta.properties                         | 0    | ffff     | it has no version",
            })
    void damageIsSaidAndWhatIsSoundIsShown(String file, int at, String hex, String expected) throws Exception {
        Path path = folder.resolve("kafka-4.3.1").resolve(file);
        if (file.equals("meta.properties")) Files.writeString(path, "node.id=1\n");
        byte[] bytes = java.util.HexFormat.of().parseHex(hex);
        if (!file.equals("meta.properties")) {
            byte[] content = Files.readAllBytes(path);
            byte[] damaged = Arrays.copyOf(content, Math.max(content.length, at + bytes.length));
            System.arraycopy(bytes, 0, damaged, at, bytes.length);
            Files.write(path, damaged);
        }
        assertThat(dump(false, false, path)).contains("DAMAGED: ").contains(expected);
        assertThat(status).isEqualTo(1);
        assertThat(dump(true, true, path).lines())
                .last()
                .asString()
                .contains("\"damage\":\"")
                .contains(expected);
        assertThat(status).isEqualTo(1);
        // the files beside it are shown all the same
        assertThat(dump(false, false, folder.resolve("kafka-4.3.1"))).contains("offset 7, position 539");
    }

    @Test
    void filesAreNotChangedAndMayBeLocked() throws Exception {
        Path file = folder.resolve("kafka-4.3.1/golden-0/00000000000000000120.log");
        byte[] before = Files.readAllBytes(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock()).isNotNull();
            dump(true, false, file);
        }
        assertThat(status).isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aFileOfSomebodyElseIsRefused() throws Exception {
        Path other = Files.writeString(folder.resolve("notes.txt"), "");
        assertThatThrownBy(() -> dump(false, false, other)).hasMessageContaining("is no file of a data directory");
        assertThatThrownBy(() -> dump(false, false, folder.resolve("gone")))
                .hasMessageContaining("There is no file or directory");
    }
}
