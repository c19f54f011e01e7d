package io.ottla.keeper.files;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Effects;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.keeper.tree.TreeListener;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * ZooKeeper's data directory: {@code DATADIR/version-2/snapshot.ZXID} and {@code LOGDIR/version-2/log.ZXID}, where LOGDIR mostly is DATADIR, and beside the
 * snapshots {@link EpochFiles}. Finds the state that they hold, and throws away what is no longer needed. On a disk thread only.
 *
 * <p>A snapshot in the making is called {@code tmp.snapshot.ZXID}, a name that the original does not look at.
 */
public final class DataDirectory {
    private static final String SNAPSHOT = "snapshot.";
    private static final String LOG = "log.";
    static final String TEMPORARY = "tmp.";
    private static final String DAMAGED = "damaged.";
    private static final int READ_BYTES = 256 * 1024;

    private final Disk disk;
    private final Path directory;
    private final Path logDirectory;
    private final long hashSeed;

    /**
     * What a start finds.
     *
     * @param replayed transactions of the log that the snapshot did not have
     * @param replayedOperations of those transactions; a multi has several
     * @param isFresh nothing was there: all that the tree will ever have been is made from now on
     * @param digestMismatches see {@link DigestCheck}
     * @param notes what was odd, in sentences for the log of the node
     */
    public record Recovered(
            ZnodeTree tree,
            boolean isFresh,
            int replayed,
            long replayedOperations,
            int digestMismatches,
            List<String> notes) {}

    /** What was applied of the log. */
    private record Replayed(int txns, long operations) {
        static final Replayed NOTHING = new Replayed(0, 0);

        Replayed plus(Replayed more) {
            return new Replayed(txns + more.txns, operations + more.operations);
        }
    }

    private record Loaded(ZnodeTree tree, SnapshotReader.Ending ending) {}

    /** @param hashSeed for {@code ChildTable.Hash} */
    public DataDirectory(Disk disk, Path dataDir, Path dataLogDir, long hashSeed) {
        this.disk = disk;
        directory = dataDir.resolve("version-2");
        logDirectory = dataLogDir.resolve("version-2");
        this.hashSeed = hashSeed;
    }

    Path snapshots() {
        return directory;
    }

    public Path logs() {
        return logDirectory;
    }

    /** Of a server of an ensemble. */
    EpochFiles epochs() {
        return new EpochFiles(disk, directory);
    }

    /** @throws IOException if another process has it, or both are not what they should be, with a sentence for people */
    public AutoCloseable lock() throws IOException {
        AutoCloseable lock = lock(directory);
        if (logDirectory.equals(directory)) return lock;
        try {
            AutoCloseable logLock = lock(logDirectory);
            return () -> {
                try {
                    logLock.close();
                } finally {
                    lock.close();
                }
            };
        } catch (IOException e) {
            release(lock, e);
            throw e;
        }
    }

    private static void release(AutoCloseable lock, IOException because) {
        try {
            lock.close();
        } catch (Exception e) {
            because.addSuppressed(e);
        }
    }

    private AutoCloseable lock(Path directory) throws IOException {
        List<Path> made = new ArrayList<>();
        for (Path each = directory; each != null && !disk.exists(each); each = each.getParent()) made.add(each);
        try {
            disk.createDirectories(directory);
        } catch (IOException e) {
            throw new IOException(
                    "the data directory %s cannot be made; make it, and let this user write there: %s: %s"
                            .formatted(directory.getParent(), e.getClass().getSimpleName(), e.getMessage()),
                    e);
        }
        // or a power loss takes the directory, and all that was made durable in it
        for (Path each : made) if (each.getParent() != null) disk.syncDirectory(each.getParent());
        return disk.tryLock(directory.resolve(".lock"))
                .orElseThrow(() -> new IOException(
                        "the data directory %s is in use by another process".formatted(directory.getParent())));
    }

    /**
     * The newest sound snapshot, and the log from there on. What a power loss left half written at the end of the log is cut
     * off, so that the next start, and the original, find it clean.
     *
     * @throws IOException if transactions that were acknowledged would be missing, with a sentence for people
     */
    public Recovered recover() throws IOException {
        return recover(proposal -> {});
    }

