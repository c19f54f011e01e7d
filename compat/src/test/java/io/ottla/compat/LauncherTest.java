package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script {@code ottla}: in a small checkout whose Maven and Java are scripts that say how they were called, and where it is said with
 * the real ones.
 */
@Timeout(120)
class LauncherTest {
    private static final Path ROOT =
            Path.of(System.getProperty("ottla.root", "..")).toAbsolutePath().normalize();
    private static final Path REAL_JDK = Path.of(System.getProperty("java.home"));
    private static final String SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

    /** Builds as slowly as the fifo {@code go} says, if there is one. */
    private static final String MAVEN = """
            #!/bin/sh
            echo "$@" >>"$WORK/mvn.calls"
            echo "[INFO] Building base 0.1.0-SNAPSHOT                       [1/2]"
            [ ! -p "$WORK/go" ] || read -r go <"$WORK/go"
            mkdir -p "$CHECKOUT/cli/target/lib"
            echo jar >"$CHECKOUT/cli/target/lib/ottla.jar"
            echo "[INFO] Building cli 0.1.0-SNAPSHOT                        [2/2]"
            """;

    private static final String JAVA = """
            #!/bin/sh
            for each in "$@"; do
                case $each in -XX:AOTCacheOutput=*) echo cache >"${each#*=}"; echo train >>"$WORK/java.calls"; exit ;; esac
            done
            echo "java $*"
            echo "locale ${LC_ALL:-} input $(readlink /proc/self/fd/0)"
            """;

    @TempDir
    Path work;

    private Path checkout;
    private Path jdk;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = work.resolve("checkout");
        Files.createDirectories(checkout.resolve("cli/src/main"));
        Files.copy(ROOT.resolve("ottla"), checkout.resolve("ottla"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(checkout.resolve("pom.xml"), "<project>\n  <version>0.1.0-SNAPSHOT</version>\n</project>\n");
        Files.writeString(checkout.resolve("cli/pom.xml"), "<project/>");
        Files.writeString(checkout.resolve("cli/src/main/Main.java"), "class Main {}");
        script(work.resolve("bin/mvn"), MAVEN);
        jdk = jdk("25.0.1");
    }

    /** A JDK by its looks. */
    private Path jdk(String version) throws IOException {
        Path home = work.resolve("jdk-" + version);
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), "#!/bin/sh\n");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void script(Path path, String text) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Said(int status, String out, String err) {
        Said succeeds() {
            assertThat(status).as(this::toString).isZero();
            return this;
        }
    }

    /** Without HOME, and with nothing of this machine's but its commands. */
    private ProcessBuilder command(Map<String, String> environment, String... words) {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().put("PATH", work.resolve("bin") + ":" + SYSTEM_PATH);
        builder.environment().put("WORK", work.toString());
        builder.environment().put("CHECKOUT", checkout.toString());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().putAll(environment);
        return builder.directory(work.toFile());
    }

    private static Said said(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        process.getOutputStream().close();
        StringBuilder err = new StringBuilder();
        Thread reader = Thread.ofVirtual()
                .start(() -> process.errorReader(StandardCharsets.UTF_8)
                        .lines()
                        .forEach(line -> err.append(line).append('\n')));
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        reader.join();
        return new Said(process.waitFor(), out, err.toString());
    }

    private Said run(Map<String, String> environment, String... arguments) throws Exception {
        return said(command(environment, launcher(arguments)));
    }

    private Said run(String... arguments) throws Exception {
        return run(Map.of(), arguments);
    }

    private String[] launcher(String... arguments) {
        List<String> words = new ArrayList<>(List.of(checkout.resolve("ottla").toString()));
        words.addAll(List.of(arguments));
        return words.toArray(String[]::new);
    }

    /** Lines of bash with the launcher's functions at hand. */
    private Said bash(Map<String, String> environment, String... lines) throws Exception {
        String all = "source '" + checkout.resolve("ottla") + "'\n" + String.join("\n", lines);
        return said(command(environment, "bash", "-c", all));
    }

