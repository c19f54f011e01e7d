package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.kafkaprotocol.BatchView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader epochs of an open log, and their file. An epoch is written down with its first batch, or when the log's start moves; before that no crash can
 * make it matter, and a log that is only read writes nothing. While the file owes something the recovery point does not rise, since recovery finds
 * what is missing in the batches; a full disk is tried again by the next append, and by whoever finishes the log. On the loop.
 */
final class LogEpochs {
    private static final Logger logger = LoggerFactory.getLogger(LogEpochs.class);

    private final Log log;
    private final LogContext context;
    private LeaderEpochs epochs = new LeaderEpochs(List.of());
    /** What the file has, as far as is known. */
    private List<LeaderEpochs.Start> inFile = List.of();
    /** The file must say what it does not say yet. */
    private boolean owed;

    private boolean writing;
    private boolean outOfSpace;

    LogEpochs(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    void loaded(List<LeaderEpochs.Start> starts) {
        epochs = new LeaderEpochs(starts);
        inFile = starts;
        owed = false;
    }

    /** −1 if there is none yet. */
    int latest() {
        return epochs.latest();
    }

    /** −1 if the log cannot say. */
    int at(long offset) {
        return epochs.epochAt(offset);
    }

    EpochEnd endOf(int epoch, long logEndOffset) {
        return epochs.endOf(epoch, logEndOffset);
    }

    /** An epoch begins at the end of the log. */
    void assign(int epoch, long endOffset) {
        if (epoch > epochs.latest()) epochs.assign(epoch, endOffset);
    }

    /** These batches have been appended. */
    void appended(ByteBuffer batches) {
        BatchView batch = new BatchView();
        int latestBefore = inFile.isEmpty() ? -1 : inFile.getLast().epoch();
        for (int at = batches.position(); at < batches.limit(); at = batch.endPosition()) {
            batch.wrap(batches, at);
            assign(batch.leaderEpoch(), batch.baseOffset());
            owed |= batch.leaderEpoch() > latestBefore;
        }
        if (owed) write();
    }

    /** Forgets what began at the end of the log or later; the file has only what has a record. */
    void truncateTo(long endOffset) {
        epochs.truncateTo(endOffset);
    }

    /** The log begins there now. */
    void deleteBefore(long offset) {
        if (!epochs.deleteBefore(offset)) return;
        owed = true;
        write();
    }

    /** Whether the file must say what it does not say yet. */
    boolean isOwed() {
        return owed;
    }

    /** What is to be in the file. */
    List<LeaderEpochs.Start> starts() {
        return epochs.starts();
    }

    /** It has these now. */
    void written(List<LeaderEpochs.Start> starts) {
        inFile = starts;
        outOfSpace = false;
        if (!starts.equals(epochs.starts())) return;
        owed = false;
        log.flusher().epochsWritten();
    }

    private void write() {
        if (writing) return;
        writing = true;
        List<LeaderEpochs.Start> starts = epochs.starts();
        Path directory = log.directory();
        Disk disk = context.disk();
        disk.submit(
                directory,
                () -> {
                    LeaderEpochs.write(disk, directory.resolve(LeaderEpochs.FILE), starts);
                    return null;
                },
                (Outcome<Void> outcome) -> {
                    writing = false;
                    switch (outcome) {
                        case Outcome.Done<Void> done -> {
                            written(starts);
                            if (owed && log.isUsable()) write();
                        }
                        case Outcome.Failed<Void>(IOException cause) -> failed(cause);
                    }
                });
    }

    private void failed(IOException cause) {
        if (!NoSpace.isIt(cause)) {
            if (log.isUsable()) log.failed(cause);
            return;
        }
        if (!outOfSpace) logger.warn("{}: no space left to write its leader epochs", log.topicPartition());
        outOfSpace = true;
    }
}
