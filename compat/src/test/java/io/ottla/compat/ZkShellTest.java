package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache's shell, {@code zkCli}: the same commands to the original and to ours print the same but for numbers of time and place. */
class ZkShellTest {
    private static final List<String> COMMANDS = List.of(
            "create /cli hello",
            "create -s /cli/s- one",
            "create -e /cli/e two",
            "create -c /cli/c",
            "create -t 100000 /cli/t three",
            "create /cli",
            "get -s /cli",
            "set -v 0 /cli world",
            "set -v 0 /cli again",
            "stat /cli",
            "ls -s /cli",
            "ls -R /cli",
            "getEphemerals /cli",
            "getAllChildrenNumber /cli",
            "addauth digest ann:apple",
            "whoami",
            "setAcl /cli/e auth::crdwa,world:anyone:r",
            "getAcl -s /cli/e",
            "setquota -n 10 -b 1000 /cli",
            "listquota /cli",
            "delquota /cli",
            "get -w /cli",
            "set /cli noticed",
            "addWatch -m PERSISTENT /cli",
            "removewatches /cli",
            "sync /cli",
            "config",
            "version",
            "delete /cli",
            "deleteall /cli",
            "ls /none",
            "quit");

    @TempDir
    Path home;

    @Test
    void itPrintsTheSame() throws Exception {
        List<List<String>> printed = new ArrayList<>();
        for (ZkServer.Kind kind : List.of(ZkServer.Kind.APACHE_3_9, ZkServer.Kind.tested())) {
            Path own = home.resolve("server-" + printed.size());
            try (ZkServer server =
                    new ZkServer(kind, own, "extendedTypesEnabled=true", "znode.container.checkIntervalMs=100000000")) {
                Program run = Program.run(
                        own,
                        60,
                        String.join("\n", COMMANDS) + "\n",
                        List.of(
                                ZkServer.java(),
                                "-Dlogback.configurationFile=" + home.resolve("server-0/logback.xml"),
                                "-cp",
                                ZkServer.jars("zookeeper39"),
                                "org.apache.zookeeper.ZooKeeperMain",
                                "-waitforconnection",
                                "-server",
                                server.address()));
                printed.add(shape(run.lines()));
            }
        }
        assertThat(printed.get(1)).isEqualTo(printed.get(0));
        assertThat(printed.get(0)).hasSizeGreaterThan(COMMANDS.size());
    }

    /** Sorted, as events come when they come. */
    private static List<String> shape(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.isBlank() && !line.contains("WatchedEvent state:SyncConnected type:None"))
                .map(line -> line.replaceAll("127\\.0\\.0\\.1:[0-9]+", "SERVER")
                        .replaceAll("([cm])time = .*", "$1time")
                        .replaceAll("0x[0-9a-f]+", "0xN")
                        .replaceAll("zxid: [0-9]+", "zxid: N")
                        .replaceAll("[0-9]{10,}", "N")
                        .replaceAll("^ *\\[zk: SERVER.*?\\] *", "[zk] "))
                .sorted()
                .toList();
    }
}
