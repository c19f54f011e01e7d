package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link Disk} and {@link DiskFile} promise while nothing fails, for every implementation of them. */
public abstract class DiskContract {
    private WorldUnderTest world;
    private Disk disk;
    private Path directory;
    private Path path;

    protected abstract WorldUnderTest open() throws IOException;

    @BeforeEach
    void openWorld() throws IOException {
        world = open();
        disk = world.disk();
        directory = world.directory();
        path = directory.resolve("file");
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(DiskFile file, long position, int count) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(count);
        int read = file.read(position, target);
        assertThat(target.position()).isEqualTo(read);
        return new String(target.array(), 0, read, StandardCharsets.US_ASCII);
    }

    private void write(Path at, String text) throws IOException {
        DiskFile file = disk.open(at, OpenMode.TRUNCATE);
        file.write(0, bytes(text));
        file.release();
    }

    private String read(Path at) throws IOException {
        DiskFile file = disk.open(at, OpenMode.READ);
        String text = read(file, 0, 1000);
        file.release();
        return text;
    }

    // ---- opening

    @ParameterizedTest
    @CsvSource({"READ, false", "WRITE, false", "CREATE, true", "TRUNCATE, true"})
    void openingWhatIsNotThere(OpenMode mode, boolean creates) throws IOException {
        if (!creates) {
            assertThatThrownBy(() -> disk.open(path, mode)).isInstanceOf(NoSuchFileException.class);
            assertThat(disk.exists(path)).isFalse();
            return;
        }
        DiskFile file = disk.open(path, mode);
        assertThat(file.size()).isZero();
        assertThat(disk.exists(path)).isTrue();
        file.release();
    }

    @ParameterizedTest
    @CsvSource({"READ, old", "WRITE, old", "CREATE, old", "TRUNCATE, ''"})
    void openingWhatIsThere(OpenMode mode, String content) throws IOException {
        write(path, "old");
        disk.open(path, mode).release();
        assertThat(read(path)).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource(OpenMode.class)
    void aDirectoryThatIsMissingIsNotMade(OpenMode mode) {
        assertThatThrownBy(() -> disk.open(directory.resolve("missing/file"), mode))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatIsOpenForReadingCannotBeWritten() throws IOException {
        write(path, "old");
        DiskFile file = disk.open(path, OpenMode.READ);
        assertThatThrownBy(() -> file.write(0, bytes("new")))
                .isInstanceOfAny(IOException.class, RuntimeException.class);
        file.release();
        assertThat(read(path)).isEqualTo("old");
    }

    @Test
    void oneFileOpenedTwiceIsOneFile() throws IOException {
        DiskFile one = disk.open(path, OpenMode.CREATE);
        DiskFile other = disk.open(path, OpenMode.WRITE);
        one.write(0, bytes("shared"));
        assertThat(read(other, 0, 10)).isEqualTo("shared");
        one.release();
        assertThat(read(other, 2, 10)).isEqualTo("ared");
        other.release();
    }

    @Test
    void aFileIsOpenUntilItsLastHolderReleasesIt() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.retain();
        file.release();
        file.write(0, bytes("held"));
        assertThat(read(file, 0, 10)).isEqualTo("held");
        file.release();
    }

    // ---- content

    @Test
    void readsWhatWasWrittenWhereItWasWritten() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.write(0, bytes("hello world"));
        file.write(6, bytes("there"));
        assertThat(read(file, 0, 100)).isEqualTo("hello there");
        assertThat(read(file, 3, 4)).isEqualTo("lo t");
        assertThat(file.size()).isEqualTo(11);
        assertThat(disk.size(path)).isEqualTo(11);
        file.release();
    }

