package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.RecordValidation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What the logs of a node share. On the loop.
 *
 * @param settingsNow some of them change while the node runs
 * @param validation keeps buffers from append to append
 * @param largeSearches the key of disk work that holds large batches to find an offset by time: one at a time
 * @param failed is told that a log directory can no longer be trusted
 * @param deletions takes files that are to be deleted after a while
 */
record LogContext(
        Disk disk,
        OpenFiles files,
        Supplier<LogSettings> settingsNow,
        SeededRandom random,
        RecordValidation validation,
        Object largeSearches,
        BiConsumer<LogDir, IOException> failed,
        Deletions deletions) {

    /** Files that are renamed, and deleted a while later. */
    @FunctionalInterface
    interface Deletions {
        void add(Path file, long delayMs);
    }

    LogSettings settings() {
        return settingsNow.get();
    }

    /** Deletes each of them after the delay. */
    void deleteLater(List<Path> paths, long delayMs) {
        for (Path path : paths) deletions.add(path, delayMs);
    }
}
