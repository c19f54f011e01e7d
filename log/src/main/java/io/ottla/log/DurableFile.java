package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Small files that are read whole and replaced whole. Blocks: for disk threads and for start-up. */
final class DurableFile {

    private DurableFile() {}

    /**
     * Replaces the content so that after a power loss either the old or the new is there: a temporary file beside it
     * is written and synced, gets the name, and the directory is synced.
     */
    static void replace(Disk disk, Path path, byte[] content) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        DiskFile file = disk.open(temporary, Disk.OpenMode.TRUNCATE);
        try {
            file.write(0, ByteBuffer.wrap(content));
            file.sync();
        } catch (IOException e) {
            if (NoSpace.isIt(e)) disk.delete(temporary); // a part of it is of no use, and takes room
            throw e;
        } finally {
            file.release();
        }
        disk.rename(temporary, path);
        disk.syncDirectory(path.getParent());
    }

    /**
     * Creates a directory that a power loss does not take away with all that is in it: the names of those created now
     * are synced, and its own in any case, for an earlier start may have been killed between the two.
     */
    static void createDirectory(Disk disk, Path directory) throws IOException {
        Path existing = directory.getParent();
        while (existing != null && existing.getParent() != null && !disk.exists(existing))
            existing = existing.getParent();
        disk.createDirectories(directory);
        for (Path parent = directory.getParent(); parent != null; parent = parent.getParent()) {
            disk.syncDirectory(parent);
            if (parent.equals(existing)) return;
        }
    }

    /**
     * @param bytesMax a longer file is refused
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    static byte[] read(Disk disk, Path path, int bytesMax) throws IOException {
        DiskFile file = disk.open(path, Disk.OpenMode.READ);
        try {
            long size = file.size();
            if (size > bytesMax) throw new IOException(path + " has " + size + " bytes, more than " + bytesMax);
            ByteBuffer content = ByteBuffer.allocate((int) size);
            int read = file.read(0, content);
            if (read < size) throw new IOException(path + " ended after " + read + " of " + size + " bytes");
            return content.array();
        } finally {
            file.release();
        }
    }
}
