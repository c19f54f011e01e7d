package io.ottla.coordinator;

import io.ottla.base.TopicId;

/**
 * How far a group has consumed a partition.
 *
 * @param offset the next one to be consumed
 * @param leaderEpoch of the last record consumed; −1 if not known
 * @param metadata whatever the consumer wanted kept
 * @param commitTimestampMs when it was committed
 * @param expireTimestampMs when it expires, from a commit that named a retention time (v2 to v4); −1 if it did not
 * @param topicId {@link TopicId#ZERO} if not known
 * @param recordOffset of its record in the log, or a number that orders as that does
 */
record CommittedOffset(
        long offset,
        int leaderEpoch,
        String metadata,
        long commitTimestampMs,
        long expireTimestampMs,
        TopicId topicId,
        long recordOffset) {

    /** The topic was deleted and created again since. */
    boolean isOfAnotherTopicThan(TopicId wanted) {
        return !topicId.equals(TopicId.ZERO) && !wanted.equals(TopicId.ZERO) && !topicId.equals(wanted);
    }
}