    @Test
    void onlyFromPositionToLimitIsWrittenAndRead() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        ByteBuffer source = bytes("xxabcxx").position(2).limit(5);
        file.write(0, source);
        assertThat(source.remaining()).isZero();
        ByteBuffer target = bytes(".......").position(2).limit(5);
        assertThat(file.read(0, target)).isEqualTo(3);
        assertThat(new String(target.array(), StandardCharsets.US_ASCII)).isEqualTo("..abc..");
        file.release();
    }

    @Test
    void directBuffersTooAndMoreThanAPage() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        int count = 300_000;
        ByteBuffer source = ByteBuffer.allocateDirect(count);
        for (int i = 0; i < count; i++) source.put((byte) (i * 31));
        file.write(5, source.flip());
        ByteBuffer target = ByteBuffer.allocateDirect(count);
        assertThat(file.read(5, target)).isEqualTo(count);
        assertThat(target.flip()).isEqualTo(source.rewind());
        file.release();
    }

    @Test
    void aGapReadsAsZeros() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.write(10_000, bytes("end"));
        assertThat(file.size()).isEqualTo(10_003);
        assertThat(read(file, 9_997, 100)).isEqualTo("\0\0\0end");
        assertThat(read(file, 0, 2)).isEqualTo("\0\0");
        file.release();
    }

    @Test
    void nothingIsReadAtOrPastTheEnd() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.write(0, bytes("abc"));
        assertThat(read(file, 3, 10)).isEmpty();
        assertThat(read(file, 1000, 10)).isEmpty();
        assertThat(read(file, 2, 10)).isEqualTo("c");
        file.release();
    }

    @Test
    void whatIsCachedIsAPrefixOfWhatThereIs() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.write(0, bytes("abcdef"));
        ByteBuffer target = ByteBuffer.allocate(10);
        int read = file.readCached(2, target);
        assertThat(read).isBetween(-1, 4);
        assertThat(target.position()).isEqualTo(Math.max(0, read));
        assertThat("cdef").startsWith(new String(target.array(), 0, Math.max(0, read), StandardCharsets.US_ASCII));
        target.clear();
        assertThat(file.readCached(6, target)).isLessThanOrEqualTo(0);
        file.release();
    }

    @Test
    void truncatingCutsAndExtendsWithZeros() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.write(0, bytes("abcdef"));
        file.truncate(3);
        assertThat(file.size()).isEqualTo(3);
        file.truncate(5);
        assertThat(read(file, 0, 10)).isEqualTo("abc\0\0");
        file.truncate(0);
        assertThat(file.size()).isZero();
        file.release();
    }

    @Test
    void syncingChangesNothingToSee() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.write(0, bytes("abc"));
        file.sync();
        disk.syncDirectory(directory);
        file.sync();
        assertThat(read(path)).isEqualTo("abc");
        file.release();
    }

    @Test
    void theTimeOfTheLastChangeGoesWithTheClock() throws IOException {
        write(path, "a");
        long firstMs = disk.lastModifiedMs(path);
        write(path, "b");
        assertThat(disk.lastModifiedMs(path)).isGreaterThanOrEqualTo(firstMs);
        assertThat(Math.abs(world.clock().nowMs() - firstMs)).isLessThan(60_000);
    }

    // ---- names

    @Test
    void directories() throws IOException {
        Path deep = directory.resolve("a/b/c");
        disk.createDirectories(deep);
        disk.createDirectories(deep);
        assertThat(disk.isDirectory(deep)).isTrue();
        assertThat(disk.exists(deep)).isTrue();
        write(deep.resolve("z"), "");
        write(deep.resolve("y"), "");
        disk.createDirectories(deep.resolve("x"));
        assertThat(disk.list(deep)).containsExactly("x", "y", "z");
        assertThat(disk.isDirectory(deep.resolve("y"))).isFalse();
        assertThat(disk.isDirectory(directory.resolve("missing"))).isFalse();
        assertThat(disk.exists(directory.resolve("missing"))).isFalse();
    }

    @Test
    void whatIsMissingIsSaidSo() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> disk.list(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.size(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.lastModifiedMs(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.rename(missing, path)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void renamingReplaces() throws IOException {
        write(path, "new");
        Path target = directory.resolve("target");
        write(target, "old");
        disk.rename(path, target);
        assertThat(disk.exists(path)).isFalse();
        assertThat(read(target)).isEqualTo("new");
        assertThat(disk.list(directory)).containsExactly("target");
    }

    @Test
    void anOpenFileFollowsItsNewName() throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        disk.rename(path, directory.resolve("target"));
        file.write(0, bytes("after"));
        assertThat(read(directory.resolve("target"))).isEqualTo("after");
        file.release();
    }

    @Test
    void aDirectoryIsRenamedWithWhatIsInIt() throws IOException {
        Path from = directory.resolve("from");
        disk.createDirectories(from.resolve("inner"));
        write(from.resolve("inner/file"), "content");
        disk.rename(from, directory.resolve("to"));
        assertThat(read(directory.resolve("to/inner/file"))).isEqualTo("content");
        assertThat(disk.exists(from)).isFalse();
    }

    @Test
    void deleting() throws IOException {
        disk.delete(path); // nothing there
        write(path, "content");
        disk.delete(path);
        assertThat(disk.exists(path)).isFalse();
        Path inner = directory.resolve("inner");
        disk.createDirectories(inner);
        write(inner.resolve("file"), "");
        assertThatThrownBy(() -> disk.delete(inner)).isInstanceOf(IOException.class);
        disk.delete(inner.resolve("file"));
        disk.delete(inner);
        assertThat(disk.list(directory)).isEmpty();
    }

    @Test
    void whatIsDeletedWhileOpenStaysReadable() throws IOException {
        write(path, "content");
        DiskFile file = disk.open(path, OpenMode.READ);
        disk.delete(path);
        write(path, "another");
        assertThat(read(file, 0, 100)).isEqualTo("content");
        file.release();
        assertThat(read(path)).isEqualTo("another");
    }

    @Test
    void space() throws IOException {
        long totalBytes = disk.totalBytes(directory);
        assertThat(totalBytes).isPositive();
        assertThat(disk.usableBytes(directory)).isBetween(0L, totalBytes);
    }

    @Test
    void aLockHasOneHolder() throws Exception {
        Path lock = directory.resolve(".lock");
        Optional<AutoCloseable> first = disk.tryLock(lock);
        assertThat(first).isPresent();
        assertThat(disk.exists(lock)).isTrue();
        assertThat(disk.tryLock(lock)).isEmpty();
        first.get().close();
        Optional<AutoCloseable> second = disk.tryLock(lock);
        assertThat(second).isPresent();
        second.get().close();
    }

    // ---- work away from the loop

    @Test
    void theOutcomeComesOnTheLoopAndNeverWithinTheCall() throws IOException {
        List<Object> events = new ArrayList<>();
        world.onLoop(() -> {
            disk.submit("key", () -> 42, events::add);
            disk.submit(
                    "other",
                    () -> {
                        throw new IOException("no luck");
                    },
                    outcome -> events.add(((Outcome.Failed<?>) outcome).cause().getMessage()));
            events.add("called");
        });
        world.await("both outcomes", () -> events.size() == 3);
        assertThat(events.get(0)).isEqualTo("called");
        assertThat(events.subList(1, 3)).containsExactlyInAnyOrder(Outcome.done(42), "no luck");
    }

    @Test
    void workOfOneKeyIsDoneInOrderOneAtATime() throws IOException {
        List<String> work = java.util.Collections.synchronizedList(new ArrayList<>());
        List<String> outcomes = new ArrayList<>();
        world.onLoop(() -> {
            for (int i = 0; i < 20; i++) {
                for (String key : List.of("a", "b")) {
                    String name = key + i;
                    disk.submit(
                            List.of(key), // equal, not the same
                            () -> {
                                work.add("begin " + name);
                                work.add("end " + name);
                                return name;
                            },
                            outcome -> outcomes.add(((Outcome.Done<String>) outcome).value()));
                }
            }
        });
        world.await("all outcomes", () -> outcomes.size() == 40);
        for (String key : List.of("a", "b")) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) expected.addAll(List.of("begin " + key + i, "end " + key + i));
            assertThat(work.stream().filter(step -> step.contains(" " + key))).containsExactlyElementsOf(expected);
            assertThat(outcomes.stream().filter(name -> name.startsWith(key)))
                    .containsExactlyElementsOf(expected.stream()
                            .filter(step -> step.startsWith("end"))
                            .map(step -> step.substring(4))
                            .toList());
        }
    }

    @Test
    void aSyncOfTheFileSystemLeavesAllAsItIs() throws IOException {
        write(path, "content");
        if (disk.syncsFileSystems()) {
            disk.syncFileSystem(directory);
            assertThatThrownBy(() -> disk.syncFileSystem(directory.resolve("missing")))
                    .isInstanceOf(IOException.class);
        } else {
            assertThatThrownBy(() -> disk.syncFileSystem(directory)).isInstanceOf(UnsupportedOperationException.class);
        }
        assertThat(read(path)).isEqualTo("content");
    }

    @Test
    void workMayReadAndWrite() throws IOException {
        List<Object> outcomes = new ArrayList<>();
        world.onLoop(() -> disk.submit(
                "key",
                () -> {
                    write(path, "from a disk thread");
                    return read(path);
                },
                outcomes::add));
        world.await("the outcome", () -> !outcomes.isEmpty());
        assertThat(outcomes).containsExactly(Outcome.done("from a disk thread"));
    }
}
