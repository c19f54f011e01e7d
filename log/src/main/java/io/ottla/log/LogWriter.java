package io.ottla.log;

import static io.ottla.base.Invariant.invariant;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.ValidationRules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends to a log: judges, begins a new segment where one is due, writes, and only then changes any state. On the loop. */
final class LogWriter {
    private static final Logger logger = LoggerFactory.getLogger(LogWriter.class);

    private final Log log;
    private final LogContext context;
    private ValidationRules rules;
    private long jitterMs;
    /** The last append found no room. */
    private boolean outOfSpace;

    LogWriter(Log log, LogContext context) {
        this.log = log;
        this.context = context;
        configured();
    }

    /** The log has a new configuration. */
    void configured() {
        rules = log.config().validationRules();
        drawJitter();
    }

    /** So that segments that began together do not all end together. */
    private void drawJitter() {
        long most = log.config().segments().jitterMs();
        jitterMs = most <= 0 ? 0 : context.random().nextLong(most);
    }

    Append append(long nowMs, ByteBuffer batches, AppendOrigin origin, int leaderEpoch) throws IOException {
        Admission admission =
                Admission.of(context.validation(), rules, batches, origin, log.endOffset(), leaderEpoch, nowMs);
        return switch (admission) {
            case Admission.Refused(Errors error, String message, List<Append.RecordFault> records) ->
                new Append.Rejected(error, message, records);
            case Admission.Admitted admitted -> write(nowMs, admitted, origin);
        };
    }

    private Append write(long nowMs, Admission.Admitted admitted, AppendOrigin origin) throws IOException {
        ByteBuffer bytes = admitted.bytes();
        if (!bytes.hasRemaining()) return new Append.Appended(-1, -1, -1, log.startOffset(), -1);
        if (bytes.remaining() > log.config().segments().bytesMax())
            return rejected(
                    Errors.RECORD_LIST_TOO_LARGE,
                    "%d bytes do not fit into a segment of %d"
                            .formatted(
                                    bytes.remaining(), log.config().segments().bytesMax()));
        ProducerStates.Staged staged = log.producers().stage(origin);
        try {
            Optional<Append> duplicate = stage(staged, bytes, origin);
            if (duplicate.isPresent()) return duplicate.get();
        } catch (ProducerStates.Refused e) {
            return rejected(e.error, e.getMessage());
        }
        try {
            rollIfDue(nowMs, admitted);
            append(nowMs, bytes, staged);
        } catch (NoSpace e) {
            // once, not for every producer that tries again: the log of the process may need the same space
            if (!outOfSpace)
                logger.warn(
                        "{}: no space left for an append of {} bytes; producers are refused until there is",
                        log.topicPartition(),
                        bytes.remaining());
            outOfSpace = true;
            return rejected(Errors.KAFKA_STORAGE_ERROR, "no space left on the device of the log directory");
        } catch (IOException e) {
            throw log.failed(e);
        }
        if (outOfSpace) {
            outOfSpace = false;
            logger.info("{}: there is space again", log.topicPartition());
        }
        staged.commit();
        log.endOffset(admitted.lastOffset() + 1);
        log.epochs().appended(bytes);
        log.flusher().appended(nowMs);
        return new Append.Appended(
                admitted.firstOffset(),
                admitted.lastOffset(),
                admitted.logAppendTimeMs(),
                log.startOffset(),
                admitted.maxTimestampMs());
    }

    private static Append rejected(Errors error, String message) {
        return new Append.Rejected(error, message, List.of());
    }