    /** @param applied gets, in order, what is replayed of the log */
    public Recovered recover(Effects<Proposal> applied) throws IOException {
        List<String> notes = new ArrayList<>();
        checkApart();
        for (String name : disk.list(directory)) {
            if (name.startsWith(TEMPORARY + SNAPSHOT)) disk.delete(directory.resolve(name));
        }
        TreeMap<Long, String> snapshots = named(directory, SNAPSHOT);
        TreeMap<Long, String> logs = named(logDirectory, LOG);
        dropEmptyTail(logs, notes);
        if (snapshots.isEmpty()) {
            ZnodeTree tree = ZnodeTree.fresh(hashSeed);
            DigestCheck check = DigestCheck.ofNothing();
            if (!logs.isEmpty()) {
                checkComplete(logs);
                notes.add("%s has no snapshot, and every transaction from the first on: they are all applied"
                        .formatted(logDirectory));
                replay(tree, check, logs, applied, notes);
            }
            checkCountable(tree);
            writeSnapshot(tree);
            return new Recovered(tree, logs.isEmpty(), 0, 0, check.mismatches(), notes);
        }
        List<String> damaged = new ArrayList<>();
        Optional<Loaded> loaded = load(snapshots, notes, damaged);
        if (loaded.isEmpty())
            throw new IOException("no snapshot in %s can be read: %s".formatted(directory, String.join("; ", notes)));
        ZnodeTree tree = loaded.get().tree;
        DigestCheck check = DigestCheck.ofSnapshot(loaded.get().ending.digest());
        check.reached(tree).ifPresent(notes::add);
        Replayed replayed;
        try {
            replayed = replay(tree, check, logs, applied, notes);
        } catch (IOException e) {
            // what was passed over may be the reason
            if (damaged.isEmpty()) throw e;
            throw new IOException("%s; %s".formatted(e.getMessage(), String.join("; ", notes)), e);
        }
        // out of the way, so that they do not count among those that are kept
        for (String name : damaged) disk.rename(directory.resolve(name), directory.resolve(DAMAGED + name));
        if (loaded.get().ending.newestZxid() > tree.lastZxid())
            passTo(loaded.get().ending.newestZxid(), tree, notes);
        checkCountable(tree);
        return new Recovered(tree, false, replayed.txns, replayed.operations, check.mismatches(), notes);
    }

    /**
     * The snapshot holds changes that were made while it was taken, and the log that tells of them is not here. Their numbers were used, and seen by
     * clients: those of other transactions must not be given again. The snapshot of the higher number says so to the next start.
     */
    private void passTo(long newest, ZnodeTree tree, List<String> notes) throws IOException {
        notes.add(
                "the snapshot in %s was taken while transactions up to 0x%x went on, and their log is not in %s: what it has of them is kept, and the next is 0x%x"
                        .formatted(directory, newest, logDirectory, newest + 1));
        tree.passedTo(newest);
        writeSnapshot(tree);
    }

    private void checkCountable(ZnodeTree tree) throws IOException {
        if (tree.lastZxid() <= SnapshotReader.ZXID_MAX) return;
        throw new IOException(
                "the last transaction in %s has the number 0x%x, and no server counts to that: restore the directory from a copy"
                        .formatted(directory, tree.lastZxid()));
    }

    /**
     * Servers before 3.5 did not begin with a snapshot; their logs say everything if they are there from the first transaction on
     * (snapshot.trust.empty of the original, which has to be told).
     */
    private void checkComplete(TreeMap<Long, String> logs) throws IOException {
        long first = logs.firstKey();
        // counted from 1 in the first epoch, which is 0 for a server that is alone
        if (first >>> 32 <= 1 && (int) first == 1) return;
        throw new IOException(
                "%s has transaction logs and no snapshot: what they build on is missing".formatted(logDirectory));
    }

    /** A directory that was for both once has files that nobody would look at. */
    private void checkApart() throws IOException {
        if (logDirectory.equals(directory)) return;
        if (!named(directory, LOG).isEmpty())
            throw new IOException("%s has transaction logs, and dataLogDir is another directory: move them to %s"
                    .formatted(directory, logDirectory));
        if (!named(logDirectory, SNAPSHOT).isEmpty())
            throw new IOException("%s has snapshots, and dataDir is another directory: move them to %s"
                    .formatted(logDirectory, directory));
    }

