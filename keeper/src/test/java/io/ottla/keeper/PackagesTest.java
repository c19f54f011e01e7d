package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package of the keeper may use which, and what other modules may use: Java's visibility cannot say it. */
class PackagesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path OWN = Path.of("keeper/src/main/java/io/ottla/keeper");

    private static final Map<String, Set<String>> USES = Map.of(
            "api", Set.of(),
            "tree", Set.of("api"),
            "files", Set.of("api", "tree"),
            "watch", Set.of("api", "tree"),
            "write", Set.of("api", "tree", "files", "watch"),
            "", Set.of("api", "tree", "files", "watch", "write"));

    private static final Pattern NAME = Pattern.compile("\\bio\\.ottla\\.keeper\\.(?:([a-z]+)\\.)?([A-Z]\\w*)");

    private interface Rule {
        boolean allows(Path source, String to, String name);
    }

    private static List<String> broken(Rule rule) throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path path : sources()) {
            Path source = ROOT.relativize(path);
            Matcher names = NAME.matcher(Files.readString(path));
            while (names.find()) {
                String to = names.group(1) == null ? "" : names.group(1);
                if (!rule.allows(source, to, names.group(2))) broken.add(source + ": " + names.group());
            }
        }
        return broken;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                Path main = module.resolve("src/main/java");
                if (!Files.isDirectory(main)) continue;
                try (Stream<Path> walk = Files.walk(main)) {
                    walk.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    /** Empty for the keeper's own. */
    private static String packageOf(Path source) {
        return OWN.relativize(source.getParent()).toString();
    }

    @Test
    void eachUsesOnlyThoseBelowIt() throws IOException {
        assertThat(broken((source, to, name) -> !source.startsWith(OWN)
                        || packageOf(source).equals(to)
                        || USES.get(packageOf(source)).contains(to)))
                .isEmpty();
    }

    @Test
    void otherModulesSeeTheKeeperAndWhatIsAskedAndTold() throws IOException {
        assertThat(broken((source, to, name) ->
                        source.startsWith(OWN) || to.isEmpty() || to.equals("api") || name.equals("Watches")))
                .isEmpty();
    }

    @Test
    void allAreLookedAt() throws IOException {
        assertThat(sources().stream().map(ROOT::relativize).filter(source -> source.startsWith(OWN)))
                .hasSizeGreaterThan(60)
                .allMatch(source -> USES.containsKey(packageOf(source)));
    }
}
