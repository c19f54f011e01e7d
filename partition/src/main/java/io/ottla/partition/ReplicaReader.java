package io.ottla.partition;

import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import io.ottla.log.AbortedTxn;
import io.ottla.log.EpochEnd;
import io.ottla.log.Log;
import io.ottla.log.OffsetLookup;
import io.ottla.log.ProducerStateEntry;
import io.ottla.log.Read;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the log of a replica knows. To be asked only while it is open and nothing speaks against using it
 * ({@link Replica#check}): while it is truncated it is not to be read. Belongs to the loop.
 */
public final class ReplicaReader {
    private final ReplicaLog log;

    ReplicaReader(ReplicaLog log) {
        this.log = log;
    }

    public long startOffset() {
        return log.get().startOffset();
    }

    public long endOffset() {
        return log.get().endOffset();
    }

    /** Where that leader epoch ended, or the largest below it that is known (KIP-101). */
    public EpochEnd epochEnd(int leaderEpoch) {
        return log.get().epochEnd(leaderEpoch);
    }

    /** As {@link Log#read}; empty once the log directory has failed. */
    public Read read(long offset, int maxBytes, long limit, boolean atLeastOneBatch) {
        try {
            return log.get().read(offset, maxBytes, limit, atLeastOneBatch);
        } catch (IOException e) {
            return new Read.Cold();
        }
    }

    /** As {@link Log#readCold}; {@link Read.Cold} once the log directory has failed. */
    public void readCold(long offset, int maxBytes, long limit, boolean atLeastOneBatch, Consumer<Read> then) {
        try {
            log.get().readCold(offset, maxBytes, limit, atLeastOneBatch, outcome -> {
                switch (outcome) {
                    case Outcome.Done<Read>(Read read) -> then.accept(read);
                    case Outcome.Failed<Read>(IOException cause) -> then.accept(new Read.Cold());
                }
            });
        } catch (IOException e) {
            then.accept(new Read.Cold());
        }
    }

    /** @throws IOException the log directory has failed */
    public List<AbortedTxn> abortedTransactions(long from, long to) throws IOException {
        return log.get().abortedTransactions(from, to);
    }

    /** The leader epoch at an offset; −1 if it is not known. */
    public int epochAt(long offset) {
        return log.get().epochAt(offset);
    }

    /** As {@link Log#offsetForTime}. Not within this call, unless the log directory has failed. */
    public void offsetForTime(long timestamp, Completion<OffsetLookup.Answer> then) {
        try {
            log.get().offsetForTime(timestamp, then);
        } catch (IOException e) {
            then.complete(Outcome.failed(e));
        }
    }

    /** As {@link Log#segmentTimes}; empty if the disk failed. Not within this call. */
    public void segmentTimes(Consumer<List<Log.SegmentTime>> then) {
        log.get().segmentTimes(outcome -> {
            switch (outcome) {
                case Outcome.Done<List<Log.SegmentTime>>(var times) -> then.accept(times);
                case Outcome.Failed<List<Log.SegmentTime>>(IOException cause) -> then.accept(List.of());
            }
        });
    }

    public List<ProducerStateEntry> activeProducers() {
        return log.get().activeProducers();
    }
}
