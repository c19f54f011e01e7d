package io.ottla.keeper;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.files.SnappyInput;
import io.ottla.keeper.files.SnapshotReader;
import io.ottla.keeper.tree.ZnodeTree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.zip.GZIPInputStream;

/**
 * A snapshot that somebody brought, read and found sound, and not yet anybody's state. It takes the place of what a data directory holds, at a zxid above
 * all that were used there: clients have seen those, and would not come back to a server that had seen less.
 */
public final class BroughtSnapshot {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAGIC_BYTES = 2;

    /** In memory a node is at most twice what it is in the stream; that takes up to two thirds, sessions and ACLs a sixth each. */
    private static final int SHARE_OF_STREAM = 3;

    private static final int SHARE_OF_OTHERS = 6;
    private static final int SESSION_BYTES = 120;
    private static final int ACL_BYTES = 200;

    private Optional<ZnodeTree> tree;
    private final long zxid;
    private final int nodeCount;

    private BroughtSnapshot(ZnodeTree tree, long zxid) {
        this.tree = Optional.of(tree);
        this.zxid = zxid;
        nodeCount = tree.nodeCount();
    }

    /**
     * Reads one on a disk thread, until the stream ends.
     *
     * @param in plain, gzip or snappy, of ours or of ZooKeeper 3.9
     * @param memoryBytes that there are for it; asked on the disk thread
     */
    public static void read(
            InputStream in,
            LongSupplier memoryBytes,
            Disk disk,
            SeededRandom random,
            Completion<BroughtSnapshot> completion) {
        long hashSeed = random.nextLong();
        disk.submit("brought snapshot", () -> read(in, memoryBytes.getAsLong(), hashSeed), completion);
    }

    static BroughtSnapshot read(InputStream in, long memoryBytes, long hashSeed) throws IOException {
        ZnodeTree tree = ZnodeTree.unloaded(hashSeed);
        SnapshotReader.Ending ending;
        try {
            long share = memoryBytes / SHARE_OF_OTHERS;
            ending = SnapshotReader.readInto(
                    tree,
                    new Bounded(plain(in), memoryBytes / SHARE_OF_STREAM),
                    new SnapshotReader.Room(share / SESSION_BYTES, share / ACL_BYTES));
        } catch (RuntimeException e) {
            throw new IOException("it cannot be understood: " + e.getMessage(), e);
        }
        if (ending.zxid().isEmpty())
            throw new IOException(
                    "it does not end with its zxid, as those of ZooKeeper 3.9 do; put an older one into an empty dataDir instead");
        long zxid = ending.zxid().getAsLong();
        if (zxid < 0 || zxid > SnapshotReader.ZXID_MAX)
            throw new IOException("it says that it is of zxid 0x%x, and no server counts to that".formatted(zxid));
        tree.acls().dropUnused();
        return new BroughtSnapshot(tree, Math.max(zxid, ending.newestZxid()));
    }

    /** By how it begins, since it has no name here. */
    private static InputStream plain(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
        buffered.mark(MAGIC_BYTES);
        int first = buffered.read();
        int second = buffered.read();
        buffered.reset();
        if (first == 0x1f && second == 0x8b) return new GZIPInputStream(buffered, BUFFER_BYTES);
        if (first == 0x82 && second == 'S') return new SnappyInput(buffered);
        return buffered;
    }

    public int nodeCount() {
        return nodeCount;
    }

    /**
     * Writes it into a data directory that no keeper has open; the next that opens it has this state. If this fails, the directory is as it was. To be
     * called once.
     *
     * @param lastZxid of what is there
     * @param completion gets the zxid that it has there
     */
    public void install(Path dataDir, Path dataLogDir, long lastZxid, Disk disk, Completion<Long> completion) {
        ZnodeTree brought = tree.orElseThrow();
        tree = Optional.empty(); // the memory is wanted when the directory is opened
        disk.submit("brought snapshot", () -> install(brought, zxid, dataDir, dataLogDir, lastZxid, disk), completion);
    }

    private static long install(ZnodeTree brought, long zxid, Path dataDir, Path dataLogDir, long lastZxid, Disk disk)
            throws IOException {
        DataDirectory directory = new DataDirectory(disk, dataDir, dataLogDir, 0);
        long at = Math.max(zxid, lastZxid + 1);
        AutoCloseable lock = directory.lock();
        try {
            directory.replace(brought, at);
            return at;
        } finally {
            Opening.release(lock);
        }
    }

    /** Refuses to read more than there is memory for. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private final long max;
        private long left;

        Bounded(InputStream in, long max) {
            this.in = in;
            this.max = max;
            left = max;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            left -= Math.max(0, count);
            if (left < 0)
                throw new IOException(
                        "it has more than the %d bytes that there is memory for; give the process more".formatted(max));
            return count;
        }
    }
}
