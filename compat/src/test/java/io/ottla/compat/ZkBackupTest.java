package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin commands snapshot and restore: what Apache's server streams ours takes, and the other way round; who may, and what is refused. */
class ZkBackupTest {
    private static final String ROOT_USER = "digest root:secret";

    @TempDir
    Path home;

    private final HttpClient http = HttpClient.newHttpClient();

    private record Server(ZkServer server, int adminPort) implements AutoCloseable {
        @Override
        public void close() {
            server.close();
        }
    }

    private Server original;
    private Server ours;

    @BeforeEach
    void start() throws IOException {
        original = start(ZkServer.Kind.APACHE_3_9, "original", "0");
        ours = start(ZkServer.Kind.tested(), "ours", "0");
    }

    private Server start(ZkServer.Kind kind, String name, String intervalMs) throws IOException {
        int adminPort = OttlaProcess.freePort();
        return new Server(
                new ZkServer(
                        kind,
                        home.resolve(name),
                        "admin.enableServer=true",
                        "admin.serverAddress=127.0.0.1",
                        "admin.serverPort=" + adminPort,
                        "admin.rateLimiterIntervalInMS=" + intervalMs),
                adminPort);
    }

    @AfterEach
    void stop() {
        original.close();
        ours.close();
        http.close();
    }

