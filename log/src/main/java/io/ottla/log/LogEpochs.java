package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The leader epochs of an open log, and their file. An epoch is written down with its first batch, or when the log's start moves; before that no crash can
 * make it matter, and a log that is only read writes nothing. On the loop.
 */
final class LogEpochs {
    private final Log log;
    private final LogContext context;
    private LeaderEpochs epochs = new LeaderEpochs(List.of());
    private boolean unwritten;

    LogEpochs(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    void loaded(List<LeaderEpochs.Start> starts) {
        epochs = new LeaderEpochs(starts);
        unwritten = false;
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
        unwritten |= epoch > epochs.latest() && epochs.assign(epoch, endOffset);
    }

    /** These batches have been appended. */
    void appended(ByteBuffer batches) {
        BatchView batch = new BatchView();
        for (int at = batches.position(); at < batches.limit(); at = batch.endPosition()) {
            batch.wrap(batches, at);
            assign(batch.leaderEpoch(), batch.baseOffset());
        }
        if (unwritten) write();
    }

    /** The log begins there now. */
    void deleteBefore(long offset) {
        if (epochs.deleteBefore(offset)) write();
    }

    private void write() {
        unwritten = false;
        List<LeaderEpochs.Start> starts = epochs.starts();
        Path file = log.directory().resolve(LeaderEpochs.FILE);
        log.inBackground("its leader epochs", () -> LeaderEpochs.write(context.disk(), file, starts));
    }
}
