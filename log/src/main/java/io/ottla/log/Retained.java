package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.RecordFilter;
import io.ottla.kafkaprotocol.RecordReader;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What of a log compaction keeps, asked batch by batch and record by record in the order of the log. Source: Cleaner of
 * Kafka's storage, KIP-534.
 */
final class Retained implements RecordFilter.Judge {
    private final Cleaner.Task task;
    private final OffsetMap map;
    private final CleanedTransactions transactions;
    private final long legacyHorizonMs;

    private boolean keepsLegacyTombstones;
    private boolean keepsTombstones;
    private long tombstonesStayFrom;
    private boolean isControl;
    private boolean isLegacy;
    private boolean goesAsAWhole;
    private boolean isOfEmptyTransaction;
    private boolean mustLeaveItsHeader;
    private boolean isPastHorizon;

    Retained(Cleaner.Task task, OffsetMap map, CleanedTransactions transactions, long legacyHorizonMs) {
        this.task = task;
        this.map = map;
        this.transactions = transactions;
        this.legacyHorizonMs = legacyHorizonMs;
        tombstonesStayFrom = task.tombstonesStayFrom();
    }

    /** A segment begins. */
    void begin(long lastModifiedMs) {
        keepsLegacyTombstones = lastModifiedMs > legacyHorizonMs;
    }

    /** A batch begins. @param isHeld whether more than its header is there */
    void begin(BatchView batch, boolean isHeld) {
        isControl = batch.isControl();
        isLegacy = batch.isLegacy();
        keepsTombstones = batch.lastOffset() >= tombstonesStayFrom;
        isPastHorizon =
                batch.deleteHorizonMs().isPresent() && batch.deleteHorizonMs().getAsLong() <= task.nowMs();
        boolean isDroppable = isControl
                ? isHeld && isDroppableMarker(batch)
                : batch.isTransactional() && transactions.records(batch.producerId(), batch.lastOffset());
        goesAsAWhole = isDroppable && (!isControl || isPastHorizon);
        isOfEmptyTransaction = isDroppable && isControl;
        mustLeaveItsHeader = batch.hasProducerId() && isLastOfProducer(batch);
    }

    private boolean isDroppableMarker(BatchView batch) {
        Optional<EndTxnMarker> marker = Markers.of(batch);
        return marker.isPresent()
                && transactions.marker(
                        batch.producerId(), batch.lastOffset(), marker.get().isCommit());
    }

    /** Its last sequence, and with a marker its epoch, is in this batch only. */
    private boolean isLastOfProducer(BatchView batch) {
        Cleaner.LastRecord last = task.producers().get(batch.producerId());
        if (last == null) return false;
        if (last.lastDataOffset() >= 0) return batch.lastOffset() == last.lastDataOffset();
        return isControl && batch.producerEpoch() == last.epoch();
    }

    /** Whether none of the batch's records stays, so that they need not be looked at. */
    boolean goesAsAWhole() {
        return goesAsAWhole;
    }

    /** Whether the batch stays even without records. */
    boolean mustLeaveItsHeader() {
        return mustLeaveItsHeader;
    }

    /** Whether it is a marker that may go some day, for its transaction has no records any more. */
    boolean isOfEmptyTransaction() {
        return isOfEmptyTransaction;
    }

    /** A batch stays with all its records, superseded ones too: a tombstone behind it may be all that hides one of them. */
    void keptWhole(BatchView batch) {
        tombstonesStayFrom = Math.min(tombstonesStayFrom, batch.baseOffset());
    }

    @Override
    public void key(ByteBuffer bytes, int position, int length) {
        map.key(bytes, position, length);
    }

    @Override
    public boolean keeps(RecordReader record) {
        return keeps(record.hasKey(), record.hasValue(), record.offset());
    }

    /** As {@link #keeps(RecordReader)}, of a record that is held. */
    boolean keeps(Optional<ByteBuffer> key, boolean hasValue, long offset) {
        key.ifPresent(bytes -> map.key(bytes, bytes.position(), bytes.remaining()));
        return keeps(key.isPresent(), hasValue, offset);
    }

    private boolean keeps(boolean hasKey, boolean hasValue, long offset) {
        if (isControl || offset > map.latestOffset()) {
            map.pass();
            return true;
        }
        if (!hasKey || offset < map.get()) return false;
        if (hasValue || keepsTombstones) return true;
        return isLegacy ? keepsLegacyTombstones : !isPastHorizon;
    }
}
