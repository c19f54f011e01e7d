package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs for a moment and is done: keytool, jcmd, Kafka's storage tool. */
final class Tool {
    private static final long S_MAX = 60;

    private Tool() {}

    /** A program of the JDK that runs this, which runs the servers too. */
    static String ofJdk(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /** Asks the virtual machine of a server. @return what it answered */
    static String jcmd(ServerProcess server, String... words) throws LoadFailedException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ofJdk("jcmd"), String.valueOf(server.pid())));
        command.addAll(List.of(words));
        return run(server.folder().resolve("jcmd.log"), command);
    }

    /**
     * Runs it to its end.
     *
     * @param log a file for what it prints; written anew
     * @return what it printed
     */
    static String run(Path log, List<String> command) throws LoadFailedException, InterruptedException {
        String name = Path.of(command.getFirst()).getFileName().toString();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            boolean hasEnded;
            try {
                hasEnded = process.waitFor(S_MAX, TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly();
            }
            String printed = Files.readString(log);
            if (!hasEnded) throw new LoadFailedException(name + " did not end in " + S_MAX + " s: " + printed.strip());
            if (process.exitValue() != 0) throw new LoadFailedException(name + " failed: " + printed.strip());
            return printed;
        } catch (IOException e) {
            throw new LoadFailedException(name + " cannot be run: " + e.getMessage() + ".");
        }
    }
}
