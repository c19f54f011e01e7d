package io.ottla.sim;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.sim.DiskFaults.Kind;
import io.ottla.sim.DiskFaults.Verdict;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A drive as one run of a node has it mounted. */
public final class VirtualDisk implements Disk {
    private final VirtualDrive drive;
    private final Agenda agenda;
    private final Agenda.Lane lane;
    private final VirtualClock clock;
    private final SeededRandom random;
    private final FaultHandler faultHandler;
    private final Supplier<DiskFaults> faults;
    private final DiskTiming timing;
    private final Trace trace;
    private final Operations operations;
    private final Map<Object, Long> busyUntilNs = new HashMap<>();
    private final Map<FileNode, Lock> locks = new HashMap<>();
    private boolean inWork;
    private long syncsOnLoop;
    private int filesOpen;

    /** Counts over all mounts of one drive. */
    static final class Operations {
        private long number;

        long number() {
            return number;
        }
    }

    VirtualDisk(
            VirtualDrive drive,
            Operations operations,
            Agenda agenda,
            Agenda.Lane lane,
            VirtualClock clock,
            SeededRandom random,
            FaultHandler faultHandler,
            Supplier<DiskFaults> faults,
            DiskTiming timing,
            Trace trace) {
        this.drive = drive;
        this.operations = operations;
        this.agenda = agenda;
        this.lane = lane;
        this.clock = clock;
        this.random = random;
        this.faultHandler = faultHandler;
        this.faults = faults;
        this.timing = timing;
        this.trace = trace;
    }

    /** How often a file was synced on the loop, where nothing may block. */
    public long syncsOnLoop() {
        return syncsOnLoop;
    }

    /** Files that are open: what a node that stopped cleanly must not have. */
    public int filesOpen() {
        return filesOpen;
    }

    SeededRandom random() {
        return random;
    }

    DiskTiming timing() {
        return timing;
    }

    long nowMs() {
        return clock.nowMs();
    }

    // ---- every operation comes through here

    /** Judges an operation; a failing one is told how it fails, to do the damage that goes with it. */
    Optional<IOException> judge(Kind kind, Path path) {
        mustBeOn();
        operations.number++;
        Verdict verdict = faults.get().judge(new DiskFaults.Operation(operations.number, kind, path));
        if (kind != Kind.LOOK && kind != Kind.READ) trace.event("disk " + kind + " " + path);
        return switch (verdict) {
            case Verdict.Pass pass -> Optional.empty();
            case Verdict.Fail(String message) -> {
                trace.event("disk fails: " + kind + " " + path + ": " + message);
                yield Optional.of(new DeviceException(path + ": " + message));
            }
            case Verdict.GoDark dark ->
                throw new PowerLoss("in operation " + operations.number + ", " + kind + " " + path);
        };
    }

    /** Code of a run that is over goes no further. */
    void mustBeOn() {
        if (lane.isDead()) throw new PowerLoss("the machine is off");
    }

    private void operate(Kind kind, Path path) throws IOException {
        Optional<IOException> failure = judge(kind, path);
        if (failure.isPresent()) throw failure.get();
    }

    /** Room for so many bytes more? */
    boolean hasRoom(long bytes) {
        return bytes == 0 || bytes <= drive.usableBytes();
    }

    void synced() {
        if (!inWork) syncsOnLoop++;
    }

    void closed(FileNode node) {
        node.openings--;
        filesOpen--;
    }

    // ---- names

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        operate(Kind.OPEN, path);
        Inode found = drive.find(path);
        boolean creates = mode == OpenMode.CREATE || mode == OpenMode.TRUNCATE;
        FileNode file = found == null && creates ? drive.create(path) : drive.file(path);
        if (found == null) file.modifiedMs = nowMs();
        if (mode == OpenMode.TRUNCATE) file.truncate(0, random);
        file.openings++;
        filesOpen++;
        return new VirtualFile(this, file, path, mode != OpenMode.READ);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        operate(Kind.LOOK, path);
        return drive.find(path) != null;
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
        operate(Kind.LOOK, path);
        return drive.find(path) instanceof Inode.Directory;
    }

    @Override
    public long size(Path path) throws IOException {
        operate(Kind.LOOK, path);
        return drive.file(path).size();
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        operate(Kind.LOOK, path);
        Inode node = drive.find(path);
        if (node == null) throw new NoSuchFileException(path.toString());
        return node instanceof FileNode file ? file.modifiedMs : nowMs();
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        operate(Kind.LOOK, directory);
        return List.copyOf(drive.directory(directory).seen.keySet());
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        operate(Kind.NAME, directory);
        drive.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operate(Kind.NAME, from);
        drive.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        operate(Kind.NAME, path);
        drive.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        operate(Kind.SYNC_DIRECTORY, directory);
        synced();
        drive.sync(drive.directory(directory));
    }

    @Override
    public boolean syncsFileSystems() {
        return true;
    }

    @Override
    public void syncFileSystem(Path directory) throws IOException {
        Optional<IOException> failure = judge(Kind.SYNC, directory);
        drive.directory(directory);
        synced();
        drive.syncAll(file -> {
            if (failure.isEmpty()) file.sync();
            else file.failSync(random);
        });
        if (failure.isPresent()) throw failure.get();
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        operate(Kind.LOOK, directory);
        return drive.usableBytes();
    }

    @Override
    public long totalBytes(Path directory) throws IOException {
        operate(Kind.LOOK, directory);
        return drive.capacityBytes();
    }

    private record Lock(VirtualDisk disk, FileNode node) implements AutoCloseable {
        @Override
        public void close() {
            disk.locks.remove(node, this);
        }
    }

    @Override
    public Optional<AutoCloseable> tryLock(Path file) throws IOException {
        operate(Kind.OPEN, file);
        FileNode node = drive.find(file) == null ? drive.create(file) : drive.file(file);
        if (locks.containsKey(node)) return Optional.empty();
        Lock lock = new Lock(this, node);
        locks.put(node, lock);
        return Optional.of(lock);
    }

    // ---- work

    @Override
    public <T> void submit(Object key, Work<T> work, Completion<T> completion) {
        mustBeOn();
        long doneNs = Math.max(agenda.nowNs(), busyUntilNs.getOrDefault(key, 0L)) + timing.draw(random);
        long heardNs = doneNs + timing.draw(random);
        busyUntilNs.put(key, heardNs);
        agenda.at(doneNs, lane, () -> {
            Outcome<T> outcome = run(work);
            agenda.at(heardNs, lane, () -> completion.complete(outcome));
        });
        busyUntilNs.values().removeIf(untilNs -> untilNs < agenda.nowNs());
    }

    private <T> Outcome<T> run(Work<T> work) {
        inWork = true;
        try {
            return Outcome.done(work.run());
        } catch (IOException e) {
            return Outcome.failed(e);
        } catch (RuntimeException e) {
            throw faultHandler.fault("work on a disk thread", e);
        } finally {
            inWork = false;
        }
    }
}