    private Optional<Loaded> load(TreeMap<Long, String> snapshots, List<String> notes, List<String> damaged)
            throws IOException {
        for (var snapshot : snapshots.descendingMap().entrySet()) {
            try {
                return Optional.of(load(snapshot.getKey(), snapshot.getValue()));
            } catch (IOException e) {
                notes.add("%s is passed over: %s".formatted(snapshot.getValue(), e.getMessage()));
                damaged.add(snapshot.getValue());
            }
        }
        return Optional.empty();
    }

    private Loaded load(long zxid, String name) throws IOException {
        DiskFile file = disk.open(directory.resolve(name), Disk.OpenMode.READ);
        try {
            ZnodeTree tree = ZnodeTree.unloaded(hashSeed);
            SnapshotReader.Ending ending = SnapshotReader.read(tree, SnapshotStreams.reader(file, name), zxid);
            return new Loaded(tree, ending);
        } catch (RuntimeException e) {
            throw new IOException("it cannot be understood: " + e, e);
        } finally {
            file.release();
        }
    }

    /** A log that was made and never written to: the next transaction makes it anew. */
    private void dropEmptyTail(TreeMap<Long, String> logs, List<String> notes) throws IOException {
        while (!logs.isEmpty()) {
            String name = logs.lastEntry().getValue();
            DiskFile file = disk.open(logDirectory.resolve(name), Disk.OpenMode.READ);
            try {
                TxnLogReader reader = new TxnLogReader(file, name);
                if (reader.readHeader() && reader.next().isPresent()) return;
                Optional<Long> beyond = reader.damagedBefore(0);
                if (beyond.isPresent()) throw damaged(name, reader.position(), beyond.get());
            } finally {
                file.release();
            }
            notes.add(name + " holds no transaction, and is removed");
            disk.delete(logDirectory.resolve(name));
            disk.syncDirectory(logDirectory);
            logs.pollLastEntry();
        }
    }

    private Replayed replay(
            ZnodeTree tree,
            DigestCheck check,
            TreeMap<Long, String> logs,
            Effects<Proposal> applied,
            List<String> notes)
            throws IOException {
        Long first = logs.floorKey(tree.lastZxid() + 1);
        if (first == null && !logs.isEmpty()) first = logs.firstKey();
        if (first == null) return Replayed.NOTHING;
        Replayed replayed = Replayed.NOTHING;
        for (var log : logs.tailMap(first, true).entrySet())
            replayed = replayed.plus(
                    replay(tree, check, log.getValue(), log.getKey().equals(logs.lastKey()), applied, notes));
        return replayed;
    }

    private Replayed replay(
            ZnodeTree tree, DigestCheck check, String name, boolean last, Effects<Proposal> applied, List<String> notes)
            throws IOException {
        Replayed replayed = Replayed.NOTHING;
        DiskFile file = disk.open(logDirectory.resolve(name), last ? Disk.OpenMode.WRITE : Disk.OpenMode.READ);
        try {
            TxnLogReader reader = new TxnLogReader(file, name);
            if (!reader.readHeader()) throw new IOException(name + " has no header, though later logs follow it");
            for (Optional<Proposal> next = reader.next(); next.isPresent(); next = reader.next()) {
                LoggedTxn txn = next.get().txn();
                if (txn.zxid() <= tree.lastZxid()) continue;
                checkFollows(tree.lastZxid(), txn.zxid(), name);
                apply(txn, tree, name);
                applied.add(next.get());
                check.applied(txn, tree).ifPresent(notes::add);
                replayed = replayed.plus(new Replayed(1, txn.operations()));
            }
            if (!last) return replayed;
            Optional<Long> beyond = reader.damagedBefore(tree.lastZxid());
            if (beyond.isPresent()) throw damaged(name, reader.position(), beyond.get());
            if (reader.position() < reader.size()) {
                if (reader.torn())
                    notes.add("%s ends in a write that was not finished, after 0x%x".formatted(name, tree.lastZxid()));
                file.truncate(reader.position());
                file.sync();
            }
        } finally {
            file.release();
        }
        return replayed;
    }

