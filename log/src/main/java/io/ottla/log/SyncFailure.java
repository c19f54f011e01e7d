package io.ottla.log;

import io.ottla.base.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .ottla_sync_failed}, an empty file: a sync of a segment has failed in this log directory. After that the
 * operating system may show bytes as written, also to the next process, that the device never got, and will not write
 * them again. While the machine runs on, the file is there for the next process to see, synced or not; after a power loss
 * the bytes are gone from memory too, and what is read is the truth. So a start that finds it writes again what was not
 * flushed, before it calls that flushed. It goes with the next clean stop. Blocks: for disk threads and start-up.
 */
final class SyncFailure {
    static final String FILE = ".ottla_sync_failed";

    private static final Logger logger = LoggerFactory.getLogger(SyncFailure.class);

    private SyncFailure() {}

    /** Leaves the file, if that is possible at all. */
    static void mark(Disk disk, Path logDir) {
        try {
            disk.open(logDir.resolve(FILE), Disk.OpenMode.CREATE).release();
        } catch (IOException e) {
            logger.error("{}: cannot leave a mark of the failed sync: {}", logDir, e.toString());
        }
    }

    /** {@link Disk#syncFileSystem} of the log directory, with the mark if it fails. */
    static void syncFileSystem(Disk disk, Path logDir) throws IOException {
        try {
            disk.syncFileSystem(logDir);
        } catch (IOException e) {
            mark(disk, logDir);
            throw e;
        }
    }

    static boolean isMarked(Disk disk, Path logDir) throws IOException {
        return disk.exists(logDir.resolve(FILE));
    }

    static void clear(Disk disk, Path logDir) throws IOException {
        if (isMarked(disk, logDir)) disk.delete(logDir.resolve(FILE));
    }
}
