package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.CommittedLog;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a keeper is opened with; finds what its data directory holds. */
public record Opening(
        KeeperOptions options,
        Path dataDir,
        Path dataLogDir,
        Disk disk,
        Clock clock,
        SeededRandom random,
        FaultHandler faults) {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private record DiskKey(Path directory, String what) {}

    /**
     * A directory that is this process's alone, and its state.
     *
     * @param committed the last of what was replayed
     * @param tookMs for how long it was looked for
     */
    public record Found(
            DataDirectory directory,
            DataDirectory.Recovered recovered,
            CommittedLog committed,
            AutoCloseable lock,
            long tookMs) {
        ZnodeTree tree() {
            return recovered.tree();
        }
    }

    /** What is done to the log, one thing after the other. */
    Object logKey() {
        return new DiskKey(dataDir, "log");
    }

    /** Beside it: what is done to snapshots. */
    Object snapshotKey() {
        return new DiskKey(dataDir, "snapshot");
    }

    /** Fails with a sentence for people if the directory is in use, or cannot be trusted. */
    public void find(Completion<Found> completion) {
        DataDirectory directory = new DataDirectory(disk, dataDir, dataLogDir, random.nextLong());
        long sinceNs = clock.monotonicNs();
        disk.submit(logKey(), () -> find(directory), outcome -> {
            switch (outcome) {
                case Outcome.Failed<Found>(IOException cause) -> completion.complete(Outcome.failed(cause));
                case Outcome.Done<Found>(Found found) -> {
                    for (String note : found.recovered.notes()) LOG.warn("{}", note);
                    long tookMs = (clock.monotonicNs() - sinceNs) / 1_000_000;
                    tell(found, tookMs);
                    completion.complete(
                            Outcome.done(new Found(directory, found.recovered, found.committed, found.lock, tookMs)));
                }
            }
        });
    }

    private Found find(DataDirectory directory) throws IOException {
        AutoCloseable lock = directory.lock();
        try {
            CommittedLog committed = new CommittedLog(
                    options.storage().committedLogCount(), options.held().committedLogBytes());
            return new Found(directory, directory.recover(committed::add), committed, lock, 0);
        } catch (IOException | RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private void tell(Found found, long tookMs) {
        ZnodeTree tree = found.tree();
        if (tree.lastZxid() == 0) LOG.info("the tree in {} is new", dataDir);
        else
            LOG.info(
                    "the tree in {} is open after {} ms: {} znodes, {} sessions, up to 0x{}, of which {} transactions were"
                            + " replayed",
                    dataDir,
                    tookMs,
                    tree.nodeCount(),
                    tree.sessions().size(),
                    Long.toHexString(tree.lastZxid()),
                    found.recovered.replayed());
    }

    static void release(AutoCloseable lock) throws IOException {
        try {
            lock.close();
        } catch (Exception e) {
            throw new IOException("the lock of the data directory cannot be given up: " + e.getMessage(), e);
        }
    }
}
