package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.kafkamessages.FetchRequestData.FetchPartition;
import io.ottla.kafkamessages.FetchRequestData.FetchTopic;
import io.ottla.kafkamessages.FetchRequestData.ForgottenTopic;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * The partitions that a client fetches again and again (KIP-227), or, with the id {@link #NONE}, once.
 *
 * <p>It knows which of its partitions are to be looked at: those that the client has moved, those that have changed
 * since they were found empty, and those that had more than fitted into the last response. A fetch looks at no others,
 * so with a session its cost follows the partitions that changed, not those that the session has. What did not fit
 * comes first next time, what was served goes to the end.
 */
final class FetchSession {
    /** The id of no session. */
    static final int NONE = 0;

    /** The epoch of the request that begins a session. */
    static final int INITIAL_EPOCH = 0;

    /** The epoch of a request that wants no session, or ends the one that it names. */
    static final int FINAL_EPOCH = -1;

    private final int id;
    private final boolean usesTopicIds;
    private final long createdMs;
    private final Map<FetchedPartition.Key, FetchedPartition> partitions = new LinkedHashMap<>();
    private final ArrayDeque<FetchedPartition> queue = new ArrayDeque<>();

    private int nextEpoch = 1;
    private long lastUsedMs;
    private Optional<Fetch> waiting = Optional.empty();
    private boolean isClosed;

    FetchSession(int id, boolean usesTopicIds, long nowMs) {
        this.id = id;
        this.usesTopicIds = usesTopicIds;
        createdMs = nowMs;
        lastUsedMs = nowMs;
    }

    int id() {
        return id;
    }

    boolean usesTopicIds() {
        return usesTopicIds;
    }

    int size() {
        return partitions.size();
    }

    Collection<FetchedPartition> partitions() {
        return partitions.values();
    }

    long createdMs() {
        return createdMs;
    }

    long lastUsedMs() {
        return lastUsedMs;
    }

    void use(long nowMs) {
        lastUsedMs = nowMs;
    }

    /** The epoch that the client's next request must have. */
    int nextEpoch() {
        return nextEpoch;
    }

    /** Epochs go from 1 up, and from the largest to 1 again. */
    void advanceEpoch() {
        nextEpoch = nextEpoch == Integer.MAX_VALUE ? 1 : nextEpoch + 1;
    }

    /** Takes what a request says about its partitions. A partition named twice is as it was named last. */
    void update(List<FetchTopic> topics, List<ForgottenTopic> forgotten) {
        for (FetchTopic topic : topics) {
            TopicId topicId = topicId(topic.topicId());
            for (FetchPartition wanted : topic.partitions()) {
                var key = new FetchedPartition.Key(usesTopicIds ? "" : topic.topic(), topicId, wanted.partition());
                FetchedPartition partition =
                        partitions.computeIfAbsent(key, absent -> new FetchedPartition(this, absent));
                partition.update(wanted);
                enqueue(partition);
            }
        }
        for (ForgottenTopic topic : forgotten) {
            TopicId topicId = topicId(topic.topicId());
            for (int number : topic.partitions()) {
                var key = new FetchedPartition.Key(usesTopicIds ? "" : topic.topic(), topicId, number);
                FetchedPartition partition = partitions.remove(key);
                if (partition == null) continue;
                partition.isForgotten = true;
                partition.disarm();
            }
        }
    }

    static TopicId topicId(Uuid id) {
        return new TopicId(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** To be looked at, after those that wait already. */
    void enqueue(FetchedPartition partition) {
        if (partition.isQueued) return;
        partition.isQueued = true;
        queue.add(partition);
    }

    /** How many are to be looked at; some may have been forgotten meanwhile. */
    int queued() {
        return queue.size();
    }

    /** The next to look at; {@code null} if there is none, or if it was forgotten. */
    FetchedPartition dequeue() {
        FetchedPartition partition = queue.poll();
        if (partition == null) return null;
        partition.isQueued = false;
        return partition.isForgotten ? null : partition;
    }

    /** A partition that had nothing new has changed. */
    void changed(FetchedPartition partition) {
        enqueue(partition);
        waiting.ifPresent(Fetch::wake);
    }

    /** The fetch that waits for changes now; the one that waited before, which has lost its turn. */
    Optional<Fetch> setWaiting(Fetch fetch) {
        Optional<Fetch> before = waiting;
        waiting = Optional.of(fetch);
        return before;
    }

    /** The fetch has been answered. */
    void doneWaiting(Fetch fetch) {
        if (waiting.isPresent() && waiting.get() == fetch) waiting = Optional.empty();
        if (isClosed) disarmAll();
    }

    /** Nobody will ask again. A fetch that waits is still served. */
    void close() {
        isClosed = true;
        if (waiting.isEmpty()) disarmAll();
    }

    private void disarmAll() {
        for (FetchedPartition partition : partitions.values()) partition.disarm();
    }
}
