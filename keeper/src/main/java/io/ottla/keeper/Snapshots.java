package io.ottla.keeper;

import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a snapshot is due, and takes it beside the requests: a slice of the tree on the loop, that slice to the file on a disk
 * thread, the next slice when it is there. Then what is no longer needed is deleted. A snapshot that fails costs
 * nothing but time: the log has everything.
 */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** What is written of the tree between two requests: some tens of microseconds. */
    private static final int SLICE_BYTES = 32 * 1024;

    private static final int ROUNDS = 126;

    private final KeeperOptions.Storage options;
    private final Disk disk;
    private final Object diskKey;
    private final DataDirectory directory;
    private final ZnodeTree tree;
    private final SeededRandom random;
    private final BufferOutputArchive slice = new BufferOutputArchive(SLICE_BYTES + 4096);
    private long txns;
    private long bytes;
    private long dueAfterTxns;
    private long dueAfterBytes;
    private int round;
    private Optional<Taking> taking = Optional.empty();

    private record Taking(SnapshotWalk walk, SnapshotFile file) {}

    /** @param replayed transactions since the last snapshot, as the start found them */
    Snapshots(
            KeeperOptions.Storage options,
            Disk disk,
            Object diskKey,
            DataDirectory directory,
            ZnodeTree tree,
            SeededRandom random,
            int replayed) {
        this.options = options;
        this.disk = disk;
        this.diskKey = diskKey;
        this.directory = directory;
        this.tree = tree;
        this.random = random;
        txns = replayed;
        plan();
    }

    private void plan() {
        // not all servers of an ensemble at the same transaction
        int half = options.snapCount() / 2;
        dueAfterTxns = (long) half + random.nextInt(half);
        long halfBytes = options.snapshotLogBytes() / 2;
        dueAfterBytes = halfBytes + random.nextLong(halfBytes);
    }

    /**
     * Transactions were applied.
     *
     * @return true if a snapshot begins here, at the tree's last zxid: the log is to begin a new file
     */
    boolean applied(int count, long logBytes) {
        txns += count;
        bytes += logBytes;
        if (taking.isPresent() || (txns < dueAfterTxns && bytes < dueAfterBytes)) return false;
        txns = 0;
        bytes = 0;
        plan();
        slice.clear();
        SnapshotWalk walk = new SnapshotWalk(tree, (byte) (round++ % ROUNDS + 1), slice);
        Taking begun =
                new Taking(walk, new SnapshotFile(disk, directory.snapshots(), walk.zxid(), options.compression()));
        taking = Optional.of(begun);
        writeSlice(begun);
        return true;
    }

    /** Gives up the one under way, if there is one. */
    void abandon() {
        taking.ifPresent(begun -> abandon(begun, "it is no longer wanted"));
    }

    /** Gives up the one under way; {@code then} runs once the disk has nothing more to do for it. */
    void close(Runnable then) {
        abandon();
        disk.submit(diskKey, () -> true, outcome -> then.run());
    }

    private void writeSlice(Taking begun) {
        if (begun.walk.tooLarge()) {
            abandon(begun, "too much changed while it was taken");
            return;
        }
        boolean more = begun.walk.write(slice, SLICE_BYTES);
        byte[] part = slice.toByteArray();
        slice.clear();
        if (more) {
            disk.submit(diskKey, () -> write(begun.file, part), outcome -> next(begun, outcome));
            return;
        }
        begun.walk.close();
        begun.walk.writeDigest(slice);
        byte[] digest = slice.toByteArray();
        disk.submit(diskKey, () -> finish(begun.file, part, digest), outcome -> finished(begun, outcome));
    }

    private static boolean write(SnapshotFile file, byte[] part) throws IOException {
        file.write(part);
        return true;
    }

    private List<String> finish(SnapshotFile file, byte[] part, byte[] digest) throws IOException {
        file.write(part);
        file.finish(digest);
        return directory.purge(options.snapshotsKept());
    }

    private void next(Taking begun, Outcome<Boolean> outcome) {
        if (taking.isEmpty() || !taking.get().equals(begun)) return;
        switch (outcome) {
            case Outcome.Done<Boolean> done -> writeSlice(begun);
            case Outcome.Failed<Boolean> failed -> abandon(begun, failed.cause().getMessage());
        }
    }

    private void finished(Taking begun, Outcome<List<String>> outcome) {
        if (taking.isEmpty() || !taking.get().equals(begun)) return;
        switch (outcome) {
            case Outcome.Done<List<String>> done -> {
                taking = Optional.empty();
                LOG.info("snapshot at 0x{}; deleted {}", Long.toHexString(begun.walk.zxid()), done.value());
            }
            case Outcome.Failed<List<String>> failed ->
                abandon(begun, failed.cause().getMessage());
        }
    }

    private void abandon(Taking begun, String why) {
        taking = Optional.empty();
        begun.walk.close();
        LOG.warn("the snapshot at 0x{} is given up: {}", Long.toHexString(begun.walk.zxid()), why);
        disk.submit(
                diskKey,
                () -> {
                    begun.file.discard();
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Outcome.Failed<Boolean> failed)
                        LOG.warn("what was written of it stays", failed.cause());
                });
    }
}
