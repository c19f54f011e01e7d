package io.ottla.log;

import io.ottla.kafkaprotocol.BatchView;

/**
 * What a partition remembers of one producer: its epoch, its last few batches, the transaction it has open.
 * Source: ProducerStateEntry of Kafka's storage, KIP-98, KIP-360.
 */
final class ProducerEntry {
    /** How many batches are remembered, to recognise them when they come again; as many as a client may have in flight. */
    static final int BATCHES_MAX = 5;

    static final long NONE = -1;

    private static final int LONGS = 3; // last offset, timestamp, last sequence << 32 | offset delta

    final long producerId;
    short epoch;
    int coordinatorEpoch = -1;
    long lastTimestampMs = -1;
    /** The first offset of the open transaction, or {@link #NONE}. */
    long transactionFirstOffset = NONE;

    private long[] batches;
    private int batchCount;

    ProducerEntry(long producerId) {
        this.producerId = producerId;
        epoch = BatchView.NO_PRODUCER_EPOCH;
        batches = new long[LONGS];
    }

    ProducerEntry(ProducerEntry other) {
        producerId = other.producerId;
        epoch = other.epoch;
        coordinatorEpoch = other.coordinatorEpoch;
        lastTimestampMs = other.lastTimestampMs;
        transactionFirstOffset = other.transactionFirstOffset;
        batches = other.batches.clone();
        batchCount = other.batchCount;
    }

    /** A remembered batch. */
    record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
        int firstSequence() {
            return (lastSequence - offsetDelta) & Integer.MAX_VALUE;
        }

        long firstOffset() {
            return lastOffset - offsetDelta;
        }
    }

    boolean isEmpty() {
        return batchCount == 0;
    }

    int batchCount() {
        return batchCount;
    }

    /** @param i 0 for the oldest */
    Batch batch(int i) {
        long sequenceAndDelta = batches[i * LONGS + 2];
        return new Batch(
                (int) (sequenceAndDelta >>> 32), batches[i * LONGS], (int) sequenceAndDelta, batches[i * LONGS + 1]);
    }

    /** −1 if no batch is remembered. */
    int lastSequence() {
        return isEmpty() ? BatchView.NO_SEQUENCE : (int) (batches[(batchCount - 1) * LONGS + 2] >>> 32);
    }

    /** The last offset of the last batch; −1 if none is remembered. */
    long lastOffset() {
        return isEmpty() ? -1 : batches[(batchCount - 1) * LONGS];
    }

    void addBatch(short epoch, int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
        raiseEpoch(epoch);
        if (batchCount == BATCHES_MAX) {
            System.arraycopy(batches, LONGS, batches, 0, (BATCHES_MAX - 1) * LONGS);
            batchCount--;
        }
        if (batchCount * LONGS == batches.length)
            batches = java.util.Arrays.copyOf(batches, Math.min(BATCHES_MAX, batchCount * 2) * LONGS);
        batches[batchCount * LONGS] = lastOffset;
        batches[batchCount * LONGS + 1] = timestampMs;
        batches[batchCount * LONGS + 2] = (long) lastSequence << 32 | (offsetDelta & 0xFFFFFFFFL);
        batchCount++;
        lastTimestampMs = timestampMs;
    }

    /** A new epoch begins with sequence 0, so the batches of the old one are forgotten. */
    void raiseEpoch(short epoch) {
        if (this.epoch == epoch) return;
        this.epoch = epoch;
        batchCount = 0;
    }

    /** The remembered batch that has the same sequences; {@code null} if there is none. */
    Batch duplicateOf(BatchView batch) {
        if (batch.producerEpoch() != epoch) return null;
        for (int i = 0; i < batchCount; i++) {
            Batch known = batch(i);
            if (known.lastSequence() == batch.lastSequence() && known.firstSequence() == batch.baseSequence())
                return known;
        }
        return null;
    }
}
