package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
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
 * thread, the next slice when it is there, with rests in between. Then what is no longer needed is deleted. A snapshot that fails costs
 * nothing but time: the log has everything. Somebody may also ask for one, who then gets the file.
 */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** What is written of the tree between two requests: some tens of microseconds. */
    private static final int SLICE_BYTES = 32 * 1024;

    /**
     * After so many slices the disk is left to the log's syncs for as long as they took, so that most requests do not meet the
     * snapshot.
     */
    private static final int SLICES_AT_ONCE = SnapshotFile.SYNC_BYTES / SLICE_BYTES;

    private static final long REST_MS_MAX = 50;

    /** With more written ahead there is no rest: memory comes first. */
    private static final long AHEAD_BYTES_TO_REST = 4L << 20;

    private static final int ROUNDS = 126;

    private final KeeperOptions.Storage options;
    private final Clock clock;
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
    private int slicesAtOnce;
    private long awakeSinceNs;
    private Timings timings = Timings.NONE;
    private Optional<Taking> taking = Optional.empty();
    private Optional<Wish> wish = Optional.empty();

    /**
     * @param wish whose it is; empty if it was just due
     * @param sinceNs on the monotonic clock
     */
    private record Taking(SnapshotWalk walk, SnapshotFile file, Optional<Wish> wish, long sinceNs) {}

    /** @param begun runs where it begins */
    private record Wish(Runnable begun, Completion<SnapshotTaken> completion) {
        void fail(String why) {
            completion.complete(Outcome.failed(new IOException(why)));
        }
    }

    private record Finished(List<String> deleted, Optional<DiskFile> file, long sizeBytes) {}

    /** @param replayed transactions since the last snapshot, as the start found them */
    Snapshots(
            KeeperOptions.Storage options,
            Clock clock,
            Disk disk,
            Object diskKey,
            DataDirectory directory,
            ZnodeTree tree,
            SeededRandom random,
            int replayed) {
        this.options = options;
        this.clock = clock;
        this.disk = disk;
        this.diskKey = diskKey;
        this.directory = directory;
        this.tree = tree;
        this.random = random;
        txns = replayed;
        plan();
    }

    void timings(Timings told) {
        timings = told;
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
        begin(options.compression(), Optional.empty());
        return true;
    }

    /**
     * Takes one, now or after the one that is under way; uncompressed, whatever the options say.
     *
     * @param begun runs where it begins, at the tree's last zxid then: the log is to begin a new file there
     */
    void take(Runnable begun, Completion<SnapshotTaken> completion) {
        Wish asked = new Wish(begun, completion);
        if (wish.isPresent() || (taking.isPresent() && taking.get().wish.isPresent())) {
            asked.fail("a snapshot that somebody asked for is under way already");
            return;
        }
        wish = Optional.of(asked);
        beginWished();
    }

    private void beginWished() {
        if (taking.isPresent() || wish.isEmpty()) return;
        Wish next = wish.get();
        wish = Optional.empty();
        next.begun.run();
        begin(KeeperOptions.Compression.NONE, Optional.of(next));
    }

    private void begin(KeeperOptions.Compression compression, Optional<Wish> forWhom) {
        txns = 0;
        bytes = 0;
        plan();
        slice.clear();
        SnapshotWalk walk = new SnapshotWalk(tree, (byte) (round++ % ROUNDS + 1), slice);
        SnapshotFile file = new SnapshotFile(disk, directory.snapshots(), walk.zxid(), compression);
        Taking begun = new Taking(walk, file, forWhom, clock.monotonicNs());
        taking = Optional.of(begun);
        awake();
        writeSlice(begun);
    }

    /** Gives up the one under way, if there is one, and the one that waits for it. */
    void abandon() {
        String why = "it is no longer wanted";
        wish.ifPresent(waiting -> waiting.fail(why));
        wish = Optional.empty();
        taking.ifPresent(begun -> abandon(begun, why));
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
        disk.submit(diskKey, () -> finish(begun, part, digest), outcome -> finished(begun, outcome));
    }

    private static boolean write(SnapshotFile file, byte[] part) throws IOException {
        file.write(part);
        return true;
    }

    private Finished finish(Taking begun, byte[] part, byte[] digest) throws IOException {
        begun.file.write(part);
        begun.file.finish(digest);
        List<String> deleted = directory.purge(options.snapshotsKept());
        if (begun.wish.isEmpty()) return new Finished(deleted, Optional.empty(), 0);
        DiskFile file = disk.open(begun.file.path(), Disk.OpenMode.READ);
        return new Finished(deleted, Optional.of(file), file.size());
    }

    private void next(Taking begun, Outcome<Boolean> outcome) {
        if (taking.isEmpty() || !taking.get().equals(begun)) return;
        switch (outcome) {
            case Outcome.Done<Boolean> done -> {
                if (++slicesAtOnce < SLICES_AT_ONCE || begun.walk.aheadBytes() > AHEAD_BYTES_TO_REST) writeSlice(begun);
                else rest(begun);
            }
            case Outcome.Failed<Boolean> failed -> abandon(begun, failed.cause().getMessage());
        }
    }

    private void rest(Taking begun) {
        long tookMs = (clock.monotonicNs() - awakeSinceNs) / 1_000_000;
        clock.after(Math.clamp(tookMs, 1, REST_MS_MAX), () -> {
            if (taking.isEmpty() || !taking.get().equals(begun)) return;
            awake();
            writeSlice(begun);
        });
    }

    private void awake() {
        slicesAtOnce = 0;
        awakeSinceNs = clock.monotonicNs();
    }

    private void finished(Taking begun, Outcome<Finished> outcome) {
        if (taking.isEmpty() || !taking.get().equals(begun)) {
            // given up meanwhile, and whoever wanted it was told
            if (outcome instanceof Outcome.Done<Finished> done)
                done.value().file.ifPresent(DiskFile::release);
            return;
        }
        switch (outcome) {
            case Outcome.Done<Finished>(Finished done) -> {
                taking = Optional.empty();
                timings.snapshotTaken((clock.monotonicNs() - begun.sinceNs) / 1_000_000);
                long zxid = begun.walk.zxid();
                LOG.info("snapshot at 0x{}; deleted {}", Long.toHexString(zxid), done.deleted);
                begun.wish.ifPresent(asked -> asked.completion.complete(
                        Outcome.done(new SnapshotTaken(zxid, done.file.orElseThrow(), done.sizeBytes))));
                beginWished();
            }
            case Outcome.Failed<Finished> failed ->
                abandon(begun, failed.cause().getMessage());
        }
    }

    private void abandon(Taking begun, String why) {
        taking = Optional.empty();
        begun.walk.close();
        begun.wish.ifPresent(asked -> asked.fail("the snapshot is given up: " + why));
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
        beginWished();
    }
}
