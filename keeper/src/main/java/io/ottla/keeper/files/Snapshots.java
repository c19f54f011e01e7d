package io.ottla.keeper.files;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.SnapshotTaken;
import io.ottla.keeper.api.Timings;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.keeper.tree.ZnodeTree;
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
 *
 * <p>One is due after so many transactions (snapCount) or bytes of log, as in the original; and, since a start has to
 * repeat every operation of a multi, when the log has half as many operations as the tree has nodes, or fewer once it
 * has been quiet for a while.
 */
public final class Snapshots {
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

    /** After so long without a write the log is taken into a snapshot early. */
    public static final long QUIET_MS = 10_000;

    /** But not for fewer operations than that, nor for fewer than an eighth of the nodes: reading those costs a start little. */
    static final int QUIET_OPERATIONS_MIN = 20_000;

    private final KeeperOptions.Storage options;
    private final Clock clock;
    private final Disk disk;
    private final Object diskKey;
    private final DataDirectory directory;
    private final ZnodeTree tree;
    private final SnapshotSweep sweep;
    private final SeededRandom random;
    private final BufferOutputArchive slice = new BufferOutputArchive(SLICE_BYTES + 4096);
    private long txns;
    private long operations;
    private long bytes;
    private long dueAfterTxns;
    private long dueAfterBytes;
    private int slicesAtOnce;

    /** One that was given up is not at its end yet; another begins after it. */
    private boolean sweeping;

    private long awakeSinceNs;
    private Runnable whenBegun = () -> {};
    private Optional<Clock.Timer> quiet = Optional.empty();
    private Timings timings = Timings.NONE;
    private Optional<Taking> taking = Optional.empty();
    private Optional<Wish> wish = Optional.empty();

    /**
     * @param wish whose it is; empty if it was just due
     * @param sinceNs on the monotonic clock
     */
    private record Taking(SnapshotWalk walk, SnapshotFile file, Optional<Wish> wish, long sinceNs) {}

    private record Wish(Completion<SnapshotTaken> completion) {
        void fail(String why) {
            completion.complete(Outcome.failed(new IOException(why)));
        }
    }

    private record Finished(List<String> deleted, Optional<DiskFile> file, long sizeBytes) {}

    /** @param found what the start found, its transactions since the last snapshot */
    public Snapshots(
            KeeperOptions.Storage options,
            Clock clock,
            Disk disk,
            Object diskKey,
            DataDirectory directory,
            ZnodeTree tree,
            SnapshotSweep sweep,
            SeededRandom random,
            DataDirectory.Recovered found) {
        this.options = options;
        this.clock = clock;
        this.disk = disk;
        this.diskKey = diskKey;
        this.directory = directory;
        this.tree = tree;
        this.sweep = sweep;
        this.random = random;
        txns = found.replayed();
        operations = found.replayedOperations();
        plan();
        waitForQuiet();
    }

    /** {@code told} runs whenever one begins, at the tree's last zxid then: the log is to begin a new file there. */
    public void whenBegun(Runnable told) {
        whenBegun = told;
    }

    public void timings(Timings told) {
        timings = told;
    }

    private void plan() {
        // not all servers of an ensemble at the same transaction
        int half = options.snapCount() / 2;
        dueAfterTxns = (long) half + random.nextInt(half);
        long halfBytes = options.snapshotLogBytes() / 2;
        dueAfterBytes = halfBytes + random.nextLong(halfBytes);
    }

    /** So many transactions were applied, with so many operations in all. */
    public void applied(int count, int operationCount, long logBytes) {
        txns += count;
        operations += operationCount;
        bytes += logBytes;
        if (isBusy()) return;
        boolean isDue = txns >= dueAfterTxns
                || bytes >= dueAfterBytes
                || operations >= Math.max(dueAfterTxns, tree.nodeCount() / 2);
        if (isDue) begin(options.compression(), Optional.empty());
        else waitForQuiet();
    }

    /** One timer, which looks when the last write was; so a busy server sets none anew for each. */
    private void waitForQuiet() {
        if (quiet.isPresent() || isBusy() || !isWorthwhile()) return;
        long seen = tree.lastZxid();
        quiet = Optional.of(clock.after(QUIET_MS, () -> {
            quiet = Optional.empty();
            if (isBusy() || !isWorthwhile()) return;
            if (tree.lastZxid() == seen) begin(options.compression(), Optional.empty());
            else waitForQuiet();
        }));
    }

    private boolean isBusy() {
        return taking.isPresent() || sweeping;
    }

    private boolean isWorthwhile() {
        return operations >= Math.max(QUIET_OPERATIONS_MIN, tree.nodeCount() / 8);
    }

    /** Takes one, now or after the one that is under way; uncompressed, whatever the options say. */
    public void take(Completion<SnapshotTaken> completion) {
        Wish asked = new Wish(completion);
        if (wish.isPresent() || (taking.isPresent() && taking.get().wish.isPresent())) {
            asked.fail("a snapshot that somebody asked for is under way already");
            return;
        }
        wish = Optional.of(asked);
        beginWished();
    }

    private void beginWished() {
        if (isBusy() || wish.isEmpty()) return;
        Wish next = wish.get();
        wish = Optional.empty();
        begin(KeeperOptions.Compression.NONE, Optional.of(next));
    }

    private void begin(KeeperOptions.Compression compression, Optional<Wish> forWhom) {
        SnapshotWalk walk = tree.walks().beginForDisk();
        whenBegun.run();
        txns = 0;
        operations = 0;
        bytes = 0;
        plan();
        slice.clear();
        SnapshotFile file = new SnapshotFile(disk, directory.snapshots(), walk.zxid(), compression);
        Taking started = new Taking(walk, file, forWhom, clock.monotonicNs());
        taking = Optional.of(started);
        awake();
        writeSlice(started);
    }

    /** Gives up the one under way, if there is one, and the one that waits for it. None begins by itself any more when it is quiet. The tree is not needed after this. */
    public void abandon() {
        sweep.stop();
        quiet.ifPresent(Clock.Timer::cancel);
        String why = "it is no longer wanted";
        wish.ifPresent(waiting -> waiting.fail(why));
        wish = Optional.empty();
        taking.ifPresent(begun -> abandon(begun, why));
    }

    /** Gives up the one under way; {@code then} runs once the disk has nothing more to do for it. */
    public void close(Runnable then) {
        abandon();
        disk.submit(diskKey, () -> true, outcome -> then.run());
    }

    private void writeSlice(Taking begun) {
        if (begun.walk.isGivenUp()) {
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
                waitForQuiet();
            }
            case Outcome.Failed<Finished> failed ->
                abandon(begun, failed.cause().getMessage());
        }
    }

    private void abandon(Taking begun, String why) {
        taking = Optional.empty();
        begun.walk.giveUp();
        sweeping = true;
        sweep.sweep(begun.walk, () -> {
            sweeping = false;
            beginWished();
        });
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
    }
}