    private HttpRequest.Builder request(Server server, String command, String authorization) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.adminPort + "/commands/" + command));
        return authorization.isEmpty() ? builder : builder.header("Authorization", authorization);
    }

    private HttpResponse<byte[]> snapshot(Server server, String command, String authorization) throws Exception {
        return http.send(request(server, command, authorization).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<String> restore(Server server, byte[] snapshot, String authorization) throws Exception {
        HttpRequest post = request(server, "restore", authorization)
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(snapshot))
                .build();
        return http.send(post, HttpResponse.BodyHandlers.ofString());
    }

    private static void fill(Server server, String name) throws IOException {
        try (ZkCaller caller = new ZkCaller(server.server.port(), 30_000)) {
            caller.create("/" + name, name, 0);
            for (int i = 0; i < 300; i++) caller.create("/" + name + "/" + i, "data " + i, 0);
            caller.create("/" + name + "/container", "c", 4);
            caller.create("/" + name + "/ephemeral", "e", 1);
            caller.set("/" + name + "/7", "changed");
        }
    }

    private static TreeMap<String, String> tree(Server server) throws IOException {
        try (ZkCaller caller = new ZkCaller(server.server.port(), 30_000)) {
            TreeMap<String, String> tree = caller.tree();
            tree.keySet().removeIf(path -> path.startsWith("/zookeeper"));
            caller.endSession();
            return tree;
        }
    }

    @Test
    void theOriginalsSnapshotIsRestoredHereAndOursThere() throws Exception {
        fill(original, "theirs");
        fill(ours, "ours");
        HttpResponse<byte[]> theirs = snapshot(original, "snapshot", ROOT_USER);
        assertThat(theirs.statusCode()).isEqualTo(200);
        TreeMap<String, String> wanted = tree(original);
        HttpResponse<String> restored = restore(ours, theirs.body(), ROOT_USER);
        assertThat(restored.statusCode()).as(restored.body()).isEqualTo(200);
        assertThat(restored.body()).contains("\"last_zxid\"");
        assertThat(tree(ours)).isEqualTo(wanted);
        fill(ours, "later");
        wanted = tree(ours);
        ours.server.kill();
        ours.server.start();
        assertThat(tree(ours)).isEqualTo(wanted);

        HttpResponse<byte[]> mine = snapshot(ours, "snap?streaming=true", ROOT_USER);
        assertThat(mine.headers().map().keySet()).contains("last_zxid", "snapshot_size");
        assertThat(mine.headers().firstValue("content-type"))
                .isEqualTo(theirs.headers().firstValue("content-type"));
        assertThat(mine.headers().firstValueAsLong("snapshot_size")).hasValue(mine.body().length);
        assertThat(mine.headers().firstValue("last_zxid").orElseThrow()).matches("0x[0-9a-f]+");
        HttpResponse<String> there = restore(original, mine.body(), ROOT_USER);
        assertThat(there.statusCode()).as(there.body()).isEqualTo(200);
        assertThat(tree(original)).isEqualTo(wanted);
        HttpResponse<byte[]> notStreamed = snapshot(ours, "snapshot?streaming=false", ROOT_USER);
        assertThat(new String(notStreamed.body(), StandardCharsets.UTF_8)).contains("\"command\" : \"snapshot\"");
        assertThat(notStreamed.headers().firstValue("last_zxid")).isPresent();
    }

    @Test
    void aClientComesBackWithTheSessionThatTheSnapshotKnows() throws Exception {
        try (ZkCaller before = new ZkCaller(ours.server.port(), 30_000)) {
            before.create("/kept", "kept", 0);
            before.create("/mine", "mine", 1);
            byte[] snapshot = snapshot(ours, "snapshot", ROOT_USER).body();
            ZkCaller stranger = new ZkCaller(ours.server.port(), 30_000);
            before.create("/gone", "gone", 0);
            assertThat(restore(ours, snapshot, ROOT_USER).statusCode()).isEqualTo(200);
            try (ZkCaller back = new ZkCaller(ours.server.port(), 30_000, before.sessionId(), before.password());
                    ZkCaller unknown =
                            new ZkCaller(ours.server.port(), 30_000, stranger.sessionId(), stranger.password())) {
                assertThat(back.sessionId()).isEqualTo(before.sessionId());
                assertThat(back.get("/mine")).isEqualTo("mine");
                assertThat(back.exists("/gone")).isFalse();
                assertThat(unknown.sessionId())
                        .as("its session is not in the snapshot")
                        .isZero();
            }
            stranger.close();
        }
    }

    @Test
    void whatIsNoSnapshotChangesNothing() throws Exception {
        fill(ours, "ours");
        byte[] good = snapshot(ours, "snapshot", ROOT_USER).body();
        byte[] changed = good.clone();
        changed[good.length / 2] ^= 1;
        TreeMap<String, String> wanted = tree(ours);
        try (ZkCaller undisturbed = new ZkCaller(ours.server.port(), 30_000)) {
            for (byte[] bad : List.of(
                    new byte[0],
                    "nonsense".getBytes(StandardCharsets.UTF_8),
                    Arrays.copyOf(good, good.length / 2),
                    Arrays.copyOf(good, good.length - 1),
                    Arrays.copyOf(good, good.length + 1),
                    changed,
                    new byte[3_000_000])) {
                HttpResponse<String> refused = restore(ours, bad, ROOT_USER);
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(500);
                assertThat(refused.body()).contains("all is as it was");
            }
            assertThat(undisturbed.get("/ours/7")).isEqualTo("changed");
        }
        assertThat(tree(ours)).isEqualTo(wanted);
    }

    @Test
    void whoMayAndHowOften() throws Exception {
        for (String nobody : List.of("", "digest", "nonsense a:b", "digest a:b c", "sasl root:secret", "x509")) {
            for (Server server : List.of(original, ours)) {
                assertThat(snapshot(server, "snapshot", nobody).statusCode())
                        .as(server.server.kind() + " " + nobody)
                        .isEqualTo(401);
                assertThat(restore(server, new byte[10], nobody).statusCode()).isEqualTo(401);
            }
        }
        for (Server server : List.of(original, ours)) {
            assertThat(snapshot(server, "snapshot", "ip").statusCode()).isEqualTo(200);
            try (ZkCaller caller = new ZkCaller(server.server.port(), 30_000)) {
                caller.call(
                        ZkRequest.SET_ACL,
                        new ZkRequest.Field.Text("/"),
                        new ZkRequest.Field.Acls(List.of(
                                new ZkRequest.Acl(31, "digest", ZkRequests.digest("root:secret")),
                                new ZkRequest.Acl(15, "digest", ZkRequests.digest("nearly:all")),
                                new ZkRequest.Acl(1, "world", "anyone"))),
                        new ZkRequest.Field.Number(-1));
            }
            for (String stranger : List.of("ip", "digest other:one", "digest nearly:all")) {
                assertThat(snapshot(server, "snapshot", stranger).statusCode())
                        .as(server.server.kind() + " " + stranger)
                        .isEqualTo(403);
                assertThat(restore(server, new byte[10], stranger).statusCode()).isEqualTo(403);
            }
            assertThat(snapshot(server, "snapshot", ROOT_USER).statusCode()).isEqualTo(200);
        }
        try (Server seldom = start(ZkServer.Kind.tested(), "seldom", "60000")) {
            assertThat(snapshot(seldom, "snapshot", ROOT_USER).statusCode()).isEqualTo(200);
            assertThat(snapshot(seldom, "snapshot", ROOT_USER).statusCode()).isEqualTo(429);
            assertThat(restore(seldom, new byte[10], ROOT_USER).statusCode()).isEqualTo(500);
            assertThat(restore(seldom, new byte[10], ROOT_USER).statusCode()).isEqualTo(429);
        }
    }
}
