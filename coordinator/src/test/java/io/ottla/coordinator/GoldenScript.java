package io.ottla.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A text of commands, each followed by {@code ----} and what it must print, up to the next empty line. Lines that
 * begin with {@code #} tell the story. {@code -Drewrite=true} writes what was printed into the file; review the diff.
 */
final class GoldenScript {
    private GoldenScript() {}

    static void run(Path file, UnaryOperator<String> interpreter) throws IOException {
        StringBuilder actual = new StringBuilder();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                actual.append(line).append('\n');
                continue;
            }
            actual.append(line).append("\n----\n");
            actual.append(interpreter.apply(line));
            if (i + 1 < lines.size() && lines.get(i + 1).equals("----")) {
                while (i + 1 < lines.size() && !lines.get(i + 1).isBlank()) i++;
            }
            if (i + 1 >= lines.size() || !lines.get(i + 1).isBlank()) actual.append('\n');
        }
        String text = actual.toString().stripTrailing() + "\n";
        if (Boolean.getBoolean("rewrite")) Files.writeString(file, text);
        else assertThat(text).as(file.getFileName().toString()).isEqualTo(Files.readString(file));
    }
}
