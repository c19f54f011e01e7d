package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Disk.OpenMode;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealDiskTest {
    @TempDir
    Path folder;

    private final World world = new World(Transport.best());
    private final RealDisk disk = world.disk;

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void errorsNameTheirPath() throws Exception {
        Path missing = folder.resolve("missing");
        for (OpenMode mode : List.of(OpenMode.READ, OpenMode.WRITE))
            assertThatThrownBy(() -> disk.open(missing, mode))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("missing");
        assertThatThrownBy(() -> disk.open(folder, OpenMode.CREATE)).hasMessageContaining("is a directory");
        // the device that is always full
        DiskFile full = disk.open(Path.of("/dev/full"), OpenMode.WRITE);
        assertThatThrownBy(() -> full.write(0, ByteBuffer.allocate(10)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/dev/full")
                .hasMessageContaining("No space left");
        full.release();
    }

    @Test
    void workOfOneKeyRunsInOrderAndOneAtATime() throws Exception {
        int count = 1_000;
        List<Integer> ran = new ArrayList<>();
        List<Integer> completed = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            int number = i;
            disk.submit(
                    "key",
                    () -> {
                        ran.add(number); // no lock: the key is one
                        return number;
                    },
                    outcome -> {
                        assertThat(world.clock.onLoop()).isTrue();
                        completed.add(((Outcome.Done<Integer>) outcome).value());
                        done.countDown();
                    });
        }
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasSize(count).isSorted();
        assertThat(completed).hasSize(count).isSorted();
    }

    @Test
    void workOfAnotherKeyIsNotHeldUp() throws Exception {
        CountDownLatch other = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        disk.submit(
                "waits",
                () -> {
                    try {
                        return other.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                },
                outcome -> both.countDown());
        disk.submit(
                "other",
                () -> {
                    other.countDown();
                    return true;
                },
                outcome -> both.countDown());
        assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aLockIsHeldAgainstOthersUntilClosed() throws Exception {
        Path lock = folder.resolve(".lock");
        AutoCloseable held = disk.tryLock(lock).orElseThrow();
        assertThat(disk.tryLock(lock)).isEmpty();
        held.close();
        disk.tryLock(lock).orElseThrow().close();
    }
}