    /** @return the earlier append, if a batch repeats it */
    private Optional<Append> stage(ProducerStates.Staged staged, ByteBuffer bytes, AppendOrigin origin)
            throws ProducerStates.Refused {
        BatchView batch = new BatchView();
        for (int at = bytes.position(); at < bytes.limit(); at = batch.endPosition()) {
            batch.wrap(bytes, at);
            if (!batch.hasProducerId()) continue;
            if (batch.isControl()) {
                Optional<EndTxnMarker> marker = Markers.of(batch);
                if (marker.isPresent()) staged.marker(batch, marker.get(), batch.baseOffset());
                continue;
            }
            ProducerEntry.Batch known =
                    origin == AppendOrigin.CLIENT ? log.producers().duplicateOf(batch) : null;
            if (known != null)
                return Optional.of(new Append.Duplicate(
                        known.firstOffset(), known.lastOffset(), known.timestampMs(), log.startOffset()));
            staged.data(batch, batch.baseOffset(), batch.lastOffset());
        }
        return Optional.empty();
    }

    /** The entries of aborted transactions first: they can be taken back, batches that are in the segment and its indexes cannot. */
    private void append(long nowMs, ByteBuffer bytes, ProducerStates.Staged staged) throws IOException, NoSpace {
        List<AbortedTxn> aborted = staged.ended().stream()
                .filter(ProducerStates.Ended::aborted)
                .map(ended -> new AbortedTxn(
                        ended.producerId(), ended.firstOffset(), ended.lastOffset(), staged.stableOffsetAfter(ended)))
                .toList();
        TransactionIndex.Undo undo;
        try {
            undo = log.active().transactionIndex().append(aborted);
        } catch (IOException e) {
            if (NoSpace.isIt(e)) throw new NoSpace(e);
            throw e;
        }
        try {
            log.active().append(bytes, log.config().segments().indexIntervalBytes(), nowMs);
        } catch (NoSpace e) {
            undo.run();
            throw e;
        }
    }

    private void rollIfDue(long nowMs, Admission.Admitted admitted) throws IOException, NoSpace {
        Segment active = log.active();
        if (active.sizeBytes() == 0 && admitted.lastOffset() - active.baseOffset() <= Integer.MAX_VALUE) return;
        boolean due = active.sizeBytes()
                        > log.config().segments().bytesMax() - admitted.bytes().remaining()
                || (active.sizeBytes() > 0
                        && waitedForRollMs(active, nowMs, admitted.maxTimestampMs())
                                > log.config().segmentRollMs() - jitterMs)
                || active.offsetIndex().isFull(log.config().segments().indexBytesMax())
                || active.timeIndex().isFull(log.config().segments().indexBytesMax())
                || admitted.lastOffset() - active.baseOffset() > Integer.MAX_VALUE;
        if (due) roll(nowMs, Math.max(log.endOffset(), admitted.firstOffset()));
    }

    /** By the records' own time where they have one, so that a segment spans at most so much of it. */
    private static long waitedForRollMs(Segment active, long nowMs, long maxTimestampMs) throws IOException {
        long first = active.firstTimestampMs();
        return first >= 0 && maxTimestampMs >= 0 ? maxTimestampMs - first : nowMs - active.createdMs();
    }

    /** Begins a new segment; the old one is finished, and flushed in the background. */
    void roll(long nowMs, long baseOffset) throws IOException, NoSpace {
        Segment old = log.active();
        invariant(baseOffset > old.baseOffset(), "a new segment at %d, after %d", baseOffset, old.baseOffset());
        try {
            old.finish();
            Segment next = Segment.create(context.files(), log.directory(), baseOffset, nowMs);
            log.segments().put(baseOffset, next);
        } catch (IOException e) {
            if (NoSpace.isIt(e)) throw new NoSpace(e);
            throw e;
        }
        log.finish().touched();
        log.finish().snapshotWritten();
        drawJitter();
        List<ProducerEntry> entries = log.producers().copy();
        Path snapshot = LogFiles.path(log.directory(), baseOffset, ProducerSnapshot.SUFFIX);
        log.inBackground("a producer snapshot", () -> ProducerSnapshot.write(context.disk(), snapshot, entries));
        log.flusher().rolled();
    }
}
