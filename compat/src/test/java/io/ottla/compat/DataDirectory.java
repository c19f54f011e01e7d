package io.ottla.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The log directory of a node, as outsiders see it: its files, and what Apache's {@code DumpLogSegments} 4.3.1 says of them. */
record DataDirectory(Path path) {
    private static final Path TOOLS = Path.of("target/tools/4.3.1").toAbsolutePath();
    /** The tool thinks that offset −1 should be followed by 0, in every segment. */
    private static final String COMPLAINTS = "(?i).*(mismatch|out of order|[0-9] is followed by (?<!-1 is followed by )"
            + "|isvalid: false|exception|error|corrupt|failed|could not).*";

    /** Of a node whose home is {@code home}, without configuration. */
    static DataDirectory of(Path home) {
        return new DataDirectory(home.resolve("ottla-data/kafka"));
    }

    List<Path> files(String directories, String... suffixes) {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(file -> Stream.of(suffixes)
                            .anyMatch(suffix -> file.getFileName().toString().endsWith(suffix)))
                    .filter(file -> file.getParent().getFileName().toString().matches(directories))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file(String directory, String suffix) {
        return files(directory, suffix).getFirst();
    }

    /** Copies what is in another directory, and what is below it, into this one. */
    void add(Path other) throws IOException {
        try (Stream<Path> files = Files.walk(other)) {
            for (Path file : files.toList()) {
                Path copy = path.resolve(other.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(copy);
                else Files.copy(file, copy);
            }
        }
    }

    /** What the tool prints, if it finds nothing wrong. */
    String dumped(List<Path> files, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                TOOLS + "/*",
                "org.apache.kafka.tools.DumpLogSegments",
                "--files",
                files.stream().map(Path::toString).collect(Collectors.joining(","))));
        command.addAll(List.of(options));
        Program program = Program.run(path.getParent(), 120, "", command);
        if (program.exit() != 0) throw new AssertionError("DumpLogSegments: " + program.text());
        List<String> complaints = program.lines().stream()
                .filter(line -> line.matches(COMPLAINTS) && !line.startsWith("SLF4J") && !line.startsWith("|"))
                .toList();
        if (!complaints.isEmpty())
            throw new AssertionError("DumpLogSegments: " + String.join("\n", complaints) + " in\n" + program.text());
        return program.text();
    }
}
