package io.ottla.keeper;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.Adler32;

/**
 * A snapshot in the making: takes what {@link SnapshotWalk} wrote, adds the seals, and gives the file its name once it is durable.
 * Used by one disk thread at a time.
 */
final class SnapshotFile {
    /** Synced so often, so that the last sync does not hold up the log's behind a whole snapshot. */
    private static final long SYNC_BYTES = 8L << 20;

    private final Disk disk;
    private final Path directory;
    private final String name;
    private final long zxid;
    private final Adler32 adler = new Adler32();
    private DiskFile file;
    private long position;
    private long synced;

    SnapshotFile(Disk disk, Path directory, long zxid) {
        this.disk = disk;
        this.directory = directory;
        this.zxid = zxid;
        name = "snapshot." + Long.toHexString(zxid);
    }

    private Path temporary() {
        return directory.resolve(DataDirectory.TEMPORARY + name);
    }

    void write(byte[] bytes) throws IOException {
        if (file == null) file = disk.open(temporary(), Disk.OpenMode.TRUNCATE);
        file.write(position, ByteBuffer.wrap(bytes));
        adler.update(bytes);
        position += bytes.length;
        if (position - synced < SYNC_BYTES) return;
        file.sync();
        synced = position;
    }

    /** @param digest what stands between the first seal and the second */
    void finish(byte[] digest) throws IOException {
        BufferOutputArchive out = new BufferOutputArchive(32);
        seal(out);
        write(digest);
        seal(out);
        out.writeLong(zxid, "lastZxid");
        write(out.toByteArray());
        out.clear();
        seal(out);
        file.sync();
        file.release();
        file = null;
        disk.rename(temporary(), directory.resolve(name));
        disk.syncDirectory(directory);
    }

    private void seal(BufferOutputArchive out) throws IOException {
        out.writeLong(adler.getValue(), "val");
        out.writeString("/", "path");
        write(out.toByteArray());
        out.clear();
    }

    /** Gives it up, unless it has its name already. */
    void discard() throws IOException {
        if (file != null) file.release();
        file = null;
        disk.delete(temporary());
    }
}
