package io.ottla.log;

/**
 * What a log remembers of a producer, for DescribeProducers.
 *
 * @param lastSequence −1 if none is known
 * @param coordinatorEpoch −1 if it had no transaction yet
 * @param transactionFirstOffset of its open transaction; −1 if it has none
 */
public record ProducerStateEntry(
        long producerId,
        short producerEpoch,
        int lastSequence,
        long lastTimestampMs,
        int coordinatorEpoch,
        long transactionFirstOffset) {

    static ProducerStateEntry of(ProducerEntry entry) {
        return new ProducerStateEntry(
                entry.producerId,
                entry.epoch,
                entry.lastSequence(),
                entry.lastTimestampMs,
                entry.coordinatorEpoch,
                entry.transactionFirstOffset);
    }
}
