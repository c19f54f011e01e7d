package io.ottla.compare;

import com.fasterxml.jackson.jr.ob.JSON;
import io.ottla.load.LoadFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * {@code ottla bench} in a process of its own, so that each load has a fresh client as a user's has, and neither server profits from what
 * the other's load compiled.
 */
public final class Client {
    /** So many lines of what went wrong are told; a client that retries writes thousands. */
    private static final int ERROR_LINES_MAX = 20;

    private final List<String> program;
    private final Children children;

    /** @param program the words of the command up to {@code bench} */
    public Client(List<String> program, Children children) {
        this.program = List.copyOf(program);
        this.children = children;
    }

    /** Runs a load to its end. @param words behind {@code bench}, such as {@code produce --count 5} */
    Measured run(ServerProcess server, String words) throws LoadFailedException, InterruptedException {
        return run(server.bootstrap(), words);
    }

    /** @param more words that may have spaces in them */
    Measured run(String bootstrap, String words, String... more) throws LoadFailedException, InterruptedException {
        try (Running running = start(bootstrap, words, more)) {
            return running.result();
        }
    }

    Running start(ServerProcess server, String words) throws LoadFailedException {
        return start(server.bootstrap(), words);
    }

    Running start(String bootstrap, String words, String... more) throws LoadFailedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(words.split(" ", -1)));
        command.addAll(List.of(more));
        command.addAll(List.of("--json", "-b", bootstrap));
        try {
            return new Running(words, children.start(new ProcessBuilder(command)));
        } catch (IOException e) {
            throw new LoadFailedException("The load " + words + " cannot be started: " + e.getMessage() + ".");
        }
    }

    /** A load that is under way, until it has ended or is closed. */
    final class Running implements AutoCloseable {
        private final String words;
        private final Process process;
        private final StringBuilder output = new StringBuilder();
        private final StringBuilder errors = new StringBuilder();
        private final CountDownLatch measuring = new CountDownLatch(1);
        private int errorLines; // of the error reader alone, until that has ended
        private final Thread outputReader;
        private final Thread errorReader;

        private Running(String words, Process process) {
            this.words = words;
            this.process = process;
            outputReader =
                    Thread.ofVirtual().start(() -> read(process.inputReader(StandardCharsets.UTF_8), output, false));
            errorReader =
                    Thread.ofVirtual().start(() -> read(process.errorReader(StandardCharsets.UTF_8), errors, true));
        }

        private void read(BufferedReader lines, StringBuilder into, boolean progress) {
            try (lines) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (progress && line.matches(" +[0-9.]+ .*")) measuring.countDown();
                    else if (!progress || errorLines++ < ERROR_LINES_MAX)
                        into.append(line).append('\n');
                }
            } catch (IOException e) {
                into.append(e);
            } finally {
                measuring.countDown();
            }
        }

        /** Waits until its clients are connected and it has measured for a second, or has ended. */
        void awaitMeasuring() throws InterruptedException {
            measuring.await();
        }

        boolean isRunning() {
            return process.isAlive();
        }

        /** Waits for its end. */
        Measured result() throws LoadFailedException, InterruptedException {
            int status = process.waitFor();
            children.forget(process);
            outputReader.join();
            errorReader.join();
            if (children.ended()) throw new InterruptedException();
            try {
                if (status == 0) return new Measured(JSON.std.mapFrom(output.toString()));
            } catch (IOException e) {
                errors.append(e);
            }
            throw new LoadFailedException(
                    "The load `" + words + "` failed: " + errors.toString().strip() + more());
        }

        private String more() {
            int left = errorLines - ERROR_LINES_MAX;
            return left > 0 ? "\nand %,d lines more".formatted(left) : "";
        }

        /** It does not load what comes after it. */
        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
            children.forget(process);
        }
    }

    /** What a load said of itself: the JSON of {@code ottla bench --json}. */
    record Measured(Map<String, Object> json) {
        double of(String track, String name) {
            return ((Number) track(track).get(name)).doubleValue();
        }

        double latencyMs(String track, String percentile) {
            return ((Number) ((Map<?, ?>) track(track).get("latencyMs")).get(percentile)).doubleValue();
        }

        private Map<?, ?> track(String name) {
            for (Object track : (List<?>) json.get("tracks"))
                if (track instanceof Map<?, ?> map && name.equals(map.get("track"))) return map;
            throw new IllegalArgumentException("no track " + name + " in " + json.keySet());
        }
    }
}
