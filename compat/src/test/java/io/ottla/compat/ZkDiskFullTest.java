package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk under the transaction log: nothing that was answered is lost, and when there is room again the service goes on, at the latest with a new start. */
class ZkDiskFullTest {
    private static final int DATA_BYTES = 100_000;
    private static final int BALLAST_BYTES = 20_000_000;
    private static final int TIMEOUT_MS = 60_000;

    @TempDir
    Path home;

    private Path small;

    @BeforeEach
    void mount() throws Exception {
        small = Files.createDirectory(home.resolve("small"));
        Program mounted = Program.run(
                home, 20, "", java.util.List.of("mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", small.toString()));
        Assumptions.assumeTrue(mounted.exit() == 0, "a small file system cannot be mounted here: " + mounted.text());
    }

    @AfterEach
    void unmount() {
        Program.run(home, 20, "", java.util.List.of("umount", "-l", small.toString()));
    }

    @Test
    void nothingAnsweredIsLost() throws Exception {
        Path ballast = Files.write(small.resolve("ballast"), new byte[BALLAST_BYTES]);
        try (ZkServer server = new ZkServer(ZkServer.Kind.tested(), home, "dataDir=" + small.resolve("data"))) {
            int answered = fill(server);
            assertThat(answered).as("writes before the disk was full").isBetween(1, 2000);
            Files.delete(ballast);
            if (!ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false)) server.start();
            readAll(server, answered);
            server.kill();
            server.start();
            readAll(server, answered);
            try (ZkCaller caller = new ZkCaller(server.port(), TIMEOUT_MS)) {
                assertThat(caller.create("/again", new byte[DATA_BYTES], 0)).isZero();
            }
        }
    }

    private static int fill(ZkServer server) {
        int answered = 0;
        try (ZkCaller caller = new ZkCaller(server.port(), TIMEOUT_MS)) {
            while (answered < 5000 && caller.create("/" + answered, new byte[DATA_BYTES], 0) == ZkCaller.OK) answered++;
        } catch (IOException closed) {
            return answered;
        }
        return answered;
    }

    private static void readAll(ZkServer server, int answered) throws IOException {
        try (ZkCaller caller = new ZkCaller(server.port(), TIMEOUT_MS)) {
            for (int i = 0; i < answered; i++) assertThat(caller.get("/" + i)).hasSize(DATA_BYTES);
        }
    }
}
