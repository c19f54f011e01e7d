package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.keeper.write.SessionOwners;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A loop and a disk for one test: nothing happens but what the test lets happen, and {@link #crash} leaves of what was not synced what chance
 * says, torn and out of order.
 */
public final class TestWorld implements Disk, Clock, FaultHandler {
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final ArrayDeque<Runnable> works = new ArrayDeque<>();
    private final TreeMap<Path, Inode> names = new TreeMap<>();
    private final Map<Path, Inode> durableNames = new HashMap<>();
    private final Set<Path> locks = new HashSet<>();
    public final List<Throwable> faults = new ArrayList<>();
    private final TreeMap<Long, List<Runnable>> timers = new TreeMap<>();
    private long monotonicMs = 5_000;
    long nowMs = 1_700_000_000_000L;
    public long capacityBytes = Long.MAX_VALUE;
    public boolean syncFails;
    public int writes;

    /** So many changes of the disk still happen; before the next one the power goes. */
    public long changesUntilPowerLoss = Long.MAX_VALUE;

    /** Thrown out of {@link #step}; then {@link #crash} is next. */
    public static final class PowerLoss extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private void change() {
        if (changesUntilPowerLoss-- <= 0) throw new PowerLoss();
    }

    static final class Inode {
        byte[] content = {};
        byte[] durable = {};

        /** Since the last sync: where, and what; null for a change of the length. */
        final List<Map.Entry<Long, byte[]>> unsynced = new ArrayList<>();
    }

    /** Runs what is due on the loop and on the disk until nothing is. */
    public void drain() {
        while (step()) {}
    }

    /** What is due on the loop; the disk does nothing. */
    public void turn() {
        while (!loop.isEmpty()) loop.removeFirst().run();
    }

    /** One piece of work for the disk, and all that follows on the loop; false if there was none. */
    public boolean step() {
        while (!loop.isEmpty()) loop.removeFirst().run();
        if (works.isEmpty()) return false;
        works.removeFirst().run();
        while (!loop.isEmpty()) loop.removeFirst().run();
        return true;
    }

    /** The power goes: what was under way never ends, and the disk is what it may be then. */
    public void crash(SeededRandom random) {
        loop.clear();
        works.clear();
        timers.clear();
        locks.clear();
        changesUntilPowerLoss = Long.MAX_VALUE;
        Set<Path> all = new HashSet<>(names.keySet());
        all.addAll(durableNames.keySet());
        for (Path path : all) {
            Inode is = names.get(path);
            Inode was = durableNames.get(path);
            Inode left = is == was || random.chance(0.5) ? is : was;
            if (left == null) names.remove(path);
            else names.put(path, left);
        }
        for (Inode inode : new HashSet<>(names.values())) {
            byte[] content = inode.durable.clone();
            for (Map.Entry<Long, byte[]> change : inode.unsynced) {
                if (random.chance(0.4)) continue;
                byte[] bytes = change.getValue();
                int length = bytes == null ? 0 : random.chance(0.5) ? bytes.length : random.nextInt(bytes.length + 1);
                long end = change.getKey() + length;
                if (bytes == null || end > content.length) content = Arrays.copyOf(content, (int) end);
                if (bytes != null) System.arraycopy(bytes, 0, content, (int) (long) change.getKey(), length);
            }
            inode.content = content;
            inode.durable = content;
            inode.unsynced.clear();
        }
        durableNames.clear();
        durableNames.putAll(names);
    }

    public byte[] content(Path path) {
        return names.get(path).content;
    }

    public void content(Path path, byte[] content) {
        Inode inode = names.computeIfAbsent(path, absent -> new Inode());
        inode.content = content;
        inode.durable = content;
        inode.unsynced.clear();
        durableNames.put(path, inode);
    }

    public Set<Path> files() {
        return new HashSet<>(names.keySet());
    }

    /** A disk that holds the same, and nothing under way. */
    public TestWorld copy() {
        TestWorld copy = new TestWorld();
        names.forEach((path, inode) -> copy.content(path, inode.content.clone()));
        return copy;
    }

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        Inode inode = names.get(path);
        if (inode == null) {
            if (mode == OpenMode.READ || mode == OpenMode.WRITE) throw new NoSuchFileException(path.toString());
            inode = new Inode();
            names.put(path, inode);
        }
        Handle handle = new Handle(inode);
        if (mode == OpenMode.TRUNCATE) handle.truncate(0);
        return handle;
    }

    private final class Handle implements DiskFile {
        private final Inode inode;
        private int holders = 1;

        Handle(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long size() {
            return inode.content.length;
        }

        @Override
        public int read(long position, ByteBuffer target) {
            int count = (int) Math.min(target.remaining(), Math.max(0, inode.content.length - position));
            if (count > 0) target.put(inode.content, (int) position, count);
            return count;
        }

        @Override
        public int readCached(long position, ByteBuffer target) {
            return read(position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            if (holders == 0) throw new IllegalStateException("written after its last release");
            change();
            writes++;
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            long grows = Math.max(0, position + bytes.length - inode.content.length);
            if (grows > 0 && usedBytes() + grows > capacityBytes) throw new IOException("No space left on device");
            if (grows > 0) inode.content = Arrays.copyOf(inode.content, (int) (position + bytes.length));
            else inode.content = inode.content.clone();
            System.arraycopy(bytes, 0, inode.content, (int) position, bytes.length);
            inode.unsynced.add(Map.entry(position, bytes));
        }

        @Override
        public void truncate(long size) {
            change();
            inode.content = Arrays.copyOf(inode.content, (int) size);
            inode.unsynced.add(new java.util.AbstractMap.SimpleEntry<>(size, null));
        }

        @Override
        public void sync() throws IOException {
            change();
            if (syncFails) throw new IOException("Input/output error");
            inode.durable = inode.content;
            inode.unsynced.clear();
        }

        @Override
        public void retain() {
            holders++;
        }

        @Override
        public void release() {
            if (--holders < 0) throw new IllegalStateException("released too often");
        }
    }

    private long usedBytes() {
        long bytes = 0;
        for (Inode inode : names.values()) bytes += inode.content.length;
        return bytes;
    }

    @Override
    public boolean exists(Path path) {
        return names.containsKey(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return !names.containsKey(path);
    }

    @Override
    public long size(Path path) {
        return content(path).length;
    }

    @Override
    public long lastModifiedMs(Path path) {
        return nowMs;
    }

    @Override
    public List<String> list(Path directory) {
        return names.keySet().stream()
                .filter(path -> path.getParent().equals(directory))
                .map(path -> path.getFileName().toString())
                .sorted()
                .toList();
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public void rename(Path from, Path to) {
        change();
        names.put(to, names.remove(from));
    }

    @Override
    public void delete(Path path) {
        change();
        names.remove(path);
    }

    @Override
    public void syncDirectory(Path directory) {
        change();
        durableNames.keySet().removeIf(path -> path.getParent().equals(directory));
        names.forEach((path, inode) -> {
            if (path.getParent().equals(directory)) durableNames.put(path, inode);
        });
    }

    @Override
    public long usableBytes(Path directory) {
        return capacityBytes - usedBytes();
    }

    @Override
    public long totalBytes(Path directory) {
        return capacityBytes;
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path file) {
        return locks.add(file) ? Optional.of(() -> locks.remove(file)) : Optional.empty();
    }

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        works.addLast(() -> {
            Outcome<T> outcome;
            try {
                outcome = Outcome.done(work.run());
            } catch (IOException e) {
                outcome = Outcome.failed(e);
            }
            Outcome<T> came = outcome;
            loop.addLast(() -> completion.complete(came));
        });
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long monotonicNs() {
        return monotonicMs * 1_000_000;
    }

    @Override
    public void execute(Runnable task) {
        loop.addLast(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        timers.computeIfAbsent(monotonicMs + delayMs, absent -> new ArrayList<>())
                .add(task);
        return () -> timers.values().forEach(due -> due.remove(task));
    }

    /** Time goes on, and everything that becomes due happens. */
    public void pass(long ms) {
        drain();
        long end = monotonicMs + ms;
        while (!timers.isEmpty() && timers.firstKey() <= end) {
            nowMs += timers.firstKey() - monotonicMs;
            monotonicMs = timers.firstKey();
            loop.addAll(timers.pollFirstEntry().getValue());
            drain();
        }
        nowMs += end - monotonicMs;
        monotonicMs = end;
    }

    public static KeeperOptions.Nodes nodes(boolean extendedTypes, boolean quotasEnforced, long unusedContainerMs) {
        return new KeeperOptions.Nodes(extendedTypes, quotasEnforced, 60_000, 10_000, unusedContainerMs);
    }

    public static RequestPreparer preparer(ZnodeTree tree, boolean extendedTypes) {
        return new RequestPreparer(tree, nodes(extendedTypes, false, 0), new SessionOwners());
    }

    public static KeeperOptions options(KeeperOptions.Nodes nodes) {
        KeeperOptions defaults = KeeperOptions.DEFAULT;
        return new KeeperOptions(
                1, defaults.requestBytesMax(), defaults.sessions(), nodes, defaults.watching(), defaults.storage());
    }

    /** The defaults, but for these. */
    public static KeeperOptions options(int snapCount, int snapshotsKept, boolean extendedTypes) {
        return options(snapCount, snapshotsKept, extendedTypes, KeeperOptions.Compression.NONE);
    }

    public static KeeperOptions options(
            int snapCount, int snapshotsKept, boolean extendedTypes, KeeperOptions.Compression compression) {
        KeeperOptions defaults = KeeperOptions.DEFAULT;
        return new KeeperOptions(
                1,
                defaults.requestBytesMax(),
                defaults.sessions(),
                nodes(extendedTypes, false, 0),
                defaults.watching(),
                new KeeperOptions.Storage(
                        snapCount,
                        defaults.storage().snapshotLogBytes(),
                        snapshotsKept,
                        compression,
                        KeeperOptions.Storage.COMMITTED_LOG_COUNT_MIN));
    }

    @Override
    public RuntimeException fault(String doing, Throwable cause) {
        faults.add(cause);
        return new IllegalStateException(doing, cause);
    }
}
