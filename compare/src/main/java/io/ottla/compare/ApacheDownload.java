package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Brings the jars of Apache's servers through Maven into a cache folder, once a version. */
public final class ApacheDownload {
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.10.0:copy-dependencies";
    private static final int OUTPUT_LINES = 40;
    private static final List<String> SIGNS_OF_NO_NETWORK = List.of(
            "unknown host",
            "unresolvedaddress",
            "connection refused",
            "network is unreachable",
            "connect timed out",
            "offline mode",
            "no route to host");

    /**
     * A server that can be brought.
     *
     * @param about how much that is
     */
    enum Program {
        KAFKA("Kafka", "kafka", "4.3.1", "150 MB"),
        ZOOKEEPER("ZooKeeper", "zookeeper", "3.9.5", "10 MB");

        private final String title;
        private final String folder;
        private final String example;
        private final String about;

        Program(String title, String folder, String example, String about) {
            this.title = title;
            this.folder = folder;
            this.example = example;
            this.about = about;
        }

        String option() {
            return "--" + folder + "-version";
        }
    }

    private final Path cache;
    private final Consumer<String> progress;

    /**
     * @param cache where versions are kept, each in a folder of its own
     * @param progress is told what happens, a line each time
     */
    public ApacheDownload(Path cache, Consumer<String> progress) {
        this.cache = cache;
        this.progress = progress;
    }

    /** @return the folder with Kafka's jars */
    public Path kafka(String version) throws LoadFailedException, InterruptedException {
        return fetch(Program.KAFKA, version);
    }

    /** @return the folder with ZooKeeper's jars */
    public Path zooKeeper(String version) throws LoadFailedException, InterruptedException {
        return fetch(Program.ZOOKEEPER, version);
    }

    private Path fetch(Program program, String version) throws LoadFailedException, InterruptedException {
        if (!version.matches("\\d+\\.\\d+\\.\\d+"))
            throw new LoadFailedException(
                    "'" + version + "' is no version of " + program.title + "; " + program.example + " is one.");
        Path folder = cache.resolve(program.folder + "-" + version);
        Path libs = folder.resolve("libs");
        if (Files.isDirectory(libs)) return libs;
        progress.accept("Bringing Apache " + program.title + " " + version + " through Maven into " + folder
                + ", about " + program.about + ", once.");
        PropertiesFile.writeText(folder.resolve("pom.xml"), pom(program, version));
        Path partial = folder.resolve("libs.part");
        maven(program, version, folder, partial);
        try {
            Files.move(partial, libs);
        } catch (IOException e) {
            throw new LoadFailedException(libs + " cannot be made: " + e.getMessage() + ".");
        }
        return libs;
    }

    private void maven(Program program, String version, Path folder, Path partial)
            throws LoadFailedException, InterruptedException {
        List<String> command = List.of(
                "mvn", "-B", "-f", folder.resolve("pom.xml").toString(), PLUGIN, "-DoutputDirectory=" + partial);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new LoadFailedException(
                    "Maven brings Apache " + program.title + ", and it is missing. `apt-get install maven`,"
                            + " `dnf install maven` or `brew install maven` installs it.");
        }
        Deque<String> last = new ArrayDeque<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int fetched = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (last.size() == OUTPUT_LINES) last.removeFirst();
                last.addLast(line);
                if (line.contains("Downloaded from") && line.contains(".jar") && ++fetched % 5 == 0)
                    progress.accept("  " + fetched + " files");
            }
            if (process.waitFor() == 0) return;
        } catch (IOException e) {
            last.addLast(e.toString());
        } finally {
            process.destroyForcibly();
        }
        throw new LoadFailedException(reason(program, version, String.join("\n", last)));
    }

    static String reason(Program program, String version, String output) {
        String lower = output.toLowerCase(Locale.ROOT);
        String it = "Apache " + program.title + " " + version;
        if (SIGNS_OF_NO_NETWORK.stream().anyMatch(lower::contains))
            return it + " is not in the cache, and Maven could not reach its repository to bring it."
                    + " Run this once with a network; --cache names a folder to bring along.";
        if (lower.contains("could not find artifact"))
            return "Maven's repository has no " + it + "; " + program.option() + " names another.";
        return "Maven could not bring " + it + ":\n" + output;
    }

    static String pom(Program program, String version) {
        List<String> dependencies = switch (program) {
            case KAFKA -> kafkaDependencies(version);
            case ZOOKEEPER -> zooKeeperDependencies(version);
        };
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                <modelVersion>4.0.0</modelVersion><groupId>io.ottla.compare</groupId><artifactId>%s</artifactId><version>1</version><packaging>pom</packaging>
                <dependencies>
                %s
                </dependencies></project>
                """.formatted(program.folder, String.join("\n", dependencies));
    }

    /** The server, its tools, and what it logs with: 4.x came with log4j 2, 3.x with reload4j. */
    private static List<String> kafkaDependencies(String version) {
        String server = dependency("org.apache.kafka", "kafka_2.13", version);
        if (version.startsWith("3.") || version.startsWith("2."))
            return List.of(server, dependency("org.slf4j", "slf4j-reload4j", "1.7.36"));
        return List.of(
                server,
                dependency("org.apache.logging.log4j", "log4j-core", "2.24.3"),
                dependency("org.apache.logging.log4j", "log4j-slf4j-impl", "2.24.3"),
                dependency("org.apache.logging.log4j", "log4j-1.2-api", "2.24.3"),
                dependency("com.fasterxml.jackson.dataformat", "jackson-dataformat-yaml", "2.18.2"));
    }

    /** The server, and what its own package has beside it because the server's pom leaves it to its users. */
    private static List<String> zooKeeperDependencies(String version) {
        return List.of(
                dependency("org.apache.zookeeper", "zookeeper", version),
                dependency("io.dropwizard.metrics", "metrics-core", "4.2.30"),
                dependency("org.xerial.snappy", "snappy-java", "1.1.10.7"),
                dependency("ch.qos.logback", "logback-classic", "1.3.15"));
    }

    private static String dependency(String group, String artifact, String version) {
        return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId><version>"
                + version + "</version></dependency>";
    }
}
