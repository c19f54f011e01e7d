package io.ottla.compat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs somebody else's program and keeps what it says. */
record Program(int exit, List<String> lines) {

    /** @param input given on standard input; empty for none */
    static Program run(Path directory, long secondsMax, String input, List<String> command) {
        try {
            Path in = Files.writeString(Files.createTempFile(directory, "in", ".txt"), input);
            Path out = Files.createTempFile(directory, "out", ".txt");
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .start();
            boolean done = process.waitFor(secondsMax, TimeUnit.SECONDS);
            if (!done) process.destroyForcibly().waitFor();
            List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
            if (!done)
                lines = Stream.concat(lines.stream(), Stream.of("(killed after " + secondsMax + " s)"))
                        .toList();
            return new Program(done ? process.exitValue() : -1, lines);
        } catch (IOException e) {
            throw new IllegalStateException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean installed(String name) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    String text() {
        return String.join("\n", lines);
    }
}
