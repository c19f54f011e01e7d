package io.ottla.coordinator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classic group protocol, told by scripts: {@code src/test/resources/…/scripts}. */
class GroupScriptTest {

    static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/io/ottla/coordinator/scripts"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void plays(Path script) throws IOException {
        GoldenScript.run(script, new GroupScript()::play);
    }
}
