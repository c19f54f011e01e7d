package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The admin server's commands by the keys of their JSON: those of Apache's answers are in ours. */
class ZkAdminTest {
    private static final List<String> COMMANDS = List.of(
            "configuration",
            "connections",
            "connection_stat_reset",
            "dirs",
            "dump",
            "environment",
            "get_trace_mask",
            "hash",
            "initial_configuration",
            "is_read_only",
            "last_snapshot",
            "leader",
            "monitor",
            "observer_connection_stat_reset",
            "observers",
            "ruok",
            "server_stats",
            "stats",
            "stat_reset",
            "system_properties",
            "voting_view",
            "watches",
            "watches_by_path",
            "watch_summary",
            "zabstate");

    /** Commands whose keys are the machine's or the program's own. */
    private static final Set<String> OWN_KEYS =
            Set.of("system_properties", "monitor", "dump", "watches", "watches_by_path");

    private static final Pattern KEY = Pattern.compile("\"([A-Za-z_0-9./:]+)\"\\s*:");

    @TempDir
    static Path home;

    static ZkServer original;
    static ZkServer ours;
    static final int[] ADMIN_PORTS = new int[2];

    @BeforeAll
    static void startServers() throws Exception {
        original = start(ZkServer.Kind.APACHE_3_9, "original", 0);
        ours = start(ZkServer.Kind.tested(), "ours", 1);
    }

    private static ZkServer start(ZkServer.Kind kind, String name, int number) throws IOException {
        ADMIN_PORTS[number] = OttlaProcess.freePort();
        return new ZkServer(
                kind,
                home.resolve(name),
                "admin.enableServer=true",
                "admin.serverAddress=127.0.0.1",
                "admin.serverPort=" + ADMIN_PORTS[number]);
    }

    @AfterAll
    static void stopServers() {
        original.close();
        ours.close();
    }

    @TestFactory
    Stream<DynamicTest> adminCommands() {
        return COMMANDS.stream()
                .map(command -> dynamicTest(command, () -> {
                    HttpResponse<String> theirs = get(0, "/commands/" + command);
                    HttpResponse<String> answer = get(1, "/commands/" + command);
                    assertThat(answer.statusCode()).isEqualTo(theirs.statusCode());
                    Set<String> wanted =
                            OWN_KEYS.contains(command) ? Set.of("command", "error") : jsonKeys(theirs.body());
                    assertThat(jsonKeys(answer.body())).containsAll(wanted);
                }));
    }

    @Test
    void theListOfCommandsAndWhatIsUnknown() throws Exception {
        assertThat(get(1, "/commands").statusCode())
                .isEqualTo(get(0, "/commands").statusCode());
        assertThat(get(1, "/commands/nonsense").statusCode())
                .isEqualTo(get(0, "/commands/nonsense").statusCode());
    }

    private static Set<String> jsonKeys(String body) {
        Matcher matcher = KEY.matcher(body);
        Set<String> all = new TreeSet<>();
        while (matcher.find()) {
            String key = matcher.group(1);
            if (!key.startsWith("0x") && !key.startsWith("/")) all.add(key);
        }
        return all;
    }

    private static HttpResponse<String> get(int server, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ADMIN_PORTS[server] + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
