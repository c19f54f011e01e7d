package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.LogLevels.Level;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log of a process in files, and what a configuration says of it. */
class LogFileTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream otherwise = new ByteArrayOutputStream();
    private long nowNs;

    private LogFile file(Path path, int bytesMax, int filesMax) throws Exception {
        return new LogFile(
                path, bytesMax, filesMax, new PrintStream(otherwise, true, StandardCharsets.UTF_8), () -> nowNs);
    }

    @Test
    void aFullFileBecomesAnOlderOneAndTheOldestGoes() throws Exception {
        Path path = folder.resolve("made/for/it/ottla.log");
        LogFile log = file(path, 20, 3);
        for (int i = 0; i < 9; i++) log.write("event " + i + " ü\n"); // two are 22 bytes
        assertThat(path).hasContent("event 8 ü\n");
        assertThat(path.resolveSibling("ottla.log.1")).hasContent("event 7 ü\n");
        assertThat(path.resolveSibling("ottla.log.2")).hasContent("event 6 ü\n");
        try (Stream<Path> all = Files.list(path.getParent())) {
            assertThat(all).hasSize(3);
        }
        // the next process goes on in it
        LogFile next = file(path, 30, 3);
        next.write("more\n");
        assertThat(path).hasContent("event 8 ü\nmore\n");
        next.write("x".repeat(50) + "\n");
        next.write("y\n");
        assertThat(path).hasContent("y\n");
        LogFile alone = file(folder.resolve("alone.log"), 10, 1);
        for (int i = 0; i < 5; i++) alone.write("event " + i + "\n");
        assertThat(folder.resolve("alone.log")).hasContent("event 4\n");
        assertThat(folder.resolve("alone.log.1")).doesNotExist();
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAnew() throws Exception {
        Path path = folder.resolve("ottla.log");
        LogFile log = file(path, 1000, 3);
        log.write("1\n");
        Files.move(path, folder.resolve("moved"));
        log.write("2\n");
        nowNs += 1_000_000_000;
        log.write("3\n");
        assertThat(folder.resolve("moved")).hasContent("1\n2\n");
        assertThat(path).hasContent("3\n");
        Files.move(path, folder.resolve("moved again"));
        Files.writeString(path, "");
        nowNs += 1_000_000_000;
        log.write("4\n");
        assertThat(path).hasContent("4\n");
    }

    @Test
    void whatCannotBeWrittenIsSaidElsewhereUntilItCanBe() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path path = inner.resolve("ottla.log");
        LogFile log = file(path, 1000, 3);
        Files.delete(path);
        Files.delete(inner);
        nowNs += 1_000_000_000;
        log.write("1\n");
        log.write("2\n");
        assertThat(otherwise.toString(StandardCharsets.UTF_8))
                .matches("ottla: the log file \\S+ cannot be written: \\S+\n1\n2\n");
        Files.createDirectory(inner);
        log.write("3\n");
        assertThat(path).hasContent("3\n");
    }

    @Test
    void aConfigurationSaysWhereHowAndHowMuch() throws Exception {
        Path path = folder.resolve("ottla.log");
        ConsoleLog log = new ConsoleLog(
                () -> System.err, Clock.fixed(Instant.parse("2026-11-20T09:08:07.006Z"), ZoneOffset.UTC));
        log.configure(LogOptions.of(
                Map.of(
                        "ottla.log.level", "debug",
                        "ottla.log.level.org.example", "INFO",
                        "ottla.log.file", "ottla.log",
                        "ottla.log.format", "json"),
                folder));
        log.getLogger("io.ottla.node.Node").debug("a \"{}\"", "b\n");
        log.getLogger("io.ottla.node.Node").trace("nothing");
        log.getLogger("org.example.X").info("c", new IllegalStateException("why"));
        assertThat(Files.readAllLines(path))
                .hasSize(2)
                .element(0)
                .isEqualTo(
                        "{\"time\":\"2026-11-20T09:08:07.006Z\",\"level\":\"DEBUG\",\"logger\":\"io.ottla.node.Node\","
                                + "\"thread\":\"" + Thread.currentThread().getName()
                                + "\",\"message\":\"a \\\"b\\n\\\"\"}");
        assertThat(Files.readAllLines(path).get(1))
                .contains("\"message\":\"c\",\"exception\":\"java.lang.IllegalStateException: why\\n");
    }

    @Test
    void withoutConfigurationItIsAsItWas() throws Exception {
        LogOptions options = LogOptions.of(Map.of(), folder);
        assertThat(options)
                .isEqualTo(
                        new LogOptions(Map.of("io.ottla", Level.INFO), Optional.empty(), 32 << 20, 5, LogFormat.text));
        assertThat(LogOptions.of(Map.of("ottla.log.level.root", "off"), folder).levels())
                .containsEntry("root", Level.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "ottla.log.level, loud, 'one of [trace, debug, info, warn, error, off]'",
        "ottla.log.level.io.ottla.io, 7, one of",
        "ottla.log.format, xml, text or json",
        "ottla.log.file.bytes, 1, a number of at least 65536",
        "ottla.log.files, 0, a number of at least 1 and at most 1000",
        "ottla.log.files, x, a number of",
    })
    void whatIsNotUnderstoodIsASentence(String key, String value, String sentence) {
        assertThatThrownBy(() -> LogOptions.of(Map.of(key, value), folder))
                .isInstanceOf(CommandFailed.class)
                .hasMessageStartingWith(key + "=" + value + ": ")
                .hasMessageContaining(sentence);
    }

    @Test
    void theNodeIsNotAskedAboutTheLog() throws Exception {
        Path file = Files.writeString(folder.resolve("zoo.cfg"), "dataDir=zk\nottla.log.level=warn\n");
        ConfigFile from = new ConfigFile(file, java.util.List.of("ottla.log.format=json"));
        assertThat(from.logging())
                .containsOnly(Map.entry("ottla.log.level", "warn"), Map.entry("ottla.log.format", "json"));
        assertThat(StartCommand.config(from).withoutEffect()).isEmpty();
    }
}
