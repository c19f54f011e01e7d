package io.ottla.compat;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

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

    /**
     * That a program of scenarios, which says {@code PASSED}, {@code FAILED} or {@code ABSENT} of each, passed this one.
     *
     * @param mayBeAbsent whether the version of the client may lack what the scenario is about
     * @param serverLog its end, if somebody has to look
     */
    void judge(String scenario, boolean mayBeAbsent, Supplier<String> serverLog) {
        for (String line : lines) {
            if (line.startsWith("PASSED " + scenario + " ")) return;
            if (line.startsWith("FAILED " + scenario + ":")) fail(line + "\nserver: " + serverLog.get());
            if (line.startsWith("ABSENT " + scenario + ":")) {
                if (!mayBeAbsent) fail(line);
                Assumptions.abort(line);
            }
        }
        fail("no outcome for " + scenario + ": " + text());
    }

    /** In CI it must be there; elsewhere the test is skipped, and says so. */
    static void require(boolean installed, String debianPackages) {
        String missing = debianPackages + " is not installed: apt-get install " + debianPackages;
        if (!installed && System.getenv("CI") != null) fail(missing);
        Assumptions.assumeTrue(installed, missing);
    }

    String text() {
        return String.join("\n", lines);
    }
}
