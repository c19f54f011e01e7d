package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.kafkamessages.FetchRequestData.FetchPartition;
import io.ottla.partition.Watcher;

/** One partition that a client fetches: where it stands, and what it was told last. Belongs to its session. */
final class FetchedPartition extends Watcher {

    /**
     * How a client names a partition: by the topic's name up to version 12 of Fetch, by its id from 13.
     *
     * @param topic empty if {@code topicId} names it
     */
    record Key(String topic, TopicId topicId, int partition) {}

    static final long NOT_MEASURED = -1;

    private final FetchSession session;
    private final Key key;

    long fetchOffset;
    int maxBytes;
    int leaderEpoch;
    int lastFetchedEpoch;

    /** What the last response said; −1 before the first and after an error, so that the next one says it again. */
    long toldHighWatermark = -1;

    long toldLogStartOffset = -1;

    /** In the session's queue of those to look at. */
    boolean isQueued;

    /** The client has dropped it. */
    boolean isForgotten;

    // For the fetch at hand.

    /** Its log is being opened: nothing can be said of it yet. */
    boolean isOpening;

    /** There is something to tell. */
    boolean isFound;

    /** About what a read would give, in bytes; 0 if there is nothing. */
    long availableBytes;

    /** What a read gave when the partition was looked at first; {@link #NOT_MEASURED} if it was found empty. */
    long measuredBytes = NOT_MEASURED;

    /** {@link io.ottla.partition.Replica#appendedBytes} at that time. */
    long measuredAtBytes;

    FetchedPartition(FetchSession session, Key key) {
        this.session = session;
        this.key = key;
    }

    Key key() {
        return key;
    }

    void update(FetchPartition from) {
        fetchOffset = from.fetchOffset();
        maxBytes = from.partitionMaxBytes();
        leaderEpoch = from.currentLeaderEpoch();
        lastFetchedEpoch = from.lastFetchedEpoch();
    }

    /** The fetch is over, or has lost its turn: the next one looks anew. */
    void leaveFetch() {
        isOpening = false;
        isFound = false;
        availableBytes = 0;
        measuredBytes = NOT_MEASURED;
    }

    @Override
    protected void changed() {
        session.changed(this);
    }
}
