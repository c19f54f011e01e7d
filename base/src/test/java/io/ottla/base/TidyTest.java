package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of docs/HACKING.md that a machine can check, over the whole tree. */
class TidyTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Where clocks, threads, files and sockets may be: the world, the programs at the edge, and the build's own tool. */
    private static final Set<String> WORLDLY =
            Set.of("io", "sim", "load", "compare", "cli", "compat", "bench", "kafka-schemas");

    private static final int LINES_MAX = 600;

    @Test
    void coresKnowNoClockThreadLockFileOrGlobalRandom() throws IOException {
        Pattern worldly = Pattern.compile(
                "System\\.(currentTimeMillis|nanoTime)|\\bThread\\b|ThreadLocal|Instant\\.now|\\bsynchronized\\b"
                        + "|ReentrantLock|java\\.util\\.concurrent\\.locks|ExecutorService|CompletableFuture|FileChannel"
                        + "|SocketChannel|java\\.nio\\.file\\.Files\\b|java\\.io\\.File\\b|RandomAccessFile|Math\\.random"
                        + "|java\\.util\\.Random\\b|UUID\\.randomUUID");
        assertThat(linesOf("src/main/java", worldly, module -> !WORLDLY.contains(module)))
                .as("only io and sim may touch the world; everybody else is handed it through base's ports")
                .isEmpty();
    }

    @Test
    void testsDoNotSleep() throws IOException {
        assertThat(linesOf(
                        "src/test/java", Pattern.compile("Thread\\.sleep|TimeUnit\\.[A-Z]+\\.sleep"), module -> true))
                .as("a virtual clock, or waiting on an event, serves")
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        Pattern later = Pattern.compile("\\b(TODO|FIXME|XXX)\\b|not implemented yet|simplified for now");
        assertThat(rawLinesOf("src/main/java", later, module -> true)).isEmpty();
    }

    @Test
    void namesSayWhatAThingIs() throws IOException {
        Pattern vague = Pattern.compile("(Manager|Utils?|Helper|Impl)\\.java$");
        assertThat(sources().filter(path -> vague.matcher(path.toString()).find()))
                .as("a noun of the domain instead of Manager, Util, Helper, Impl")
                .isEmpty();
    }

    @Test
    void aFileTellsOneStory() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path path : sources().toList()) {
            int lines = Files.readAllLines(path).size();
            if (lines > LINES_MAX) tooLong.add(ROOT.relativize(path) + ": " + lines + " lines");
        }
        assertThat(tooLong).as("split what tells two stories").isEmpty();
    }

    private interface ModuleFilter {
        boolean accepts(String module);
    }

    private static List<String> linesOf(String folder, Pattern pattern, ModuleFilter filter) throws IOException {
        return rawLinesOf(folder, pattern, filter).stream()
                .filter(line -> pattern.matcher(withoutComment(line.substring(line.indexOf(": ") + 2)))
                        .find())
                .toList();
    }

    private static List<String> rawLinesOf(String folder, Pattern pattern, ModuleFilter filter) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path path : sources().toList()) {
            Path relative = ROOT.relativize(path);
            if (!relative.toString().contains(folder)) continue;
            if (!filter.accepts(relative.getName(0).toString())) continue;
            if (path.getFileName().toString().equals("TidyTest.java")) continue;
            List<String> lines = Files.readAllLines(path);
            for (int i = 0; i < lines.size(); i++) {
                String code = withoutComment(lines.get(i));
                if (pattern.matcher(code).find())
                    found.add(relative + ":" + (i + 1) + ": " + lines.get(i).strip());
            }
        }
        return found;
    }

    private static String withoutComment(String line) {
        String stripped = line.strip();
        if (stripped.startsWith("*") || stripped.startsWith("/*") || stripped.startsWith("//")) return "";
        int comment = line.indexOf("// ");
        return comment < 0 ? line : line.substring(0, comment);
    }

    private static Stream<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(path -> Files.exists(path.resolve("pom.xml")))
                    .toList()) {
                Path src = module.resolve("src");
                if (!Files.isDirectory(src)) continue;
                try (Stream<Path> walk = Files.walk(src)) {
                    walk.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources.stream();
    }
}