    private long calls(String of) throws IOException {
        Path calls = work.resolve(of + ".calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    @Test
    void whatNeedsNoBuildIsAnsweredWithoutOne() throws Exception {
        Map<String, String> nothing = Map.of("JAVA_HOME", "/nowhere", "PATH", SYSTEM_PATH);
        assertThat(run(nothing, "--help").succeeds().out()).contains("./ottla COMMAND", "bench");
        assertThat(run(nothing, "start", "--help").succeeds().err())
                .contains("nothing is built yet; after ./ottla build");
        assertThat(run(nothing, "build", "--help").succeeds().out()).contains("MAVEN ARGUMENT");
        assertThat(run(nothing, "--version").succeeds().out()).isEqualTo("ottla 0.1.0-SNAPSHOT (not built yet)\n");
        Said unknown = run(nothing, "tpoic", "list");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err())
                .isEqualTo("ottla: there is no command tpoic; ./ottla --help lists those that there are\n");
        assertThat(calls("mvn")).isZero();
    }

    @Test
    void aStartBuildsWhatIsOlderThanItsSourcesAndNothingElse() throws Exception {
        assertThat(run("start", "a b").succeeds().out())
                .contains("-jar " + checkout.resolve("cli/target/lib/ottla.jar"), " start a b");
        assertThat(run("start").succeeds().out()).contains("-XX:AOTCache=" + checkout.resolve("cli/target/ottla.aot"));
        assertThat(calls("mvn")).isEqualTo(1);
        // touched, but the same
        Path source = checkout.resolve("cli/src/main/Main.java");
        Files.writeString(source, "class Main {}");
        run("start").succeeds();
        assertThat(calls("mvn")).isEqualTo(1);
        Files.writeString(source, "class Main { int x; }");
        run("topic", "list").succeeds();
        run("start", "--help").succeeds();
        run(Map.of("OTTLA_BUILD", "never"), "start").succeeds();
        assertThat(calls("mvn")).isEqualTo(1);
        run("start").succeeds();
        assertThat(calls("mvn")).isEqualTo(2);
    }

    @Test
    void twoFirstStartsBuildOnceAndProgressIsShownAsItComes() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", work.resolve("go").toString())
                        .start()
                        .waitFor())
                .isZero();
        Process first = command(Map.of(), launcher("start")).start();
        BufferedReader ofFirst = first.errorReader(StandardCharsets.UTF_8);
        assertThat(ofFirst.readLine()).startsWith("ottla: building with ");
        assertThat(ofFirst.readLine()).isEqualTo("  base"); // while Maven is at work
        Process second = command(Map.of(), launcher("topic", "list")).start();
        BufferedReader ofSecond = second.errorReader(StandardCharsets.UTF_8);
        assertThat(ofSecond.readLine()).startsWith("ottla: another build is at work in " + checkout);
        Files.writeString(work.resolve("go"), "go\n");
        assertThat(second.inputReader().readLine()).contains(" topic list");
        assertThat(first.inputReader().readLine()).contains(" start");
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(calls("mvn")).isEqualTo(1);
        assertThat(calls("java")).as("caches made, for a node and for commands").isEqualTo(2);
    }

    @Test
    void aBuildThatFailsSaysSoAndLeavesNothingBehind() throws Exception {
        script(work.resolve("bin/mvn"), "#!/bin/sh\necho '[ERROR] no such thing'\nexit 1\n");
        Said failed = run("start");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.err())
                .contains("[ERROR] no such thing", "ottla: the build failed; ")
                .doesNotContain("another build");
        assertThat(checkout.resolve("cli/target/built.begun")).doesNotExist();
        assertThat(run("topic", "list").err()).contains("ottla: the build failed; ");
    }

    @Test
    void aCopyMakesACacheOfItsOwnButDoesNotBuildAnew() throws Exception {
        run("build").succeeds();
        Path copy = work.resolve("copy");
        assertThat(new ProcessBuilder("cp", "-r", checkout.toString(), copy.toString())
                        .start()
                        .waitFor())
                .isZero();
        checkout = copy;
        assertThat(run("topic", "list").succeeds().out()).doesNotContain("AOTCache=");
        assertThat(run(Map.of("OTTLA_BUILD", "never"), "start").succeeds().err())
                .startsWith("ottla: there is no AOT cache for these jars")
                .hasLineCount(1);
        assertThat(run("start").succeeds().out()).contains("-XX:AOTCache=" + copy.resolve("cli/target/ottla.aot"));
        assertThat(run("topic", "list").succeeds().out())
                .contains("-XX:AOTCache=" + copy.resolve("cli/target/commands.aot"));
        assertThat(calls("mvn")).isEqualTo(1);
        assertThat(calls("java")).isEqualTo(4);
    }

    @Test
    void whoMayNotWriteIsToldSo() throws Exception {
        assumeThat(command(Map.of(), "setpriv", "--reuid=65534", "--clear-groups", "true")
                        .start()
                        .waitFor())
                .as("root can be somebody else")
                .isZero();
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> words = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--clear-groups"));
        words.addAll(List.of(launcher("start")));
        ProcessBuilder somebodyElse = command(Map.of(), words.toArray(String[]::new));
        Said nothingBuilt = said(somebodyElse);
        assertThat(nothingBuilt.status()).isEqualTo(1);
        assertThat(nothingBuilt.err())
                .contains("nobody may not write to " + checkout + ", so nothing can be built here")
                .hasLineCount(1);
        run("build").succeeds();
        assertThat(said(somebodyElse).succeeds().err()).isEmpty();
        Files.writeString(checkout.resolve("cli/src/main/Main.java"), "class Main { int x; }");
        Said old = said(somebodyElse).succeeds();
        assertThat(old.err())
                .contains("the sources are newer than what is built, but nobody may not write")
                .hasLineCount(1);
        assertThat(old.out()).contains(" start");
    }

    @ParameterizedTest
    @CsvSource({
        "'', C.UTF-8",
        "C, C.UTF-8",
        "POSIX, C.UTF-8",
        "xx_XX.UTF-8, C.UTF-8",
        "C.UTF-8, C.UTF-8",
        "de_DE.ISO-8859-1, de_DE.ISO-8859-1",
    })
    void argumentsAreUtf8WhereTheLocaleSaysNothingElse(String locale, String java) throws Exception {
        run("build").succeeds();
        assertThat(run(Map.of("LC_ALL", locale), "topic", "create", "größe")
                        .succeeds()
                        .out())
                .contains(" topic create größe\n", "locale " + java + " ");
    }

    @Test
    void argumentsReachTheProgramUnharmedInThePosixLocale() throws Exception {
        Map<String, String> posix = Map.of("JAVA_HOME", REAL_JDK.toString(), "LC_ALL", "C", "OTTLA_BUILD", "never");
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Said said = said(command(
                    posix,
                    ROOT.resolve("ottla").toString(),
                    "topic",
                    "create",
                    "größe",
                    "-b",
                    "127.0.0.1:" + silent.getLocalPort(),
                    "-X",
                    "default.api.timeout.ms=300",
                    "-X",
                    "request.timeout.ms=300"));
            assertThat(said.err()).contains("creating topic größe");
        }
    }

    @Test
    void aFreeStandardDescriptorBecomesTheNullDevice() throws Exception {
        run("build").succeeds();
        String ottla = "'" + checkout.resolve("ottla") + "'";
        assertThat(said(command(Map.of(), "bash", "-c", "exec " + ottla + " produce t <&-"))
                        .succeeds()
                        .out())
                .contains("input /dev/null");
        assertThat(said(command(Map.of(), "bash", "-c", "exec " + ottla + " tpoic <&- 2>&-"))
                        .status())
                .isEqualTo(2);
        assertThat(said(command(Map.of(), "bash", "-c", "exec " + ottla + " topic list <&- >&- 2>&-"))
                        .status())
                .isZero();
        Map<String, String> real = Map.of("JAVA_HOME", REAL_JDK.toString(), "OTTLA_BUILD", "never");
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            String produce = "' produce t -b 127.0.0.1:" + silent.getLocalPort() + " <&-";
            Said produced = said(command(real, "bash", "-c", "exec '" + ROOT.resolve("ottla") + produce));
            assertThat(produced.status()).isEqualTo(1);
            assertThat(produced.err())
                    .contains("There was nothing on standard input")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "16384, '', 16384, 1024",
        "2048, '', 2048, 128",
        // version 2: a container, and a service whose slice is smaller than itself
        "16384, 0::/ memory.max=536870912, 512, 128",
        "16384, 0::/ memory.max=134217728, 128, 64",
        "16384, 0::/a.slice/b memory.max=max a.slice/memory.max=4294967296 a.slice/b/memory.max=8589934592, 4096, 256",
        "16384, 0::/a/b memory.max=max a/b/memory.max=max, 16384, 1024",
        // version 1: nested, none, and a container that sees its host's path
        "16384, 4:memory:/a/b memory/memory.limit_in_bytes=9223372036854771712 memory/a/memory.limit_in_bytes=2147483648, 2048, 128",
        "16384, 9:cpu:/x memory/x/memory.limit_in_bytes=1048576, 16384, 1024",
        "16384, '5:cpuset,memory:/docker/0 memory/memory.limit_in_bytes=268435456', 256, 128",
    })
    void theHeapGoesByWhatTheControlGroupsLeave(int totalMb, String groups, int memoryMb, int heapMb) throws Exception {
        Path proc = Files.createDirectories(work.resolve("proc/self")).getParent();
        Path sys = Files.createDirectories(work.resolve("sys"));
        Files.writeString(proc.resolve("meminfo"), "MemTotal:  " + totalMb * 1024L + " kB\nMemFree:  1 kB\n");
        List<String> words = groups.isEmpty() ? List.of() : List.of(groups.split(" ", -1));
        Files.writeString(proc.resolve("self/cgroup"), words.isEmpty() ? "" : words.getFirst() + "\n");
        for (String limit : words.subList(Math.min(1, words.size()), words.size())) {
            Path file = sys.resolve(limit.substring(0, limit.indexOf('=')));
            Files.createDirectories(file.getParent());
            Files.writeString(file, limit.substring(limit.indexOf('=') + 1) + "\n");
        }
        assertThat(bash(Map.of(), "find_heap " + proc + " " + sys, "echo $memory_mb $heap_mb")
                        .succeeds()
                        .out())
                .isEqualTo(memoryMb + " " + heapMb + "\n");
    }

    @Test
    void aJdk25IsPreferredAndANewerOneIsTried() throws Exception {
        Path older = jdk("17.0.9");
        Path newer = jdk("26");
        Path newest = jdk("27.0.2");
        String here = "usual_folders() { folders=(%s); }; find_jdk; echo $JAVA_HOME $jdk_version";
        assertThat(bash(Map.of(), here.formatted("")).succeeds().out()).isEqualTo(jdk + " 25.0.1\n");
        assertThat(bash(Map.of("JAVA_HOME", newer.toString()), here.formatted(jdk))
                        .succeeds()
                        .out())
                .as("what is named is taken")
                .isEqualTo(newer + " 26\n");
        Map<String, String> older17 =
                Map.of("JAVA_HOME", older.toString(), "PATH", older.resolve("bin") + ":" + SYSTEM_PATH);
        assertThat(bash(older17, here.formatted(newest + " " + jdk)).succeeds().out())
                .isEqualTo(jdk + " 25.0.1\n");
        assertThat(bash(older17, here.formatted(newer + " " + newest + " " + older))
                        .succeeds()
                        .out())
                .isEqualTo(newest + " 27.0.2\n");
        assertThat(bash(Map.of("JAVA_HOME", "", "PATH", newer.resolve("bin") + ":" + SYSTEM_PATH), here.formatted(""))
                        .succeeds()
                        .out())
                .isEqualTo(newer + " 26\n");
        Said none = bash(older17, here.formatted(older));
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err())
                .startsWith("ottla: there is no JDK 25 in JAVA_HOME, PATH or the usual folders. To install one:\n");
    }

    @Test
    void aScriptInPathIsAskedForItsJava() throws Exception {
        script(work.resolve("bin/java"), "#!/bin/sh\necho '    java.home = " + jdk + "' >&2\n");
        assertThat(bash(Map.of("JAVA_HOME", ""), "usual_folders() { folders=(); }; find_jdk; echo $JAVA_HOME")
                        .succeeds()
                        .out())
                .isEqualTo(jdk + "\n");
    }

    @Test
    void aNewerJdkNeedNotKnowAllOptions() throws Exception {
        Path newer = jdk("26.0.1");
        // as the real one is called
        script(
                newer.resolve("bin/java"),
                "#!/bin/sh\nexec '" + REAL_JDK.resolve("bin/java") + "' -XX:+NoSuchOption \"$@\"\n");
        Said said = said(command(
                Map.of("JAVA_HOME", newer.toString(), "OTTLA_BUILD", "never"),
                ROOT.resolve("ottla").toString(),
                "--version"));
        assertThat(said.succeeds().out()).startsWith("ottla 0.");
        assertThat(said.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ID=debian\\nVERSION_CODENAME=bookworm, 1, apt-get install temurin-25-jdk",
        "ID=debian\\nVERSION_CODENAME=bookworm, 1, artifactory/deb bookworm main",
        "ID=debian\\nVERSION_CODENAME=trixie, 0, apt-get install openjdk-25-jdk-headless",
        "ID=mint\\nID_LIKE=\"ubuntu debian\"\\nVERSION_CODENAME=x, 0, apt-get install openjdk-25-jdk-headless",
        "ID=\"rocky\"\\nID_LIKE=\"rhel centos fedora\", 1, dnf install java-25-openjdk-devel",
        "ID=opensuse-leap\\nID_LIKE=\"suse opensuse\", 1, zypper install java-25-openjdk-devel",
        "ID=alpine, 1, /alpine-linux/",
        "ID=void, 1, https://api.adoptium.net/v3/binary/latest/25/ga/linux/",
    })
    void theHintForAJdkWorksOnItsDistribution(String release, int aptStatus, String hint) throws Exception {
        Path file = Files.writeString(work.resolve("os-release"), release.replace("\\n", "\n") + "\n");
        script(work.resolve("bin/apt-cache"), "#!/bin/sh\nexit " + aptStatus + "\n");
        assertThat(bash(Map.of("HOME", "/home/me"), "how_to_install_jdk " + file)
                        .succeeds()
                        .out())
                .startsWith("To install one:\n")
                .contains(hint, "~/.jdks && curl");
    }
}