    /** What a log says may be anything. */
    private static void apply(LoggedTxn txn, ZnodeTree tree, String name) throws IOException {
        try {
            tree.apply(txn, TreeListener.NONE);
        } catch (RuntimeException e) {
            throw new IOException("transaction 0x%x in %s cannot be carried out: %s".formatted(txn.zxid(), name, e), e);
        }
    }

    private static IOException damaged(String name, long end, long beyond) {
        return new IOException(
                "%s is damaged between byte %d and %d, and transactions that were acknowledged follow; nothing was changed. Restore the file, or the directory, from a copy"
                        .formatted(name, end, beyond));
    }

    /** Zxids rise by one within an epoch, which is the upper half, and begin with one in the next. */
    private void checkFollows(long before, long zxid, String name) throws IOException {
        if (Proposal.follows(zxid, before)) return;
        throw new IOException("transactions 0x%x to 0x%x are missing in %s: the next that is there is 0x%x, in %s"
                .formatted(before + 1, zxid - 1, logDirectory, zxid, name));
    }

    /**
     * Puts a tree in the place of what is here, as a snapshot: from then on a start finds it. If this fails, what was here is untouched.
     *
     * @param zxid above the last that was used. No transaction ever has it, so that no start falls back to what was before, should the snapshot rot
     */
    public void replace(ZnodeTree tree, long zxid) throws IOException {
        tree.loaded(zxid);
        writeSnapshot(tree);
    }

    /** Writes a snapshot of a tree that stands still. */
    private void writeSnapshot(ZnodeTree tree) throws IOException {
        BufferOutputArchive out = new BufferOutputArchive(1024);
        SnapshotWalk walk = tree.walks().beginForDisk();
        SnapshotFile file = new SnapshotFile(disk, directory, walk.zxid(), KeeperOptions.Compression.NONE);
        while (walk.write(out, READ_BYTES)) {
            file.write(out.toByteArray());
            out.clear();
        }
        file.write(out.toByteArray());
        out.clear();
        walk.writeDigest(out);
        file.finish(out.toByteArray());
    }

    /**
     * Keeps the {@code keep} newest snapshots and the logs from the oldest of them on; deletes what is older.
     *
     * @return the names deleted
     */
    List<String> purge(int keep) throws IOException {
        TreeMap<Long, String> snapshots = named(directory, SNAPSHOT);
        if (snapshots.isEmpty()) return List.of();
        while (snapshots.size() > keep) snapshots.pollFirstEntry();
        List<String> old = before(snapshots.firstKey());
        delete(directory, old);
        TreeMap<Long, String> logs = named(logDirectory, LOG);
        Long needed = logs.floorKey(snapshots.firstKey() + 1);
        List<String> oldLogs = needed == null
                ? List.of()
                : List.copyOf(logs.headMap(needed, false).values());
        delete(logDirectory, oldLogs);
        List<String> deleted = new ArrayList<>(old);
        deleted.addAll(oldLogs);
        return deleted;
    }

    /** The snapshots below a zxid; there may be two of one, plain and compressed. */
    private List<String> before(long zxid) throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : disk.list(directory)) {
            OptionalLong own = zxid(name, SNAPSHOT);
            if (own.isPresent() && own.getAsLong() < zxid) found.add(name);
        }
        return found;
    }

    private void delete(Path from, List<String> names) throws IOException {
        for (String name : names) disk.delete(from.resolve(name));
        if (!names.isEmpty()) disk.syncDirectory(from);
    }

    /** The files whose names are the prefix and a zxid, perhaps with how they are compressed. */
    private TreeMap<Long, String> named(Path directory, String prefix) throws IOException {
        TreeMap<Long, String> found = new TreeMap<>();
        for (String name : disk.list(directory)) zxid(name, prefix).ifPresent(zxid -> found.put(zxid, name));
        return found;
    }

    /** Empty for somebody else's file: the original passes it over too. */
    private static OptionalLong zxid(String name, String prefix) {
        if (!name.startsWith(prefix)) return OptionalLong.empty();
        String rest = name.substring(prefix.length());
        int dot = rest.indexOf('.');
        try {
            long zxid = Long.parseLong(dot < 0 ? rest : rest.substring(0, dot), 16);
            return zxid < 0 ? OptionalLong.empty() : OptionalLong.of(zxid);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
