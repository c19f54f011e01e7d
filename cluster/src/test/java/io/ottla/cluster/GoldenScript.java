package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A text of commands, each with the full output that it must have. {@code -Drewrite=true} writes what the output is
 * now; the review is by diff.
 *
 * <pre>
 * # a comment
 * command argument …
 * ----
 * output, to the next empty line
 * </pre>
 */
final class GoldenScript {
    private GoldenScript() {}

    /** @param interpreter from a command line to its output, without empty lines */
    static void run(Path file, Function<String, String> interpreter) throws IOException {
        String script = Files.readString(file, StandardCharsets.UTF_8);
        List<String> now = new ArrayList<>();
        boolean isOutput = false;
        for (String line : script.lines().toList()) {
            if (isOutput && !line.isEmpty()) continue;
            isOutput = false;
            if (line.equals("----")) {
                isOutput = true;
                continue;
            }
            now.add(line);
            if (line.isEmpty() || line.startsWith("#")) continue;
            now.add("----");
            String output = interpreter.apply(line);
            if (!output.isEmpty()) now.addAll(output.lines().toList());
        }
        String result = String.join("\n", now) + "\n";
        if (Boolean.getBoolean("rewrite")) Files.writeString(file, result);
        else assertThat(result).as("%s; -Drewrite=true if that is right", file).isEqualTo(script);
    }
}
