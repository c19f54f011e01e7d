package io.ottla.bench;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.io.LoopClock;
import io.ottla.io.RealDisk;
import io.ottla.io.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The machine's own files, and a loop that is the benchmark's thread: what is submitted waits until {@link #run}, and happens there. So one
 * thread does all, and a measured call is measured alone.
 */
final class InlineDisk implements Disk, Clock, AutoCloseable {
    static final FaultHandler FAULTS = (doing, cause) -> {
        throw new IllegalStateException(doing, cause);
    };

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final LoopClock clock = new LoopClock("unused", Transport.NIO, FAULTS);
    private final RealDisk files = new RealDisk(clock, FAULTS);
    private final Path folder;

    /** With a new temporary folder, which {@link #close} removes. */
    InlineDisk() {
        try {
            folder = Files.createTempDirectory("ottla-bench-");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Path folder() {
        return folder;
    }

    /** Does what was submitted, and what that submits. */
    void run() {
        while (!queue.isEmpty()) queue.poll().run();
    }

    /** Runs until what {@code begin} was given the completion of is done. */
    <T> T await(Consumer<Completion<T>> begin) {
        AtomicReference<Outcome<T>> found = new AtomicReference<>();
        begin.accept(found::set);
        run();
        return switch (found.get()) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Failed<T>(IOException cause) -> throw new IllegalStateException(cause);
        };
    }

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        queue.add(() -> {
            Outcome<T> outcome;
            try {
                outcome = Outcome.done(work.run());
            } catch (IOException e) {
                outcome = Outcome.failed(e);
            }
            completion.complete(outcome);
        });
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
    }

    /** Nothing in a benchmark waits for its time. */
    @Override
    public Timer after(long delayMs, Runnable task) {
        return () -> {};
    }

    @Override
    public long nowMs() {
        return System.currentTimeMillis();
    }

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        return files.open(path, mode);
    }

    @Override
    public boolean exists(Path path) {
        return files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return files.isDirectory(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return files.size(path);
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        return files.lastModifiedMs(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        files.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        files.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        files.syncDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return files.usableBytes(directory);
    }

    @Override
    public long totalBytes(Path directory) throws IOException {
        return files.totalBytes(directory);
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path file) throws IOException {
        return files.tryLock(file);
    }

    @Override
    public void close() {
        files.close();
        clock.close();
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.sorted(Comparator.reverseOrder()).forEach(all::add);
            for (Path path : all) Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
