package io.ottla.keeper.files;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.zip.Adler32;

/**
 * A snapshot in the making: takes what {@link SnapshotWalk} wrote, adds the seals, and gives the file its name once it is durable.
 * Used by one disk thread at a time.
 */
public final class SnapshotFile {
    /** Synced so often: the log's sync waits behind no more than this. */
    static final int SYNC_BYTES = 256 * 1024;

    private final Disk disk;
    private final Path directory;
    private final String name;
    private final long zxid;
    private final Adler32 adler = new Adler32();
    private final KeeperOptions.Compression compression;
    private DiskFile file;
    private OutputStream out;

    public SnapshotFile(Disk disk, Path directory, long zxid, KeeperOptions.Compression compression) {
        this.disk = disk;
        this.directory = directory;
        this.zxid = zxid;
        this.compression = compression;
        name = "snapshot." + Long.toHexString(zxid) + compression.suffix;
    }

    private Path temporary() {
        return directory.resolve(DataDirectory.TEMPORARY + name);
    }

    /** Where it is once it is finished. */
    Path path() {
        return directory.resolve(name);
    }

    public void write(byte[] bytes) throws IOException {
        if (file == null) {
            file = disk.open(temporary(), Disk.OpenMode.TRUNCATE);
            out = SnapshotStreams.writer(new DiskOutput(file, SYNC_BYTES), compression);
            BufferOutputArchive header = new BufferOutputArchive(16);
            header.writeInt(SnapshotWalk.MAGIC, "magic");
            header.writeInt(SnapshotWalk.VERSION, "version");
            header.writeLong(-1, "dbid");
            append(header.toByteArray());
        }
        append(bytes);
    }

    private void append(byte[] bytes) throws IOException {
        out.write(bytes);
        adler.update(bytes);
    }

    /** @param digest what stands between the first seal and the second */
    public void finish(byte[] digest) throws IOException {
        BufferOutputArchive tail = new BufferOutputArchive(32);
        seal(tail);
        write(digest);
        seal(tail);
        tail.writeLong(zxid, "lastZxid");
        write(tail.toByteArray());
        tail.clear();
        seal(tail);
        out.close();
        file.sync();
        file.release();
        file = null;
        disk.rename(temporary(), path());
        disk.syncDirectory(directory);
    }

    private void seal(BufferOutputArchive tail) throws IOException {
        tail.writeLong(adler.getValue(), "val");
        tail.writeString("/", "path");
        write(tail.toByteArray());
        tail.clear();
    }

    /** Gives it up, unless it has its name already. */
    void discard() throws IOException {
        if (file != null) file.release();
        file = null;
        disk.delete(temporary());
    }
}
