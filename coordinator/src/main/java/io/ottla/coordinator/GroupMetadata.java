package io.ottla.coordinator;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A classic group as it is stored: the outcome of its last rebalance. A group of no members is Empty, any other was
 * Stable when this was written.
 *
 * @param protocolType such as {@code consumer}; empty for a group that only commits offsets
 * @param generation of the last rebalance
 * @param protocol the assignor that was selected
 * @param leader its member id
 * @param stateTimestampMs when the group got into its state
 */
record GroupMetadata(
        Optional<String> protocolType,
        int generation,
        Optional<String> protocol,
        Optional<String> leader,
        OptionalLong stateTimestampMs,
        List<Member> members) {

    /** The group that an offset commit without membership brings about. */
    static final GroupMetadata SIMPLE =
            new GroupMetadata(Optional.empty(), 0, Optional.empty(), Optional.empty(), OptionalLong.empty(), List.of());

    /** @param subscription its metadata for {@link #protocol} */
    record Member(
            String memberId,
            Optional<String> instanceId,
            String clientId,
            String clientHost,
            int rebalanceTimeoutMs,
            int sessionTimeoutMs,
            byte[] subscription,
            byte[] assignment) {}
}
