package io.ottla.coordinator;

/**
 * Kafka's configuration of groups and their offsets, as far as it concerns the coordinator. Each may change while running.
 *
 * @param minSessionTimeoutMs {@code group.min.session.timeout.ms}
 * @param maxSessionTimeoutMs {@code group.max.session.timeout.ms}
 * @param initialRebalanceDelayMs {@code group.initial.rebalance.delay.ms}: how long a group that was empty waits for more members
 * @param groupMaxSize {@code group.max.size}, members
 * @param offsetMetadataMaxBytes {@code offset.metadata.max.bytes}; Kafka counts characters, and so do we
 * @param offsetsRetentionMs {@code offsets.retention.minutes} in milliseconds
 * @param retentionCheckIntervalMs {@code offsets.retention.check.interval.ms}
 */
public record GroupSettings(
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int initialRebalanceDelayMs,
        int groupMaxSize,
        int offsetMetadataMaxBytes,
        long offsetsRetentionMs,
        long retentionCheckIntervalMs) {

    public static final GroupSettings DEFAULT =
            new GroupSettings(6_000, 1_800_000, 3_000, Integer.MAX_VALUE, 4096, 7 * 24 * 60 * 60_000L, 600_000L);

    /** How long the JoinGroup of a new member may wait; not configurable in Kafka either (KAFKA-7610). */
    static final int NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;
}
