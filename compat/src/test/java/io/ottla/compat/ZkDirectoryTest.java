package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.compat.ZkRequest.Acl;
import io.ottla.compat.ZkRequest.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One data directory, opened in turn by Apache's servers and by ours: every node with every field of its Stat, every session and its
 * password are as they were left. Apache's own tools read what ours writes.
 */
class ZkDirectoryTest {
    private static final int TIMEOUT_MS = 60_000;
    private static final String USER = "ann:apple";

    @TempDir
    Path home;

    private ZkServer open(ZkServer.Kind kind, String... lines) throws IOException {
        return new ZkServer(kind, home, lines);
    }

    private static TreeMap<String, String> tree(ZkServer server) throws IOException {
        try (ZkCaller caller = new ZkCaller(server.port(), TIMEOUT_MS)) {
            caller.authenticate(USER);
            TreeMap<String, String> tree = caller.tree();
            tree.remove("/zookeeper/config"); // the original makes it anew from its zoo.cfg
            tree.remove("/zookeeper");
            caller.endSession();
            return tree;
        }
    }

    /** Nodes of every kind that the older of the two servers knows, changed and deleted in every way. */
    private static void fill(ZkServer server, String root) throws IOException {
        try (ZkCaller caller = new ZkCaller(server.port(), TIMEOUT_MS)) {
            caller.authenticate(USER);
            assertThat(caller.create(root, "", 0)).isZero();
            for (int i = 0; i < 60; i++) {
                assertThat(caller.create(root + "/n" + i, "data " + i, 0)).isZero();
                if (i % 2 == 0)
                    assertThat(caller.set(root + "/n" + i, "again " + i)).isZero();
                if (i % 3 == 0)
                    assertThat(caller.create(root + "/n" + i + "/s-", "", 2)).isZero();
                if (i % 5 == 4) assertThat(caller.delete(root + "/n" + (i - 3))).isIn(0, -111);
            }
            Field mine = new Field.Acls(List.of(
                    new Acl(31, "digest", ZkRequests.digest(USER)),
                    new Acl(1, "world", "anyone"),
                    new Acl(3, "ip", "10.0.0.1")));
            assertThat(caller.call(ZkRequest.SET_ACL, new Field.Text(root + "/n0"), mine, new Field.Number(-1))
                            .error())
                    .isZero();
            assertThat(caller.call(ZkRequest.DELETE, new Field.Text(root + "/none"), new Field.Number(-1))
                            .error())
                    .isEqualTo(-101);
            caller.endSession();
        }
    }

    private static void fillNewer(ZkServer server, String root) throws IOException {
        fill(server, root);
        try (ZkCaller caller = new ZkCaller(server.port(), TIMEOUT_MS)) {
            for (String name : List.of("/container", "/ttl")) {
                boolean isTtl = name.equals("/ttl");
                List<Field> fields = new ArrayList<>(List.of(
                        new Field.Text(root + name),
                        new Field.Bytes(new byte[3]),
                        new Field.Acls(ZkCaller.OPEN),
                        new Field.Number(isTtl ? 5 : 4)));
                if (isTtl) fields.add(new Field.BigNumber(3_600_000));
                int type = isTtl ? ZkRequest.CREATE_TTL : ZkRequest.CREATE_CONTAINER;
                assertThat(caller.call(type, fields.toArray(Field[]::new)).error())
                        .isZero();
            }
            ZkRequest set = ZkRequest.of(
                    ZkRequest.SET_DATA,
                    new Field.Text(root + "/ttl"),
                    new Field.Bytes(new byte[9]),
                    new Field.Number(0));
            assertThat(caller.call(ZkRequest.MULTI, new Field.Operations(List.of(set)))
                            .error())
                    .isZero();
            caller.endSession();
        }
    }

