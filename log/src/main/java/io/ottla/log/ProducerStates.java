package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.EndTxnMarker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * The producers of one partition and its open transactions. A pure state class: {@link #stage} says what an append would
 * change, {@link Staged#commit} changes it once the bytes are written. The rules are those of ProducerStateManager and
 * ProducerAppendInfo of Kafka's storage (KIP-98, KIP-360, KIP-890).
 */
final class ProducerStates {

    /** A transaction: open, or ended but not yet known to be committed on all replicas. */
    record Transaction(long producerId, long firstOffset, long lastOffset) {}

    /** A transaction that a marker ends. */
    record Ended(long producerId, long firstOffset, long lastOffset, boolean aborted) {}

    /** Why a batch may not be appended. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        final transient Errors error;

        Refused(Errors error, String message) {
            super(message, null, false, false);
            this.error = error;
        }
    }

    private final Map<Long, ProducerEntry> producers = new HashMap<>();
    /** By first offset. */
    private final TreeMap<Long, Transaction> open = new TreeMap<>();
    /** By first offset; ended, but their markers are above the high watermark. */
    private final TreeMap<Long, Transaction> uncommitted = new TreeMap<>();

    ProducerStates() {}

    /** What a snapshot holds, but for producers that nobody heard of for too long. */
    ProducerStates(List<ProducerEntry> entries, long nowMs, long expirationMs) {
        for (ProducerEntry entry : entries) {
            if (isExpired(entry, nowMs, expirationMs)) continue;
            producers.put(entry.producerId, entry);
            if (entry.transactionFirstOffset >= 0)
                open.put(
                        entry.transactionFirstOffset,
                        new Transaction(entry.producerId, entry.transactionFirstOffset, -1));
        }
    }

    Collection<ProducerEntry> entries() {
        return Collections.unmodifiableCollection(producers.values());
    }

    /** Copies that do not change, for a snapshot. */
    List<ProducerEntry> copy() {
        List<ProducerEntry> copies = new ArrayList<>(producers.size());
        for (ProducerEntry entry : producers.values()) copies.add(new ProducerEntry(entry));
        return copies;
    }

    boolean isEmpty() {
        return producers.isEmpty();
    }

    /** The first offset whose transaction is open, or whose end is not committed; −1 if there is none. */
    long firstUnstableOffset() {
        long first = open.isEmpty() ? Long.MAX_VALUE : open.firstKey();
        if (!uncommitted.isEmpty()) first = Math.min(first, uncommitted.firstKey());
        return first == Long.MAX_VALUE ? -1 : first;
    }

    /** The markers below this offset are on all replicas now. */
    void committed(long highWatermark) {
        if (!uncommitted.isEmpty())
            uncommitted.values().removeIf(transaction -> transaction.lastOffset() < highWatermark);
    }

    /** Forgets producers without open transaction whose last batch is {@code expirationMs} old. */
    void expire(long nowMs, long expirationMs) {
        if (!producers.isEmpty()) producers.values().removeIf(entry -> isExpired(entry, nowMs, expirationMs));
    }

    private static boolean isExpired(ProducerEntry entry, long nowMs, long expirationMs) {
        return entry.transactionFirstOffset < 0 && nowMs - entry.lastTimestampMs >= expirationMs;
    }

    /** The batch as it was appended before, if this one repeats one of the last; else {@code null}. */
    ProducerEntry.Batch duplicateOf(BatchView batch) {
        ProducerEntry entry = producers.get(batch.producerId());
        return entry == null ? null : entry.duplicateOf(batch);
    }

    Staged stage(AppendOrigin origin) {
        return new Staged(origin);
    }

    /** What an append would change. */
    final class Staged {
        private final AppendOrigin origin;
        private Map<Long, ProducerEntry> changed = Map.of();
        private List<Transaction> begun = List.of();
        private List<Ended> ended = List.of();

        private Staged(AppendOrigin origin) {
            this.origin = origin;
        }

        /** A batch of records. @throws Refused by the rules of idempotence and transactions */
        void data(BatchView batch, long firstOffset, long lastOffset) throws Refused {
            ProducerEntry current = producers.get(batch.producerId());
            ProducerEntry entry = staged(batch.producerId());
            checkEpoch(entry, batch);
            if (origin == AppendOrigin.CLIENT) checkSequence(current, entry, batch, firstOffset);
            entry.addBatch(
                    batch.producerEpoch(),
                    batch.lastSequence(),
                    lastOffset,
                    (int) (lastOffset - firstOffset),
                    batch.maxTimestamp());
            if (entry.transactionFirstOffset >= 0 && !batch.isTransactional())
                throw new Refused(
                        Errors.INVALID_TXN_STATE,
                        "producer %d has a transaction open and sent records outside of it"
                                .formatted(entry.producerId));
            if (batch.isTransactional() && entry.transactionFirstOffset < 0) {
                entry.transactionFirstOffset = firstOffset;
                if (begun.isEmpty()) begun = new ArrayList<>(1);
                begun.add(new Transaction(entry.producerId, firstOffset, -1));
            }
        }

        /** The marker that ends a transaction. @throws Refused if its epochs are old */
        void marker(BatchView batch, EndTxnMarker marker, long offset) throws Refused {
            ProducerEntry entry = staged(batch.producerId());
            checkEpoch(entry, batch);
            if (entry.coordinatorEpoch > marker.coordinatorEpoch() && origin != AppendOrigin.REPLICATION)
                throw new Refused(
                        Errors.TRANSACTION_COORDINATOR_FENCED,
                        "coordinator epoch %d of a marker for producer %d is below %d"
                                .formatted(marker.coordinatorEpoch(), entry.producerId, entry.coordinatorEpoch));
            entry.raiseEpoch(batch.producerEpoch());
            if (entry.transactionFirstOffset >= 0) {
                if (ended.isEmpty()) ended = new ArrayList<>(1);
                ended.add(new Ended(entry.producerId, entry.transactionFirstOffset, offset, !marker.isCommit()));
            }
            entry.transactionFirstOffset = ProducerEntry.NONE;
            entry.coordinatorEpoch = marker.coordinatorEpoch();
            entry.lastTimestampMs = batch.maxTimestamp();
        }

        private ProducerEntry staged(long producerId) {
            if (changed.isEmpty()) changed = new HashMap<>(4);
            return changed.computeIfAbsent(producerId, id -> {
                ProducerEntry current = producers.get(id);
                return current == null ? new ProducerEntry(producerId) : new ProducerEntry(current);
            });
        }

        private void checkEpoch(ProducerEntry entry, BatchView batch) throws Refused {
            if (batch.producerEpoch() >= entry.epoch || origin == AppendOrigin.REPLICATION) return;
            throw new Refused(
                    Errors.INVALID_PRODUCER_EPOCH,
                    "epoch %d of producer %d is below %d"
                            .formatted(batch.producerEpoch(), entry.producerId, entry.epoch));
        }

        /**
         * A new epoch begins with sequence 0, the same goes on without a gap. A producer that is not known (its
         * records were deleted, it was silent for too long) may begin anywhere, except in a log that never held a
         * record: there it is 0 too, else a batch that overtakes the first one (which came when the partition was not
         * there yet, and is sent again) makes that one an old one for ever (KAFKA-15591, Kafka 4.5).
         *
         * @param current what was known before this append; {@code null} if nothing
         */
        private void checkSequence(ProducerEntry current, ProducerEntry entry, BatchView batch, long offset)
                throws Refused {
            int first = batch.baseSequence();
            if (offset == 0 && first != 0)
                throw new Refused(
                        Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                        "sequence %d of producer %d in a partition that never held a record; 0 is expected"
                                .formatted(first, entry.producerId));
            if (batch.producerEpoch() != entry.epoch) {
                if (first == 0 || entry.epoch == BatchView.NO_PRODUCER_EPOCH) return;
                throw new Refused(
                        Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                        "sequence %d of producer %d at offset %d begins epoch %d, after epoch %d; 0 is expected"
                                .formatted(first, entry.producerId, offset, batch.producerEpoch(), entry.epoch));
            }
            if (current == null || current.epoch == BatchView.NO_PRODUCER_EPOCH) return;
            int last = entry.lastSequence();
            // −1 (only markers of this epoch so far) is followed by 0, and so is the largest
            int expected = last == Integer.MAX_VALUE ? 0 : last + 1;
            if (first == expected) return;
            throw new Refused(
                    Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "sequence %d of producer %d at offset %d; %d is expected"
                            .formatted(first, entry.producerId, offset, expected));
        }

        /** The transactions that this append ends. */
        List<Ended> ended() {
            return ended;
        }

        /**
         * The last stable offset as the transaction index wants it: what it becomes when {@code ending} has ended and
         * the others are as they were.
         */
        long stableOffsetAfter(Ended ending) {
            for (Transaction transaction : open.values())
                if (transaction.producerId() != ending.producerId()) return transaction.firstOffset();
            return ending.lastOffset() + 1;
        }

        /** The batches are in the log. */
        void commit() {
            producers.putAll(changed);
            for (Transaction transaction : begun) open.put(transaction.firstOffset(), transaction);
            for (Ended end : ended) {
                open.remove(end.firstOffset());
                uncommitted.put(
                        end.firstOffset(), new Transaction(end.producerId(), end.firstOffset(), end.lastOffset()));
            }
        }
    }
}
