package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The quick way understands what the library understands, and leaves the rest to it. */
class QuickStartTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start",
                "start server.properties",
                "start --override a=b",
                "start --override=a=b server.properties --override c=d=e",
                "start x --override a="
            })
    void plainFormsMeanTheSameBothWays(String line) {
        String[] arguments = line.split(" ", -1);
        StartCommand quick = QuickStart.parse(arguments).orElseThrow();
        StartCommand byLibrary = new StartCommand();
        new CommandLine(byLibrary)
                .parseArgs(List.of(arguments).subList(1, arguments.length).toArray(String[]::new));
        assertThat(quick.file).isEqualTo(byLibrary.file);
        assertThat(quick.overrides).isEqualTo(byLibrary.overrides);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "topic list",
                "start --help",
                "start -h",
                "start a b",
                "start --override",
                "start @file",
                "start --x"
            })
    void whatIsNotPlainIsLeftToTheLibrary(String line) {
        assertThat(QuickStart.parse(line.split(" ", -1))).isEmpty();
    }

    @Test
    void overridesWinOverTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("server.properties"), "# mine\nbroker.id=3\nlog.dirs = /a\n");
        assertThat(new ConfigFile(file, List.of("log.dirs=/b", "x=y=z")).all())
                .isEqualTo(Map.of("broker.id", "3", "log.dirs", "/b", "x", "y=z"));
    }

    @Test
    void aFileThatCannotBeUsedIsOneSentence() throws Exception {
        assertThatThrownBy(() -> new ConfigFile(folder.resolve("none"), List.of()))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("there is no configuration file");
        Path broken = Files.write(folder.resolve("broken"), "a=\\u00zz".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> new ConfigFile(broken, List.of()))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("cannot be read");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> new ConfigFile(binary, List.of())).isInstanceOf(CommandFailed.class);
    }
}