    @Test
    void a34DirectoryThereAndBack() throws IOException {
        TreeMap<String, String> left;
        try (ZkServer apache = open(ZkServer.Kind.APACHE_3_4, "snapCount=50")) {
            fill(apache, "/old");
            left = tree(apache);
        }
        try (ZkServer ours = open(ZkServer.Kind.tested(), "snapCount=50")) {
            assertThat(tree(ours)).containsAllEntriesOf(left);
            fill(ours, "/ours");
            left = tree(ours);
        }
        try (ZkServer apache = open(ZkServer.Kind.APACHE_3_9, "snapCount=50")) {
            assertThat(tree(apache)).isEqualTo(left);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gz", "snappy"})
    void a39DirectoryThereAndBack(String compression) throws IOException {
        String[] config = {
            "snapCount=40",
            "extendedTypesEnabled=true",
            "snapshot.compression.method=" + compression,
            "autopurge.purgeInterval=0"
        };
        if (compression.isEmpty()) config[2] = "snapCount=40";
        TreeMap<String, String> left;
        long session;
        byte[] password;
        try (ZkServer apache = open(ZkServer.Kind.APACHE_3_9, config)) {
            fillNewer(apache, "/theirs");
            try (ZkCaller owner = new ZkCaller(apache.port(), TIMEOUT_MS)) {
                session = owner.sessionId();
                password = owner.password();
                assertThat(owner.create("/owned", "", 1)).isZero();
            }
            left = tree(apache);
            apache.kill();
        }
        assertThat(names("snapshot.")).as("snapshots of the original").isNotEmpty();
        try (ZkServer ours = open(ZkServer.Kind.tested(), config)) {
            assertThat(tree(ours)).isEqualTo(left);
            resume(ours, session, password);
            fillNewer(ours, "/ours");
            left = tree(ours);
            ours.kill();
        }
        try (ZkServer apache = open(ZkServer.Kind.APACHE_3_9, config)) {
            assertThat(tree(apache)).isEqualTo(left);
            resume(apache, session, password);
        }
        tools();
    }

    private static void resume(ZkServer server, long session, byte[] password) throws IOException {
        try (ZkCaller again = new ZkCaller(server.port(), TIMEOUT_MS, session, password)) {
            assertThat(again.sessionId()).as("the session goes on").isEqualTo(session);
            assertThat(again.exists("/owned")).as("its ephemeral node").isTrue();
        }
    }

    private List<Path> names(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("data/version-2"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    /** Apache's, on every file that is there; all of them were written or added to by ours or lie beside such. */
    private void tools() throws IOException {
        List<Path> snapshots = names("snapshot.");
        for (Path snapshot : snapshots) {
            Program formatted = tool("org.apache.zookeeper.server.SnapshotFormatter", snapshot.toString());
            assertThat(formatted.exit()).as(formatted.text()).isZero();
            assertThat(formatted.text()).contains("ZNode Details").doesNotContain("Exception");
        }
        for (Path log : names("log.")) {
            Program dumped = tool("org.apache.zookeeper.server.persistence.TxnLogToolkit", "-d", log.toString());
            assertThat(dumped.exit()).as(dumped.text()).isZero();
            assertThat(dumped.text()).contains("EOF reached").doesNotContain("CRC ERROR");
        }
        Program compared = tool(
                "org.apache.zookeeper.server.SnapshotComparer",
                "-l",
                snapshots.getFirst().toString(),
                "-r",
                snapshots.getLast().toString(),
                "-b",
                "1",
                "-n",
                "1");
        assertThat(compared.exit()).as(compared.text()).isZero();
        assertThat(compared.text()).contains("Successfully parsed options").doesNotContain("Exception");
    }

    private Program tool(String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ZkServer.java(),
                "-Dlogback.configurationFile=" + home.resolve("logback.xml"),
                "-cp",
                ZkServer.jars("zookeeper39"),
                main));
        command.addAll(List.of(arguments));
        return Program.run(home, 60, "", command);
    }
}
